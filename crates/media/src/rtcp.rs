//! RTCP as far as a recorder speaks it: sender reports and BYE are read, receiver reports are written (RFC 3550 §6).

/// A sender's report: at this instant of its wall clock its RTP clock stood there (§6.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SenderReport {
    /// Whose.
    pub ssrc: u32,
    /// Seconds since 1900 and their fraction, 32 bits each.
    pub ntp: u64,
    /// The same instant in RTP timestamp units.
    pub rtp_timestamp: u32,
}

/// What we say of one source we receive (§6.4.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReportBlock {
    /// Whose packets.
    pub ssrc: u32,
    /// Lost since the last report, in 256ths.
    pub fraction_lost: u8,
    /// Lost in all; fewer than none where packets came twice.
    pub lost: i32,
    /// Highest sequence number, with its wraps above.
    pub highest: u32,
    /// Interarrival jitter in RTP timestamp units.
    pub jitter: u32,
    /// The middle 32 bits of the last sender report's time; 0 if there was none.
    pub last_report: u32,
    /// Since then, in 65,536ths of a second.
    pub since_last_report: u32,
}

/// One packet of a compound that says something to a recorder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// A sender's clock.
    Sender(SenderReport),
    /// This source leaves.
    Bye(u32),
}

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const DESCRIPTION: u8 = 202;
const BYE: u8 = 203;
/// The item of a description that names a source (§6.5.1).
const CNAME: u8 = 1;
/// Most report blocks of one packet.
const MOST_BLOCKS: usize = 31;

/// A checked compound packet.
#[derive(Debug, Clone, Copy)]
pub struct Compound<'a> {
    packets: &'a [u8],
}

impl<'a> Compound<'a> {
    /// Reads a datagram; `None` where §A.2 calls it invalid: each packet is of version 2 and as long as it says, the first is a
    /// report, and only the last is padded. Reduced-size packets (RFC 5506) of any first kind pass, since peers send them.
    pub fn parse(datagram: &'a [u8]) -> Option<Self> {
        let mut rest = datagram;
        while !rest.is_empty() {
            let (packet, after) = split(rest)?;
            let padded = packet.first().is_some_and(|flags| flags & 0x20 != 0);
            if padded && !after.is_empty() {
                return None;
            }
            rest = after;
        }
        (!datagram.is_empty()).then_some(Self { packets: datagram })
    }

    /// What it says, in order.
    pub fn said(&self) -> impl Iterator<Item = Said> + use<'a> {
        let mut rest = self.packets;
        std::iter::from_fn(move || {
            let (packet, after) = split(rest)?;
            rest = after;
            Some(packet)
        })
        .filter_map(|packet| match *packet.get(1)? {
            SENDER_REPORT => Some(Said::Sender(SenderReport {
                ssrc: number(packet, 4)?,
                ntp: u64::from(number(packet, 8)?) << 32 | u64::from(number(packet, 12)?),
                rtp_timestamp: number(packet, 16)?,
            })),
            BYE if packet.first()? & 0x1F > 0 => Some(Said::Bye(number(packet, 4)?)),
            _ => None,
        })
    }
}

/// The first packet, header included, and what follows it.
fn split(octets: &[u8]) -> Option<(&[u8], &[u8])> {
    let &[flags, kind, l0, l1, ..] = octets else { return None };
    if flags >> 6 != 2 || !(192..=223).contains(&kind) {
        return None;
    }
    octets.split_at_checked(4 * (usize::from(u16::from_be_bytes([l0, l1])) + 1))
}

fn number(octets: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*octets.get(at..)?.first_chunk::<4>()?))
}

/// Appends a compound of a receiver report and the description that names us (§6.1 asks for both).
pub fn write_receiver_report(ssrc: u32, blocks: &[ReportBlock], cname: &str, out: &mut Vec<u8>) {
    let blocks = blocks.get(..blocks.len().min(MOST_BLOCKS)).unwrap_or_default();
    let count = u8::try_from(blocks.len()).unwrap_or(0);
    header(out, count, RECEIVER_REPORT, 1 + 6 * blocks.len());
    out.extend_from_slice(&ssrc.to_be_bytes());
    for block in blocks {
        let lost = block.lost.clamp(-0x80_0000, 0x7F_FFFF).to_be_bytes();
        out.extend_from_slice(&block.ssrc.to_be_bytes());
        let [_, lost @ ..] = lost;
        out.push(block.fraction_lost);
        out.extend_from_slice(&lost);
        for word in [block.highest, block.jitter, block.last_report, block.since_last_report] {
            out.extend_from_slice(&word.to_be_bytes());
        }
    }
    let name = cname.as_bytes().get(..cname.len().min(255)).unwrap_or_default();
    // SSRC, item and its length, the name, and one to four octets of nothing that end the list.
    let words = 1 + (2 + name.len()) / 4 + 1;
    header(out, 1, DESCRIPTION, words);
    let end = out.len() + 4 * words;
    out.extend_from_slice(&ssrc.to_be_bytes());
    out.extend_from_slice(&[CNAME, u8::try_from(name.len()).unwrap_or(u8::MAX)]);
    out.extend_from_slice(name);
    out.resize(end, 0);
}

/// A header; `words` is the length of what follows it.
fn header(out: &mut Vec<u8>, count: u8, kind: u8, words: usize) {
    out.extend_from_slice(&[0x80 | count & 0x1F, kind]);
    out.extend_from_slice(&u16::try_from(words).unwrap_or(u16::MAX).to_be_bytes());
}

#[cfg(test)]
mod tests;
