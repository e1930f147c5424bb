//! What of a destroyed recording may lie outside the stores' lists: frames in a recorder's spool, and in the tails copied from it.
//! They open with the data key the journal itself keeps, so nothing is proved of a destruction before they are gone (I7).
//!
//! A recording's frames were all written before it was sealed, and a spool lets go of whole files: what was sealed before the oldest
//! file began is in none of them.

use chrono::{DateTime, TimeDelta, Utc};

use super::spools::{LastWord, Spools};

/// Clocks of machines that keep time differ by less.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::seconds(10);
/// A recorder, or a spool with tails, that was silent for so long is not waited for: it may be gone for good.
const GONE_AFTER: TimeDelta = TimeDelta::days(1);
/// A certificate waits no longer than this after the commit; it is to be there within 25 hours of the end of the period (I4).
const WAITS_AT_MOST: TimeDelta = TimeDelta::hours(23);

/// Of which recording it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sought {
    /// When its call began: who was not heard since did not record it.
    pub started_at: DateTime<Utc>,
    /// When it was sealed.
    pub sealed_at: DateTime<Utc>,
    /// When its destruction was committed.
    pub committed_at: DateTime<Utc>,
}

/// What becomes of its certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Neither spool nor tail holds it.
    Clear,
    /// One may still, and will let go of it: the certificate waits.
    Waits,
    /// It is not known, and waiting tells nothing more: the certificate says so.
    NotKnown,
}

/// What is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// The recorders that were heard since the call.
    pub spools: Spools,
    /// How many of them may still hold it.
    pub may_hold: usize,
    /// Whether no tail holds it.
    pub tails_clear: bool,
    /// What follows.
    pub verdict: Verdict,
}

/// By the last words of all recorders, and the instant before which no tail holds anything of what was sealed.
pub fn judge(
    sought: &Sought,
    words: &[LastWord],
    tails_clear_before: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Known {
    let is_before = |instant: DateTime<Utc>| sought.sealed_at + CLOCKS_DIFFER < instant;
    let heard = || words.iter().copied().filter(|word| word.at >= sought.started_at);
    let holds =
        |word: &LastWord| !(word.stopped && word.frames_gone || word.frames_since.is_some_and(is_before));
    let spools = Spools::of(heard(), now);
    let may_hold = heard().filter(holds).count();
    let will_tell = heard().filter(holds).any(|word| now - word.at < GONE_AFTER);
    let tails_clear = tails_clear_before.is_some_and(is_before);
    let in_time = now - sought.committed_at < WAITS_AT_MOST;
    let verdict = match () {
        // Where nobody was heard there is nobody to ask.
        () if may_hold == 0 && tails_clear && spools.recorders > 0 => Verdict::Clear,
        () if in_time && (will_tell || !tails_clear) => Verdict::Waits,
        () => Verdict::NotKnown,
    };
    Known { spools, may_hold, tails_clear, verdict }
}

/// A spool that tails may lie of, as it was before all tails were looked at, and what of them is left after that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopiedSpool {
    /// Nothing in its tails that are needed was written before this; none where that is not known.
    pub frames_since: Option<DateTime<Utc>>,
    /// For how long it was not heard.
    pub silent_for: TimeDelta,
    /// Whether any of its tails is left.
    pub is_left: bool,
}

/// The instant before which no tail holds anything of what was sealed, by a look that `began` then and came through; none where it
/// told nothing. A spool of which nothing is left counts as long as it may write.
pub fn tails_clear_before(
    began: DateTime<Utc>,
    spools: impl IntoIterator<Item = CopiedSpool>,
) -> Option<DateTime<Utc>> {
    let counts = |spool: &CopiedSpool| spool.is_left || spool.silent_for < GONE_AFTER;
    spools.into_iter().filter(counts).try_fold(began, |before, spool| Some(before.min(spool.frames_since?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        let noon: DateTime<Utc> = "2026-11-30T03:00:00Z".parse().expect("a time");
        noon + TimeDelta::minutes(minutes)
    }

    /// Who lives and beat a moment ago.
    fn lives(now: i64, frames_since: Option<i64>) -> LastWord {
        LastWord {
            at: at(now),
            stopped: false,
            to_seal: 0,
            live_calls: 0,
            frames_since: frames_since.map(at),
            frames_gone: false,
        }
    }

    fn stopped(when: i64, frames_since: i64, frames_gone: bool) -> LastWord {
        LastWord { stopped: true, frames_gone, ..lives(when, Some(frames_since)) }
    }

    // rule: I4, I7
    #[test]
    fn a_certificate_waits_for_whoever_may_hold_it_and_not_for_ever() {
        // The call began at 0, was sealed at 10, and its destruction was committed at 12.
        let sought = Sought { started_at: at(0), sealed_at: at(10), committed_at: at(12) };
        let day = 24 * 60;
        for (words, tails, now, may_hold, verdict) in [
            // whoever recorded it lives and has let go of it
            (vec![lives(14, Some(11))], Some(11), 14, 0, Verdict::Clear),
            // its oldest file began before that
            (vec![lives(14, Some(10))], Some(11), 14, 1, Verdict::Waits),
            (vec![lives(14, Some(2)), lives(14, Some(13))], Some(11), 14, 1, Verdict::Waits),
            // an older version does not say it
            (vec![lives(14, None)], Some(11), 14, 1, Verdict::Waits),
            (vec![lives(12 + 23 * 60, None)], Some(11), 12 + 23 * 60, 1, Verdict::NotKnown),
            // a tail may be there, or it was never looked
            (vec![lives(14, Some(11))], Some(10), 14, 0, Verdict::Waits),
            (vec![lives(14, Some(11))], None, 14, 0, Verdict::Waits),
            (vec![lives(12 + 23 * 60, Some(day))], None, 12 + 23 * 60, 0, Verdict::NotKnown),
            // it stopped in order and left nothing, or left files behind
            (vec![stopped(11, 11, true)], Some(day), 3 * day, 0, Verdict::Clear),
            (vec![stopped(11, 9, false)], Some(11), 20, 1, Verdict::Waits),
            (vec![stopped(11, 9, false)], Some(day), 3 * day, 1, Verdict::NotKnown),
            // its machine went long ago: by its last word the file was gone, or was not
            (vec![lives(11, Some(11))], Some(day), 3 * day, 0, Verdict::Clear),
            (vec![lives(11, Some(9)), lives(3 * day, Some(day))], Some(day), 3 * day, 1, Verdict::NotKnown),
            (vec![lives(11, Some(9))], Some(day), 60, 1, Verdict::Waits),
            // it was gone before the call
            (vec![lives(-1, Some(-20)), lives(14, Some(11))], Some(11), 14, 0, Verdict::Clear),
            // nobody was heard since
            (vec![lives(-1, Some(-20))], Some(11), 14, 0, Verdict::NotKnown),
            (vec![], Some(11), 14, 0, Verdict::NotKnown),
            (vec![], None, 14, 0, Verdict::Waits),
        ] {
            // What is asked days later was committed an hour before.
            let committed_at = if now > 2 * day { at(now - 60) } else { sought.committed_at };
            let known = judge(&Sought { committed_at, ..sought }, &words, tails.map(at), at(now));
            assert_eq!((known.may_hold, known.verdict), (may_hold, verdict), "{words:?} {tails:?} at {now}");
        }
    }

    // rule: I7
    #[test]
    fn clocks_a_few_seconds_apart_clear_nothing() {
        let sought = Sought { started_at: at(0), sealed_at: at(10), committed_at: at(12) };
        for (seconds, verdict) in [(-5, Verdict::Waits), (10, Verdict::Waits), (11, Verdict::Clear)] {
            let since = at(10) + TimeDelta::seconds(seconds);
            let word = LastWord { frames_since: Some(since), ..lives(14, None) };
            assert_eq!(judge(&sought, &[word], Some(since), at(14)).verdict, verdict, "{seconds}");
        }
    }

    // rule: I7, I8
    #[test]
    fn tails_are_as_old_as_the_oldest_spool_that_may_have_some() {
        let spool = |since: Option<i64>, silent: i64, is_left| CopiedSpool {
            frames_since: since.map(at),
            silent_for: TimeDelta::minutes(silent),
            is_left,
        };
        for (spools, expected) in [
            (vec![], Some(30)),
            (vec![spool(Some(20), 0, true), spool(Some(25), 0, false)], Some(20)),
            (vec![spool(Some(40), 0, false)], Some(30)),
            // it is silent, and holds all back while anything of it is left, or may come
            (vec![spool(Some(5), 60, false)], Some(5)),
            (vec![spool(Some(5), 9_000, true)], Some(5)),
            (vec![spool(Some(5), 9_000, false)], Some(30)),
            // of one that is not known nothing can be said
            (vec![spool(Some(20), 0, true), spool(None, 9_000, true)], None),
            (vec![spool(None, 0, false)], None),
            (vec![spool(None, 9_000, false)], Some(30)),
        ] {
            assert_eq!(tails_clear_before(at(30), spools.clone()), expected.map(at), "{spools:?}");
        }
    }
}
