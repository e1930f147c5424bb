//! Peaks made, stored and drawn.

#![allow(clippy::indexing_slicing)]

use proptest::prelude::*;

use super::*;

#[test]
fn a_burst_stands_in_its_bucket_and_channel_only() {
    let mut left = vec![0xFF_u8; 480];
    left[165] = 0x80; // +32124
    left[170] = 0x00; // -32124
    let right = vec![0xFF_u8; 480];
    let peaks = Peaks::of_g711(Law::Mu, &[&left, &right]);
    let quiet = Peak::default();
    assert_eq!(peaks.channels, [vec![quiet, Peak { min: -126, max: 125 }, quiet], vec![quiet; 3]]);
}

#[test]
fn parts_are_drawn_where_they_lie() {
    let loud = Peak { min: -5, max: 6 };
    let first = Peaks { samples_per_bucket: 160, channels: vec![vec![loud; 50], vec![Peak::default(); 50]] };
    let mono = Peaks { samples_per_bucket: 160, channels: vec![vec![Peak { min: -1, max: 9 }; 50]] };
    let parts = [
        PlacedPeaks { start_sample: 0, channels: &[0, 1], peaks: &first },
        PlacedPeaks { start_sample: 16_000, channels: &[1], peaks: &mono },
    ];
    let drawn = resample(&parts, 32_000, 8);
    let quiet = Peak::default();
    assert_eq!(drawn[0], [loud, loud, quiet, quiet, quiet, quiet, quiet, quiet]);
    assert_eq!(drawn[1][..4], [quiet; 4]);
    assert_eq!(drawn[1][4..], [Peak { min: -1, max: 9 }, Peak { min: -1, max: 9 }, quiet, quiet]);
    assert!(resample(&[], 32_000, 8).is_empty());
}

#[test]
fn more_points_than_buckets_leave_no_hole() {
    let peaks = Peaks { samples_per_bucket: 160, channels: vec![vec![Peak { min: -1, max: 1 }; 5]] };
    let drawn = resample(&[PlacedPeaks { start_sample: 0, channels: &[0], peaks: &peaks }], 800, 4_000);
    assert!(drawn[0].iter().all(|peak| peak.max == 1));
}

proptest! {
    #[test]
    fn peaks_are_stored_and_read_alike(rows in proptest::collection::vec(proptest::collection::vec(any::<(i8, i8)>(), 7), 0..3)) {
        let channels = rows.iter().map(|row| row.iter().map(|&(min, max)| Peak { min, max }).collect()).collect();
        let peaks = Peaks { samples_per_bucket: 160, channels };
        let bytes = peaks.to_bytes();
        prop_assert_eq!(Peaks::from_bytes(&bytes), Some(peaks));
        for len in 0..bytes.len() {
            prop_assert_eq!(Peaks::from_bytes(&bytes[..len]), None);
        }
    }

    #[test]
    fn drawing_never_panics(start: u64, total: u64, points in 0..50_usize, step: u32) {
        let peaks = Peaks { samples_per_bucket: step, channels: vec![vec![Peak { min: -1, max: 1 }; 5]] };
        let drawn = resample(&[PlacedPeaks { start_sample: start, channels: &[1], peaks: &peaks }], total, points);
        prop_assert_eq!(drawn.len(), 2);
        prop_assert_eq!(drawn[0].len(), points);
    }
}
