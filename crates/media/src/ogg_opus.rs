//! Opus in Ogg (RFC 7845): the packets as received, a packet without audio where none was, and an index of the file's time.
//!
//! A hole is filled with packets of no audio octets, which tell every decoder to conceal (RFC 7845 §4.1 asks for that), so
//! that time is right in players that count packets. What does not fill 2.5 ms, the shortest frame, is left to the next hole;
//! before the first packet it is filled too, by a frame whose beginning is skipped, so that every packet stands at its time.

use crate::block_index::{BLOCK_SAMPLES, BlockIndex, TimedPacket, blocks_of};
use crate::codec::TIMELINE_RATE;
use crate::ogg::{PageWriter, split_page};
use crate::opus::{self, CLOCK_RATE, TICKS_A_SAMPLE, TableOfContents};

/// Ticks of the frames a hole is filled with (20, 10, 5, 2.5 ms), and their first octet: CELT, full band, one frame.
const FILLERS: [(i64, u8); 4] = [(960, 31 << 3), (480, 30 << 3), (240, 29 << 3), (120, 28 << 3)];

/// The shortest frame.
const SHORTEST: u64 = 120;

/// A page lasts at most this long: one second.
const PAGE_TICKS: i64 = CLOCK_RATE as i64;

/// What the index begins with. The lowest bit of its first octet says that it is to be kept (RFC 7845 §5.2).
const INDEX_MARK: &[u8] = b"\x01rokuon-blocks-1";

/// Most entries of the index, so that the comment header stays within one page; a longer file's last entry covers the rest.
const MAX_ENTRIES: u64 = 16_000;

/// What is read of a file to find its way in it: the pages of both headers are shorter.
pub const HEAD_LEN: u64 = 66 * 1024;

/// A whole file of `samples` timeline samples. Packets stand in order of time; nothing of them is changed.
pub fn file(serial: u32, packets: &[TimedPacket<'_>], samples: u64) -> Vec<u8> {
    let pre_skip = packets.first().map_or(0, |first| skipped_before(first.at));
    let pre_skip = u16::try_from(pre_skip).unwrap_or(u16::MAX);
    let stereo = packets
        .iter()
        .any(|packet| packet.payload.first().is_some_and(|toc| TableOfContents(*toc).is_stereo()));
    let payload: usize = packets.iter().map(|packet| packet.payload.len() + 8).sum();
    let mut out = Vec::with_capacity(payload + 4_096);
    let mut pages = PageWriter::new(serial);
    pages.packet(&head(if stereo { 2 } else { 1 }, pre_skip));
    pages.flush(0, false, &mut out);
    let entries = blocks_of(samples).min(MAX_ENTRIES);
    let tags_at = out.len();
    pages.packet(&tags(&vec![0; usize::try_from(entries).unwrap_or(0)], 0, 0));
    pages.flush(0, false, &mut out);

    let mut stream = Stream {
        pages,
        pre_skip: i64::from(pre_skip),
        at: -i64::from(pre_skip),
        page_from: 0,
        offsets: Vec::new(),
        out,
    };
    let end = i64::try_from(samples.saturating_mul(TICKS_A_SAMPLE)).unwrap_or(i64::MAX);
    for packet in packets {
        stream.fill(packet.at.saturating_mul(TICKS_A_SAMPLE as i64).min(end));
        let ticks = opus::packet_ticks(packet.payload).unwrap_or(0);
        stream.put(packet.payload, i64::try_from(ticks).unwrap_or(0));
    }
    stream.fill(end);
    let granule = u64::try_from(end.saturating_add(stream.pre_skip)).unwrap_or(0);
    stream.pages.flush(granule, true, &mut stream.out);

    let untrimmed = u64::try_from(stream.at.saturating_add(stream.pre_skip)).unwrap_or(0);
    let Stream { mut offsets, mut out, .. } = stream;
    offsets.resize(usize::try_from(entries).unwrap_or(0), out.len() as u64);
    // The comment header is written anew, now that places are known; its length stays.
    let mut pages = PageWriter::at_page(serial, 1);
    let mut headers = Vec::with_capacity(4_096);
    pages.packet(&tags(&offsets, out.len() as u64, untrimmed));
    pages.flush(0, false, &mut headers);
    if let Some(slot) = out.get_mut(tags_at..tags_at + headers.len()) {
        slot.copy_from_slice(&headers);
    }
    out
}

/// Ticks that are decoded and not heard where the first packet stands `at` samples from the file's first: its own beginning,
/// else that of what fills the hole before it, which is made of whole frames.
fn skipped_before(at: i64) -> u64 {
    let ticks = at.unsigned_abs().saturating_mul(TICKS_A_SAMPLE);
    if at < 0 { ticks } else { (SHORTEST - ticks % SHORTEST) % SHORTEST }
}

struct Stream {
    pages: PageWriter,
    pre_skip: i64,
    /// Ticks from the file's first sample to the end of what was put.
    at: i64,
    page_from: i64,
    offsets: Vec<u64>,
    out: Vec<u8>,
}

impl Stream {
    /// Fills up to `until` with packets without audio, as far as whole frames go.
    fn fill(&mut self, until: i64) {
        for (ticks, toc) in FILLERS {
            while until.saturating_sub(self.at) >= ticks {
                self.put(&[toc], ticks);
            }
        }
    }

    fn put(&mut self, packet: &[u8], ticks: i64) {
        if ticks <= 0 {
            return;
        }
        let block = u64::try_from(self.at).unwrap_or(0) / (BLOCK_SAMPLES * TICKS_A_SAMPLE);
        let new_block = block >= self.offsets.len() as u64;
        let full = !self.pages.has_room(packet.len()) || self.at - self.page_from >= PAGE_TICKS;
        if (new_block || full) && !self.pages.is_empty() {
            self.flush();
        }
        if self.pages.is_empty() {
            self.page_from = self.at;
        }
        if new_block {
            let place = self.out.len() as u64;
            self.offsets.resize(usize::try_from(block + 1).unwrap_or(0), place);
        }
        self.pages.packet(packet);
        self.at += ticks;
    }

    fn flush(&mut self) {
        let granule = u64::try_from(self.at.saturating_add(self.pre_skip)).unwrap_or(0);
        self.pages.flush(granule, false, &mut self.out);
    }
}

/// The identification header (RFC 7845 §5.1).
pub fn head(channels: u8, pre_skip: u16) -> Vec<u8> {
    let mut head = b"OpusHead\x01".to_vec();
    head.push(channels);
    head.extend_from_slice(&pre_skip.to_le_bytes());
    head.extend_from_slice(&(2 * TIMELINE_RATE).to_le_bytes());
    head.extend_from_slice(&[0, 0, 0]);
    head
}

/// The comment header (RFC 7845 §5.2) with the index behind its comments.
fn tags(offsets: &[u64], file_len: u64, untrimmed: u64) -> Vec<u8> {
    const VENDOR: &[u8] = b"rokuon";
    let mut tags = b"OpusTags".to_vec();
    tags.extend_from_slice(&(VENDOR.len() as u32).to_le_bytes());
    tags.extend_from_slice(VENDOR);
    tags.extend_from_slice(&0_u32.to_le_bytes());
    tags.extend_from_slice(INDEX_MARK);
    let short = |value: u64| u32::try_from(value).unwrap_or(u32::MAX).to_le_bytes();
    tags.extend_from_slice(&untrimmed.to_le_bytes());
    tags.extend_from_slice(&short(file_len));
    tags.extend_from_slice(&short(offsets.len() as u64));
    offsets.iter().for_each(|offset| tags.extend_from_slice(&short(*offset)));
    tags
}

/// How a file of ours begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OggOpusHead {
    /// Channels of the audio.
    pub channels: u8,
    /// Ticks that are decoded and not heard.
    pub pre_skip: u16,
    /// Where the last packet ends, though the file may end before it does.
    pub untrimmed: u64,
    /// Its index.
    pub index: BlockIndex,
}

/// Reads the headers from a file's first [`HEAD_LEN`] octets (or all, if there are fewer); `None` for a file that is not ours.
pub fn parse_head(bytes: &[u8]) -> Option<OggOpusHead> {
    let (page, rest) = split_page(bytes)?;
    let head = page.packets.first()?.strip_prefix(b"OpusHead\x01")?;
    let (&[channels, p0, p1], _) = head.split_first_chunk::<3>()?;
    let (page, _) = split_page(rest)?;
    let tags = page.packets.first()?.strip_prefix(b"OpusTags")?;
    let (vendor_len, rest) = take_u32(tags)?;
    let (count, rest) = take_u32(rest.get(usize::try_from(vendor_len).ok()?..)?)?;
    let rest = rest.strip_prefix(INDEX_MARK).filter(|_| count == 0)?;
    let (untrimmed, rest) = rest.split_first_chunk::<8>()?;
    let untrimmed = u64::from_le_bytes(*untrimmed);
    let (file_len, rest) = take_u32(rest)?;
    let (entries, rest) = take_u32(rest)?;
    let (offsets, _) = rest.as_chunks::<4>();
    let offsets: Vec<u64> = offsets.iter().map(|octets| u64::from(u32::from_le_bytes(*octets))).collect();
    let index = BlockIndex::new(offsets, u64::from(file_len))?;
    let whole = u64::from(entries) == index.blocks() as u64;
    whole.then_some(OggOpusHead { channels, pre_skip: u16::from_le_bytes([p0, p1]), untrimmed, index })
}

fn take_u32(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (octets, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_le_bytes(*octets), rest))
}

/// The packets of whole pages, at their times in timeline samples from the file's first; it stops at what is no page.
pub fn packets<'a>(mut pages: &'a [u8], head: &OggOpusHead) -> Vec<TimedPacket<'a>> {
    let ticks = |packet: &[u8]| i64::try_from(opus::packet_ticks(packet).unwrap_or(0)).unwrap_or(0);
    let mut read = Vec::new();
    while let Some((page, rest)) = split_page(pages) {
        pages = rest;
        let lasts: i64 = page.packets.iter().map(|packet| ticks(packet)).sum();
        // The last page may say that the file ends before its last packet does.
        let end = if page.is_last { head.untrimmed } else { page.granule };
        let end = i64::try_from(end).unwrap_or(i64::MAX).saturating_sub(i64::from(head.pre_skip));
        let mut at = end.saturating_sub(lasts);
        for packet in page.packets {
            read.push(TimedPacket { at: at.div_euclid(TICKS_A_SAMPLE as i64), payload: packet });
            at = at.saturating_add(ticks(packet));
        }
    }
    read
}

#[cfg(test)]
mod tests;
