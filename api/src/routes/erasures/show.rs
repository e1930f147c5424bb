//! `GET /v1/erasures/{id}`: one request for erasure, its recordings, and what stands against erasing them.

use std::collections::BTreeMap;

use rokuon_db::erasures::{self, ErasureRecording, ErasureRecordingState};
use rokuon_db::holds::placing;
use rokuon_db::recording_search;
use rokuon_policy::access;
use rokuon_policy::ids::{ErasureId, RecordingId};
use rokuon_policy::keeping::erasure_rules::{self, ErasureRequest};
use rokuon_policy::keeping::two_persons::Actor;
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::{Act, ErasureView};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::announcements::shown::Names;
use crate::routes::erasures::decided::{Asked, ids_of, with_holds};
use crate::routes::erasures::model::{Detail, RecordingOf, RecordingStanding};
use crate::routes::erasures::rules::{basis, rules_of};
use crate::routes::erasures::shown::{erasure_of, people};
use crate::routes::recordings::model::Summary;

/// One request for erasure
#[utoipa::path(
    get,
    path = "/v1/erasures/{id}",
    operation_id = "erasures_show",
    tag = "erasures",
    params(("id" = Uuid, Path, description = "The request")),
    responses((status = 200, description = "Found", body = Detail)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(ErasureView::NAME)),
        ("x-rokuon-audit" = json!(ErasureView::EVENT)),
    ),
)]
pub async fn show(permitted: Permitted<ErasureView>, Path(id): Path<Uuid>) -> Result<Json<Detail>, Problem> {
    let mut tx = permitted.tx().await?;
    let erasure = erasures::find(&mut tx, ErasureId(id)).await?;
    let erasure = erasure.ok_or_else(|| Problem::new(Code::NotFound))?;
    let ids = ids_of(&mut tx, erasure.id).await?;
    let (policy, caller) = (&permitted.rules.policy, permitted.caller());
    let event = permitted.event(json!({})).on("erasure", id);
    let (mut seen, mut refusal) = (Vec::new(), None);
    for recording in placing::facts(&mut tx, &ids).await? {
        let decision = access::may_see(policy, &caller, &recording.facts, permitted.now);
        if decision.allowed {
            seen.push(recording);
        } else {
            refusal = Some(decision);
        }
    }
    if let Some(refusal) = refusal.filter(|_| seen.is_empty()) {
        drop(tx);
        return Err(permitted.refuse(Code::NotPermitted, event, &refusal).await);
    }
    let states: BTreeMap<RecordingId, ErasureRecording> = erasures::recordings_of(&mut tx, erasure.id)
        .await?
        .into_iter()
        .map(|one| (one.recording, one))
        .collect();
    let asked = with_holds(&mut tx, &erasure, seen).await?;
    let shown: Vec<RecordingId> = asked.iter().map(|one| one.locked.id).collect();
    let calls = recording_search::of_recordings(&mut tx, &shown).await?;
    let mut names = Names::default();
    names.look_up(&mut tx, people(&erasure)).await?;
    tx.commit_with(event.decided_by(&permitted.decision)).await.map_err(Problem::unavailable)?;
    let asked_by = Actor::in_own_right(erasure.asked_by);
    let against = |one: &Asked| {
        let request = ErasureRequest { basis: basis(&erasure.rests_on), asked_by, held_on: &one.held_on };
        erasure_rules::against(policy, &one.locked.facts, &one.kept, &request, permitted.now)
    };
    let recordings = calls.iter().filter_map(|call| {
        let recording = Summary::of(policy, call)?;
        let one = asked.iter().find(|one| one.locked.id.0 == recording.id)?;
        let state = states.get(&one.locked.id)?;
        Some(RecordingOf {
            recording,
            standing: match state.state {
                ErasureRecordingState::Asked => RecordingStanding::Asked,
                ErasureRecordingState::Waiting => RecordingStanding::Waiting,
                ErasureRecordingState::Due => RecordingStanding::Due,
                ErasureRecordingState::Closed => RecordingStanding::Closed,
            },
            due_at: state.due_at,
            other_holds: u32::try_from(one.held_on.len()).unwrap_or(u32::MAX),
            against: against(one)
                .filter(|_| state.state == ErasureRecordingState::Asked)
                .map(|one| (&one).into()),
        })
    });
    let recordings = recordings.collect();
    Ok(Json(Detail {
        erasure: erasure_of(&permitted, &erasure, &names),
        recordings,
        rules: rules_of(policy),
    }))
}
