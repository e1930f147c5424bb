//! The whole platform as a person meets it: real process, real SIP and RTP, real HTTP.
