//! A receiver's counters as octets, for the sealed journal. No key is among them.

use crate::packet::octets;
use crate::receiver::MOST_SOURCES;
use crate::replay_window::ReplayWindow;
use crate::source::Source;

/// First octet of every snapshot.
const VERSION: u8 = 1;
/// Octets of one source.
const SOURCE: usize = 4 + 8 + 16 + 4 + 16;

pub(crate) fn write(sources: &[Source]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(1 + SOURCE * sources.len());
    octets.push(VERSION);
    for source in sources {
        octets.extend_from_slice(&source.ssrc.to_be_bytes());
        octets.extend_from_slice(&source.rtp.highest.to_be_bytes());
        octets.extend_from_slice(&source.rtp.seen.to_be_bytes());
        octets.extend_from_slice(&u32::try_from(source.rtcp.highest).unwrap_or(u32::MAX).to_be_bytes());
        octets.extend_from_slice(&source.rtcp.seen.to_be_bytes());
    }
    octets
}

/// None when these octets are no snapshot.
pub(crate) fn read(snapshot: &[u8]) -> Option<Vec<Source>> {
    let (version, rest) = snapshot.split_first()?;
    if *version != VERSION || !rest.len().is_multiple_of(SOURCE) || rest.len() > SOURCE * MOST_SOURCES {
        return None;
    }
    rest.chunks_exact(SOURCE).map(source).collect()
}

fn source(row: &[u8]) -> Option<Source> {
    let rtp = ReplayWindow {
        highest: u64::from_be_bytes(octets(row, 4)?),
        seen: u128::from_be_bytes(octets(row, 12)?),
    };
    let rtcp = ReplayWindow {
        highest: u64::from(u32::from_be_bytes(octets(row, 28)?)),
        seen: u128::from_be_bytes(octets(row, 32)?),
    };
    (rtp.highest < crate::source::MOST_PACKETS).then_some(())?;
    Some(Source::restored(u32::from_be_bytes(octets(row, 0)?), rtp, rtcp))
}
