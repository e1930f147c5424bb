//! One look at one tenant: what is wrong now becomes an alarm, what is over closes.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, TimeDelta, Utc};
use rokuon_db::alarms::{self, Alarm, Changed};
use rokuon_db::audit_events::{Actor, AuditEvent};
use rokuon_db::error::DbError;
use rokuon_db::recordings::lately;
use rokuon_db::registration_accounts::{self, RegistrationState};
use rokuon_db::tenant_tx::TenantTx;
use rokuon_db::worker_runs::{self, TroubleKind, WorkerRun};
use rokuon_db::{expected_calls, untaken_minutes};
use rokuon_policy::alarm::{self, ConnectionSeen, Observed, WorkerSeen};
use rokuon_policy::civil::civil_day;
use rokuon_policy::expected_call::ExpectedVerdict;
use rokuon_policy::ids::ConnectionId;
use rokuon_policy::policy::Policy;
use rokuon_policy::span::Span;
use serde_json::json;

use crate::calendar::OwnCalendar;
use crate::evidence::{self, ConnectionEvidence};
use crate::kept;

/// Recorders that were heard within this time are looked at.
const HEARD_WITHIN: TimeDelta = TimeDelta::hours(24);
/// Operating hours are counted back so far: longer silences are as bad.
const COUNTED_BACK: Days = Days::new(9);
/// Refused calls of this time are "now".
const REFUSED_LATELY: TimeDelta = TimeDelta::minutes(15);
/// Failed calls of this time are "now".
const FAILED_LATELY: TimeDelta = TimeDelta::hours(1);

/// Looks, and commits what changed with its audit events. `None`: it is another process's turn.
///
/// # Errors
/// [`DbError`].
pub async fn look(
    mut tx: TenantTx,
    policy: &Policy,
    now: DateTime<Utc>,
    rest: TimeDelta,
) -> Result<Option<Changed>, DbError> {
    if !alarms::begin_round(&mut tx, now, rest).await? {
        tx.commit_read_only().await?;
        return Ok(None);
    }
    let observed = observe(&mut tx, policy, now).await?;
    let changed = alarms::settle(&mut tx, &alarm::find(&observed), now).await?;
    let mut events: Vec<AuditEvent> = Vec::new();
    events.extend(changed.opened.iter().map(|alarm| event("alarm.open", alarm, now)));
    events.extend(changed.closed.iter().map(|alarm| event("alarm.close", alarm, now)));
    if events.is_empty() {
        tx.commit_bookkeeping().await?;
    } else {
        tx.commit_with_all(&events).await?;
    }
    Ok(Some(changed))
}

fn event(kind: &str, alarm: &Alarm, now: DateTime<Utc>) -> AuditEvent {
    let finding = &alarm.finding;
    AuditEvent::new(kind, Actor::Platform("watch".to_owned()), now).on("alarm", alarm.id).with(json!({
        "alarm": finding.kind,
        "subject": finding.subject,
        "figure": finding.figure,
        "since": alarm.opened_at,
    }))
}

async fn observe(tx: &mut TenantTx, policy: &Policy, now: DateTime<Utc>) -> Result<Observed, DbError> {
    let today = civil_day(now);
    let lately_span = |ago| Span { from: now - ago, until: now + TimeDelta::seconds(1) };
    let evidence = evidence::gather(tx, policy, lately_span(TimeDelta::hours(1)), now).await?;
    let runs = worker_runs::latest(tx, now - HEARD_WITHIN).await?;
    let troubles = worker_runs::troubles(tx, lately_span(TimeDelta::minutes(1))).await?;
    let has = |run: &WorkerRun, kind| {
        let mut own = troubles.iter().filter(|trouble| trouble.run == run.run && trouble.ended_at.is_none());
        own.any(|trouble| trouble.kind == kind)
    };
    let first = today.checked_sub_days(COUNTED_BACK).unwrap_or(today);
    let own = OwnCalendar::load(tx, first, today).await?;
    let owed = own.with(policy).owed(first, today);
    let untaken = untaken_minutes::within(tx, lately_span(REFUSED_LATELY)).await?;
    let refused = |one: &ConnectionEvidence| {
        let own = untaken.iter().filter(|untaken| {
            untaken.connection == one.connection.id && untaken.reason.starts_with("refused")
        });
        own.map(|untaken| untaken.count).sum()
    };
    let unregistered = unregistered(tx, &evidence.connections, now).await?;
    let week = lately_span(TimeDelta::days(7));
    let counts = expected_calls::counts(tx, week).await?;
    let missing = counts
        .iter()
        .filter(|(verdict, _, _)| matches!(verdict, ExpectedVerdict::Missing | ExpectedVerdict::Unexplained));
    Ok(Observed {
        now,
        workers: runs
            .iter()
            .map(|run| WorkerSeen {
                worker: run.worker.to_string(),
                last_beat_at: run.last_beat_at,
                stopped: run.stopped_at.is_some(),
                spool_percent: run.vitals.spool_percent(),
                sealing_behind: has(run, TroubleKind::SealingBehind).then_some(run.vitals.to_seal),
                tails_behind: has(run, TroubleKind::TailsBehind),
                spool_key_missing: has(run, TroubleKind::SpoolKeyMissing),
            })
            .collect(),
        ever_ran: evidence.since.is_some(),
        connections: evidence
            .connections
            .iter()
            .map(|one| ConnectionSeen {
                connection: one.connection.id.to_string(),
                last_heard: one.connection.last_heartbeat_at,
                silent_after: one.silent_after,
                canary: one.watch.canary.as_ref().and_then(|canary| {
                    let every = TimeDelta::minutes(i64::from(canary.every_minutes));
                    Some((every, one.watch.canary_at.max(one.watch.set_at)?))
                }),
                unregistered_since: unregistered.get(&one.connection.id).copied(),
                refused_lately: refused(one),
            })
            .collect(),
        owed,
        failed_lately: lately::failed(tx, now - FAILED_LATELY).await?,
        missing_lately: missing.map(|(_, _, count)| count).sum(),
        keeping: kept::seen(tx, now).await?,
    })
}

/// Since when each account that should be registered is not.
async fn unregistered(
    tx: &mut TenantTx,
    connections: &[ConnectionEvidence],
    now: DateTime<Utc>,
) -> Result<BTreeMap<ConnectionId, DateTime<Utc>>, DbError> {
    let mut since = BTreeMap::new();
    for one in connections {
        let lost = [RegistrationState::Refused, RegistrationState::Unreachable];
        if one.connection.registration.is_some_and(|state| lost.contains(&state)) {
            let account = registration_accounts::find(tx, one.connection.id).await?;
            since
                .insert(one.connection.id, account.and_then(|account| account.standing.since).unwrap_or(now));
        }
    }
    Ok(since)
}
