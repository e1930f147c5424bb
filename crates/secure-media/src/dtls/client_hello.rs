//! A ClientHello as the cookie exchange sees it, before any state or arithmetic is spent on it (RFC 6347 §4.2.1).

use crate::packet::octets;

/// Octets of a record's header, and of a handshake message's.
const RECORD: usize = 13;
const HANDSHAKE: usize = 12;
/// Where the session id's length stands: behind version and random.
const SESSION: usize = RECORD + HANDSHAKE + 2 + 32;

/// A whole, unfragmented ClientHello in the first record of a datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClientHello<'a> {
    datagram: &'a [u8],
    /// Octets of record and message together.
    end: usize,
    /// The first octet of the cookie.
    cookie: usize,
    cookie_length: usize,
}

/// Whether the first record is a ClientHello at all, whole or not.
pub(crate) fn is_client_hello(datagram: &[u8]) -> bool {
    // content type handshake, epoch 0, message type 1
    matches!(datagram, [22, _, _, 0, 0, ..]) && datagram.get(RECORD) == Some(&1)
}

/// The number of the handshake message that the first record holds in the clear.
pub(crate) fn message_number(datagram: &[u8]) -> Option<u16> {
    matches!(datagram, [22, _, _, 0, 0, ..]).then(|| octets(datagram, RECORD + 4).map(u16::from_be_bytes))?
}

impl<'a> ClientHello<'a> {
    /// None when it is cut into fragments, cut short, or says one length and has another.
    pub(crate) fn read(datagram: &'a [u8]) -> Option<Self> {
        is_client_hello(datagram).then_some(())?;
        let record_length = usize::from(u16::from_be_bytes(octets(datagram, 11)?));
        let end = RECORD + record_length;
        (datagram.len() >= end).then_some(())?;
        let [_, length @ ..] = octets::<4>(datagram, RECORD)?;
        let (offset, part) = (octets::<3>(datagram, RECORD + 6)?, octets::<3>(datagram, RECORD + 9)?);
        (offset == [0; 3] && part == length && number(length) + HANDSHAKE == record_length).then_some(())?;
        let session_length = usize::from(*datagram.get(SESSION)?);
        let cookie = SESSION + 1 + session_length + 1;
        let cookie_length = usize::from(*datagram.get(cookie - 1)?);
        (cookie + cookie_length < end).then_some(Self { datagram, end, cookie, cookie_length })
    }

    pub(crate) fn cookie(&self) -> &'a [u8] {
        self.datagram.get(self.cookie..self.cookie + self.cookie_length).unwrap_or_default()
    }

    /// The client's random: the same in a repeated hello, another in a new attempt.
    pub(crate) fn random(&self) -> [u8; 32] {
        octets(self.datagram, RECORD + HANDSHAKE + 2).unwrap_or_default()
    }

    /// What a cookie vouches for: everything in the message but the cookie.
    pub(crate) fn vouched(&self) -> [&'a [u8]; 2] {
        let before = self.datagram.get(RECORD + HANDSHAKE..self.cookie - 1).unwrap_or_default();
        let after = self.datagram.get(self.cookie + self.cookie_length..self.end).unwrap_or_default();
        [before, after]
    }

    /// The hello as it was before it carried a cookie: message 0 in record 0, with none. Under its own record number the hello
    /// that follows would be taken for a replay.
    pub(crate) fn without_cookie(&self) -> Vec<u8> {
        let [before, after] = self.vouched();
        let length = before.len() + 1 + after.len();
        let mut first = Vec::with_capacity(RECORD + HANDSHAKE + length);
        first.extend_from_slice(self.datagram.get(..5).unwrap_or_default());
        first.extend_from_slice(&[0; 6]);
        first.extend_from_slice(&u16::try_from(HANDSHAKE + length).unwrap_or_default().to_be_bytes());
        let [_, length @ ..] = u32::try_from(length).unwrap_or_default().to_be_bytes();
        first.push(1);
        first.extend_from_slice(&length);
        first.extend_from_slice(&[0; 5]);
        first.extend_from_slice(&length);
        first.extend_from_slice(before);
        first.push(0);
        first.extend_from_slice(after);
        first
    }

    /// The answer that asks for `cookie`; its record has the hello's own number (RFC 6347 §4.2.1).
    pub(crate) fn verify_request(&self, cookie: &[u8; 20]) -> Vec<u8> {
        let mut request = vec![22, 254, 255];
        request.extend_from_slice(self.datagram.get(3..11).unwrap_or_default());
        request.extend_from_slice(&[0, 35, 3, 0, 0, 23, 0, 0, 0, 0, 0, 0, 0, 23, 254, 255, 20]);
        request.extend_from_slice(cookie);
        request
    }
}

fn number([high, middle, low]: [u8; 3]) -> usize {
    usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low)
}
