//! A request or a response once it is read.

use super::headers::Headers;
use super::method::Method;

/// A request as received: nothing is dropped, header names are canonical.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The Request-URI as written.
    pub uri: String,
    /// All header fields in order, folded lines joined.
    pub headers: Headers,
    /// The body: as many octets as Content-Length says, or all that came (UDP without Content-Length).
    pub body: Vec<u8>,
}

/// A response to one of our own requests (BYE, UPDATE).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// 100..=699
    pub status: u16,
    /// All header fields in order.
    pub headers: Headers,
}
