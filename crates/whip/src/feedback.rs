//! RTCP that we send: receiver reports, requests for missing packets and for whole pictures, and how much we can take
//! (RFC 3550 §6.4.2, RFC 4585 §6.2.1, §6.3.1, REMB).

use crate::reception::ReportFigures;

/// A compound packet under construction.
#[derive(Debug)]
pub struct Feedback {
    octets: Vec<u8>,
    ours: u32,
}

impl Feedback {
    /// Begins with the receiver report and the CNAME that every compound packet needs.
    pub fn new(ours: u32, cname: &str, blocks: &[(u32, ReportFigures)]) -> Self {
        let mut feedback = Self { octets: Vec::with_capacity(128), ours };
        let blocks = blocks.get(..31).unwrap_or(blocks);
        feedback.header(blocks.len() as u8, 201, 1 + 6 * blocks.len());
        feedback.word(ours);
        for (sender, figures) in blocks {
            feedback.word(*sender);
            feedback.word((u32::from(figures.fraction_lost) << 24) | (figures.lost & 0xFF_FFFF));
            for word in [figures.highest, figures.jitter, figures.last_report, figures.since_report] {
                feedback.word(word);
            }
        }
        let mut chunk = ours.to_be_bytes().to_vec();
        chunk.extend_from_slice(&[1, cname.len().min(255) as u8]);
        chunk.extend_from_slice(&cname.as_bytes()[..cname.len().min(255)]);
        chunk.push(0);
        while !chunk.len().is_multiple_of(4) {
            chunk.push(0);
        }
        feedback.header(1, 202, chunk.len() / 4);
        feedback.octets.extend_from_slice(&chunk);
        feedback
    }

    /// Asks for missing packets (generic NACK).
    pub fn ask_for(&mut self, sender: u32, missing: &[u16]) {
        let mut pairs: Vec<(u16, u16)> = Vec::new();
        for sequence in missing {
            match pairs.last_mut() {
                Some((first, mask)) if (1..=16).contains(&sequence.wrapping_sub(*first)) => {
                    *mask |= 1 << (sequence.wrapping_sub(*first) - 1);
                }
                _ => pairs.push((*sequence, 0)),
            }
        }
        if pairs.is_empty() {
            return;
        }
        self.header(1, 205, 2 + pairs.len());
        self.word(self.ours);
        self.word(sender);
        for (first, mask) in pairs {
            self.word((u32::from(first) << 16) | u32::from(mask));
        }
    }

    /// Asks for a whole picture (PLI).
    pub fn ask_for_picture(&mut self, sender: u32) {
        self.header(1, 206, 2);
        self.word(self.ours);
        self.word(sender);
    }

    /// Says how much may be sent, in bits a second.
    pub fn allow(&mut self, senders: &[u32], bits: u64) {
        let Some(senders) = senders.get(..senders.len().min(32)).filter(|senders| !senders.is_empty()) else {
            return;
        };
        self.header(15, 206, 4 + senders.len());
        self.word(self.ours);
        self.word(0);
        self.octets.extend_from_slice(b"REMB");
        let exponent = (64 - bits.leading_zeros()).saturating_sub(18);
        let mantissa = (bits >> exponent) as u32 & 0x3_FFFF;
        self.word(((senders.len() as u32) << 24) | (exponent << 18) | mantissa);
        for sender in senders {
            self.word(*sender);
        }
    }

    /// The packet, to be protected and sent.
    pub fn into_octets(self) -> Vec<u8> {
        self.octets
    }

    fn header(&mut self, count: u8, kind: u8, words: usize) {
        self.octets.extend_from_slice(&[0x80 | count, kind]);
        self.octets.extend_from_slice(&(words as u16).to_be_bytes());
    }

    fn word(&mut self, word: u32) {
        self.octets.extend_from_slice(&word.to_be_bytes());
    }
}

/// Sender reports in a compound packet: who sent it, and the middle bits of its NTP time.
pub fn sender_reports(mut compound: &[u8]) -> Vec<(u32, u32)> {
    let mut found = Vec::new();
    while let Some((&[_, kind, l0, l1], rest)) = compound.split_first_chunk::<4>() {
        let Some((body, next)) = rest.split_at_checked(usize::from(u16::from_be_bytes([l0, l1])) * 4) else {
            break;
        };
        if kind == 200
            && let Some(&[s0, s1, s2, s3, _, _, n2, n3, n4, n5, _, _]) = body.first_chunk::<12>()
        {
            found.push((u32::from_be_bytes([s0, s1, s2, s3]), u32::from_be_bytes([n2, n3, n4, n5])));
        }
        compound = next;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_of_a_compound_says_its_own_length() {
        let figures = ReportFigures {
            fraction_lost: 1,
            lost: 2,
            highest: 3,
            jitter: 4,
            last_report: 5,
            since_report: 6,
        };
        let mut feedback = Feedback::new(7, "abcde", &[(8, figures)]);
        feedback.ask_for(8, &[10, 11, 26, 27, 65_535]);
        feedback.ask_for_picture(8);
        feedback.allow(&[8, 9], 2_500_000);
        let octets = feedback.into_octets();
        let (mut kinds, mut rest) = (Vec::new(), octets.as_slice());
        while let Some((&[first, kind, l0, l1], body)) = rest.split_first_chunk::<4>() {
            kinds.push((first & 31, kind));
            rest = &body[usize::from(u16::from_be_bytes([l0, l1])) * 4..];
        }
        assert_eq!(kinds, [(1, 201), (1, 202), (1, 205), (1, 206), (15, 206)]);
        let asked = octets.windows(4).any(|w| w == [0, 10, 0x80, 0x01]);
        assert!(asked, "10, 11 and 26 share a pair");
    }

    #[test]
    fn a_sender_report_is_found_and_a_damaged_compound_stops_it() {
        let mut report = vec![0x80, 200, 0, 6, 0, 0, 0, 9];
        report.extend([1, 2, 3, 4, 5, 6, 7, 8]);
        report.extend([0; 12]);
        report.extend([0x80, 202, 0xFF, 0xFF]);
        assert_eq!(sender_reports(&report), [(9, 0x0304_0506)]);
        assert_eq!(sender_reports(&[0x80, 200, 0, 1]), []);
    }
}
