//! The end of listening: said by the portal, or by the clock when the use is over.

use std::time::Duration;

use chrono::TimeDelta;
use rokuon_db::audit_events::{Actor, AuditEvent};
use rokuon_db::plays::{self, Play};
use rokuon_db::uses::Use;
use rokuon_policy::ids::TenantId;
use serde_json::{Value, json};

use crate::access::acts::{Act, PlayStop};
use crate::app::App;
use crate::problem::Problem;

/// After the end of a use an answer that began within it may still be on its way.
const GRACE: TimeDelta = TimeDelta::minutes(1);

/// What the audit trail keeps of a listening.
pub fn stop_detail(used: &Use, play: &Play) -> Value {
    let seconds: f64 = play.heard.iter().map(|[from, to]| to - from).sum();
    json!({
        "use": used.id,
        "purpose": used.purpose,
        "started_at": play.started_at,
        "heard": play.heard,
        "heard_seconds": (seconds * 10.0).round() / 10.0,
        "served_bytes": play.served_bytes,
    })
}

/// Closes the play of a use once the use is over, if the portal has not done so. Lives as long as this process: a play
/// that outlives it stays open in the table and has its start in the trail.
pub fn close_when_over(app: App, tenant: TenantId, used: Use, posts: Vec<String>) {
    let wait = (used.expires_at + GRACE - app.now()).to_std().unwrap_or(Duration::ZERO);
    tokio::spawn(async move {
        tokio::time::sleep(wait).await;
        if let Err(problem) = close(&app, &tenant, &used, posts).await {
            tracing::warn!(use_id = %used.id, code = problem.code().slug(), "a play could not be closed");
        }
    });
}

/// Closes the play of a use now, if it is open.
///
/// # Errors
/// `unavailable`.
pub async fn close(app: &App, tenant: &TenantId, used: &Use, posts: Vec<String>) -> Result<(), Problem> {
    let now = app.now();
    let mut tx = app.db().tenant(tenant).await?;
    let Some((play, true)) = plays::heard(&mut tx, used.id, &[], true, now).await? else { return Ok(()) };
    let mut detail = stop_detail(used, &play);
    if let Value::Object(members) = &mut detail {
        members.insert("closed_by".into(), json!("the end of the use"));
    }
    let actor = Actor::Person { person: used.person, posts };
    let event = AuditEvent::new(PlayStop::EVENT, actor, now).on("recording", used.recording).with(detail);
    Ok(tx.commit_with(event).await?)
}
