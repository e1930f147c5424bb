//! The only door to tenants' rows: a transaction that is one tenant's until it ends.

use std::fmt;

use rokuon_policy::ids::TenantId;
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Postgres, Transaction};

use crate::audit_events::{self, AuditEvent};
use crate::error::DbError;

/// A transaction in which exactly one tenant's rows exist (INV-12). Dropping it undoes everything.
///
/// The tenant is set for the transaction only: a pooled connection is nobody's again after it.
pub struct TenantTx {
    tx: Transaction<'static, Postgres>,
    tenant: TenantId,
}

impl TenantTx {
    pub(crate) async fn begin(pool: &PgPool, tenant: &TenantId) -> Result<Self, DbError> {
        // One round trip. A tenant's id is a slug (a-z, 0-9, -), so it cannot end the literal.
        let begin = format!("BEGIN; SET LOCAL app.tenant = '{}'", tenant.as_str());
        let pool = pool.clone();
        // In a task of its own: a caller who goes away in mid-BEGIN (a closed browser) would leave a pooled connection
        // inside a transaction that nobody ends.
        let begun = tokio::spawn(async move { pool.begin_with(AssertSqlSafe(begin)).await });
        let tx = begun.await.map_err(|_| DbError::Driver(sqlx::Error::WorkerCrashed))??;
        Ok(Self { tx, tenant: tenant.clone() })
    }

    /// Whose rows these are.
    pub const fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// Commits what was written together with the audit event of the act (INV-13): both or neither.
    ///
    /// # Errors
    /// [`DbError`]; then nothing is written.
    pub async fn commit_with(self, event: AuditEvent) -> Result<(), DbError> {
        self.commit_with_all(&[event]).await
    }

    /// [`TenantTx::commit_with`] for an act of several events.
    ///
    /// # Errors
    /// As [`TenantTx::commit_with`].
    pub async fn commit_with_all(mut self, events: &[AuditEvent]) -> Result<(), DbError> {
        // Last, because appending locks the tenant's head until commit.
        audit_events::append(&mut self, events).await?;
        self.tx.commit().await?;
        Ok(())
    }

    /// Commits what is nobody's act: counters, last-seen marks, failed sign-ins, the register the policy file brings.
    ///
    /// # Errors
    /// [`DbError`]; then nothing is written.
    pub async fn commit_bookkeeping(self) -> Result<(), DbError> {
        self.tx.commit().await?;
        Ok(())
    }

    /// Ends a transaction that only read. Anything written by mistake is undone.
    ///
    /// # Errors
    /// [`DbError::Driver`].
    pub async fn commit_read_only(self) -> Result<(), DbError> {
        self.tx.rollback().await?;
        Ok(())
    }

    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    /// The tenant as a parameter and the connection, both at once.
    pub(crate) fn parts(&mut self) -> (&str, &mut PgConnection) {
        (self.tenant.as_str(), &mut self.tx)
    }
}

impl fmt::Debug for TenantTx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TenantTx").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}
