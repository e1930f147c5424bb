//! What every request must carry before anything is done with it (RFC 3261 §8.1.1).

use super::headers::Headers;
use super::method::Method;
use super::name_addr::NameAddr;
use super::parse::Fault;
use super::request::Request;
use super::uri::{Uri, UriFault};
use super::via::Via;

/// The header fields a request cannot do without, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Essentials {
    /// Call-ID.
    pub call_id: String,
    /// From.
    pub from: NameAddr,
    /// To.
    pub to: NameAddr,
    /// The CSeq number, below 2^31.
    pub cseq: u32,
    /// The topmost Via.
    pub via: Via,
}

/// No peer needs more octets of header fields; what half-open dialogs can take of memory depends on it.
const LARGEST_HEAD: usize = 24 * 1024;

/// Reads and checks the essentials; the fault says what to answer.
pub fn essentials(request: &Request) -> Result<Essentials, Fault> {
    let headers = &request.headers;
    let weight: usize = headers.iter().map(|field| field.name.len() + field.value.len()).sum();
    if weight > LARGEST_HEAD {
        return Err(Fault { status: 513, reason: "Message Too Large" });
    }
    let via = headers.get("via").ok_or(Fault::bad_request("Missing Via"))?;
    let via = Via::parse(via).ok_or(Fault::bad_request("Malformed Via"))?;
    let call_id = only(headers, "call-id", "Missing Call-ID", "Several Call-ID")?;
    let from = only(headers, "from", "Missing From", "Several From")?;
    let from = NameAddr::parse(from).ok_or(Fault::bad_request("Malformed From"))?;
    let to = only(headers, "to", "Missing To", "Several To")?;
    let to = NameAddr::parse(to).ok_or(Fault::bad_request("Malformed To"))?;
    let (cseq, method) = cseq(only(headers, "cseq", "Missing CSeq", "Several CSeq")?)?;
    // One peer's ACK names INVITE here: an ACK is matched by number alone.
    if method != request.method && request.method != Method::Ack {
        return Err(Fault::bad_request("CSeq Method Mismatch"));
    }
    match Uri::parse(&request.uri) {
        Err(UriFault::UnknownScheme) => return Err(Fault { status: 416, reason: "Unsupported URI Scheme" }),
        Err(UriFault::Malformed) => return Err(Fault::bad_request("Malformed Request-URI")),
        Ok(uri) if uri.has_headers => return Err(Fault::bad_request("Headers In Request-URI")),
        Ok(_) => {}
    }
    Ok(Essentials { call_id: call_id.to_owned(), from, to, cseq, via })
}

fn only<'a>(
    headers: &'a Headers,
    name: &'static str,
    missing: &'static str,
    several: &'static str,
) -> Result<&'a str, Fault> {
    let mut values = headers.iter().filter(|field| field.name == name).map(|field| field.value.as_str());
    let first = values.next().filter(|value| !value.is_empty()).ok_or(Fault::bad_request(missing))?;
    if values.next().is_some() {
        return Err(Fault::bad_request(several));
    }
    Ok(first)
}

fn cseq(value: &str) -> Result<(u32, Method), Fault> {
    const MALFORMED: Fault = Fault::bad_request("Malformed CSeq");
    let mut words = value.split_ascii_whitespace();
    let number =
        words.next().filter(|word| word.bytes().all(|octet| octet.is_ascii_digit())).ok_or(MALFORMED)?;
    let number = number.parse().ok().filter(|number| *number < 1 << 31).ok_or(MALFORMED)?;
    let method = words.next().ok_or(MALFORMED)?;
    Ok((number, Method::parse(method)))
}
