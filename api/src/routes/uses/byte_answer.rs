//! Which bytes a listener asks for, and the answer's headers (RFC 9110 §14): the same for the rendition and for a sealed file.

use std::ops::Range;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::byte_ranges::{Asked, asked};
use crate::problem::{Code, Problem};

/// The part that is served of something of known length and tag.
#[derive(Debug, Clone)]
pub(super) struct ByteAnswer {
    /// The bytes.
    pub range: Range<u64>,
    status: StatusCode,
    len: u64,
    tag: String,
}

impl ByteAnswer {
    /// All of it.
    pub fn whole(len: u64, tag: String) -> Self {
        Self { range: 0..len, status: StatusCode::OK, len, tag }
    }

    /// What the request's headers ask for.
    ///
    /// # Errors
    /// [`Code::RangeNotSatisfiable`] with the length.
    pub fn to(headers: &HeaderMap, len: u64, tag: String) -> Result<Self, Problem> {
        match asked(usable_range(headers, &tag), len) {
            Asked::Whole => Ok(Self::whole(len, tag)),
            Asked::Part(range) => Ok(Self { range, status: StatusCode::PARTIAL_CONTENT, len, tag }),
            Asked::Outside => {
                let unsatisfied =
                    HeaderValue::try_from(format!("bytes */{len}")).map_err(Problem::internal)?;
                Err(Problem::new(Code::RangeNotSatisfiable).header(header::CONTENT_RANGE, unsatisfied))
            }
        }
    }

    /// The response that carries them.
    ///
    /// # Errors
    /// A tag that is no header's value.
    pub fn response(&self, body: Body, media_type: &'static str) -> Result<Response, Problem> {
        let Range { start, end } = self.range;
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(end.saturating_sub(start)));
        headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
        headers.insert(header::ETAG, HeaderValue::try_from(&self.tag).map_err(Problem::internal)?);
        if self.status == StatusCode::PARTIAL_CONTENT {
            let part = format!("bytes {start}-{}/{}", end.saturating_sub(1), self.len);
            let part = HeaderValue::try_from(part).map_err(Problem::internal)?;
            headers.insert(header::CONTENT_RANGE, part);
        }
        Ok(response)
    }
}

/// The `Range` header, unless `If-Range` names another version of the bytes (only a strong tag can match, RFC 9110 §13.1.5).
fn usable_range<'a>(headers: &'a HeaderMap, tag: &str) -> Option<&'a str> {
    let same = headers.get(header::IF_RANGE).is_none_or(|condition| condition.as_bytes() == tag.as_bytes());
    let mut ranges = headers.get_all(header::RANGE).iter();
    let range = ranges.next().filter(|_| same)?;
    // two Range headers are as good as none
    if ranges.next().is_some() { None } else { range.to_str().ok() }
}
