//! `POST /v1/recordings/{id}/orders`: start, pause, resume or stop the recording of a live call.

use axum::http::StatusCode;
use rokuon_db::announcements::{self, Announcement as Noted};
use rokuon_db::audit_events::AuditEvent;
use rokuon_db::capture_orders::{self, OrderState, PlacedOrder};
use rokuon_db::tenant_tx::TenantTx;
use rokuon_policy::access::live_calls::{may_note, may_order};
use rokuon_policy::announcement::AnnouncementStatus;
use rokuon_policy::capture_order::{Capture, CaptureOrder, OrderedCall};
use rokuon_policy::ids::RecordingId;
use rokuon_policy::recording_state::RecordingState;
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::{Act, AnnouncementNote, CaptureOrderPlace};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::announcements::model::Note;
use crate::routes::announcements::note::detail;
use crate::routes::announcements::shown::Names;
use crate::routes::capture_orders::model::{Order, Request};
use crate::routes::recordings::seen::Seen;

/// Start, pause, resume or stop the recording of a live call
///
/// Only where the rules know recording by hand and the call's line is recorded so. The order is on its way when this is
/// answered; the list of live calls shows when it was carried out. A pause becomes a gap of the recording.
#[utoipa::path(
    post,
    path = "/v1/recordings/{id}/orders",
    operation_id = "capture_orders_place",
    tag = "live-calls",
    params(("id" = Uuid, Path, description = "The recording")),
    request_body = Request,
    responses((status = 202, description = "On its way", body = Order)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(CaptureOrderPlace::NAME)),
        ("x-rokuon-audit" = json!(CaptureOrderPlace::EVENT)),
        ("x-rokuon-problems" = json!(["conflict"])),
    ),
)]
pub async fn place(
    permitted: Permitted<CaptureOrderPlace>,
    Path(id): Path<Uuid>,
    Json(body): Json<Request>,
) -> Result<(StatusCode, Json<Order>), Problem> {
    let order: CaptureOrder = body.order.into();
    if order.needs_reason() && body.reason.is_none() {
        return Err(Problem::field("reason", "理由を選んでください", "choose a reason"));
    }
    let (seen, mut tx) = Seen::load(&permitted, id).await?;
    // from here on other orders of this call wait for ours
    let live = capture_orders::lock(&mut tx, RecordingId(id)).await?;
    let live = live.ok_or_else(|| Problem::new(Code::NotFound))?;
    let (policy, caller, facts) = (&permitted.rules.policy, permitted.caller(), seen.facts());
    let mut events = Vec::new();
    let mut announcement = seen.call.announcement.status;
    if let Some(note) = &body.announcement {
        let event = noted(&permitted, &seen, note).await?;
        announcement = note.status.into();
        events.push(event);
    }
    let call = OrderedCall { start: live.start, announcement };
    let decision = may_order(policy, &caller, &facts, call, order, permitted.now);
    let reason = body.reason.filter(|_| order.needs_reason());
    let event = permitted
        .session_event(order_event(order), json!({ "call": seen.call.id, "reason": reason }))
        .on("recording", id);
    if !decision.allowed {
        drop(tx);
        return Err(permitted.refuse(Code::NotPermitted, event, &decision).await);
    }
    if live.state != RecordingState::Recording {
        return Err(over());
    }
    if live.capture.after(order).is_none() {
        return Err(out_of_place(live.capture));
    }
    if let Some(note) = &body.announcement {
        write(&mut tx, &permitted, &seen, note).await?;
    }
    let placed = PlacedOrder {
        id: Uuid::now_v7(),
        recording: RecordingId(id),
        order,
        reason: reason.map(Into::into),
        person: permitted.person.id,
        placed_at: permitted.now,
        state: OrderState::Placed,
        settled_at: None,
    };
    capture_orders::place(&mut tx, &placed).await?;
    let mut names = Names::default();
    names.look_up(&mut tx, [permitted.person.id]).await?;
    events.push(event.decided_by(&decision));
    tx.commit_with_all(&events).await.map_err(Problem::unavailable)?;
    Ok((StatusCode::ACCEPTED, Json(Order::of(&placed, &names))))
}

/// Judges what is noted with the order; the event of the note when it is allowed.
async fn noted(
    permitted: &Permitted<CaptureOrderPlace>,
    seen: &Seen,
    note: &Note,
) -> Result<AuditEvent, Problem> {
    let (policy, status) = (&permitted.rules.policy, AnnouncementStatus::from(note.status));
    let exception = note.exception.as_deref();
    let decision = may_note(policy, &permitted.caller(), &seen.facts(), status, exception, permitted.now);
    let event = permitted
        .session_event(AnnouncementNote::EVENT, detail(note, decision.allowed))
        .on("recording", seen.recording.id);
    if decision.allowed {
        Ok(event.decided_by(&decision))
    } else {
        Err(permitted.refuse(Code::NotPermitted, event, &decision).await)
    }
}

async fn write(
    tx: &mut TenantTx,
    permitted: &Permitted<CaptureOrderPlace>,
    seen: &Seen,
    note: &Note,
) -> Result<(), Problem> {
    let by = permitted.person.id;
    let noted = Noted::by_person(note.status.into(), note.exception.clone(), by, permitted.now);
    announcements::note(tx, seen.call.id, &noted).await?;
    Ok(())
}

const fn order_event(order: CaptureOrder) -> &'static str {
    match order {
        CaptureOrder::Start => "recording.start",
        CaptureOrder::Pause => "recording.pause",
        CaptureOrder::Resume => "recording.resume",
        CaptureOrder::Stop => "recording.stop",
    }
}

fn over() -> Problem {
    Problem::new(Code::Conflict)
        .detail("この通話はすでに終わっています。", "This call is over already.")
        .rule("capture_order.call_over")
}

fn out_of_place(capture: Capture) -> Problem {
    let (ja, en) = match capture {
        Capture::Waiting => ("まだ録音を始めていません。", "Recording has not been started yet."),
        Capture::Running => ("すでに録音しています。", "It is being recorded already."),
        Capture::Paused => ("すでに一時停止しています。", "It is paused already."),
        Capture::Stopped => {
            ("この通話の録音はすでに止めています。", "Recording of this call was stopped already.")
        }
    };
    Problem::new(Code::Conflict).detail(ja, en).rule("capture_order.out_of_place")
}
