//! Parties told in headers.
