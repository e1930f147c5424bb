//! A full store (TK-7.1): the oldest that nothing keeps gives way, measured in octets, never below the shortest period.

use rokuon_db::destruction_days;
use rokuon_db::jobs::RunEnd;
use rokuon_db::keeping::{self, KeptRow, WorkList};
use rokuon_policy::ids::RecordingId;
use rokuon_policy::keeping::Cause;
use rokuon_policy::keeping::capacity::gives_way;
use rokuon_policy::retention::Capacity;

use crate::failure::KeepingError;
use crate::run::Run;
use crate::sweep;

/// So many of the oldest are looked at before it is measured anew.
const LOOKED_AT: u32 = 10_000;

pub(crate) async fn run(run: &mut Run<'_>) -> Result<RunEnd, KeepingError> {
    let rules = run.rules()?;
    let Some(capacity) = rules.policy.retention.iter().find_map(|rule| rule.capacity.clone()) else {
        return Ok(RunEnd::Done);
    };
    let now = run.keeper.believe_time(run).await?;
    let mut tx = run.tx().await?;
    let used: u64 = keeping::used(&mut tx).await?.iter().map(|(_, _, octets)| octets).sum();
    measured(run, &capacity, used);
    if used <= capacity.threshold() {
        tx.commit_read_only().await?;
        return Ok(RunEnd::Done);
    }
    let oldest = keeping::list(&mut tx, WorkList::Oldest, now, LOOKED_AT).await?;
    let ids: Vec<RecordingId> = oldest.iter().map(|row| row.id).collect();
    let octets = keeping::octets_of(&mut tx, &ids).await?;
    let (mean, today) = destruction_days::usual(&mut tx, run.today()).await?;
    tx.commit_read_only().await?;
    let candidates = oldest.iter().map(|row| (row, &row.kept, octets.get(&row.id).copied().unwrap_or(0)));
    let chosen = gives_way(&capacity, used, candidates, now);
    let planned = chosen.recordings.len() as u64;
    run.progress.total = Some(planned);
    // With more to look at than was looked at, the rest may still be found.
    let short_by = if oldest.len() < LOOKED_AT as usize { chosen.short_by } else { 0 };
    run.figure("short_by_octets", short_by);
    if planned > 0 && !sweep::may_go_on(run, planned, mean, today) {
        return Ok(RunEnd::Stopped);
    }
    let due: Vec<(KeptRow, Cause)> =
        chosen.recordings.into_iter().map(|row| (row.clone(), chosen.cause.clone())).collect();
    for batch in due.chunks(run.keeper.limits.batch as usize) {
        run.progress.done += sweep::become_due(run, batch).await? as u64;
        run.report(None).await?;
    }
    Ok(RunEnd::Done)
}

fn measured(run: &mut Run<'_>, capacity: &Capacity, used: u64) {
    run.figure("used_octets", used);
    run.figure("threshold_octets", capacity.threshold());
    run.figure("gives_way_at_percent", capacity.gives_way_at_percent);
}
