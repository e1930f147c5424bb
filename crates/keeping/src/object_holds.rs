//! The object store's own legal hold on every version of what is held, audio and keys alike, and off it again when nothing holds.
//!
//! The counter on the row is the promise; this is the fence against whoever reaches the store past us, and against the store's own
//! lifecycle rules: what is held carries no backstop class. One process works on a recording at a time, behind an advisory lock that
//! holds nobody up who places or releases; what is written down is only what was seen, and only if it is still wanted.

use chrono::{DateTime, TimeDelta, Utc};
use rokuon_db::erasures::deciding;
use rokuon_db::holds::{self, resting};
use rokuon_db::jobs::RunEnd;
use rokuon_db::object_holds::{self, Unsettled};
use rokuon_policy::backstop::BackstopClass;
use rokuon_policy::ids::RecordingId;
use rokuon_policy::keeping::HOLD_GRACE;
use rokuon_policy::policy::Policy;
use rokuon_storage::object_key;
use rokuon_storage::object_store::{Bucket, ObjectVersion};
use serde_json::json;

use crate::failure::KeepingError;
use crate::run::Run;
use crate::witness::hold::{self, WitnessedHold};

/// How many recordings a run looks at again although their objects were seen to be held.
const LOOKED_AT_AGAIN: u32 = 100;
/// How many requests for erasure a run closes or carries on with.
const REQUESTS: u32 = 100;

/// Gives the store what the rows want of it.
///
/// # Errors
/// [`KeepingError`]; what was done is written down, and the rest is done next time.
pub(crate) async fn run(run: &mut Run<'_>) -> Result<RunEnd, KeepingError> {
    close_requests(run).await?;
    let policy = run.rules()?.policy;
    let mut tx = run.tx().await?;
    let unsettled = object_holds::unsettled(&mut tx, run.keeper.limits.batch).await?;
    tx.commit_read_only().await?;
    let mut failed = None;
    for one in &unsettled {
        match settle(run, one.recording, &policy).await {
            Ok(Some(true)) => run.count("held", 1),
            Ok(Some(false)) => run.count("freed", 1),
            // another is at it, or it is wanted otherwise by now
            Ok(None) => {}
            // One recording that the store refuses keeps no other from its hold.
            Err(error @ KeepingError::Interrupted(_)) => return Err(error),
            Err(error) => failed = Some(error),
        }
    }
    if let Some(error) = failed {
        return Err(error);
    }
    if unsettled.len() == run.keeper.limits.batch as usize {
        return Ok(RunEnd::Goes { place: "unsettled".to_owned() });
    }
    look_again(run).await?;
    Ok(RunEnd::Done)
}

/// Sets the store's hold on one recording's objects, or takes it off; says which, once it was seen to be so.
async fn settle(
    run: &Run<'_>,
    recording: RecordingId,
    policy: &Policy,
) -> Result<Option<bool>, KeepingError> {
    let mut tx = run.tx().await?;
    // Until this transaction ends nobody else works on these objects: no late word of another undoes ours.
    let Some(wish) = object_holds::claim(&mut tx, recording).await? else { return Ok(None) };
    let class = class_of(&wish, policy, run.keeper.times.now());
    for bucket in Bucket::ALL {
        for version in versions(run, bucket, recording).await? {
            let (store, key, id) = (&run.keeper.store, &version.key, &version.version_id);
            if wish.wanted {
                store.set_held(bucket, key, id, true).await?;
                store.set_backstop(bucket, key, id, None).await?;
            } else {
                store.set_backstop(bucket, key, id, class).await?;
                store.set_held(bucket, key, id, false).await?;
            }
            run.keeper.interruption.at("object_holds.version")?;
        }
    }
    if !all(run, recording, wish.wanted).await? {
        // A version came in between; next time.
        return Ok(None);
    }
    run.keeper.interruption.at("object_holds.seen")?;
    witness_holds(run, &mut tx, recording, wish.wanted).await?;
    if !object_holds::settle(&mut tx, recording, wish.wanted).await? {
        return Ok(None);
    }
    let kind = if wish.wanted { "hold.store_on" } else { "hold.store_off" };
    let event = run.event(kind, run.keeper.times.now()).on("recording", recording);
    tx.commit_with(event).await?;
    Ok(Some(wish.wanted))
}

/// Tells the holds on it outside the database, or that they are none any more: once a process and hold.
async fn witness_holds(
    run: &Run<'_>,
    tx: &mut rokuon_db::tenant_tx::TenantTx,
    recording: RecordingId,
    wanted: bool,
) -> Result<(), KeepingError> {
    let (store, tenant) = (&*run.keeper.store, &run.tenant);
    let mut told = run.keeper.memory.holds_told.lock().await;
    if wanted {
        for hold in holds::on_recording(tx, recording).await? {
            if told.insert((hold.id, true)) {
                let recordings = resting::recordings_of(tx, hold.id).await?;
                let note = WitnessedHold::of(&hold, recordings);
                hold::put(store, &run.keeper.signer, tenant, &note).await.inspect_err(|_| {
                    told.remove(&(hold.id, true));
                })?;
            }
        }
    }
    for released in resting::released_from(tx, recording).await? {
        if told.insert((released, false)) {
            hold::erase(store, tenant, released).await.inspect_err(|_| {
                told.remove(&(released, false));
            })?;
        }
    }
    Ok(())
}

/// The class the objects get back: none while they are held, and none where it would let the store be first, since a rule counts
/// from the day the object was put and knows nothing of the day of grace.
fn class_of(wish: &Unsettled, policy: &Policy, now: DateTime<Utc>) -> Option<BackstopClass> {
    let class = BackstopClass::of_kind(policy, wish.media).filter(|_| !wish.wanted)?;
    let store_acts = wish.started_at + TimeDelta::days(i64::from(class.days()));
    (store_acts > now + HOLD_GRACE + TimeDelta::days(i64::from(BackstopClass::MARGIN_DAYS))).then_some(class)
}

/// Every version of a recording in one bucket. Markers hold nothing and are held by nothing.
async fn versions(
    run: &Run<'_>,
    bucket: Bucket,
    recording: RecordingId,
) -> Result<Vec<ObjectVersion>, KeepingError> {
    let (prefix, limit) = (object_key::prefix(&run.tenant, recording), run.keeper.limits.listed);
    let mut found = Vec::new();
    let mut after: Option<(String, String)> = None;
    loop {
        let page = run.keeper.store.list_versions(bucket, &prefix, after.as_ref(), limit).await?;
        after = page.last().map(|last| (last.key.to_string(), last.version_id.clone()));
        let whole = page.len() < limit;
        found.extend(page.into_iter().filter(|version| !version.is_delete_marker));
        if whole || after.is_none() {
            return Ok(found);
        }
    }
}

/// Whether every version is held, or every one is free.
async fn all(run: &Run<'_>, recording: RecordingId, held: bool) -> Result<bool, KeepingError> {
    for bucket in Bucket::ALL {
        for version in versions(run, bucket, recording).await? {
            if run.keeper.store.is_held(bucket, &version.key, &version.version_id).await? != held {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Looks at some of what was seen to be held, a few each run: a part sealed since then, or a hand at the store, is found and mended.
async fn look_again(run: &mut Run<'_>) -> Result<(), KeepingError> {
    let after = run.keeper.memory.held_seen.lock().await.get(&run.tenant).copied();
    let mut tx = run.tx().await?;
    let held = object_holds::held(&mut tx, after, LOOKED_AT_AGAIN).await?;
    tx.commit_read_only().await?;
    for recording in &held {
        if !all(run, *recording, true).await? {
            let mut tx = run.tx().await?;
            object_holds::wish_again(&mut tx, *recording).await?;
            tx.commit_bookkeeping().await?;
            run.count("lost", 1);
            tracing::error!(code = "object_hold_lost", %recording, "an object of a held recording was not held by the store");
        }
    }
    let whole = held.len() < LOOKED_AT_AGAIN as usize;
    let mut seen = run.keeper.memory.held_seen.lock().await;
    match held.last().filter(|_| !whole) {
        Some(last) => seen.insert(run.tenant.clone(), *last),
        None => seen.remove(&run.tenant),
    };
    drop(seen);
    Ok(())
}

/// Refused requests for erasure let their recordings go once no appeal is left; approved ones run that were left waiting.
async fn close_requests(run: &mut Run<'_>) -> Result<(), KeepingError> {
    let now = run.keeper.times.now();
    let mut tx = run.tx().await?;
    let past = deciding::past_appeal(&mut tx, now, REQUESTS).await?;
    let waiting = deciding::left_waiting(&mut tx, REQUESTS).await?;
    tx.commit_read_only().await?;
    for (erasure, by) in past {
        let mut tx = run.tx().await?;
        let Some((hold, freed)) =
            deciding::release_its_hold(&mut tx, erasure, by, now, now + HOLD_GRACE).await?
        else {
            continue;
        };
        let mut events =
            vec![run.event("hold.release", now).on("hold", hold).with(json!({ "erasure": erasure }))];
        events.extend(ordered(run, &mut tx, &freed.recordings, now).await?);
        tx.commit_with_all(&events).await?;
        run.count("requests_closed", 1);
    }
    if !waiting.is_empty() {
        let mut tx = run.tx().await?;
        let events = ordered(run, &mut tx, &waiting, now).await?;
        tx.commit_with_all(&events).await?;
    }
    Ok(())
}

async fn ordered(
    run: &Run<'_>,
    tx: &mut rokuon_db::tenant_tx::TenantTx,
    recordings: &[RecordingId],
    now: DateTime<Utc>,
) -> Result<Vec<rokuon_db::audit_events::AuditEvent>, KeepingError> {
    let ordered = deciding::carry_out(tx, recordings, now).await?;
    let events = ordered.into_iter().map(|ordered| {
        let mut event = run.event("erasure.order", now).with(json!({ "erasure": ordered.erasure }));
        event.article = Some(ordered.article);
        event.on("recording", ordered.recording)
    });
    Ok(events.collect())
}
