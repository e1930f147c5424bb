//! An hour of two clocks that disagree, and what is no drift.

#![allow(clippy::indexing_slicing)]

use super::*;

/// One 20 ms packet after the other for `seconds`: its number, its timestamp, and when it arrived after up to 30 ms of jitter.
fn sent(seconds: u64, seed: u32) -> impl Iterator<Item = (u64, u32, u64)> {
    let mut random = seed;
    (0..seconds * 50).map(move |n| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (n, (n * 160) as u32, n * 20_000 + 5_000 + u64::from(random >> 16) % 30_000)
    })
}

// rule: RT10
#[test]
fn two_legs_stay_within_40_ms_for_an_hour_at_100_ppm_each_way() {
    let spoken = |n: u64, ppm: i64| (n as i64 * 20_000 - n as i64 * 20_000 * ppm / 1_000_000) as u64;
    let mut follower = DriftFollower::default();
    let mut random = 7_u32;
    let mut jitter = || {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        5_000 + u64::from(random >> 16) % 30_000
    };
    let (mut next, ppm) = ([0_u64; 2], [100, -100]);
    let mut placed: [Vec<(u64, i64)>; 2] = [Vec::new(), Vec::new()];
    let mut worst = 0;
    while next[0] < 3_600 * 50 && next[1] < 3_600 * 50 {
        let leg = usize::from(spoken(next[1], ppm[1]) < spoken(next[0], ppm[0]));
        let n = next[leg];
        next[leg] += 1;
        let at = spoken(n, ppm[leg]);
        let correction = follower.on_packet(leg as u8, 5, 8_000, (n * 160) as u32, at + jitter());
        placed[leg].push((at, (n * 160) as i64 + correction.slip as i64));
        // What both said at the same instant stands how far apart?
        if let (Some(a), Some(b)) = (placed[0].last(), placed[1].last()) {
            let apart = (a.1 - b.1) - (a.0 as i64 - b.0 as i64) * 8 / 1_000;
            worst = worst.max(apart.abs());
        }
    }
    assert!(worst <= 40 * 8, "{} ms apart", worst / 8);
    assert!(
        follower.leads.iter().all(|(_, lead)| *lead < 3_200),
        "the timeline runs as fast as the faster leg: {:?}",
        follower.leads.last()
    );
    let slips = follower.sources.iter().map(|source| source.slip).collect::<Vec<_>>();
    assert!(slips[0] <= 160, "the faster leg gets no silence: {slips:?}");
}

#[test]
fn clocks_that_agree_are_left_alone_whatever_the_jitter() {
    let mut follower = DriftFollower::default();
    for (_, timestamp, arrival) in sent(900, 3) {
        assert_eq!(follower.on_packet(0, 1, 8_000, timestamp, arrival), Correction::default());
    }
}

#[test]
fn a_jump_or_another_route_is_no_drift() {
    let mut follower = DriftFollower::default();
    for (n, timestamp, arrival) in sent(600, 9) {
        let timestamp = if n > 10_000 { timestamp.wrapping_add(0x4000_0000) } else { timestamp };
        let arrival = if n > 20_000 { arrival + 150_000 } else { arrival };
        assert_eq!(follower.on_packet(0, 1, 8_000, timestamp, arrival), Correction::default(), "{n}");
    }
}

#[test]
fn a_call_of_a_minute_is_never_touched() {
    let mut follower = DriftFollower::default();
    for n in 0..2_900_u64 {
        let correction = follower.on_packet(0, 1, 48_000, (n * 960) as u32, n * 19_000);
        assert_eq!(correction, Correction::default());
    }
}

#[test]
fn what_was_seen_before_a_restart_is_not_counted_twice() {
    let packets: Vec<(u32, u64)> =
        (0..20_000_u64).map(|n| ((n * 160) as u32, n * 20_000 + n * 20_000 / 5_000)).collect();
    let mut whole = DriftFollower::default();
    let all: Vec<Correction> = packets
        .iter()
        .map(|(timestamp, arrival)| whole.on_packet(0, 1, 8_000, *timestamp, *arrival))
        .collect();
    assert!(all.last().is_some_and(|last| last.slip > 0), "{:?}", all.last());
    let mut first = DriftFollower::default();
    packets[..12_000].iter().for_each(|(timestamp, arrival)| {
        first.on_packet(0, 1, 8_000, *timestamp, *arrival);
    });
    let text = serde_json::to_string(&first).expect("JSON");
    let mut second: DriftFollower = serde_json::from_str(&text).expect("JSON");
    // The last ten seconds are read again.
    let again: Vec<Correction> = packets[11_500..]
        .iter()
        .map(|(timestamp, arrival)| second.on_packet(0, 1, 8_000, *timestamp, *arrival))
        .collect();
    assert_eq!(again, all[11_500..]);
    assert_eq!(second, whole);
}
