//! EBML (RFC 8794): elements of an id, a length and a body, written and read, bounded.

/// Appends an element id as it stands (its length is in its first bits).
fn id(id: u32, out: &mut Vec<u8>) {
    let octets = id.to_be_bytes();
    let skip = octets.iter().take_while(|octet| **octet == 0).count();
    out.extend(octets.into_iter().skip(skip));
}

/// Appends a length in eight octets, so that it can be known before what follows is.
fn long_length(len: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(&(len | 1 << 56).to_be_bytes());
}

/// Appends an element with its body.
pub fn element(kind: u32, body: &[u8], out: &mut Vec<u8>) {
    id(kind, out);
    long_length(body.len() as u64, out);
    out.extend_from_slice(body);
}

/// Appends an element of elements.
pub fn parent(kind: u32, out: &mut Vec<u8>, children: impl FnOnce(&mut Vec<u8>)) {
    id(kind, out);
    let at = out.len();
    long_length(0, out);
    children(out);
    let len = (out.len() - at - 8) as u64;
    if let Some(slot) = out.get_mut(at..at + 8) {
        slot.copy_from_slice(&(len | 1 << 56).to_be_bytes());
    }
}

/// Appends an unsigned integer in eight octets.
pub fn unsigned(kind: u32, value: u64, out: &mut Vec<u8>) {
    element(kind, &value.to_be_bytes(), out);
}

/// Appends a floating point number.
pub fn float(kind: u32, value: f64, out: &mut Vec<u8>) {
    element(kind, &value.to_be_bytes(), out);
}

/// An element, borrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Element<'a> {
    /// Its id.
    pub kind: u32,
    /// Its body.
    pub body: &'a [u8],
}

/// Reads the element at the front and returns what follows; `None` where no whole one stands there.
pub fn split_element(bytes: &[u8]) -> Option<(Element<'_>, &[u8])> {
    let (kind, len, rest) = split_header(bytes)?;
    let (body, rest) = rest.split_at_checked(usize::try_from(len).ok()?)?;
    Some((Element { kind, body }, rest))
}

/// Reads an element's id and length; returns them and its body with all that follows.
pub fn split_header(bytes: &[u8]) -> Option<(u32, u64, &[u8])> {
    let first = *bytes.first()?;
    let id_len = first.leading_zeros() as usize + 1;
    let (id, rest) = bytes.split_at_checked(id_len).filter(|_| id_len <= 4)?;
    let kind = id.iter().fold(0, |kind, octet| kind << 8 | u32::from(*octet));
    let first = *rest.first()?;
    let len_len = first.leading_zeros() as usize + 1;
    let (len, rest) = rest.split_at_checked(len_len).filter(|_| len_len <= 8)?;
    let len = len.iter().fold(0_u64, |len, octet| len << 8 | u64::from(*octet));
    Some((kind, len & !(1 << (7 * len_len)), rest))
}

/// The elements in `bytes`, as far as they are whole.
pub fn elements(mut bytes: &[u8]) -> impl Iterator<Item = Element<'_>> {
    std::iter::from_fn(move || {
        let (element, rest) = split_element(bytes)?;
        bytes = rest;
        Some(element)
    })
}

/// The value of an unsigned integer element; `None` for more than eight octets.
pub fn unsigned_of(body: &[u8]) -> Option<u64> {
    (body.len() <= 8).then(|| body.iter().fold(0, |value, octet| value << 8 | u64::from(*octet)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_read_as_they_were_written() {
        let mut out = Vec::new();
        parent(0x1A45_DFA3, &mut out, |out| {
            unsigned(0x4286, 1, out);
            element(0x4282, b"webm", out);
            parent(0xAE, out, |out| element(0x83, &[2], out));
        });
        let (header, rest) = split_element(&out).expect("whole");
        assert_eq!((header.kind, rest.len()), (0x1A45_DFA3, 0));
        let children: Vec<Element<'_>> = elements(header.body).collect();
        assert_eq!(children.iter().map(|child| child.kind).collect::<Vec<_>>(), [0x4286, 0x4282, 0xAE]);
        assert_eq!(children.first().and_then(|child| unsigned_of(child.body)), Some(1));
        for len in 0..out.len() {
            assert_eq!(split_element(out.get(..len).unwrap_or_default()), None);
        }
    }

    #[test]
    fn short_lengths_of_other_writers_are_read_too() {
        assert_eq!(split_header(&[0xA3, 0x84, 1]), Some((0xA3, 4, &[1][..])));
        assert_eq!(split_header(&[0x42, 0x86, 0x40, 0x7F]), Some((0x4286, 0x7F, &[][..])));
        assert_eq!(split_header(&[0, 0x81]), None);
        assert_eq!(split_header(&[0x81, 0]), None);
    }
}
