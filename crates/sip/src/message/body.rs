//! The session description and the recording metadata in a body, wherever they stand in it.

use super::headers::Headers;
use crate::endpoint::event::MetadataBody;
use crate::multipart;

/// What a recorder looks for in a body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Body {
    /// The first session description.
    pub sdp: Option<Vec<u8>>,
    /// The first recording metadata.
    pub metadata: Option<MetadataBody>,
}

/// The body is of a type we cannot use (415).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("body of an unknown type")]
pub struct UnknownBody;

/// What our `Accept` header lists.
pub const ACCEPT: &str =
    "application/sdp, application/rs-metadata+xml, application/rs-metadata, multipart/mixed";

/// Finds session description and metadata. Other parts of a multipart are let be; a body that is nothing we
/// know is refused unless its sender calls it optional (`handling=optional`, RFC 3459).
pub fn read_body(headers: &Headers, body: &[u8]) -> Result<Body, UnknownBody> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Body::default());
    }
    let encoding = headers.get("content-encoding").unwrap_or_default();
    if !matches!(encoding.to_ascii_lowercase().as_str(), "" | "identity") {
        return Err(UnknownBody);
    }
    let content_type = headers.get("content-type").unwrap_or_default();
    if media_type(content_type).starts_with("multipart/") {
        return Ok(read_multipart(content_type, body));
    }
    let mut found = Body::default();
    if !found.take(headers, body) && !is_optional(headers) {
        return Err(UnknownBody);
    }
    Ok(found)
}

fn read_multipart(content_type: &str, body: &[u8]) -> Body {
    let mut found = Body::default();
    for part in multipart::split(content_type, body).unwrap_or_default() {
        found.take(&part.headers, part.body);
    }
    if found.sdp.is_none() {
        // A multipart too broken to split must not cost the recording: the offer is still in there.
        found.sdp = stray_sdp(body);
    }
    found
}

impl Body {
    fn take(&mut self, headers: &Headers, octets: &[u8]) -> bool {
        let content_type = headers.get("content-type").unwrap_or_default();
        let kind = media_type(content_type);
        let is_sdp =
            kind == "application/sdp" || (kind.is_empty() && octets.trim_ascii_start().starts_with(b"v="));
        let disposition = media_type(headers.get("content-disposition").unwrap_or_default());
        let is_metadata = matches!(kind.as_str(), "application/rs-metadata+xml" | "application/rs-metadata")
            || (disposition == "recording-session" && !is_sdp)
            || (kind.is_empty() && looks_like_metadata(octets))
            || (matches!(kind.as_str(), "application/xml" | "text/xml") && looks_like_metadata(octets));
        if is_sdp {
            self.sdp.get_or_insert_with(|| octets.to_vec());
        } else if is_metadata {
            let body = || MetadataBody { content_type: content_type.to_owned(), raw: octets.to_vec() };
            self.metadata.get_or_insert_with(body);
        }
        is_sdp || is_metadata
    }
}

fn media_type(value: &str) -> String {
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn is_optional(headers: &Headers) -> bool {
    let disposition = headers.get("content-disposition").unwrap_or_default().to_ascii_lowercase();
    disposition.replace(char::is_whitespace, "").contains("handling=optional")
}

fn looks_like_metadata(octets: &[u8]) -> bool {
    let head = octets.get(..octets.len().min(1_024)).unwrap_or_default();
    head.windows(9).any(|window| window == b"recording")
}

/// The lines from `v=` on, as long as they look like a session description.
fn stray_sdp(body: &[u8]) -> Option<Vec<u8>> {
    let mut sdp: Vec<u8> = Vec::new();
    for line in body.split_inclusive(|octet| *octet == b'\n') {
        let is_line = matches!(line, [b'a'..=b'z', b'=', ..]);
        if sdp.is_empty() && !line.starts_with(b"v=") {
            continue;
        }
        if !is_line {
            break;
        }
        sdp.extend_from_slice(line);
    }
    (!sdp.is_empty()).then_some(sdp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(head: &str, body: &str, sdp: Option<&str>, metadata: Option<&str>) {
        let read = read_body(&Headers::parse(head.as_bytes()), body.as_bytes()).unwrap();
        assert_eq!(read.sdp.map(|sdp| String::from_utf8(sdp).unwrap()).as_deref(), sdp);
        assert_eq!(read.metadata.map(|body| String::from_utf8(body.raw).unwrap()).as_deref(), metadata);
    }

    #[test]
    fn single_bodies_are_known_by_type_or_by_look() {
        check("Content-Type: Application/SDP;charset=x", "v=0\r\n", Some("v=0\r\n"), None);
        check("c: application/rs-metadata", "<recording/>", None, Some("<recording/>"));
        check(
            "Content-Disposition: recording-session\nContent-Type: application/xml",
            "<x/>",
            None,
            Some("<x/>"),
        );
        check("", "v=0\n", Some("v=0\n"), None);
        check("", "\r\n", None, None);
        check("Content-Type: x/y\nContent-Disposition: signal; handling = optional", "x", None, None);
    }

    #[test]
    fn unknown_and_encoded_bodies_are_refused() {
        for head in [
            "Content-Type: application/unknownformat",
            "Content-Type: application/sdp\nContent-Encoding: gzip",
            "",
        ] {
            assert_eq!(read_body(&Headers::parse(head.as_bytes()), b"x=1"), Err(UnknownBody), "{head}");
        }
    }

    #[test]
    fn a_multipart_that_cannot_be_split_still_gives_its_offer() {
        let body = "junk\r\nv=0\r\nm=audio 1 RTP/AVP 0\r\n--other--\r\n<recording/>";
        check(
            "Content-Type: multipart/mixed;boundary=zzz",
            body,
            Some("v=0\r\nm=audio 1 RTP/AVP 0\r\n"),
            None,
        );
    }
}
