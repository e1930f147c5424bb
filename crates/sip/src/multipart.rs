//! Multipart bodies as recording clients send them (RFC 2046 §5.1, RFC 5621).

use crate::message::headers::Headers;
use crate::message::parameters::{parameter, parse_parameters};
use crate::message::parse::split_head;

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

const MOST_PARTS: usize = 16;
const DEEPEST: usize = 4;
const LONGEST_BOUNDARY: usize = 256;

/// Splits a multipart body into its leaf parts (nested multiparts are opened), by the declared boundary only.
///
/// Preamble and epilogue are dropped, the closing boundary may be missing, lines may end in LF alone. Where no
/// boundary is declared, a first line beginning with `--` is taken for it.
pub fn split<'a>(content_type: &str, body: &'a [u8]) -> Result<Vec<Part<'a>>, MultipartError> {
    let mut leaves = Vec::new();
    split_into(&mut leaves, content_type, body, 0)?;
    Ok(leaves)
}

fn split_into<'a>(
    leaves: &mut Vec<Part<'a>>,
    content_type: &str,
    body: &'a [u8],
    depth: usize,
) -> Result<(), MultipartError> {
    if depth >= DEEPEST {
        return Err(MultipartError::TooMany);
    }
    let boundary = boundary(content_type, body).ok_or(MultipartError::NoBoundary)?;
    let sections = sections(body, &boundary)?;
    if sections.is_empty() {
        return Err(MultipartError::NoParts);
    }
    for section in sections {
        let (head, body) = split_part(section);
        let headers = Headers::parse(head);
        let nested = headers.get("content-type").unwrap_or_default().to_owned();
        let is_nested =
            nested.trim_start().get(..10).is_some_and(|kind| kind.eq_ignore_ascii_case("multipart/"));
        if is_nested {
            // An inner multipart that cannot be split is a part nobody asks for.
            if let Err(MultipartError::TooMany) = split_into(leaves, &nested, body, depth + 1) {
                return Err(MultipartError::TooMany);
            }
            continue;
        }
        if leaves.len() >= MOST_PARTS {
            return Err(MultipartError::TooMany);
        }
        leaves.push(Part { headers, body });
    }
    Ok(())
}

fn boundary(content_type: &str, body: &[u8]) -> Option<Vec<u8>> {
    let (_, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    let parameters = parse_parameters(parameters);
    let declared = parameter(&parameters, "boundary").filter(|boundary| !boundary.is_empty());
    let boundary = match declared {
        Some(declared) => declared.trim_end().as_bytes().to_vec(),
        None => {
            let line = body.trim_ascii_start().split(|octet| *octet == b'\n').next()?;
            line.trim_ascii_end().strip_prefix(b"--").filter(|rest| !rest.is_empty())?.to_vec()
        }
    };
    (boundary.len() <= LONGEST_BOUNDARY).then_some(boundary)
}

/// One occurrence of the delimiter.
struct Delimiter {
    /// Where the content before it ends.
    content_end: usize,
    /// Where the content after it begins.
    next: usize,
    closing: bool,
}

fn sections<'a>(body: &'a [u8], boundary: &[u8]) -> Result<Vec<&'a [u8]>, MultipartError> {
    let mut sections = Vec::new();
    let mut open: Option<usize> = None;
    let mut from = 0;
    while let Some(delimiter) = find_delimiter(body, boundary, from) {
        if let Some(start) = open {
            if sections.len() >= MOST_PARTS {
                return Err(MultipartError::TooMany);
            }
            sections.push(body.get(start..delimiter.content_end).unwrap_or_default());
        }
        from = delimiter.next;
        open = if delimiter.closing { None } else { Some(delimiter.next) };
        if delimiter.closing {
            break;
        }
    }
    if let Some(start) = open {
        // No closing boundary: the last part reaches to the end.
        let rest = body.get(start..).unwrap_or_default();
        if !rest.trim_ascii().is_empty() {
            sections.push(rest);
        }
    }
    Ok(sections)
}

/// The next `--boundary` at or after `from`. Some peers forget the line break before it, so it may also end a
/// line; what follows it on its line must be blank.
fn find_delimiter(body: &[u8], boundary: &[u8], from: usize) -> Option<Delimiter> {
    let mut at = from;
    loop {
        let rest = body.get(at..)?;
        let found = rest.windows(2).position(|pair| pair == b"--")?;
        let start = at + found;
        at = start + 1;
        let Some(after) = body.get(start + 2..).and_then(|rest| rest.strip_prefix(boundary)) else {
            continue;
        };
        let before = body.get(..start)?;
        let at_line_start = before.is_empty() || before.ends_with(b"\n");
        if !at_line_start && boundary.len() < 6 {
            continue;
        }
        let closing = after.starts_with(b"--");
        let tail = if closing { after.get(2..)? } else { after };
        // Only the blanks are walked over: a line full of look-alikes must not be read again for each of them.
        let blanks = tail.iter().take_while(|octet| matches!(octet, b' ' | b'\t' | b'\r')).count();
        if !closing && !matches!(tail.get(blanks), None | Some(b'\n')) {
            continue;
        }
        let content_end = match before.strip_suffix(b"\r\n").or(before.strip_suffix(b"\n")) {
            Some(content) => content.len().max(from.min(start)),
            None => start,
        };
        let next = (body.len() - tail.len() + blanks + 1).min(body.len());
        return Some(Delimiter { content_end, next, closing });
    }
}

fn split_part(section: &[u8]) -> (&[u8], &[u8]) {
    let first = section.split(|octet| *octet == b'\n').next().unwrap_or_default();
    // A part may begin with its content if it has no header lines at all.
    if first.trim_ascii().is_empty() || first.contains(&b':') { split_head(section) } else { (&[], section) }
}

#[cfg(test)]
mod tests;
