//! An amended policy took force: the dates of what is kept are computed anew, never backdated.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use rokuon_db::destruction::Chosen;
use rokuon_db::jobs::RunEnd;
use rokuon_db::keeping::KeptRow;
use rokuon_db::{policy_change as db, policy_versions};
use rokuon_policy::backstop::BackstopClass;
use rokuon_policy::civil::day_begins;
use rokuon_policy::ids::RecordingId;
use rokuon_policy::keeping::policy_change::recomputed;
use rokuon_policy::policy::Policy;
use rokuon_policy::retention::RetentionDates;
use rokuon_storage::object_key;
use rokuon_storage::object_store::{Bucket, StoreError, StoreErrorKind};
use serde_json::json;

use crate::erasing::list_all;
use crate::failure::KeepingError;
use crate::run::{Rules, Run};

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
        // Before the rows say that it is kept longer: no rule of the store may act by the former period.
        retag(run, &rules, &rows).await?;
        run.keeper.interruption.at("policy_change.retagged")?;
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

/// Gives objects a later class, or none, where the amended policy keeps them longer. A class that is too late already stays: our own
/// destruction is first anyway.
async fn retag(run: &Run<'_>, rules: &Rules, rows: &[KeptRow]) -> Result<(), KeepingError> {
    let mut before: BTreeMap<i32, Option<Policy>> = BTreeMap::new();
    let mut late = Vec::new();
    for row in rows {
        if let Entry::Vacant(place) = before.entry(row.policy_version) {
            let mut tx = run.tx().await?;
            let version = policy_versions::find(&mut tx, row.policy_version).await?;
            tx.commit_read_only().await?;
            place.insert(version.and_then(|one| Policy::parse(&one.toml).ok()));
        }
        let media = row.kept.media;
        let after = BackstopClass::of_kind(&rules.policy, media);
        // What is held has no class; its release gives it one by the policy of that day.
        let class = after.filter(|_| !row.kept.is_held());
        match before.get(&row.policy_version) {
            Some(Some(old)) if !BackstopClass::is_later(BackstopClass::of_kind(old, media), after) => {}
            _ => late.push(retag_one(run, row.id, class)),
        }
    }
    stream::iter(late).buffer_unordered(run.keeper.limits.requests).try_collect().await
}

async fn retag_one(
    run: &Run<'_>,
    recording: RecordingId,
    class: Option<BackstopClass>,
) -> Result<(), KeepingError> {
    let prefix = object_key::prefix(&run.tenant, recording);
    for bucket in Bucket::ALL {
        for one in list_all(run.keeper, bucket, &prefix).await? {
            let key = one.key.parse().map_err(|error| StoreError::new(StoreErrorKind::Refused, error))?;
            match run.keeper.store.set_backstop(bucket, &key, &one.version, class).await {
                // A marker has no class, and what went meanwhile needs none.
                Err(error) if matches!(error.kind, StoreErrorKind::NotFound | StoreErrorKind::Refused) => {}
                set => set?,
            }
        }
    }
    Ok(())
}
