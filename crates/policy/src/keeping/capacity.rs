//! A full store (TK-7.1): the oldest that nothing keeps gives way first, never one within its shortest period.

use chrono::{DateTime, Utc};

use super::{Cause, DueReason, KeptRecording};
use crate::recording_state::RecordingState;
use crate::retention::Capacity;

const GIBIBYTE: u64 = 1 << 30;

/// What gives way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivesWay<I> {
    /// These become due for [`Cause`], oldest call first.
    pub recordings: Vec<I>,
    /// Why, and on which article.
    pub cause: Cause,
    /// Octets that would still have to go, were there anything left that may: above 0 the store will fill, and somebody must be told.
    pub short_by: u64,
}

impl Capacity {
    /// Octets at which the oldest gives way.
    pub const fn threshold(&self) -> u64 {
        (self.gibibytes as u64).saturating_mul(GIBIBYTE).saturating_mul(self.gives_way_at_percent as u64)
            / 100
    }
}

/// Which recordings give way so that at most the threshold is used.
///
/// `used` is what the tenant's sealed recordings take in the store, in octets, held ones included and those already due not; the
/// candidates come oldest call first, each with the octets that go with it. Held ones, those in the day after their last hold, those
/// within their shortest period and those already on their way are passed over.
pub fn gives_way<'a, I>(
    capacity: &Capacity,
    used: u64,
    oldest_first: impl IntoIterator<Item = (I, &'a KeptRecording, u64)>,
    now: DateTime<Utc>,
) -> GivesWay<I> {
    let mut over = used.saturating_sub(capacity.threshold());
    let mut recordings = Vec::new();
    for (id, kept, octets) in oldest_first {
        if over == 0 {
            break;
        }
        if may_give_way(kept, now) {
            recordings.push(id);
            over = over.saturating_sub(octets);
        }
    }
    let cause = Cause { reason: DueReason::Capacity, article: capacity.article.clone() };
    GivesWay { recordings, cause, short_by: over }
}

/// Whether a recording may give way at all at `now`.
pub fn may_give_way(kept: &KeptRecording, now: DateTime<Utc>) -> bool {
    use RecordingState as S;
    matches!(kept.state, S::Primary | S::Secondary | S::Quarantined)
        && !kept.is_held()
        && !kept.is_in_grace(now)
        && !kept.is_within_minimum(now)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::keeping::testing::kept;
    use crate::testing::{at, policy};

    const MIB: u64 = 1 << 20;

    // req: TK-7.1
    #[test]
    fn the_oldest_unheld_gives_way_first_and_never_below_the_minimum() {
        let policy = policy("takikawa");
        let capacity = policy.retention.iter().find_map(|rule| rule.capacity.as_ref()).unwrap();
        assert_eq!(capacity.threshold(), 475 * GIBIBYTE);
        let now = at("2026-09-01T00:00:00+09:00");
        let mut store: Vec<KeptRecording> =
            (0..8).map(|n| kept("takikawa", now - TimeDelta::days(40 - n * 5))).collect();
        store[0].active_holds = 1;
        store[1].hold_grace_until = Some(now + TimeDelta::hours(1));
        store[2].state = RecordingState::Due;
        let oldest = || store.iter().enumerate().map(|(n, kept)| (n, kept, 100 * MIB));
        let chosen = |used| gives_way(capacity, used, oldest(), now);
        let at_threshold = chosen(capacity.threshold());
        assert_eq!((at_threshold.recordings.as_slice(), at_threshold.short_by), ([].as_slice(), 0));
        let by_one_octet = chosen(capacity.threshold() + 1);
        assert_eq!(by_one_octet.recordings, [3]);
        assert_eq!(
            (by_one_octet.cause.reason, by_one_octet.cause.article.as_str()),
            (DueReason::Capacity, "7(1)")
        );
        assert_eq!(chosen(capacity.threshold() + 100 * MIB).recordings, [3]);
        assert_eq!(chosen(capacity.threshold() + 101 * MIB).recordings, [3, 4]);
        // the eighth is five days old, within the seven days of the policy
        let all = chosen(capacity.threshold() + GIBIBYTE);
        assert_eq!((all.recordings, all.short_by), (vec![3, 4, 5, 6], GIBIBYTE - 400 * MIB));
    }
}
