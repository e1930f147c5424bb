//! What is known of a recording outside the stores' lists: in recorders' spools and in the tails copied from them. Asked once a batch.

use chrono::{DateTime, TimeDelta, Utc};
use rokuon_db::keeping::KeptRow;
use rokuon_db::tail_looks::{self, TailLook};
use rokuon_policy::keeping::frames::{Known, Sought, judge};
use rokuon_policy::keeping::spools::LastWord;

use crate::failure::KeepingError;
use crate::recorders;
use crate::run::Run;
use crate::tails::erase_tails;

/// A process looks at the tails for a destruction's sake no sooner than this after it last did.
const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(5);

/// A look by a clock that is further ahead of ours says nothing.
const AHEAD: TimeDelta = TimeDelta::seconds(10);

/// What was known at one moment.
pub(crate) struct Outside {
    words: Vec<LastWord>,
    look: Option<TailLook>,
    /// That moment.
    pub(crate) at: DateTime<Utc>,
}

impl Outside {
    /// What is known of these. Where the last look at the tails was too early for one of them, another one is taken.
    ///
    /// # Errors
    /// [`KeepingError`]; tails that cannot be looked at are not known, and no failure.
    pub(crate) async fn ask(run: &Run<'_>, rows: &[KeptRow]) -> Result<Self, KeepingError> {
        let known = Self::read(run).await?;
        if rows.iter().all(|row| known.of(row).tails_clear) || !look(run, known.at).await {
            return Ok(known);
        }
        Self::read(run).await
    }

    async fn read(run: &Run<'_>) -> Result<Self, KeepingError> {
        let at = run.keeper.times.now();
        let mut tx = run.tx().await?;
        let words = recorders::last_words(&mut tx, at).await?;
        let look = tail_looks::newest(&mut tx).await?.filter(|look| look.looked_at <= at + AHEAD);
        tx.commit_read_only().await?;
        Ok(Self { words, look, at })
    }

    /// What is known of one whose destruction was committed.
    pub(crate) fn of(&self, row: &KeptRow) -> Known {
        let committed_at = row.destroying_at.unwrap_or(self.at);
        let sought = Sought {
            started_at: row.kept.started_at,
            sealed_at: row.finished_at.unwrap_or(committed_at),
            committed_at,
        };
        judge(&sought, &self.words, self.look.map(|look| look.clear_before), self.at)
    }
}

/// Looks at all tails, unless that was done a moment ago; says whether it was done now.
async fn look(run: &Run<'_>, now: DateTime<Utc>) -> bool {
    let mut last = run.keeper.memory.tails_looked.lock().await;
    if last.is_some_and(|last| (now - last).abs() < LOOK_AGAIN) {
        return true;
    }
    *last = Some(now);
    let looked = erase_tails(run.keeper).await;
    looked.inspect_err(|error| tracing::warn!(%error, "the tails could not be looked at")).is_ok()
}
