//! `GET /v1/recordings/{id}`: one recording.

use rokuon_db::recordings::{ListedGap, Outcome as DbOutcome};
use rokuon_db::segments::Segment as DbSegment;
use rokuon_db::{capture_orders, legs, segments};
use rokuon_policy::access;
use rokuon_policy::pii::Pii;
use rokuon_policy::recording_scope::RecordingStart;
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::{Act, RecordingView};
use crate::access::permitted::Permitted;
use crate::access::session::Session;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::problem::Problem;
use crate::routes::announcements::shown::{Names, announcement_of, exception_of, noter};
use crate::routes::capture_orders::model::Order;
use crate::routes::policy::model::Decision;
use crate::routes::recordings::keeping::keeping_of;
use crate::routes::recordings::model::{
    ConnectionName, Gap, GapCause, Integrity, Leg, LegRole, Outcome, Recording, Retention, Segment, Summary,
};
use crate::routes::recordings::seen::Seen;
use crate::routes::recordings::summary::seconds_of_samples;
use crate::tenant_rules::hex;

/// One recording
#[utoipa::path(
    get,
    path = "/v1/recordings/{id}",
    operation_id = "recordings_show",
    tag = "recordings",
    params(("id" = Uuid, Path, description = "The recording")),
    responses((status = 200, description = "Found", body = Recording)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(RecordingView::NAME)),
        ("x-rokuon-audit" = json!(RecordingView::EVENT)),
    ),
)]
pub async fn show(
    permitted: Permitted<RecordingView>,
    Path(id): Path<Uuid>,
) -> Result<Json<Recording>, Problem> {
    let (seen, mut tx) = Seen::load(&permitted, id).await?;
    let segments = segments::of_recording(&mut tx, seen.recording.id).await?;
    let legs = legs::of_call(&mut tx, seen.call.id).await?;
    let orders = capture_orders::of_recordings(&mut tx, &[seen.recording.id]).await?;
    let mut names = Names::default();
    let people = orders.iter().map(|order| order.person).chain(noter(&seen.call));
    names.look_up(&mut tx, people.collect::<Vec<_>>()).await?;
    let keeping = keeping_of(&permitted, &mut tx, seen.recording.id).await?;
    let event = permitted.event(json!({})).decided_by(&seen.decision).on("recording", id);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    let summary = Summary::of(&permitted.rules.policy, &seen.call)
        .ok_or_else(|| Problem::internal("a recording without its call"))?;
    let (recording, call) = (&seen.recording, &seen.call);
    let retention = &recording.retention;
    let play_refusal = play_refusal(&permitted, &seen);
    let start = call.recording.as_ref().map_or(RecordingStart::Automatic, |recording| recording.start);
    Ok(Json(Recording {
        summary,
        connection: Some(ConnectionName { id: call.connection.0, name: call.connection_name.clone() }),
        outcome: recording.outcome.map(|outcome| match outcome {
            DbOutcome::Sealed => Outcome::Sealed,
            DbOutcome::SealedWithGaps => Outcome::SealedWithGaps,
            DbOutcome::Failed => Outcome::Failed,
        }),
        media: recording.media.into(),
        outcome_cause: recording.outcome_cause.clone(),
        gaps: recording.gaps.iter().map(gap).collect(),
        integrity: Integrity {
            sealed: recording.manifest_sha256.is_some() && !segments.is_empty(),
            algorithm: "SHA-256".into(),
        },
        segments: segments.iter().map(segment).collect(),
        retention: Retention {
            secondary_from: retention.secondary_from,
            keep_at_least_until: retention.keep_at_least_until,
            keep_until: retention.keep_until,
            article: retention.article.to_string(),
            article_label: retention.article.label_ja(),
            sentence: (&retention.sentence).into(),
        },
        keeping,
        legs: legs.into_iter().map(leg).collect(),
        doubts: recording.doubts.iter().map(Into::into).collect(),
        start: start.into(),
        orders: orders.iter().map(|order| Order::of(order, &names)).collect(),
        announcement: announcement_of(&permitted, &call.announcement, start, &seen.facts(), &names),
        exceptions: permitted.rules.policy.announcement.exceptions.iter().map(exception_of).collect(),
        sip_call_id: Some(call.sip_call_id.clone()),
        decision: (&seen.decision).into(),
        playable: play_refusal.is_none(),
        play_refusal,
    }))
}

/// Why this person cannot open a use now: nobody can, or none of the purposes is theirs here.
fn play_refusal(session: &Session, seen: &Seen) -> Option<Decision> {
    if let Some((_, refusal)) = seen.unplayable(session) {
        return Some((&refusal).into());
    }
    let (policy, caller, facts) = (&session.rules.policy, session.caller(), seen.facts());
    let mut refusal = None;
    for purpose in &policy.purposes {
        let decision = access::may_use(policy, &caller, &facts, &purpose.key, "to be stated", session.now);
        if decision.allowed {
            return None;
        }
        refusal.get_or_insert(decision);
    }
    let none = || access::may_use(policy, &caller, &facts, "", "", session.now);
    Some((&refusal.unwrap_or_else(none)).into())
}

fn gap(gap: &ListedGap) -> Gap {
    Gap {
        channel: gap.channel,
        start_seconds: seconds_of_samples(gap.start_sample),
        seconds: seconds_of_samples(gap.samples),
        cause: match gap.cause.as_str() {
            "on_hold" => GapCause::OnHold,
            "no_media" => GapCause::NoMedia,
            "worker_down" => GapCause::WorkerDown,
            "late_start" => GapCause::LateStart,
            "paused" => GapCause::Paused,
            _ => GapCause::Loss,
        },
    }
}

fn segment(segment: &DbSegment) -> Segment {
    Segment {
        number: segment.number,
        start_seconds: seconds_of_samples(segment.start_sample),
        seconds: seconds_of_samples(segment.samples),
        channels: segment.channels.clone(),
        codec: segment.codec.clone(),
        video_codec: segment.video_codec.clone(),
        media_bytes: segment.media_bytes,
        media_sha256: hex(&segment.media_sha256),
        sealed_at: Some(segment.sealed_at),
    }
}

fn leg((role, party): (legs::LegRole, legs::Party)) -> Leg {
    Leg {
        channel: role.channel(),
        role: match role {
            legs::LegRole::Caller => LegRole::Caller,
            legs::LegRole::Called => LegRole::Called,
        },
        number: party.number.map(Pii::into_revealed),
        name: party.name.map(Pii::into_revealed),
        proved: party.proved,
    }
}
