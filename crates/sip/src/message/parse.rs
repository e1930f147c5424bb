//! From octets to a request or a response; what can be read is read, what is wrong is said (RFC 3261 §7).

use super::headers::Headers;
use super::method::Method;
use super::request::{Request, Response};

/// A message as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// A request, and what is wrong with its start line or length, if anything.
    Request(Request, Option<Fault>),
    /// A response.
    Response(Response),
}

/// Why a request cannot be served: the status and phrase of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// 400..=699
    pub status: u16,
    /// The reason phrase.
    pub reason: &'static str,
}

impl Fault {
    /// A 400 with its reason.
    pub const fn bad_request(reason: &'static str) -> Fault {
        Fault { status: 400, reason }
    }
}

/// Not a SIP message at all, or larger than any we take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a SIP message")]
pub struct Unreadable;

/// No message is larger than this, in octets.
pub const LARGEST_MESSAGE: usize = 128 * 1024;

/// Reads one message: a datagram, or what the framer cut out of a stream.
pub fn parse(octets: &[u8]) -> Result<Message, Unreadable> {
    if octets.len() > LARGEST_MESSAGE {
        return Err(Unreadable);
    }
    let start = octets.iter().position(|octet| !matches!(octet, b'\r' | b'\n')).ok_or(Unreadable)?;
    let octets = octets.get(start..).ok_or(Unreadable)?;
    let line_end = octets.iter().position(|octet| *octet == b'\n').ok_or(Unreadable)?;
    let line = octets.get(..line_end).ok_or(Unreadable)?;
    let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line));
    let rest = octets.get(line_end + 1..).ok_or(Unreadable)?;
    let (head, body) = split_head(rest);
    let headers = Headers::parse(head);
    if let Some(after) = line.strip_prefix("SIP/2.0 ") {
        let status = after.split_ascii_whitespace().next().and_then(|status| status.parse().ok());
        let status = status.filter(|status| (100..700).contains(status)).ok_or(Unreadable)?;
        return Ok(Message::Response(Response { status, headers }));
    }
    let (method, uri, line_fault) = request_line(&line)?;
    let (body, length_fault) = match declared_length(&headers) {
        Ok(None) => (body, None),
        Ok(Some(length)) => match usize::try_from(length).ok().and_then(|length| body.get(..length)) {
            Some(body) => (body, None),
            None => (body, Some(Fault::bad_request("Content-Length Exceeds Message"))),
        },
        Err(fault) => (body, Some(fault)),
    };
    let request = Request { method, uri, headers, body: body.to_vec() };
    Ok(Message::Request(request, line_fault.or(length_fault)))
}

/// Splits at the first blank line, whichever line ends are used; without one everything is head.
pub(crate) fn split_head(octets: &[u8]) -> (&[u8], &[u8]) {
    let mut line_start = 0;
    while let Some(length) =
        octets.get(line_start..).and_then(|rest| rest.iter().position(|octet| *octet == b'\n'))
    {
        let line = octets.get(line_start..line_start + length).unwrap_or_default();
        let next = line_start + length + 1;
        if matches!(line, b"" | b"\r") {
            return (octets.get(..line_start).unwrap_or_default(), octets.get(next..).unwrap_or_default());
        }
        line_start = next;
    }
    (octets, &[])
}

fn request_line(line: &str) -> Result<(Method, String, Option<Fault>), Unreadable> {
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    let (version, before) = words.split_last().ok_or(Unreadable)?;
    let (method, uri) = before.split_first().ok_or(Unreadable)?;
    if !version.starts_with("SIP/") || !method.chars().all(is_token) {
        return Err(Unreadable);
    }
    let fault = if *version != "SIP/2.0" {
        Some(Fault { status: 505, reason: "Version Not Supported" })
    } else if uri.len() != 1 || line != words.join(" ") {
        Some(Fault::bad_request("Malformed Request-Line"))
    } else {
        None
    };
    Ok((Method::parse(method), uri.join(" "), fault))
}

fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-.!%*_+`'~".contains(c)
}

/// What Content-Length says; several that agree are one.
pub(crate) fn declared_length(headers: &Headers) -> Result<Option<u64>, Fault> {
    let mut length = None;
    for value in headers.all("content-length") {
        if value.is_empty() || !value.bytes().all(|octet| octet.is_ascii_digit()) {
            return Err(Fault::bad_request("Malformed Content-Length"));
        }
        // Too many digits for 64 bits is surely longer than the message.
        let this = value.parse().unwrap_or(u64::MAX);
        if length.replace(this).is_some_and(|other| other != this) {
            return Err(Fault::bad_request("Contradicting Content-Length"));
        }
    }
    Ok(length)
}

#[cfg(test)]
mod tests;
