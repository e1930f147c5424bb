//! What a flood is measured by: how long a call takes to be answered, and what the process holds.

use std::time::{Duration, Instant};

use rokuon_fixtures::phone::Phone;

use crate::harness::talk::plan;

/// Places calls of half a second one after another until `until`; how long each took to be answered.
pub async fn answered_after(phone: &Phone, seed: u64, until: Instant) -> Vec<Duration> {
    let mut took = Vec::new();
    while Instant::now() < until {
        let asked = Instant::now();
        let call = phone.invite(&plan(seed + took.len() as u64, 25)).await.expect("answered");
        took.push(asked.elapsed());
        call.hang_up().await.expect("hung up");
    }
    took.sort_unstable();
    took
}

/// The value at a hundredth of a sorted list.
pub fn percentile(sorted: &[Duration], hundredth: usize) -> Duration {
    sorted
        .get((sorted.len() * hundredth / 100).min(sorted.len().saturating_sub(1)))
        .copied()
        .unwrap_or_default()
}

/// Resident memory of a process in MiB.
pub fn resident_mib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("a line");
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).expect("a number") / 1_024
}
