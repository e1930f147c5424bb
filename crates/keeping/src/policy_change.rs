//! An amended policy took force: the dates of what is kept are computed anew, never backdated.

use rokuon_db::destruction::Chosen;
use rokuon_db::jobs::RunEnd;
use rokuon_db::policy_change as db;
use rokuon_policy::civil::day_begins;
use rokuon_policy::ids::RecordingId;
use rokuon_policy::keeping::policy_change::recomputed;
use rokuon_policy::retention::RetentionDates;
use serde_json::json;

use crate::failure::KeepingError;
use crate::run::Run;

pub(crate) async fn run(run: &mut Run<'_>) -> Result<RunEnd, KeepingError> {
    let rules = run.rules()?;
    let in_force_from = day_begins(rules.effective_from);
    let mut after: Option<RecordingId> = run.job.place.as_deref().and_then(|place| place.parse().ok());
    loop {
        let mut tx = run.tx().await?;
        let rows = db::next(&mut tx, rules.version, after, run.keeper.limits.batch).await?;
        let Some(last) = rows.last().map(|row| row.id) else {
            tx.commit_read_only().await?;
            return Ok(RunEnd::Done);
        };
        let dated: Vec<(Chosen, RetentionDates)> = rows
            .iter()
            .map(|row| ((row.id, row.kept.epoch), recomputed(&rules.policy, &row.kept, in_force_from)))
            .collect();
        let changed = rows
            .iter()
            .zip(&dated)
            .filter(|(row, (_, dates))| row.kept.retention.keep_until != dates.keep_until)
            .count();
        let redated = db::redate(&mut tx, rules.version, &dated).await?;
        let mut event = run.event("policy.recompute", run.keeper.times.now()).with(json!({
            "policy_version": rules.version,
            "recordings": redated,
            "ends_changed": changed,
            "first": rows.first().map(|row| row.id),
            "last": last,
        }));
        event.article = Some(rules.policy.document.article.clone());
        tx.commit_with(event).await?;
        run.keeper.interruption.at("policy_change.committed")?;
        run.progress.done += redated;
        run.count("ends_changed", changed as u64);
        after = Some(last);
        run.report(Some(&last.to_string())).await?;
    }
}
