//! A request for erasure that somebody wants to decide, loaded with its recordings and with what rests on them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rokuon_db::erasures::{self, Erasure, ErasureDecision, ErasureState, deciding};
use rokuon_db::holds::placing::{self, LockedRecording};
use rokuon_db::tenant_tx::TenantTx;
use rokuon_db::{holds, keeping};
use rokuon_policy::decision::Decision;
use rokuon_policy::ids::{ErasureId, RecordingId};
use rokuon_policy::keeping::HOLD_GRACE;
use rokuon_policy::keeping::KeptRecording;
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::Act;
use crate::access::permitted::Permitted;
use crate::access::refusal::refused;
use crate::access::session::Session;
use crate::extract::json::Json;
use crate::problem::{Code, Problem};
use crate::routes::erasures::model;
use crate::routes::erasures::shown::shown;

/// A recording of an erasure with all that its decision asks for.
pub struct Asked {
    /// What access rules need to know of it.
    pub locked: LockedRecording,
    /// What the retention kernel knows of it.
    pub kept: KeptRecording,
    /// The grounds of the holds on it, that of the erasure itself left out.
    pub held_on: Vec<String>,
}

/// An erasure under decision. Others who want to decide it wait for the transaction that came with it.
pub struct Decided {
    /// The erasure.
    pub erasure: Erasure,
    /// Its recordings.
    pub recordings: Vec<Asked>,
}

impl Decided {
    /// Loads and locks it.
    ///
    /// # Errors
    /// `not-found`; `conflict` when it is decided already.
    pub async fn lock(session: &Session, id: Uuid) -> Result<(Self, TenantTx), Problem> {
        let mut tx = session.tx().await?;
        let erasure = erasures::lock(&mut tx, ErasureId(id)).await?;
        let erasure = erasure.ok_or_else(|| Problem::new(Code::NotFound))?;
        let ids = ids_of(&mut tx, erasure.id).await?;
        let locked = placing::lock(&mut tx, &ids).await?;
        let recordings = with_holds(&mut tx, &erasure, locked).await?;
        Ok((Self { erasure, recordings }, tx))
    }

    /// Whether nobody has decided it.
    ///
    /// # Errors
    /// `conflict`.
    pub fn open(&self) -> Result<(), Problem> {
        if self.erasure.state == ErasureState::Asked {
            return Ok(());
        }
        let problem = Problem::new(Code::Conflict).rule("erasure.decided_already");
        Err(problem.detail(
            "すでに決定しているか、取り下げられています。",
            "It is decided already, or was taken back.",
        ))
    }

    /// What the rules say of each recording, as one: the first refusal, or the permission.
    pub fn judge(&self, rule: impl Fn(&Asked) -> Decision) -> Option<Decision> {
        let mut permitted = None;
        for recording in &self.recordings {
            let decision = rule(recording);
            if !decision.allowed {
                return Some(decision);
            }
            permitted = Some(decision);
        }
        permitted
    }

    /// Writes the decision, and releases the erasure's own hold where `lets_go_at` has come; what was approved and nothing holds
    /// becomes due in the same transaction.
    ///
    /// # Errors
    /// `conflict` when somebody was first; `unavailable`.
    pub async fn settle<A: Act>(
        self,
        permitted: &Permitted<A>,
        mut tx: TenantTx,
        state: ErasureState,
        decision: &Decision,
        reason: &str,
        lets_go_at: DateTime<Utc>,
    ) -> Result<Json<model::Erasure>, Problem> {
        let (id, by, now) = (self.erasure.id, permitted.person.id, permitted.now);
        let written = ErasureDecision {
            person: by,
            at: now,
            reason: Some(reason.trim().to_owned()),
            article: decision.article.clone(),
            sentence: decision.sentence.clone(),
            lets_go_at,
        };
        if !deciding::decide(&mut tx, id, state, &written).await? {
            return Err(Problem::new(Code::Conflict));
        }
        let detail = json!({ "count": self.erasure.recording_count, "lets_go_at": lets_go_at });
        let mut events = vec![permitted.event(detail).decided_by(decision).on("erasure", id)];
        if lets_go_at <= now
            && let Some((hold, freed)) =
                deciding::release_its_hold(&mut tx, id, by, now, now + HOLD_GRACE).await?
        {
            let closed = permitted.session_event("hold.release", json!({ "erasure": id }));
            events.push(closed.decided_by(decision).on("hold", hold));
            for ordered in deciding::carry_out(&mut tx, &freed.recordings, now).await? {
                let event = permitted.session_event("erasure.order", json!({ "erasure": ordered.erasure }));
                events.push(event.decided_by(decision).on("recording", ordered.recording));
            }
        }
        let after = shown(permitted, &mut tx, id).await?;
        tx.commit_with_all(&events).await.map_err(Problem::unavailable)?;
        Ok(Json(after))
    }
}

/// The recordings of an erasure.
///
/// # Errors
/// `unavailable`.
pub async fn ids_of(tx: &mut TenantTx, id: ErasureId) -> Result<Vec<RecordingId>, Problem> {
    Ok(erasures::recordings_of(tx, id).await?.into_iter().map(|one| one.recording).collect())
}

/// Recordings with what the kernel knows of them and the grounds of what rests on them.
///
/// # Errors
/// `unavailable`.
pub async fn with_holds(
    tx: &mut TenantTx,
    erasure: &Erasure,
    locked: Vec<LockedRecording>,
) -> Result<Vec<Asked>, Problem> {
    let ids: Vec<RecordingId> = locked.iter().map(|one| one.id).collect();
    let kept = keeping::find(tx, &ids).await?;
    let mut kept: BTreeMap<RecordingId, KeptRecording> =
        kept.into_iter().map(|row| (row.id, row.kept)).collect();
    let mut grounds: BTreeMap<RecordingId, Vec<String>> = BTreeMap::new();
    for (recording, ground) in holds::grounds_on(tx, &ids, Some(erasure.id.0)).await? {
        grounds.entry(recording).or_default().push(ground);
    }
    locked
        .into_iter()
        .map(|locked| {
            let kept = kept.remove(&locked.id).ok_or_else(|| Problem::internal("a recording just locked"))?;
            let held_on = grounds.remove(&locked.id).unwrap_or_default();
            Ok(Asked { locked, kept, held_on })
        })
        .collect()
}

/// The answer to a refusal by the rules on erasure.
pub fn answer(decision: &Decision) -> Problem {
    let (code, field) = match decision.rule {
        "erasure.basis_missing" => (Code::InvalidFields, Some("application")),
        "erasure.ground_unknown" => (Code::InvalidFields, Some("ground")),
        "erasure.not_sealed"
        | "erasure.nothing_kept"
        | "erasure.already"
        | "erasure.refused_while"
        | "erasure.before_minimum" => (Code::Conflict, None),
        _ => (Code::NotPermitted, None),
    };
    let problem = refused(code, decision);
    match field {
        Some(field) => problem.and_field(field, &decision.sentence.ja, &decision.sentence.en),
        None => problem,
    }
}
