//! One run of a job: whose, by which rules, how far it is.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rokuon_db::audit_events::{Actor, AuditEvent};
use rokuon_db::jobs::{self, Job, Lease, Progress};
use rokuon_db::tenant_tx::TenantTx;
use rokuon_policy::civil::civil_day;
use rokuon_policy::ids::TenantId;
use rokuon_policy::policy::Policy;
use serde_json::Value;

use crate::failure::KeepingError;
use crate::keeper::Keeper;

/// The policy in force.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    /// As data.
    pub(crate) policy: Arc<Policy>,
    /// Its number.
    pub(crate) version: i32,
    /// Its first day.
    pub(crate) effective_from: NaiveDate,
}

/// A run.
pub struct Run<'a> {
    pub(crate) keeper: &'a Keeper,
    pub(crate) tenant: TenantId,
    pub(crate) job: Job,
    lease: Lease,
    /// When it began.
    pub(crate) now: DateTime<Utc>,
    pub(crate) rules: Option<Rules>,
    pub(crate) progress: Progress,
    /// It goes on in this time, sooner than usual.
    pub(crate) again_in: Option<TimeDelta>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        keeper: &'a Keeper,
        tenant: TenantId,
        job: Job,
        lease: Lease,
        now: DateTime<Utc>,
    ) -> Self {
        // A run that goes on keeps its figures, a new one begins at nothing.
        let progress = if job.place.is_some() { job.progress.clone() } else { Progress::default() };
        Self { keeper, tenant, job, lease, now, rules: None, progress, again_in: None }
    }

    pub(crate) fn rules(&self) -> Result<Rules, KeepingError> {
        self.rules.clone().ok_or(KeepingError::NoPolicy)
    }

    pub(crate) async fn tx(&self) -> Result<TenantTx, KeepingError> {
        Ok(self.keeper.db.tenant(&self.tenant).await?)
    }

    /// The civil day it is.
    pub(crate) fn today(&self) -> NaiveDate {
        civil_day(self.now)
    }

    /// How many recordings a person let go on this day.
    pub(crate) fn released(&self) -> u64 {
        let today = self.today();
        self.job
            .released
            .filter(|released| civil_day(released.at) == today)
            .map_or(0, |released| released.up_to)
    }

    pub(crate) fn count(&mut self, name: &str, more: u64) {
        self.progress.count(name, more);
    }

    pub(crate) fn figure(&mut self, name: &str, value: impl Into<Value>) {
        self.progress.figure(name, value);
    }

    /// Writes down how far it is, and keeps the lease.
    ///
    /// # Errors
    /// [`KeepingError::LeaseLost`] when somebody else is at it by now.
    pub(crate) async fn report(&self, place: Option<&str>) -> Result<(), KeepingError> {
        self.report_so_far(&self.progress, place).await
    }

    /// [`Self::report`] of what is counted aside.
    pub(crate) async fn report_so_far(
        &self,
        progress: &Progress,
        place: Option<&str>,
    ) -> Result<(), KeepingError> {
        let mut tx = self.tx().await?;
        let ours = jobs::progress(&mut tx, &self.lease, progress, place).await?;
        tx.commit_bookkeeping().await?;
        if ours { Ok(()) } else { Err(KeepingError::LeaseLost) }
    }

    /// An event of the platform's own doing.
    pub(crate) fn event(&self, kind: &str, at: DateTime<Utc>) -> AuditEvent {
        AuditEvent::new(kind, Actor::Platform("keeping".to_owned()), at)
    }
}
