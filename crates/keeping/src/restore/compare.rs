//! Compares one tenant's restored rows with the stores, which go on, and with the witness notes.

use std::collections::{BTreeMap, BTreeSet};

use rokuon_db::holds;
use rokuon_db::kept_segments::Switched;
use rokuon_db::stored_recordings::{self, StoredRecording};
use rokuon_policy::ids::{RecordingId, TenantId};
use rokuon_policy::keeping::restored::{Fate, RestoredRow, Witness, step};
use rokuon_policy::recording_state::{RecordingState, Tier};
use rokuon_storage::object_key;
use rokuon_storage::object_store::{Bucket, ObjectVersion};

use super::{Comparison, Restoring};
use crate::failure::KeepingError;
use crate::reconcile::judging;
use crate::stretch;
use crate::witness::{destruction, hold, mark};

/// Versions a listing.
const LISTED: usize = 1_000;

/// Compares one tenant. Nothing is changed.
///
/// # Errors
/// [`KeepingError`]; a witness note that is not good is one, for by it nothing may be decided.
pub async fn compare(on: &Restoring<'_>, tenant: &TenantId) -> Result<Comparison, KeepingError> {
    let verifier = on.signer.verifier();
    let mut found = Comparison {
        tenant: tenant.clone(),
        standing: mark::standing(on.db, on.store, tenant, Some(&verifier)).await?,
        rows: 0,
        objects: 0,
        destroyed: BTreeMap::new(),
        committed: BTreeMap::new(),
        moved: BTreeMap::new(),
        missing: BTreeSet::new(),
        holds: Vec::new(),
        strays: BTreeSet::new(),
        certificates_without_row: 0,
    };
    let lacking = look_through_stores(on, &mut found).await?;
    certificates(on, &mut found).await?;
    let committed = destruction::committed(on.store, tenant, &verifier).await?;
    let committed = committed.into_iter().map(|one| (one.recording, one)).collect::<BTreeMap<_, _>>();
    for witnessed in hold::all(on.store, tenant, &verifier).await? {
        let mut tx = on.db.tenant(tenant).await?;
        if holds::find(&mut tx, witnessed.hold).await?.is_none() {
            found.holds.push(witnessed);
        }
        tx.commit_read_only().await?;
    }
    let doubted: BTreeSet<RecordingId> =
        lacking.into_iter().chain(committed.keys().copied()).chain(found.destroyed.keys().copied()).collect();
    let doubted: Vec<RecordingId> = doubted.into_iter().collect();
    for some in doubted.chunks(500) {
        let mut tx = on.db.tenant(tenant).await?;
        let rows = stored_recordings::find(&mut tx, some).await?;
        tx.commit_read_only().await?;
        for row in &rows {
            judge(on, &mut found, row, committed.get(&row.id)).await?;
        }
    }
    found.strays.retain(|id| !committed.contains_key(id));
    Ok(found)
}

/// Holds every bucket against the rows, stretch by stretch; gives the recordings of which something is not where its row says.
async fn look_through_stores(
    on: &Restoring<'_>,
    found: &mut Comparison,
) -> Result<BTreeSet<RecordingId>, KeepingError> {
    let mut lacking = BTreeSet::new();
    for bucket in [Bucket::Keys, Bucket::Media, Bucket::Secondary] {
        let mut after = None;
        loop {
            let stretch = stretch::next(on.store, &found.tenant, bucket, after, LISTED).await?;
            let mut tx = on.db.tenant(&found.tenant).await?;
            let kept = stored_recordings::kept(&mut tx, after, stretch.until).await?;
            let rows: BTreeSet<RecordingId> = kept.iter().map(|row| row.id).collect();
            let others: Vec<RecordingId> =
                stretch.found.keys().copied().filter(|id| !rows.contains(id)).collect();
            let others: BTreeSet<RecordingId> =
                stored_recordings::find(&mut tx, &others).await?.into_iter().map(|row| row.id).collect();
            tx.commit_read_only().await?;
            for row in &kept {
                let versions = stretch.found.get(&row.id).map_or(&[][..], Vec::as_slice);
                if judging::lacks(bucket, row, versions) {
                    lacking.insert(row.id);
                }
            }
            found.objects += stretch.found.values().map(|versions| versions.len() as u64).sum::<u64>();
            found.rows += if bucket == Bucket::Keys { kept.len() as u64 } else { 0 };
            let is_stray = |id: &RecordingId| !rows.contains(id) && !others.contains(id);
            found.strays.extend(stretch.found.keys().copied().filter(is_stray));
            after = stretch.until;
            if after.is_none() {
                break;
            }
        }
    }
    Ok(lacking)
}

/// The certificates whose recordings the rows do not call destroyed; of one recording the last one counts.
async fn certificates(on: &Restoring<'_>, found: &mut Comparison) -> Result<(), KeepingError> {
    let verifier = on.signer.verifier();
    for note in destruction::certificate_notes(on.store, &found.tenant).await? {
        let certificates = destruction::certificates_in(on.store, &note, &verifier).await?;
        let ids: Vec<RecordingId> = certificates.iter().map(|(body, _)| body.recording).collect();
        let mut tx = on.db.tenant(&found.tenant).await?;
        let rows = stored_recordings::find(&mut tx, &ids).await?;
        tx.commit_read_only().await?;
        let states: BTreeMap<RecordingId, RecordingState> =
            rows.into_iter().map(|row| (row.id, row.state)).collect();
        for (body, text) in certificates {
            match states.get(&body.recording) {
                Some(RecordingState::Destroyed) => {}
                Some(_) => {
                    found.destroyed.insert(body.recording, (body, text));
                }
                None => {
                    found.strays.remove(&body.recording);
                    found.certificates_without_row += 1;
                }
            }
        }
    }
    Ok(())
}

/// Asks the kernel what becomes of a row, and notes it.
async fn judge(
    on: &Restoring<'_>,
    found: &mut Comparison,
    row: &StoredRecording,
    committed: Option<&destruction::Committed>,
) -> Result<(), KeepingError> {
    let key = list(on, &found.tenant, row.id, Bucket::Keys).await?;
    let places = [
        list(on, &found.tenant, row.id, Bucket::Media).await?,
        list(on, &found.tenant, row.id, Bucket::Secondary).await?,
    ];
    let tier = tier_of(row);
    let own = &places[usize::from(tier == Tier::Secondary)];
    let bucket = bucket_of(tier);
    let other = if tier == Tier::Primary { Tier::Secondary } else { Tier::Primary };
    let switched = switched(row, other, &places[usize::from(other == Tier::Secondary)]);
    let media = match (judging::lacks(bucket, row, own), &switched) {
        (false, _) => Some(tier),
        (true, Some(_)) => Some(other),
        (true, None) => None,
    };
    let witness = Witness {
        certificate: found.destroyed.contains_key(&row.id),
        committed: committed.is_some(),
        key: key.iter().any(|one| !one.is_delete_marker),
        media,
        // Those placed since are placed again by themselves.
        holds: 0,
    };
    let restored = RestoredRow { state: row.state, tier, active_holds: row.active_holds };
    match step(&restored, &witness).fate {
        Fate::Serve | Fate::MarkDestroyed => {}
        Fate::FinishDestruction => {
            // Where the row says so itself, the job carries it on.
            if let Some(committed) = committed.filter(|_| row.state != RecordingState::Destroying) {
                found.committed.insert(row.id, committed.clone());
            }
        }
        Fate::FollowMedia(tier) => {
            found.moved.insert(row.id, (tier, switched.unwrap_or_default()));
        }
        Fate::Quarantine => {
            if row.state != RecordingState::Quarantined {
                found.missing.insert(row.id);
            }
        }
    }
    Ok(())
}

fn tier_of(row: &StoredRecording) -> Tier {
    let moved = !row.segments.is_empty()
        && row.segments.iter().all(|segment| segment.bucket == Bucket::Secondary.as_str());
    if moved { Tier::Secondary } else { Tier::Primary }
}

const fn bucket_of(tier: Tier) -> Bucket {
    match tier {
        Tier::Primary => Bucket::Media,
        Tier::Secondary => Bucket::Secondary,
    }
}

async fn list(
    on: &Restoring<'_>,
    tenant: &TenantId,
    recording: RecordingId,
    bucket: Bucket,
) -> Result<Vec<ObjectVersion>, KeepingError> {
    Ok(on.store.list_versions(bucket, &object_key::prefix(tenant, recording), None, 10_000).await?)
}

/// Every piece as it lies on that tier, if every piece does: same name, same length. Its octets are read by the next scrub.
fn switched(row: &StoredRecording, tier: Tier, there: &[ObjectVersion]) -> Option<Vec<Switched>> {
    let bucket = bucket_of(tier).as_str();
    let pieces = row.segments.iter().filter(|segment| segment.bucket != bucket).map(|segment| {
        let copy = there.iter().find(|one| {
            !one.is_delete_marker
                && one.key.as_str() == segment.object_key
                && one.len == segment.container_bytes
        })?;
        Some(Switched {
            before: segment.clone(),
            bucket: bucket.to_owned(),
            version_id: copy.version_id.clone(),
        })
    });
    pieces.collect::<Option<Vec<_>>>().filter(|pieces| !pieces.is_empty())
}
