//! Finds what is past its period: from then on it is due. A sweep far larger than usual stops and asks a person (I19).

use std::collections::BTreeMap;

use rokuon_db::destruction;
use rokuon_db::destruction_days;
use rokuon_db::jobs::{self, RunEnd};
use rokuon_db::keeping::{self, KeptRow, WorkList};
use rokuon_policy::ids::RecordingId;
use rokuon_policy::job::JobKind;
use rokuon_policy::keeping::guard::{self, Guard};
use rokuon_policy::keeping::step::{Step, next_step};
use rokuon_policy::keeping::{Cause, DueReason};
use serde_json::json;

use crate::failure::KeepingError;
use crate::run::Run;

pub(crate) async fn run(run: &mut Run<'_>) -> Result<RunEnd, KeepingError> {
    let now = run.keeper.believe_time(run).await?;
    let mut tx = run.tx().await?;
    let planned = keeping::count(&mut tx, WorkList::Over, now).await?;
    let (mean, today) = destruction_days::usual(&mut tx, run.today()).await?;
    tx.commit_read_only().await?;
    run.progress.total = Some(planned);
    if !may_go_on(run, planned, mean, today) {
        return Ok(RunEnd::Stopped);
    }
    loop {
        let mut tx = run.tx().await?;
        let batch = run.keeper.limits.batch;
        let found = keeping::list(&mut tx, WorkList::Over, now, batch).await?;
        tx.commit_read_only().await?;
        let whole = found.len() < batch as usize;
        let due: Vec<(KeptRow, Cause)> = found
            .into_iter()
            .filter_map(|row| match next_step(&row.kept, now) {
                Step::BecomeDue(cause) => Some((row, cause)),
                _ => None,
            })
            .collect();
        run.keeper.interruption.at("sweep.chosen")?;
        let became = become_due(run, &due).await?;
        run.keeper.interruption.at("sweep.committed")?;
        run.progress.done += became as u64;
        run.report(None).await?;
        if whole || became == 0 {
            return Ok(RunEnd::Done);
        }
    }
}

/// Whether no more becomes due than is usual or was released; what is said to the person who must decide is in the figures.
pub(crate) fn may_go_on(run: &mut Run<'_>, planned: u64, mean: u64, today: u64) -> bool {
    run.figure("planned", planned);
    run.figure("mean_of_30_days", mean);
    run.figure("already_today", today);
    match guard::allowed(planned, mean, today, run.released()) {
        Guard::GoOn => true,
        Guard::Stop { limit, wanted } => {
            run.figure("limit", limit);
            run.figure("wanted", wanted);
            false
        }
    }
}

/// Makes them due, with their events and the day's count, in one transaction; says how many still were as they were read.
pub(crate) async fn become_due(run: &mut Run<'_>, due: &[(KeptRow, Cause)]) -> Result<usize, KeepingError> {
    if due.is_empty() {
        return Ok(0);
    }
    let now = run.keeper.times.now();
    let chosen: Vec<_> = due.iter().map(|(row, cause)| ((row.id, row.kept.epoch), cause.clone())).collect();
    let mut tx = run.tx().await?;
    let became = destruction::become_due(&mut tx, &chosen, now).await?;
    let of: BTreeMap<RecordingId, &(KeptRow, Cause)> = due.iter().map(|one| (one.0.id, one)).collect();
    let mut events = Vec::with_capacity(became.len());
    let mut by_rule = 0;
    for (row, cause) in became.iter().filter_map(|id| of.get(id)) {
        by_rule += u64::from(cause.reason != DueReason::Erasure);
        let mut event = run.event("recording.due", now).on("recording", row.id).with(json!({
            "reason": cause.reason,
            "policy_version": row.policy_version,
            "keep_until": row.kept.retention.keep_until,
        }));
        event.article = Some(cause.article.clone());
        event.sentence = Some(row.kept.retention.sentence.clone());
        events.push(event);
    }
    if events.is_empty() {
        tx.commit_read_only().await?;
        return Ok(0);
    }
    destruction_days::add(&mut tx, run.today(), by_rule, 0).await?;
    jobs::hurry(&mut tx, JobKind::Destroy, now).await?;
    tx.commit_with_all(&events).await?;
    run.count("became_due", events.len() as u64);
    Ok(events.len())
}
