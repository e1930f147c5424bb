//! Chance that can be had again from its seed.

/// A sequence of numbers (SplitMix64).
pub struct Dice(u64);

impl Dice {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Less than `below`.
    pub const fn roll(&mut self, below: u64) -> u64 {
        self.next() % below
    }

    /// Whether one of so many.
    pub const fn one_in(&mut self, many: u64) -> bool {
        self.roll(many) == 0
    }
}
