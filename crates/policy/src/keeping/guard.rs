//! The runaway guard (I19): a sweep far larger than usual stops and asks a person.

/// A tenant's sweep may always destroy this many a day.
pub const ALWAYS: u64 = 1_000;

/// What one tenant's sweep may destroy now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// All that is planned.
    GoOn,
    /// Nothing: it is more than usual, and a person must look at it first.
    Stop {
        /// How many a day go without a person's word.
        limit: u64,
        /// How many this day would have, planned ones included.
        wanted: u64,
    },
}

/// Whether a tenant's sweep may go on: not more than the larger of [`ALWAYS`], twice the daily mean of the last 30 days and what a
/// person released, counted over the civil day in Japan.
///
/// `planned` is everything that would be destroyed now, not one batch of it; `already_today` what was committed this day;
/// `released` the number a person allowed for this day after seeing what is planned, 0 when nobody did.
/// It stops whole: a sweep that is wrong is not carried out up to the limit first. Several workers sweep at once: it is asked again in
/// each transaction that commits a destruction, with `planned` = what that one commits and `already_today` as that one reads it.
pub const fn allowed(planned: u64, mean_of_30_days: u64, already_today: u64, released: u64) -> Guard {
    let usual = mean_of_30_days.saturating_mul(2);
    let mut limit = if usual > ALWAYS { usual } else { ALWAYS };
    if released > limit {
        limit = released;
    }
    let wanted = already_today.saturating_add(planned);
    if wanted > limit { Guard::Stop { limit, wanted } } else { Guard::GoOn }
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: I19
    #[test]
    fn a_sweep_far_larger_than_usual_stops_and_asks() {
        let stop = |limit, wanted| Guard::Stop { limit, wanted };
        for (planned, mean, already, released, expected) in [
            (1_000, 0, 0, 0, Guard::GoOn),
            (1_001, 0, 0, 0, stop(1_000, 1_001)),
            (1, 0, 1_000, 0, stop(1_000, 1_001)),
            (500, 400, 500, 0, Guard::GoOn),
            (28_000, 14_000, 0, 0, Guard::GoOn),
            (28_001, 14_000, 0, 0, stop(28_000, 28_001)),
            (28_001, 14_000, 0, 28_001, Guard::GoOn),
            (28_002, 14_000, 0, 28_001, stop(28_001, 28_002)),
            (0, 0, 5_000, 0, stop(1_000, 5_000)),
            (u64::MAX, u64::MAX, u64::MAX, 0, Guard::GoOn),
        ] {
            assert_eq!(
                allowed(planned, mean, already, released),
                expected,
                "{planned} {mean} {already} {released}"
            );
        }
    }
}
