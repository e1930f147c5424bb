//! Whether the time can be believed before anything is destroyed by it (F9: a forward jump destroys nothing).

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// How far our clock and the database's may differ, and how far a wall clock may run away from the monotonic one.
pub const MOST_APART: TimeDelta = TimeDelta::seconds(60);
/// A wall clock that was stepped this little (NTP) is no doubt.
pub const SMALL_STEP: TimeDelta = TimeDelta::seconds(5);
/// Clocks drift by up to one part in this many (200 ppm).
pub const DRIFT: i32 = 5_000;
/// When nobody kept time for longer than this before a start, what looks like rest may be a wrong clock.
pub const LONG_SILENCE: TimeDelta = TimeDelta::minutes(10);
/// How long a process waits after a long silence, with clocks that agree, before it destroys anything: time to notice.
pub const SETTLING: Duration = Duration::from_secs(3_600);

/// The three clocks, read at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockReading {
    /// This process's wall clock.
    pub own: DateTime<Utc>,
    /// The database's (`clock_timestamp()`).
    pub database: DateTime<Utc>,
    /// Time since the process began, by a clock that nobody sets; best one that counts while the machine sleeps.
    pub monotonic: Duration,
}

/// Why the time is not believed. Nothing is destroyed until it passes, or until a person says that the clock is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClockDoubt {
    /// Our clock and the database's differ by more than [`MOST_APART`].
    #[error("own and database clock differ by {seconds} s")]
    Apart {
        /// By how much, in seconds.
        seconds: i64,
    },
    /// A wall clock went forward faster than time passed.
    #[error("a wall clock advanced by {wall_seconds} s while {monotonic_seconds} s passed")]
    Forward {
        /// What the wall clock says, in seconds.
        wall_seconds: i64,
        /// What the monotonic clock says, in seconds.
        monotonic_seconds: i64,
    },
    /// A wall clock went back, or lies before what is known to have happened.
    #[error("a wall clock went back by {seconds} s")]
    Back {
        /// By how much, in seconds.
        seconds: i64,
    },
    /// Nobody had kept time for long when the process began, and it has not run for [`SETTLING`] yet.
    #[error("nobody kept time for {silent_seconds} s before the start; waiting to settle")]
    Settling {
        /// How long nobody did, in seconds.
        silent_seconds: i64,
    },
}

/// One process's belief in the time. It is asked at least once a minute and at each destruction: the shorter the time between two
/// readings, the smaller the jump that shows.
#[derive(Debug, Clone)]
pub struct Clocks {
    began: Duration,
    silent: TimeDelta,
    good: ClockReading,
}

impl Clocks {
    /// Begins with the first reading of a process. `last_seen` is the last moment anyone is known to have kept time before it: the
    /// newest heartbeat in the database; nothing is compared on a platform that has none.
    pub fn begin(first: ClockReading, last_seen: Option<DateTime<Utc>>) -> Self {
        let silent = last_seen.map_or(TimeDelta::zero(), |seen| first.database - seen);
        Self { began: first.monotonic, silent, good: first }
    }

    /// Whether the clocks agree at this reading, so that what is due by it is due. A reading in doubt is not remembered: the next one is
    /// compared with the last good one, so a jump stays a doubt until the clock is put right, a person [believes](Self::believe) it, or
    /// the process begins anew.
    ///
    /// # Errors
    /// [`ClockDoubt`]: own and database clock further apart than 60 s; either advanced more than twice the time that passed, or more than
    /// 60 s and the drift beyond it (steps of 5 s are let pass); either went back by more than 60 s; or the process began less than an
    /// hour ago, after a silence of more than ten minutes.
    pub fn agree(&mut self, now: &ClockReading) -> Result<(), ClockDoubt> {
        let apart = (now.own - now.database).abs();
        if apart > MOST_APART {
            return Err(ClockDoubt::Apart { seconds: apart.num_seconds() });
        }
        let passed = now.monotonic.saturating_sub(self.good.monotonic);
        let passed = TimeDelta::from_std(passed).unwrap_or(TimeDelta::MAX);
        let most = MOST_APART + passed / DRIFT;
        for (wall, before) in [(now.own, self.good.own), (now.database, self.good.database)] {
            let advanced = wall - before;
            if advanced - passed > passed.min(most) + SMALL_STEP {
                return Err(ClockDoubt::Forward {
                    wall_seconds: advanced.num_seconds(),
                    monotonic_seconds: passed.num_seconds(),
                });
            }
            if passed - advanced > most {
                return Err(ClockDoubt::Back { seconds: (passed - advanced).num_seconds() });
            }
        }
        if self.silent < -MOST_APART {
            return Err(ClockDoubt::Back { seconds: -self.silent.num_seconds() });
        }
        if self.silent > LONG_SILENCE && now.monotonic.saturating_sub(self.began) < SETTLING {
            return Err(ClockDoubt::Settling { silent_seconds: self.silent.num_seconds() });
        }
        self.good = *now;
        Ok(())
    }

    /// A person said that the clock is right as it stands.
    pub const fn believe(&mut self, now: ClockReading) {
        self.good = now;
        self.silent = TimeDelta::zero();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::at;

    /// A reading `wall` seconds by both wall clocks and `passed` seconds by the monotonic one after the first.
    fn reading(wall: i64, passed: u64) -> ClockReading {
        let wall = at("2026-06-15T12:00:00+09:00") + TimeDelta::seconds(wall);
        ClockReading { own: wall, database: wall, monotonic: Duration::from_secs(100 + passed) }
    }

    fn begun() -> Clocks {
        Clocks::begin(reading(0, 0), None)
    }

    // rule: F9
    #[test]
    fn a_clock_that_jumps_is_not_believed() {
        for (wall, passed) in [(3_600, 1), (86_400, 60), (3_600, 1_700), (72_000, 36_000), (8, 1)] {
            assert!(
                matches!(begun().agree(&reading(wall, passed)), Err(ClockDoubt::Forward { .. })),
                "{wall} {passed}"
            );
        }
        for (wall, passed) in [(-3_600, 1), (-86_400, 60), (-61, 0), (0, 61)] {
            assert!(
                matches!(begun().agree(&reading(wall, passed)), Err(ClockDoubt::Back { .. })),
                "{wall} {passed}"
            );
        }
        // time that simply passes, NTP's small steps, five seconds back
        for (wall, passed) in
            [(0, 0), (60, 60), (86_400, 86_400), (5, 0), (125, 60), (-5, 0), (86_410, 86_400)]
        {
            assert_eq!(begun().agree(&reading(wall, passed)), Ok(()), "{wall} {passed}");
        }
    }

    // rule: F9
    #[test]
    fn a_jump_stays_a_doubt_until_the_clock_is_put_right_or_a_person_believes_it() {
        let mut clocks = begun();
        for minute in 1..=600_u64 {
            let passed = minute * 60;
            let wall = i64::try_from(passed).unwrap();
            assert_eq!(clocks.agree(&reading(wall, passed)), Ok(()));
        }
        // ten hours of good readings later the clock is an hour ahead, for two days
        for minute in 601..=3_480_u64 {
            let passed = minute * 60;
            let wall = i64::try_from(passed).unwrap() + 3_600;
            assert!(
                matches!(clocks.agree(&reading(wall, passed)), Err(ClockDoubt::Forward { .. })),
                "{minute}"
            );
        }
        let mut put_right = clocks.clone();
        assert_eq!(put_right.agree(&reading(208_860, 208_860)), Ok(()));
        clocks.believe(reading(212_460, 208_860));
        assert_eq!(clocks.agree(&reading(212_520, 208_920)), Ok(()));
    }

    #[test]
    fn own_and_database_clock_must_be_within_a_minute() {
        let apart = |own: i64, database: i64| {
            let zero = reading(0, 30);
            let at = |seconds| zero.own + TimeDelta::seconds(seconds);
            begun().agree(&ClockReading { own: at(own), database: at(database), ..zero })
        };
        assert_eq!(apart(30, 0), Ok(()));
        assert_eq!(apart(31, -30), Err(ClockDoubt::Apart { seconds: 61 }));
        assert_eq!(apart(-60, 60), Err(ClockDoubt::Apart { seconds: 120 }));
    }

    // rule: F9
    #[test]
    fn after_a_long_silence_nothing_is_destroyed_for_an_hour() {
        let seen = |ago: i64| Clocks::begin(reading(0, 0), Some(reading(-ago, 0).database));
        let mut rested = seen(259_200);
        assert_eq!(rested.agree(&reading(10, 10)), Err(ClockDoubt::Settling { silent_seconds: 259_200 }));
        assert!(rested.agree(&reading(3_599, 3_599)).is_err());
        assert_eq!(rested.agree(&reading(3_600, 3_600)), Ok(()));
        assert_eq!(seen(600).agree(&reading(1, 1)), Ok(()), "a restart");
        assert_eq!(seen(-7_200).agree(&reading(1, 1)), Err(ClockDoubt::Back { seconds: 7_200 }));
    }
}
