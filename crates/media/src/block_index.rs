//! Where in a media file each two seconds of it begin, for files in which place is not time.

use std::ops::Range;

/// Timeline samples of a block: two seconds.
pub const BLOCK_SAMPLES: u64 = 16_000;

/// A packet of a file at its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimedPacket<'a> {
    /// When it begins, in timeline samples from the file's first; below 0 for one that reaches into the file from before.
    pub at: i64,
    /// The payload as received.
    pub payload: &'a [u8],
}

/// Byte offsets of a file's blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockIndex {
    /// Where the packets begin that start in each block (or the first that do after it).
    offsets: Vec<u64>,
    /// Length of the file.
    end: u64,
}

impl BlockIndex {
    /// An index of ascending offsets; `None` where they are not, or reach beyond the file.
    pub fn new(offsets: Vec<u64>, end: u64) -> Option<Self> {
        let ascending = offsets.windows(2).all(|pair| matches!(pair, [a, b] if a <= b));
        let inside = offsets.last().is_none_or(|last| *last <= end);
        (ascending && inside).then_some(Self { offsets, end })
    }

    /// How many blocks there are.
    pub const fn blocks(&self) -> usize {
        self.offsets.len()
    }

    /// The bytes from which `blocks` can be decoded: with the block before, in which a decoder warms up and the packet
    /// begins that reaches over the edge.
    pub fn bytes(&self, blocks: Range<u64>) -> Range<u64> {
        let at = |block: u64| {
            usize::try_from(block).ok().and_then(|block| self.offsets.get(block)).copied().unwrap_or(self.end)
        };
        at(blocks.start.saturating_sub(1))..at(blocks.end)
    }
}

/// Where the samples of each block would begin, were there `samples` of them: as many as there are blocks.
pub fn blocks_of(samples: u64) -> u64 {
    samples.div_ceil(BLOCK_SAMPLES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_read_with_the_one_before_it() {
        let index = BlockIndex::new(vec![100, 200, 350], 500).expect("ascending");
        assert_eq!(index.bytes(0..1), 100..200);
        assert_eq!(index.bytes(2..3), 200..500);
        assert_eq!(index.bytes(0..3), 100..500);
        assert_eq!(index.bytes(9..10), 500..500);
        assert_eq!(BlockIndex::new(vec![200, 100], 500), None);
        assert_eq!(BlockIndex::new(vec![200, 501], 500), None);
    }
}
