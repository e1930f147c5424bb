//! Ends destructions of which nothing is left: the certificates, outside the database first, then with row, count and event.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rokuon_db::audit_events::AuditEvent;
use rokuon_db::destruction_lists::{self, Emptied, ListCause, ListedObject};
use rokuon_db::keeping::KeptRow;
use rokuon_db::{certificates, destruction as destruction_rows, destruction_days};
use rokuon_policy::ids::RecordingId;
use rokuon_policy::keeping::frames::{Known, Verdict};
use serde_json::json;

use crate::certificate::{Destroyed, Times, certify};
use crate::failure::KeepingError;
use crate::run::Run;
use crate::witness::destruction;

/// A destruction of which nothing is left in the stores.
pub(super) struct Gone<'a> {
    pub(super) row: &'a KeptRow,
    /// What was erased.
    pub(super) erased: Vec<ListedObject>,
    /// When.
    pub(super) emptied: Emptied,
    /// What is known of spools and tails.
    pub(super) known: Known,
}

/// Certifies these and ends them; says how many. It was asked after the spools, and then looked at the stores, at these times.
pub(super) async fn end(
    run: &Run<'_>,
    gone: Vec<Gone<'_>>,
    (asked, checked): (DateTime<Utc>, DateTime<Utc>),
) -> Result<u64, KeepingError> {
    let (keeper, rules) = (run.keeper, run.rules()?);
    let issued: Vec<certificates::Certificate> = gone
        .into_iter()
        .filter_map(|Gone { row, erased, emptied, known }| {
            let Emptied { keys_erased, media_erased } = emptied;
            let times = Times {
                due: row.due_at,
                committed: row.destroying_at.unwrap_or(keys_erased),
                keys_erased,
                media_erased,
                spools_cleared: (known.verdict == Verdict::Clear).then_some(asked),
                checked,
            };
            let destroyed = Destroyed { row, erased, times, known };
            certify(&run.tenant, &rules.policy, destroyed, &keeper.signer)
        })
        .collect();
    keeper.interruption.at("destroy.certified")?;
    destruction::put_certificates(&*keeper.store, &keeper.signer, &run.tenant, &issued).await?;
    keeper.interruption.at("destroy.certificates_witnessed")?;
    let destroyed = finish(run, issued).await?;
    keeper.interruption.at("destroy.done")?;
    Ok(destroyed)
}

/// Row, certificate, count and event of each, in one transaction: exactly one certificate a destroyed recording (I6). Says how many.
async fn finish(run: &Run<'_>, issued: Vec<certificates::Certificate>) -> Result<u64, KeepingError> {
    let ids: Vec<RecordingId> = issued.iter().map(|one| one.recording).collect();
    let now = run.keeper.times.now();
    let mut tx = run.tx().await?;
    let done: BTreeSet<RecordingId> = destruction_rows::done(&mut tx, &ids, now).await?.into_iter().collect();
    // One that another run ended meanwhile has its certificate.
    let issued: Vec<certificates::Certificate> =
        issued.into_iter().filter(|one| done.contains(&one.recording)).collect();
    destruction_lists::strike(&mut tx, ListCause::Destroyed, &ids).await?;
    if issued.is_empty() {
        tx.commit_bookkeeping().await?;
        return Ok(0);
    }
    certificates::issue(&mut tx, &issued).await?;
    destruction_days::add(&mut tx, run.today(), 0, issued.len() as u64).await?;
    let events: Vec<AuditEvent> = issued
        .iter()
        .map(|one| {
            let sha256: String = one.sha256().iter().map(|octet| format!("{octet:02x}")).collect();
            let mut event =
                run.event("recording.destroyed", now).on("recording", one.recording).with(json!({
                    "certificate": one.id,
                    "certificate_sha256": sha256,
                    "reason": one.reason,
                    "policy_version": one.policy_version,
                }));
            event.article = Some(one.article.clone());
            event
        })
        .collect();
    tx.commit_with_all(&events).await?;
    metrics::counter!("rokuon_recordings_destroyed_total").increment(issued.len() as u64);
    Ok(issued.len() as u64)
}
