//! Writes one note; every note may be written twice.

use chrono::{DateTime, Utc};
use rokuon_db::audit_events::{Actor, AuditEvent};
use rokuon_db::database::Database;
use rokuon_db::registration_accounts::{self, RegistrationState};
use rokuon_db::tenant_tx::TenantTx;
use rokuon_db::unrecorded_counts::RefusalReason;
use rokuon_db::{
    calls, connection_figures, connection_observations, connections, devices, unrecorded_counts,
    untaken_minutes,
};
use rokuon_policy::civil;
use serde_json::json;

use super::beginning;
use super::facts::{call_started, known_facts, without_register};
use super::tally::{Refused, Tally};
use super::{Note, RegisterError, StartedCall};
use crate::routing::table::RoutingTable;

/// The actor's name of everything a media worker does by itself.
pub(super) fn worker() -> Actor {
    Actor::Platform("worker".to_owned())
}

pub(super) async fn write(
    db: &Database,
    now: DateTime<Utc>,
    routes: &RoutingTable,
    note: &Note,
) -> Result<(), RegisterError> {
    match note {
        Note::Started(started) => write_started(db, now, routes, started).await,
        Note::Judged(call, routing) => {
            let mut tx = db.tenant(&routing.tenant).await?;
            calls::update_facts(&mut tx, *call, &known_facts(routing)).await?;
            tx.commit_bookkeeping().await
        }
        Note::NotKept { tenant, connection, rule, article } => {
            let mut tx = db.tenant(tenant).await?;
            let reason = rule.rsplit('.').next().unwrap_or(rule);
            unrecorded_counts::add(&mut tx, civil::civil_day(now), *connection, reason, article.as_str())
                .await?;
            connections::heard_from(&mut tx, *connection, true, now).await?;
            tx.commit_bookkeeping().await
        }
        Note::Refused(refused, tally) => write_refused(db, now, refused, tally).await,
        Note::Seen { tenant, connection } => {
            let mut tx = db.tenant(tenant).await?;
            connections::heard_from(&mut tx, *connection, false, now).await?;
            tx.commit_bookkeeping().await
        }
        Note::Registration { tenant, connection, state, status_code } => {
            let mut tx = db.tenant(tenant).await?;
            registration_accounts::note(&mut tx, *connection, *state, *status_code, now).await?;
            if *state == RegistrationState::Registered {
                connections::heard_from(&mut tx, *connection, false, now).await?;
            }
            tx.commit_bookkeeping().await
        }
        Note::Figures { tenant, connection, figures } => {
            let mut tx = db.tenant(tenant).await?;
            connection_figures::add(&mut tx, civil::civil_day(now), *connection, figures).await?;
            tx.commit_bookkeeping().await
        }
        Note::Observed { tenant, connection, observed } => {
            let mut tx = db.tenant(tenant).await?;
            connection_observations::add(&mut tx, *connection, observed).await?;
            tx.commit_bookkeeping().await
        }
    }
}

/// Counts what the tally holds. What could not be written goes back, and is written with the next try.
async fn write_refused(
    db: &Database,
    now: DateTime<Utc>,
    refused: &Refused,
    tally: &Tally,
) -> Result<(), RegisterError> {
    let count = tally.take(refused);
    let written = count_refused(db, now, refused, count).await;
    if written.is_err() {
        tally.put_back(refused, count);
    }
    written
}

async fn count_refused(
    db: &Database,
    now: DateTime<Utc>,
    refused: &Refused,
    count: u64,
) -> Result<(), RegisterError> {
    let connection = refused.connection;
    let counted = refused.reason.counted_as();
    let day = civil::civil_day(refused.minute);
    let mut tx = db.tenant(&refused.tenant).await?;
    unrecorded_counts::add_many(&mut tx, day, connection, (&counted, ""), count).await?;
    // A stranger who knows the address is no sign of life of the connection, and lost it no call.
    if refused.reason != RefusalReason::Source {
        untaken_minutes::add(&mut tx, refused.minute, connection, &counted, count).await?;
        connections::heard_from(&mut tx, connection, true, now).await?;
    }
    tx.commit_bookkeeping().await
}

async fn write_started(
    db: &Database,
    now: DateTime<Utc>,
    routes: &RoutingTable,
    started: &StartedCall,
) -> Result<(), RegisterError> {
    let policy = routes.tenant(&started.routing.tenant).map(|t| &t.policy);
    let rows = call_started(started, policy);
    match insert(db, now, started, &rows).await {
        Err(error) if error.constraint().is_some() => {
            insert(db, now, started, &without_register(&rows)).await
        }
        written => written,
    }
}

async fn insert(
    db: &Database,
    now: DateTime<Utc>,
    started: &StartedCall,
    rows: &calls::CallStarted,
) -> Result<(), RegisterError> {
    let mut tx = db.tenant(&started.routing.tenant).await?;
    connections::heard_from(&mut tx, started.routing.connection, true, now).await?;
    if !beginning::begin(&mut tx, rows).await? {
        return tx.commit_bookkeeping().await;
    }
    note_device(&mut tx, started).await?;
    tx.commit_with(started_event(now, started, rows)).await
}

/// Notes with which registered device a call is recorded.
pub(super) async fn note_device(tx: &mut TenantTx, started: &StartedCall) -> Result<(), RegisterError> {
    if let Some(device) = started.routing.device {
        devices::note_call(tx, started.call, device).await?;
    }
    Ok(())
}

/// The event of a call that is kept; written with its rows, whoever writes them first.
pub(super) fn started_event(
    now: DateTime<Utc>,
    started: &StartedCall,
    rows: &calls::CallStarted,
) -> AuditEvent {
    AuditEvent::new("call.started", worker(), now)
        .on("recording", started.recording)
        .decided_by(&rows.facts.decision)
        .with(json!({
            "call": started.call,
            "connection": started.routing.connection,
            "line": rows.facts.line,
            "line_proved": rows.facts.line_proved,
            "policy_version": rows.policy_version,
            "device": started.routing.device,
        }))
}
