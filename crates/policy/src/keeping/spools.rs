//! What the recorders say of their spools: whether anything that was recorded may still wait in one.

use chrono::{DateTime, TimeDelta, Utc};

/// A recorder that said nothing for longer than this is not known to live.
const SILENT_AFTER: TimeDelta = TimeDelta::minutes(2);

/// The last word of one recorder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastWord {
    /// When it was said.
    pub at: DateTime<Utc>,
    /// Whether it was that it stops in order.
    pub stopped: bool,
    /// Recordings that waited to be sealed then.
    pub to_seal: u64,
    /// Calls it was recording then.
    pub live_calls: u64,
    /// Nothing in its spool was written before this; none where that is not known.
    pub frames_since: Option<DateTime<Utc>>,
    /// Whether its spool held no journal file at all.
    pub frames_gone: bool,
}

/// What all of them say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spools {
    /// How many there are.
    pub recorders: usize,
    /// Of those, how many live and have something to seal.
    pub busy: usize,
    /// And how many are gone or not heard, and did not say that they were through: what their spools hold is not known.
    pub silent: usize,
}

impl Spools {
    /// By the last word of each.
    pub fn of(words: impl IntoIterator<Item = LastWord>, now: DateTime<Utc>) -> Self {
        words.into_iter().fold(Self::default(), |mut spools, word| {
            spools.recorders += 1;
            let (left, lives) = (word.to_seal > 0, !word.stopped && now - word.at <= SILENT_AFTER);
            let was_through = word.stopped && word.live_calls == 0 && !left;
            spools.busy += usize::from(lives && left);
            spools.silent += usize::from(!lives && !was_through);
            spools
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: I8
    #[test]
    fn each_recorder_is_through_busy_or_silent() {
        let now: DateTime<Utc> = "2026-11-29T03:00:00Z".parse().expect("a time");
        let word = |seconds, stopped, to_seal, live_calls| LastWord {
            at: now - TimeDelta::seconds(seconds),
            stopped,
            to_seal,
            live_calls,
            frames_since: None,
            frames_gone: false,
        };
        for (words, busy, silent) in [
            (vec![], 0, 0),
            (vec![word(4, false, 0, 9)], 0, 0),
            (vec![word(4, false, 1, 0)], 1, 0),
            // it stopped in order a month ago, and was through
            (vec![word(2_600_000, true, 0, 0)], 0, 0),
            (vec![word(60, true, 0, 1)], 0, 1),
            (vec![word(60, true, 3, 0)], 0, 1),
            // it was killed, or its database was away, and it has not been heard since
            (vec![word(4, false, 0, 0), word(121, false, 0, 0), word(121, false, 2, 0)], 0, 2),
        ] {
            let recorders = words.len();
            assert_eq!(Spools::of(words.clone(), now), Spools { recorders, busy, silent }, "{words:?}");
        }
    }
}
