//! Counts the bytes an answer really gave out, and notes them when the answer is over, however it ends.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use rokuon_db::plays;
use rokuon_policy::ids::{TenantId, UseId};
use tokio::runtime::Handle;

use crate::app::App;
use crate::problem::Problem;

/// The bytes of one answer; noted when dropped.
pub struct Served {
    app: App,
    tenant: TenantId,
    used: UseId,
    bytes: AtomicU64,
}

impl Served {
    /// Nothing yet.
    pub const fn of(app: App, tenant: TenantId, used: UseId) -> Self {
        Self { app, tenant, used, bytes: AtomicU64::new(0) }
    }

    /// One more window was taken by the connection.
    pub fn add(&self, window: Range<u64>) {
        self.bytes.fetch_add(window.end.saturating_sub(window.start), Ordering::Relaxed);
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let bytes = self.bytes.load(Ordering::Relaxed);
        let Ok(runtime) = Handle::try_current() else { return };
        if bytes == 0 {
            return;
        }
        let (app, tenant, used) = (self.app.clone(), self.tenant.clone(), self.used);
        runtime.spawn(async move {
            if let Err(problem) = note(&app, &tenant, used, bytes).await {
                tracing::warn!(use_id = %used, code = problem.code().slug(), "served bytes could not be noted");
            }
        });
    }
}

async fn note(app: &App, tenant: &TenantId, used: UseId, bytes: u64) -> Result<(), Problem> {
    let mut tx = app.db().tenant(tenant).await?;
    plays::served(&mut tx, used, bytes).await?;
    Ok(tx.commit_bookkeeping().await?)
}
