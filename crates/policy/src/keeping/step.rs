//! What must happen to a recording next, and whether its destruction may be committed.

use chrono::{DateTime, Utc};

use super::{Cause, DueReason, KeptRecording};
use crate::decision::Decision;
use crate::recording_state::{RecordingState, Tier};
use crate::text::Text;

/// What must happen next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing now.
    Wait,
    /// Its time on the first tier is over: copy, verify, switch, erase the first copy.
    MoveToSecondary,
    /// It waits for destruction from now on and is not readable unless held.
    BecomeDue(Cause),
    /// Its period was lengthened while it was due: it goes back to its tier.
    KeepAfterAll(Tier),
    /// Nothing keeps it: destruction is committed, by one statement that asks [`may_commit`] again.
    CommitDestruction,
    /// Destruction was committed and is carried on until nothing is left (standards I4: within 24 h).
    FinishDestruction,
}

/// The next step for a recording at `now`, by the clock that [`super::clocks::Clocks::agree`] found good.
///
/// A held recording is left alone entirely, and so is one in the day after its last hold, except that one whose period is over
/// becomes due (and with that unreadable) at once: only its destruction waits. A full store is no matter of one recording:
/// [`super::capacity::gives_way`] chooses, and what it chose becomes due with [`DueReason::Capacity`].
pub fn next_step(kept: &KeptRecording, now: DateTime<Utc>) -> Step {
    use RecordingState as S;
    match kept.state {
        S::Recording | S::Sealing | S::Failed | S::Destroyed => Step::Wait,
        S::Destroying => Step::FinishDestruction,
        _ if kept.is_held() => Step::Wait,
        S::Due if no_longer_due(kept, now) => Step::KeepAfterAll(kept.tier),
        S::Due if kept.is_in_grace(now) => Step::Wait,
        S::Due => Step::CommitDestruction,
        S::Primary | S::Secondary | S::Quarantined => sealed(kept, now),
    }
}

fn sealed(kept: &KeptRecording, now: DateTime<Utc>) -> Step {
    if let Some(cause) = due_for(kept, now) {
        return Step::BecomeDue(cause);
    }
    let moves = kept.state == RecordingState::Primary
        && kept.tier == Tier::Primary
        && !kept.is_in_grace(now)
        && kept.retention.secondary_from.is_some_and(|from| from <= now);
    if moves { Step::MoveToSecondary } else { Step::Wait }
}

/// Why an unheld recording would become due at `now`: an approved erasure that waited, or the end of its period.
pub fn due_for(kept: &KeptRecording, now: DateTime<Utc>) -> Option<Cause> {
    if let Some(cause) = kept.cause.as_ref().filter(|cause| cause.reason == DueReason::Erasure) {
        return Some(cause.clone());
    }
    (is_over(kept, now) && !kept.is_within_minimum(now))
        .then(|| Cause { reason: DueReason::Expired, article: kept.retention.article.clone() })
}

fn is_over(kept: &KeptRecording, now: DateTime<Utc>) -> bool {
    kept.retention.keep_until.is_some_and(|until| until <= now)
}

/// Due, but not any more: the period was lengthened, or the clock that said otherwise was wrong.
fn no_longer_due(kept: &KeptRecording, now: DateTime<Utc>) -> bool {
    match kept.cause.as_ref().map(|cause| cause.reason) {
        Some(DueReason::Erasure) => false,
        Some(DueReason::Capacity) => kept.is_within_minimum(now),
        Some(DueReason::Expired) | None => kept.is_within_minimum(now) || !is_over(kept, now),
    }
}

/// Whether the destruction of this recording may be committed now: what the WHERE clause of the one committing statement says.
/// `epoch` is the one the caller read when it chose the recording.
pub fn may_commit(kept: &KeptRecording, epoch: u64, now: DateTime<Utc>) -> Decision {
    let article = kept.cause.as_ref().map_or(&kept.retention.article, |cause| &cause.article).clone();
    let refuse = |rule, ja: &str, en: &str| Decision::refuse(rule, article.clone(), Text::new(ja, en));
    if kept.state != RecordingState::Due {
        return refuse(
            "destroy.not_due",
            "消去を待つ状態ではありません。",
            "It does not wait for destruction.",
        );
    }
    if kept.is_held() {
        return refuse("destroy.held", "保全されているため消去しません。", "A hold keeps it.");
    }
    if kept.epoch != epoch {
        return refuse(
            "destroy.changed_meanwhile",
            "選ばれた後に変更されました。",
            "It was changed after it was chosen.",
        );
    }
    if kept.is_in_grace(now) {
        return refuse(
            "destroy.grace",
            "保全が解除されてから24時間は消去しません。",
            "It is left alone for 24 hours after its last hold.",
        );
    }
    if no_longer_due(kept, now) {
        return refuse("destroy.not_over", "保存期間が終わっていません。", "Its period is not over.");
    }
    let text = match kept.cause.as_ref().map(|cause| cause.reason) {
        Some(DueReason::Erasure) => {
            Text::new("承認された消去を行います。", "Its approved erasure is carried out.")
        }
        Some(DueReason::Capacity) => Text::new(
            "容量に達したため、古いものから消去します。",
            "The store is full and the oldest gives way.",
        ),
        Some(DueReason::Expired) | None => {
            Text::new("保存期間が終わったため消去します。", "Its period is over and it is destroyed.")
        }
    };
    Decision::allow("destroy.permitted", article, text)
}

#[cfg(test)]
mod tests;
