//! Another worker's host is lost with its spool: its journal is put together again from its tails and sealed here, by the code that
//! seals our own. Exactly one worker does it; the lost one may come back and find that it was done.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use rokuon_db::database::Database;
use rokuon_db::error::DbError;
use rokuon_db::spool_lives::{self, SilentLife};
use rokuon_storage::object_store::{ObjectStore, StoreError};
use rokuon_storage::spool::{JournalCopy, SpoolError, SpoolReader};
use rokuon_storage::spool_tail::{SpoolTail, TailError};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::config::TailsConfig;
use crate::held_frames::HeldFrames;
use crate::sealing::sealer::{Origin, SealOrder, Sealer};
use crate::tails::TailState;

/// After tails could not be read they are read again.
const AGAIN: Duration = Duration::from_secs(5);

/// What taking over works with.
pub struct Takeover {
    /// The database.
    pub db: Database,
    /// Where tails lie.
    pub store: Arc<dyn ObjectStore>,
    /// Our own life.
    pub state: Arc<TailState>,
    /// Where it is told what lies here of others.
    pub frames: Arc<HeldFrames>,
    /// Seals what was journaled elsewhere, once it is told where that lies.
    pub sealer: Sealer,
    /// How long is how long.
    pub config: TailsConfig,
}

/// What was seen of a life that is not heard.
struct Watched {
    heard_at: DateTime<Utc>,
    /// Names under its prefix.
    names: usize,
    since: Instant,
}

#[derive(Debug, thiserror::Error)]
enum TakeoverError {
    #[error(transparent)]
    Tails(#[from] TailError),
    #[error(transparent)]
    Spool(#[from] SpoolError),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Database(#[from] DbError),
    #[error("taking over was interrupted")]
    Interrupted,
}

/// Looks for silent spools until dropped.
pub async fn take_over_what_is_lost(takeover: Takeover) {
    let takeover = Arc::new(takeover);
    let mut watched = HashMap::new();
    let mut takings = JoinSet::new();
    loop {
        tokio::time::sleep(takeover.config.look_every).await;
        while takings.try_join_next().is_some() {}
        match takeover.look(&mut watched).await {
            Ok(sure) => {
                for (found, by, epoch) in sure {
                    takings.spawn(takeover.clone().see_through(found, by, epoch));
                }
            }
            Err(error) => {
                // Who cannot ask knows nothing of others' silence: after a database that was away everybody is silent.
                tracing::warn!(%error, "it cannot be seen which workers are lost");
                watched.clear();
            }
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum LookError {
    #[error(transparent)]
    Database(#[from] DbError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Takeover {
    /// Finds who is silent, and takes over who stayed so while we looked.
    async fn look(
        &self,
        watched: &mut HashMap<Uuid, Watched>,
    ) -> Result<Vec<(SilentLife, Uuid, u64)>, LookError> {
        let (config, own) = (self.config, self.state.life());
        let (silent_after, stopped_for) =
            (config.silent_after.as_secs_f64(), config.stopped_for.as_secs_f64());
        let silent = spool_lives::silent(&self.db, own, silent_after, stopped_for).await?;
        watched.retain(|life, _| silent.iter().any(|one| one.life == *life));
        let mut sure = Vec::new();
        for found in silent {
            // One that only the database does not hear goes on writing into the store.
            let names = SpoolTail::of(self.store.clone(), found.life).names().await?.len();
            let now = Watched { heard_at: found.heard_at, names, since: Instant::now() };
            let before = watched.entry(found.life).or_insert(now);
            if before.heard_at != found.heard_at || before.names != names {
                *before = Watched { heard_at: found.heard_at, names, since: Instant::now() };
            } else if before.since.elapsed() >= config.sure_after {
                watched.remove(&found.life);
                if let Some(epoch) = spool_lives::take_over(&self.db, &found, own).await? {
                    sure.push((found, own, epoch));
                }
            }
        }
        Ok(sure)
    }

    /// Puts its journal together, seals everything, and says so. Never gives up: if this process ends, the next one begins anew.
    async fn see_through(self: Arc<Self>, found: SilentLife, by: Uuid, epoch: u64) {
        tracing::error!(code = "worker_lost", life = %found.life,
            "A WORKER IS LOST: its live calls are sealed from what it copied");
        metrics::counter!("rokuon_takeovers_total").increment(1);
        let held = self.frames.found(found.frames_since);
        while let Err(error) = self.take(&found, by, epoch).await {
            tracing::warn!(%error, life = %found.life, "a lost worker's calls cannot be sealed yet");
            tokio::time::sleep(AGAIN).await;
        }
        self.frames.let_go(held);
    }

    async fn take(&self, found: &SilentLife, by: Uuid, epoch: u64) -> Result<(), TakeoverError> {
        let copy = Arc::new(JournalCopy::in_folder(&self.frames.folder().join(found.life.to_string()))?);
        let tail = SpoolTail::of(self.store.clone(), found.life);
        let octets = tail.put_together(found.first_file, copy.clone()).await?;
        let dir = copy.dir().to_owned();
        let scanned = tokio::task::spawn_blocking(move || SpoolReader::scan_found(&dir));
        let (spool, recovered) = scanned.await.map_err(|_| TakeoverError::Interrupted)??;
        tracing::info!(life = %found.life, octets, calls = recovered.calls.len(), "a lost worker's journal is read");
        let sealer = Sealer { spool, ..self.sealer.clone() };
        let orders = recovered.calls.into_iter().map(|call| SealOrder {
            tenant: call.tenant,
            recording: call.recording,
            wrapped: call.wrapped,
            key: None,
            origin: Origin::Lost(found.life),
        });
        sealer.seal_all(orders.collect()).await;
        // Before it is settled: until then its tails are there, should we be lost in between, and hold back what is said of tails.
        copy.remove()?;
        if spool_lives::settle(&self.db, found.life, by, epoch).await? {
            tracing::info!(life = %found.life, "everything of a lost worker is sealed");
        }
        Ok(())
    }
}
