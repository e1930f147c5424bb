//! Brings one tenant's restored rows to what was found, each change with its audit event, and marks that it was done.

use rokuon_db::audit_events::{Actor, AuditEvent};
use rokuon_db::audit_heads;
use rokuon_db::certificates::{self, Certificate};
use rokuon_db::holds::placing::{self, NewHold, Placed};
use rokuon_db::holds::{HoldGround, HoldOrigin};
use rokuon_db::restored_recordings::{self, Gone};
use rokuon_policy::article::Article;
use rokuon_policy::ids::RecordingId;
use rokuon_policy::keeping::Cause;
use rokuon_storage::object_key;
use rokuon_storage::object_store::Bucket;
use serde_json::json;

use super::{Comparison, Restoring};
use crate::failure::KeepingError;
use crate::witness::hold::WitnessedHold;
use crate::witness::mark::{self, Mark, Standing};

/// Recordings a transaction.
const BATCH: usize = 500;
/// More recordings without key or media than this are no consequence of a restore: the stores are not those of this database.
pub const FEW: usize = 20;

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Finished {
    /// Marked destroyed again, from their certificates.
    pub destroyed: usize,
    /// Whose destruction goes on.
    pub committed: usize,
    /// Whose rows follow their media.
    pub moved: usize,
    /// Set aside.
    pub missing: usize,
    /// Holds that stand again.
    pub holds: usize,
    /// Recordings they rest on.
    pub held: usize,
    /// Recordings without a row whose objects the store holds from now on.
    pub strays: usize,
}

/// Carries a comparison out.
///
/// # Errors
/// [`KeepingError`]; what was done is done, and the rest is found by the next comparison.
pub async fn finish(on: &Restoring<'_>, found: &Comparison) -> Result<Finished, KeepingError> {
    let mut done = Finished::default();
    mark_gone(on, found, &mut done).await?;
    for (recording, (tier, switched)) in &found.moved {
        let mut tx = on.db.tenant(&found.tenant).await?;
        if restored_recordings::follow_media(&mut tx, *recording, *tier, switched, on.now).await? {
            let event = event(on, "recording.follow_media", None).on("recording", recording);
            tx.commit_with(event.with(json!({ "tier": tier, "segments": switched.len() }))).await?;
            done.moved += 1;
        }
    }
    let missing: Vec<RecordingId> = found.missing.iter().copied().collect();
    for some in missing.chunks(BATCH) {
        let mut tx = on.db.tenant(&found.tenant).await?;
        let aside = restored_recordings::set_aside(&mut tx, some, on.now).await?;
        let told = |id: &RecordingId| {
            event(on, "recording.quarantined", None).on("recording", id).with(json!({ "found": "missing" }))
        };
        tx.commit_with_all(&aside.iter().map(told).collect::<Vec<_>>()).await?;
        done.missing += aside.len();
    }
    for hold in &found.holds {
        done.held += place_again(on, found, hold).await?;
        done.holds += 1;
    }
    for stray in &found.strays {
        hold_stray(on, found, *stray).await?;
        done.strays += 1;
    }
    end(on, found, &done).await?;
    Ok(done)
}

fn event(on: &Restoring<'_>, kind: &str, article: Option<&Article>) -> AuditEvent {
    let mut event = AuditEvent::new(kind, Actor::Platform("restore".to_owned()), on.now);
    event.article = article.cloned();
    event
}

/// What was destroyed is marked so from its certificate, what was committed is on its way again.
async fn mark_gone(on: &Restoring<'_>, found: &Comparison, done: &mut Finished) -> Result<(), KeepingError> {
    let destroyed: Vec<_> = found.destroyed.values().collect();
    for some in destroyed.chunks(BATCH) {
        let gone = some.iter().map(|(body, _)| Gone {
            recording: body.recording,
            cause: Cause { reason: body.reason, article: body.article.clone() },
            due_at: body.times.due.unwrap_or(body.times.committed),
            committed_at: body.times.committed,
            destroyed_at: Some(body.times.checked),
        });
        let mut tx = on.db.tenant(&found.tenant).await?;
        let news = restored_recordings::gone_again(&mut tx, &gone.collect::<Vec<_>>(), on.now).await?;
        let certificates = some.iter().filter(|(body, _)| news.contains(&body.recording));
        let issued: Vec<Certificate> = certificates
            .map(|(body, note)| Certificate {
                id: body.id,
                recording: body.recording,
                issued_at: body.times.checked,
                reason: body.reason.as_str().to_owned(),
                article: body.article.clone(),
                policy_version: body.policy_version,
                call_day: body.call_day,
                note: note.clone(),
            })
            .collect();
        certificates::issue(&mut tx, &issued).await?;
        let told = |one: &Certificate| {
            let sha256: String = one.sha256().iter().map(|octet| format!("{octet:02x}")).collect();
            event(on, "recording.destroyed_again", Some(&one.article))
                .on("recording", one.recording)
                .with(json!({ "certificate": one.id, "certificate_sha256": sha256, "reason": one.reason }))
        };
        tx.commit_with_all(&issued.iter().map(told).collect::<Vec<_>>()).await?;
        done.destroyed += issued.len();
    }
    for one in found.committed.values() {
        let gone = Gone {
            recording: one.recording,
            cause: Cause { reason: one.reason, article: one.article.clone() },
            due_at: one.due_at.unwrap_or(one.at),
            committed_at: one.at,
            destroyed_at: None,
        };
        let mut tx = on.db.tenant(&found.tenant).await?;
        if restored_recordings::gone_again(&mut tx, &[gone], on.now).await?.is_empty() {
            tx.commit_read_only().await?;
            continue;
        }
        let event = event(on, "recording.destroying", Some(&one.article)).on("recording", one.recording);
        tx.commit_with(event.with(json!({ "reason": one.reason }))).await?;
        done.committed += 1;
    }
    Ok(())
}

/// Places a hold again on those of its recordings that are left; says how many those are. It stands as a person's: a person lets it go.
async fn place_again(
    on: &Restoring<'_>,
    found: &Comparison,
    hold: &WitnessedHold,
) -> Result<usize, KeepingError> {
    let mut tx = on.db.tenant(&found.tenant).await?;
    let locked = placing::lock(&mut tx, &hold.recordings).await?;
    let left: Vec<RecordingId> = locked.iter().filter(|one| !one.is_gone()).map(|one| one.id).collect();
    let ground =
        HoldGround { key: hold.ground.clone(), article: hold.article.clone(), name: hold.name.clone() };
    let again = NewHold {
        id: hold.hold,
        origin: HoldOrigin::Person,
        ground,
        reason: "復元後に再設定（理由の文は失われました） / placed again after a restore; its words are lost"
            .to_owned(),
        authority: match &hold.request {
            Some(kind) => format!("申出（{kind}） / a request ({kind})"),
            None => "証跡の控え / the witness note".to_owned(),
        },
        policy_version: hold.policy_version,
        placed_by: hold.placed_by,
        placed_at: hold.placed_at,
        review_on: None,
        repeat: None,
    };
    match placing::place(&mut tx, &again, &left).await? {
        Placed::Done => {}
        Placed::Missing(_) | Placed::TooLate(_) => {
            tx.commit_read_only().await?;
            return Ok(0);
        }
    }
    let event = event(on, "hold.place_again", Some(&hold.article)).on("hold", hold.hold).with(json!({
        "recordings": left,
        "not_there": hold.recordings.len() - left.len(),
    }));
    tx.commit_with(event).await?;
    Ok(left.len())
}

/// The store's own hold on everything of a recording that no row names: no comparison erases it as left over.
async fn hold_stray(
    on: &Restoring<'_>,
    found: &Comparison,
    recording: RecordingId,
) -> Result<(), KeepingError> {
    let prefix = object_key::prefix(&found.tenant, recording);
    for bucket in Bucket::ALL {
        for version in on.store.list_versions(bucket, &prefix, None, 10_000).await? {
            if !version.is_delete_marker {
                on.store.set_held(bucket, &version.key, &version.version_id, true).await?;
                on.store.set_backstop(bucket, &version.key, &version.version_id, None).await?;
            }
        }
    }
    Ok(())
}

/// The event that says what the trail lost, and the mark by which it is known from here on.
async fn end(on: &Restoring<'_>, found: &Comparison, done: &Finished) -> Result<(), KeepingError> {
    let (generation, before) = match &found.standing {
        Standing::Unmarked => (1, None),
        Standing::Follows(mark) | Standing::Older { mark, .. } => (mark.generation + 1, Some(mark)),
    };
    let mut tx = on.db.tenant(&found.tenant).await?;
    let events = audit_heads::events(&mut tx).await?;
    let told = event(on, "restore.finish", None).with(json!({
        "generation": generation,
        "events_now": events,
        "events_witnessed": before.map(|mark| mark.events),
        "leaf_witnessed": before.and_then(|mark| mark.leaf.clone()),
        "destroyed_again": done.destroyed,
        "destruction_goes_on": done.committed,
        "followed_media": done.moved,
        "set_aside": done.missing,
        "holds_again": done.holds,
        "held_again": done.held,
        "without_row": found.strays,
        "certificates_without_row": found.certificates_without_row,
    }));
    tx.commit_with(told).await?;
    let mut tx = on.db.tenant(&found.tenant).await?;
    let events = audit_heads::events(&mut tx).await?;
    let leaf = match events.checked_sub(1) {
        Some(place) => audit_heads::leaf(&mut tx, place).await?,
        None => None,
    };
    tx.commit_read_only().await?;
    let mark = Mark {
        tenant: found.tenant.clone(),
        generation,
        events,
        leaf: leaf.map(|leaf| leaf.iter().map(|octet| format!("{octet:02x}")).collect()),
        at: on.now,
        events_before: before.map(|mark| mark.events),
    };
    mark::put(on.store, on.signer, &mark).await
}
