//! `GET /v1/live-calls`: the calls that go on, with what may be ordered of each.

use rokuon_db::capture_orders::{self, PlacedOrder};
use rokuon_db::recording_search::{self, FoundCall};
use rokuon_policy::access::live_calls::may_order;
use rokuon_policy::access::{self, RecordingFacts};
use rokuon_policy::announcement::AnnouncementStatus;
use rokuon_policy::capture_order::{CaptureOrder, OrderedCall};
use rokuon_policy::media_kind::MediaKind;
use rokuon_policy::recording_scope::RecordingStart;
use serde_json::json;

use crate::access::acts::{Act, LiveCallList};
use crate::access::permitted::Permitted;
use crate::access::session::Session;
use crate::extract::json::Json;
use crate::problem::{Code, Problem};
use crate::routes::announcements::shown::{Names, announcement_of, exception_of, noter};
use crate::routes::capture_orders::model::Order;
use crate::routes::live_calls::model::{List, LiveCall};
use crate::routes::recordings::filter::visible;
use crate::routes::recordings::summary::{department_of, line_of};

/// How many are shown.
const MOST: u32 = 200;

/// The calls that go on
///
/// Meant to be asked every few seconds: one page that stays open leaves one audit event in ten minutes.
#[utoipa::path(
    get,
    path = "/v1/live-calls",
    operation_id = "live_calls_list",
    tag = "live-calls",
    responses((status = 200, description = "Found", body = List)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(LiveCallList::NAME)),
        ("x-rokuon-audit" = json!(LiveCallList::EVENT)),
    ),
)]
pub async fn list(permitted: Permitted<LiveCallList>) -> Result<Json<List>, Problem> {
    let (policy, now) = (&permitted.rules.policy, permitted.now);
    let scope = access::department_scope(policy, &permitted.caller(), LiveCallList::CAPABILITY, now);
    let event = permitted.repeated_event(json!({}));
    let visible = match visible(scope) {
        Ok(visible) => visible,
        Err(refusal) => return Err(permitted.refuse(Code::NotPermitted, event, &refusal).await),
    };
    let mut tx = permitted.tx().await?;
    let calls = recording_search::live(&mut tx, &visible, MOST).await?;
    let ids: Vec<_> = calls.iter().filter_map(|call| Some(call.recording.as_ref()?.id)).collect();
    let orders = capture_orders::of_recordings(&mut tx, &ids).await?;
    let mut names = Names::default();
    let people = orders.iter().map(|order| order.person).chain(calls.iter().filter_map(noter));
    names.look_up(&mut tx, people.collect::<Vec<_>>()).await?;
    tx.commit_with(event.decided_by(&permitted.decision)).await.map_err(Problem::unavailable)?;
    let items = calls.iter().filter_map(|call| live_call(&permitted, call, &orders, &names)).collect();
    Ok(Json(List {
        items,
        on_demand: policy.recording.starts.contains(&RecordingStart::OnDemand),
        exceptions: policy.announcement.exceptions.iter().map(exception_of).collect(),
    }))
}

fn live_call(session: &Session, call: &FoundCall, orders: &[PlacedOrder], names: &Names) -> Option<LiveCall> {
    let recording = call.recording.as_ref()?;
    let facts = RecordingFacts {
        department: call.department.as_ref().map(|(id, _)| id.clone()),
        line_proved: call.line_proved,
        started_at: call.started_at,
        media: MediaKind::CallAudio,
        state: recording.state,
        keep_until: recording.keep_until,
        active_holds: recording.active_holds,
        due_article: None,
    };
    // what is still to be noted is said apart: the button is there, and asks for it
    let told = OrderedCall { start: recording.start, announcement: AnnouncementStatus::ToldBeforehand };
    let (policy, caller) = (&session.rules.policy, session.caller());
    let may = may_order(policy, &caller, &facts, told, CaptureOrder::Start, session.now);
    Some(LiveCall {
        recording_id: recording.id.0,
        call_id: call.id.0,
        started_at: call.started_at,
        direction: call.direction.map(Into::into),
        caller: (&call.caller).into(),
        called: (&call.called).into(),
        line: line_of(call),
        department: department_of(call),
        start: recording.start.into(),
        capture: recording.capture.into(),
        orders: orders
            .iter()
            .filter(|order| order.recording == recording.id)
            .map(|order| Order::of(order, names))
            .collect(),
        announcement: announcement_of(session, &call.announcement, recording.start, &facts, names),
        may_order: (&may).into(),
    })
}
