//! The copying of the spool while a worker runs, and how it ends.

use std::sync::Arc;
use std::time::Duration;

use rokuon_db::database::Database;
use rokuon_db::spool_lives;
use rokuon_storage::spool::SpoolReader;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::config::TailsConfig;
use crate::running_worker::{LAST_BEAT, WorkerPorts};
use crate::tails::{TailState, keep_copied};

/// How long a stop waits for the last of the journal to be copied.
const LAST_COPY: Duration = Duration::from_secs(1);

/// The copying of the spool.
pub struct RunningTails {
    state: Arc<TailState>,
    db: Database,
    /// Of which life of which worker.
    run: (Uuid, Uuid),
    stop: watch::Sender<bool>,
    copying: JoinHandle<()>,
}

impl RunningTails {
    /// Copies from now on, for this life of this worker.
    pub fn start(
        spool: &SpoolReader,
        ports: &WorkerPorts,
        state: Arc<TailState>,
        config: TailsConfig,
        run: (Uuid, Uuid),
    ) -> Self {
        let (stop, stopped) = watch::channel(false);
        let (store, clock) = (ports.store.clone(), ports.clock.clone());
        let copying = keep_copied(spool.clone(), store, state.clone(), clock, config, stopped);
        Self { state, db: ports.db.clone(), run, stop, copying: tokio::spawn(copying) }
    }

    /// What is known of it.
    pub const fn state(&self) -> &Arc<TailState> {
        &self.state
    }

    /// Copies what was journaled last and says whether anything is left: should this host not come back, another worker seals it.
    pub async fn end(mut self) {
        self.stop.send_replace(true);
        if tokio::time::timeout(LAST_COPY, &mut self.copying).await.is_err() {
            self.copying.abort();
            return;
        }
        let said = self.state.said(self.run.0, self.run.1, true);
        let saying = spool_lives::hear(&self.db, &said);
        let _taken_for_lost = tokio::time::timeout(LAST_BEAT, saying).await;
    }
}
