//! A seeded mutator: the same seed makes the same messages on every machine.

pub struct Mutator {
    state: u64,
}

/// Pieces that have broken parsers before.
const PIECES: &[&[u8]] = &[
    b"\r\n",
    b"\n",
    b"\r",
    b"\0",
    b"\r\n\r\n",
    b"\n\n",
    b" ",
    b"\t",
    b":",
    b";",
    b",",
    b"<",
    b">",
    b"\"",
    b"\\",
    b"=",
    b"%",
    b"@",
    b"[",
    b"]",
    b"--",
    b"&",
    b"&amp;",
    b"<![CDATA[",
    b"<!--",
    b"-->",
    b"</",
    b"/>",
    b"<?",
    b"<!DOCTYPE x>",
    b"\xff",
    b"\xe6\xbb",
    b"\xef\xbb\xbf",
    b"-1",
    b"0",
    b"4294967295",
    b"18446744073709551615",
    b"99999999999999999999999999999999",
    b"%00",
    b"%s%n",
    b"../../etc",
    b"Via: ",
    b"Content-Length: ",
    b"CSeq: ",
    b"Require: x\r\n",
    b"INVITE",
    b"SIP/2.0",
    b"m=audio 1 RTP/AVP 0\r\n",
    b"v=0\r\n",
    b"a=",
    b"z9hG4bK",
];

impl Mutator {
    pub fn new(seed: u64) -> Mutator {
        Mutator { state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1 }
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }

    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        let at = self.below(list.len());
        &list[at]
    }

    /// Changes one to eight places.
    pub fn mutate(&mut self, original: &[u8]) -> Vec<u8> {
        let mut octets = original.to_vec();
        for _ in 0..=self.below(8) {
            self.change(&mut octets);
        }
        octets.truncate(140_000);
        octets
    }

    fn change(&mut self, octets: &mut Vec<u8>) {
        let at = self.below(octets.len() + 1);
        let length = self.below(40).min(octets.len() - at);
        match self.below(9) {
            0 => octets.truncate(at),
            1 => drop(octets.drain(at..at + length)),
            2 => {
                let piece = *self.pick(PIECES);
                octets.splice(at..at, piece.iter().copied());
            }
            3 => {
                let piece = *self.pick(PIECES);
                octets.splice(at..at + length, piece.iter().copied());
            }
            4 => {
                let copy = octets[at..at + length].to_vec();
                let to = self.below(octets.len() + 1);
                octets.splice(to..to, copy);
            }
            5 => {
                let copy = octets[at..at + length].repeat(self.below(50));
                octets.splice(at..at, copy);
            }
            6 => {
                if let Some(octet) = octets.get_mut(at) {
                    *octet ^= 1 << self.below(8);
                }
            }
            7 => {
                if let Some(octet) = octets.get_mut(at) {
                    *octet = u8::try_from(self.below(256)).unwrap();
                }
            }
            _ => {
                let lines: Vec<Vec<u8>> =
                    octets.split_inclusive(|octet| *octet == b'\n').map(<[u8]>::to_vec).collect();
                let mut lines = lines;
                let (one, two) = (self.below(lines.len()), self.below(lines.len()));
                if one < lines.len() && two < lines.len() {
                    lines.swap(one, two);
                }
                *octets = lines.concat();
            }
        }
    }
}
