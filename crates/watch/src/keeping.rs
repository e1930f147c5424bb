//! The loop that keeps the watch over all tenants, beside the api and beside the worker.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rokuon_db::alarms::Alarm;
use rokuon_db::database::Database;
use rokuon_db::error::DbError;
use rokuon_db::{policy_versions, routing};
use rokuon_policy::civil::civil_day;
use rokuon_policy::clock::Clock;
use rokuon_policy::ids::TenantId;
use rokuon_policy::policy::Policy;

use crate::{comparing, round};

/// How often each tenant is looked at, by whichever process comes first.
const EVERY: Duration = Duration::from_secs(10);
/// A tenant that another process looked at less than so long ago is left to it.
const REST: TimeDelta = TimeDelta::seconds(8);
/// At most so many stretches of six hours are compared for a tenant before it is the next one's turn.
const STRETCHES: usize = 60;

/// Keeps the watch until dropped.
pub async fn keep_watch(db: Database, clock: Arc<dyn Clock>) {
    let mut watch = Watch { db, clock, policies: BTreeMap::new() };
    let mut away = false;
    loop {
        tokio::time::sleep(EVERY).await;
        match watch.look_around().await {
            Ok(()) => away = false,
            Err(error) if !away => {
                away = true;
                tracing::error!(code = "watch_blind", %error, "the watch cannot see: alarms are not raised");
            }
            Err(_) => {}
        }
    }
}

struct Watch {
    db: Database,
    clock: Arc<dyn Clock>,
    /// Policies as parsed, by their digest.
    policies: BTreeMap<TenantId, ([u8; 32], Arc<Policy>)>,
}

impl Watch {
    async fn look_around(&mut self) -> Result<(), DbError> {
        let mut open = 0;
        for tenant in routing::tenants(&self.db).await? {
            let now = self.clock.now();
            let Some(policy) = self.policy(&tenant, now).await? else { continue };
            let tx = self.db.tenant(&tenant).await?;
            match round::look(tx, &policy, now, REST).await {
                Ok(Some(changed)) => {
                    changed.opened.iter().for_each(|alarm| raised(&tenant, alarm));
                    changed.closed.iter().for_each(|alarm| over(&tenant, alarm));
                    open += changed.open;
                    self.compare(&tenant, &policy).await?;
                }
                Ok(None) => {}
                // One tenant's trouble leaves no other one unwatched.
                Err(error) => {
                    tracing::error!(code = "watch_failed", %error, %tenant, "a tenant could not be looked at")
                }
            }
        }
        metrics::gauge!("rokuon_alarms_open").set(open as f64);
        Ok(())
    }

    async fn compare(&self, tenant: &TenantId, policy: &Policy) -> Result<(), DbError> {
        for _ in 0..STRETCHES {
            let tx = self.db.tenant(tenant).await?;
            match comparing::compare(tx, policy, self.clock.now()).await {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, %tenant, "expected calls could not be compared yet");
                    break;
                }
            }
        }
        Ok(())
    }

    async fn policy(
        &mut self,
        tenant: &TenantId,
        now: DateTime<Utc>,
    ) -> Result<Option<Arc<Policy>>, DbError> {
        let mut tx = self.db.tenant(tenant).await?;
        let version = policy_versions::in_force(&mut tx, civil_day(now)).await?;
        tx.commit_read_only().await?;
        let Some(version) = version else { return Ok(None) };
        if let Some((_, policy)) = self.policies.get(tenant).filter(|(sha256, _)| *sha256 == version.sha256) {
            return Ok(Some(policy.clone()));
        }
        let Ok(policy) = Policy::parse(&version.toml) else { return Ok(None) };
        let policy = Arc::new(policy);
        self.policies.insert(tenant.clone(), (version.sha256, policy.clone()));
        Ok(Some(policy))
    }
}

/// At error level with a code that stays: whoever watches the log is told even when nobody looks at the portal.
fn raised(tenant: &TenantId, alarm: &Alarm) {
    let finding = &alarm.finding;
    metrics::counter!("rokuon_alarms_raised_total", "kind" => finding.kind.as_str()).increment(1);
    tracing::error!(
        code = finding.kind.as_str(),
        alarm = %alarm.id,
        %tenant,
        subject = finding.subject,
        figure = finding.figure,
        since = %alarm.opened_at,
        "ALARM: {}",
        finding.kind.name().en
    );
}

fn over(tenant: &TenantId, alarm: &Alarm) {
    tracing::warn!(code = alarm.finding.kind.as_str(), alarm = %alarm.id, %tenant, "alarm over");
}
