//! Waveform peaks: the lowest and highest sample of each fiftieth of a second, kept with a segment and drawn by the portal.

use serde::{Deserialize, Serialize};

use crate::codec::TIMELINE_RATE;
use crate::g711::{self, Law};

/// Buckets a second of audio.
pub const BUCKETS_PER_SECOND: u32 = 50;

/// Lowest and highest sample of a bucket, −128..=127 for full scale.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peak {
    /// Lowest.
    pub min: i8,
    /// Highest.
    pub max: i8,
}

impl Peak {
    /// The peak of both.
    pub fn join(self, other: Self) -> Self {
        Self { min: self.min.min(other.min), max: self.max.max(other.max) }
    }

    /// Both as −1..=1.
    pub fn as_floats(self) -> [f32; 2] {
        [f32::from(self.min) / 128.0, f32::from(self.max) / 127.0]
    }
}

/// The peaks of one media file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Peaks {
    /// Timeline samples a bucket; the last one may be short.
    pub samples_per_bucket: u32,
    /// One row a channel of the file, in the file's order.
    pub channels: Vec<Vec<Peak>>,
}

/// The peaks of one media file at its place in the recording.
#[derive(Debug, Clone, Copy)]
pub struct PlacedPeaks<'a> {
    /// First sample of the file on the recording's timeline.
    pub start_sample: u64,
    /// Which channel of the recording each row of `peaks` is.
    pub channels: &'a [u8],
    /// The peaks.
    pub peaks: &'a Peaks,
}

/// First octet of the stored form.
const FORMAT_VERSION: u8 = 1;

impl Peaks {
    /// The peaks of G.711 payload, one slice a channel.
    pub fn of_g711(law: Law, channels: &[&[u8]]) -> Self {
        let samples_per_bucket = TIMELINE_RATE / BUCKETS_PER_SECOND;
        let height = match law {
            Law::Mu => &MU_LAW_HEIGHTS,
            Law::A => &A_LAW_HEIGHTS,
        };
        let row = |payload: &&[u8]| {
            payload.chunks(samples_per_bucket as usize).map(|bucket| peak(height, bucket)).collect()
        };
        Self { samples_per_bucket, channels: channels.iter().map(row).collect() }
    }

    /// The peaks of linear samples, one slice a channel.
    pub fn of_samples(channels: &[&[i16]]) -> Self {
        let samples_per_bucket = TIMELINE_RATE / BUCKETS_PER_SECOND;
        let peak = |bucket: &[i16]| {
            bucket.iter().fold(Peak::default(), |peak, sample| {
                let height = (*sample >> 8) as i8;
                Peak { min: peak.min.min(height), max: peak.max.max(height) }
            })
        };
        let row = |samples: &&[i16]| samples.chunks(samples_per_bucket as usize).map(peak).collect();
        Self { samples_per_bucket, channels: channels.iter().map(row).collect() }
    }

    /// The stored form: version, channels, samples a bucket (u32), buckets (u32), then min and max of each, channel by channel; big-endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        let buckets = self.channels.iter().map(Vec::len).max().unwrap_or(0);
        let mut out = Vec::with_capacity(10 + self.channels.len() * buckets * 2);
        out.push(FORMAT_VERSION);
        out.push(u8::try_from(self.channels.len()).unwrap_or(u8::MAX));
        out.extend_from_slice(&self.samples_per_bucket.to_be_bytes());
        out.extend_from_slice(&u32::try_from(buckets).unwrap_or(u32::MAX).to_be_bytes());
        for row in self.channels.iter().take(usize::from(u8::MAX)) {
            let padding = std::iter::repeat(Peak::default());
            for peak in row.iter().copied().chain(padding).take(buckets) {
                out.extend_from_slice(&peak.min.to_be_bytes());
                out.extend_from_slice(&peak.max.to_be_bytes());
            }
        }
        out
    }

    /// Reads [`Self::to_bytes`]; `None` for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&[version, channels, s0, s1, s2, s3, b0, b1, b2, b3], body) = bytes.split_first_chunk::<10>()?;
        let samples_per_bucket = u32::from_be_bytes([s0, s1, s2, s3]);
        let buckets = usize::try_from(u32::from_be_bytes([b0, b1, b2, b3])).ok()?;
        let row_len = buckets.checked_mul(2)?;
        if version != FORMAT_VERSION
            || samples_per_bucket == 0
            || body.len() != row_len.checked_mul(usize::from(channels))?
        {
            return None;
        }
        let row = |octets: &[u8]| {
            octets
                .as_chunks::<2>()
                .0
                .iter()
                .map(|&[min, max]| Peak { min: min.cast_signed(), max: max.cast_signed() })
                .collect()
        };
        let rows = if row_len == 0 {
            vec![Vec::new(); usize::from(channels)]
        } else {
            body.chunks_exact(row_len).map(row).collect()
        };
        Some(Self { samples_per_bucket, channels: rows })
    }
}

/// The peaks of a whole recording of `total_samples`, drawn with `points` points a channel; one row for each channel from 0
/// to the highest one that any part has. Where no part lies, the point is zero.
pub fn resample(parts: &[PlacedPeaks<'_>], total_samples: u64, points: usize) -> Vec<Vec<Peak>> {
    let rows =
        parts.iter().flat_map(|part| part.channels).max().map_or(0, |&highest| usize::from(highest) + 1);
    let mut drawn = vec![vec![Peak::default(); points]; rows];
    let (total, wide) = (u128::from(total_samples.max(1)), points as u128);
    for part in parts {
        let step = u64::from(part.peaks.samples_per_bucket);
        for (&channel, row) in part.channels.iter().zip(&part.peaks.channels) {
            let Some(target) = drawn.get_mut(usize::from(channel)) else { continue };
            let mut from = part.start_sample;
            for &peak in row {
                let until = from.saturating_add(step).min(total_samples);
                let first = usize::try_from(u128::from(from) * wide / total).unwrap_or(usize::MAX);
                let last = usize::try_from((u128::from(until) * wide).div_ceil(total)).unwrap_or(usize::MAX);
                let covered = target.iter_mut().take(last).skip(first);
                covered.for_each(|point| *point = point.join(peak));
                from = from.saturating_add(step);
            }
        }
    }
    drawn
}

static MU_LAW_HEIGHTS: [i8; 256] = heights(Law::Mu);
static A_LAW_HEIGHTS: [i8; 256] = heights(Law::A);

/// The upper eight bits of each octet's sample; taking them keeps the order, so the extremes may be sought among them.
const fn heights(law: Law) -> [i8; 256] {
    let mut values = [0_i8; 256];
    let mut rest: &mut [i8] = &mut values;
    let mut octet = 0_u8;
    while let Some((first, tail)) = rest.split_first_mut() {
        *first = (g711::decode_octet(law, octet) >> 8) as i8;
        rest = tail;
        octet = octet.wrapping_add(1);
    }
    values
}

fn peak(heights: &[i8; 256], bucket: &[u8]) -> Peak {
    let height = |octet: &u8| heights.get(usize::from(*octet)).copied().unwrap_or(0);
    bucket
        .iter()
        .map(height)
        .fold(Peak::default(), |peak, height| Peak { min: peak.min.min(height), max: peak.max.max(height) })
}

#[cfg(test)]
mod tests;
