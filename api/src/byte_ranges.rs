//! The `Range` header (RFC 9110 §14): which bytes of a file of known length a request asks for.

use std::ops::Range;

/// How many ranges a request may name before it is answered as if it named none (RFC 9110 §14.2: against needless work).
const MOST: usize = 4;

/// What a `Range` header asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// No usable range: the whole file, status 200.
    Whole,
    /// One range, status 206.
    Part(Range<u64>),
    /// Only ranges without a byte of the file: status 416.
    Outside,
}

/// Reads a `Range` header for a file of `len` bytes.
///
/// A malformed header, another unit, more than [`MOST`] ranges or several that do not join into one are answered with the
/// whole file, as RFC 9110 permits; overlapping and adjoining ranges are joined.
pub fn asked(header: Option<&str>, len: u64) -> Asked {
    let Some(set) = header.and_then(|header| {
        let (unit, set) = header.split_once('=')?;
        unit.trim().eq_ignore_ascii_case("bytes").then_some(set)
    }) else {
        return Asked::Whole;
    };
    let specs: Vec<&str> =
        set.split(',').map(|spec| spec.trim_matches([' ', '\t'])).filter(|spec| !spec.is_empty()).collect();
    if specs.is_empty() || specs.len() > MOST {
        return Asked::Whole;
    }
    let mut ranges = Vec::with_capacity(specs.len());
    for spec in specs {
        match one(spec, len) {
            Some(Some(range)) => ranges.push(range),
            Some(None) => {}
            None => return Asked::Whole,
        }
    }
    join(ranges)
}

/// One range spec: `None` when malformed, `Some(None)` when it holds no byte of the file.
fn one(spec: &str, len: u64) -> Option<Option<Range<u64>>> {
    let (first, last) = spec.split_once('-')?;
    let range = if first.is_empty() {
        let suffix = digits(last)?;
        len.saturating_sub(suffix)..len
    } else {
        let first = digits(first)?;
        let end = if last.is_empty() { len } else { digits(last)?.saturating_add(1) };
        if !last.is_empty() && end <= first {
            return None;
        }
        first..end.min(len)
    };
    Some((range.start < range.end).then_some(range))
}

/// Decimal digits only; more than fit are as good as the largest number.
fn digits(text: &str) -> Option<u64> {
    let sound = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    sound.then(|| text.parse().unwrap_or(u64::MAX))
}

fn join(mut ranges: Vec<Range<u64>>) -> Asked {
    ranges.sort_by_key(|range| range.start);
    let mut ranges = ranges.into_iter();
    let Some(mut joined) = ranges.next() else { return Asked::Outside };
    for range in ranges {
        if range.start > joined.end {
            return Asked::Whole;
        }
        joined.end = joined.end.max(range.end);
    }
    Asked::Part(joined)
}

#[cfg(test)]
mod tests;
