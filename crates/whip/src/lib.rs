//! The media side of a WHIP session (RFC 9725): offer and answer, ICE lite, DTLS, SRTP and RTCP feedback; sans-IO.

pub mod answer;
pub mod codecs;
pub mod datagram;
pub mod feedback;
pub mod ice;
pub mod offer;
pub mod reception;
pub mod secure_transport;
pub mod session_end;
pub mod taken;
pub mod trickle;
pub mod whip_session;
