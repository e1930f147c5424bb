//! Refused calls that are not written yet, as counts: a flood of them must not become a flood of writes, nor grow in memory
//! while the database is away.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use rokuon_db::unrecorded_counts::RefusalReason;
use rokuon_policy::ids::{ConnectionId, TenantId};

/// Calls of one minute that one connection was refused for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Refused {
    /// Whose.
    pub tenant: TenantId,
    /// By which connection they came.
    pub connection: ConnectionId,
    /// Why.
    pub reason: RefusalReason,
    /// The minute, at its beginning.
    pub minute: DateTime<Utc>,
}

/// How many of each.
#[derive(Debug, Default)]
pub struct Tally(Mutex<HashMap<Refused, u64>>);

impl Tally {
    /// Counts one more. Says whether it is the first since they were last taken: then somebody has to be told.
    pub fn add(&self, refused: Refused) -> bool {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(refused).or_default();
        *count += 1;
        *count == 1
    }

    /// Counts what was taken once more. Nobody is told: whoever took it tries again.
    pub fn put_back(&self, refused: &Refused, count: u64) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(refused.clone()).or_default() += count;
    }

    /// Takes what was counted.
    pub fn take(&self, refused: &Refused) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(refused).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use chrono::DurationRound;
    use uuid::Uuid;

    use super::*;

    // rule: S5
    #[test]
    fn a_flood_is_one_note_a_minute_and_every_call_of_it_is_counted() {
        let tally = Tally::default();
        let minute = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let refused = |reason, minute: DateTime<Utc>| Refused {
            tenant: "takikawa".parse().unwrap(),
            connection: ConnectionId(Uuid::from_u128(1)),
            reason,
            minute: minute.duration_trunc(chrono::TimeDelta::minutes(1)).unwrap(),
        };
        let full = refused(RefusalReason::Full, minute);
        let notes = (0..10_000).filter(|_| tally.add(full.clone())).count();
        assert_eq!(notes, 1);
        let next = refused(RefusalReason::Full, minute + chrono::TimeDelta::minutes(1));
        assert!(tally.add(next.clone()) && tally.add(refused(RefusalReason::NoPort, minute)));
        assert_eq!((tally.take(&full), tally.take(&full), tally.take(&next)), (10_000, 0, 1));
        assert!(tally.add(full), "the next one is told again");
    }
}
