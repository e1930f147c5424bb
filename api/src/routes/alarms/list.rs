//! `GET /v1/alarms`: what is wrong now, and what was.

use rokuon_db::alarms::{self, Alarm as KnownAlarm};
use rokuon_db::connections;
use rokuon_db::tenant_tx::TenantTx;
use rokuon_policy::civil::{civil_day, day_begins};
use serde_json::json;

use crate::access::acts::{Act, AlarmList};
use crate::access::permitted::Permitted;
use crate::access::session::Session;
use crate::extract::json::Json;
use crate::problem::Problem;
use crate::routes::alarms::model::{Alarm, List};
use crate::routes::announcements::shown::Names;

/// How many are shown.
const MOST: u32 = 200;

/// What is wrong now, and what was
#[utoipa::path(
    get,
    path = "/v1/alarms",
    operation_id = "alarms_list",
    tag = "alarms",
    responses((status = 200, description = "Found", body = List)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(AlarmList::NAME)),
        ("x-rokuon-audit" = json!(AlarmList::EVENT)),
    ),
)]
pub async fn list(permitted: Permitted<AlarmList>) -> Result<Json<List>, Problem> {
    let mut tx = permitted.tx().await?;
    let found = alarms::newest(&mut tx, MOST).await?;
    let open = found.iter().filter(|alarm| alarm.closed_at.is_none()).count();
    let items = shown(&permitted, &mut tx, &found).await?;
    let event = permitted.repeated_event(json!({ "open": open })).decided_by(&permitted.decision);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    Ok(Json(List { items, open: u32::try_from(open).unwrap_or(u32::MAX) }))
}

/// Alarms with the names of connections and people.
///
/// # Errors
/// `unavailable`.
pub async fn shown(
    session: &Session,
    tx: &mut TenantTx,
    found: &[KnownAlarm],
) -> Result<Vec<Alarm>, Problem> {
    let today = civil_day(session.now);
    let connections = connections::list(tx, today, day_begins(today)).await?;
    let mut names = Names::default();
    let people = found.iter().filter_map(|alarm| Some(alarm.acknowledged.as_ref()?.by));
    names.look_up(tx, people.collect::<Vec<_>>()).await?;
    let subject = |id: &str| {
        let connection = connections.iter().find(|connection| connection.id.to_string() == id);
        connection.map(|connection| connection.name.clone())
    };
    Ok(found.iter().map(|alarm| Alarm::of(alarm, &names, subject)).collect())
}
