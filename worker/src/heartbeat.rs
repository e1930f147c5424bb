//! Says every few seconds that this worker lives, and what is wrong with it; what could not be said is said later.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use rokuon_db::database::Database;
use rokuon_db::error::DbError;
use rokuon_db::spool_lives;
use rokuon_db::worker_runs::{self, Trouble, TroubleKind, Vitals as Said, WorkerRun};
use rokuon_policy::clock::Clock;
use rokuon_policy::ids::TenantId;
use rokuon_storage::data_key_pool::DataKeyPool;
use rokuon_storage::spool_keys::SpoolKeys;
use tokio::sync::watch;
use uuid::Uuid;

use crate::held_frames::HeldFrames;
use crate::registrar::Routes;
use crate::tails::TailState;
use crate::vitals::Vitals;

/// How often it beats.
const EVERY: Duration = Duration::from_secs(5);
/// Sealing that failed for so long is behind.
const BEHIND_AFTER: Duration = Duration::from_secs(120);
/// The worker's name, in the folder that is its alone.
const NAME_FILE: &str = "worker-id";

/// What a heart needs.
pub struct Heart {
    /// The database.
    pub db: Database,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What the process says of itself.
    pub vitals: Arc<Vitals>,
    /// Data keys: a tenant without any cannot take a call.
    pub keys: Arc<DataKeyPool>,
    /// What the journal keeps keys under.
    pub spool_keys: Arc<SpoolKeys>,
    /// Whether keys are fetched ahead at all.
    pub prefetches: bool,
    /// The tenants.
    pub routes: Routes,
    /// How its spool is copied, where it is.
    pub tails: Option<Arc<TailState>>,
    /// What lies on its disk.
    pub frames: Arc<HeldFrames>,
}

/// The worker's name over its lives: kept beside its spool, made when there is none. One that cannot be kept is good for this life.
pub fn worker_id(spool_dir: &Path) -> Uuid {
    let path = spool_dir.join(NAME_FILE);
    let kept = std::fs::read_to_string(&path).ok().and_then(|text| text.trim().parse().ok());
    kept.unwrap_or_else(|| {
        let fresh = Uuid::new_v4();
        if let Err(error) = std::fs::write(&path, format!("{fresh}\n")) {
            tracing::warn!(%error, "this worker's name cannot be kept; its next life will have another");
        }
        fresh
    })
}

/// How far a worker's end is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It goes on.
    NotYet,
    /// It takes no more calls.
    Begun,
    /// Its spool is left as it is.
    Through,
}

/// Beats until the end begins, then says that it stopped in order, and in the end what it leaves in its spool. `run` is this life of the
/// process.
pub async fn beat(heart: Heart, run: Uuid, worker: Uuid, mut ending: watch::Receiver<Ending>) {
    let started_at = heart.clock.now();
    let mut pulse = Pulse {
        run: WorkerRun {
            run,
            worker,
            software_version: env!("CARGO_PKG_VERSION").to_owned(),
            started_at,
            last_beat_at: started_at,
            stopped_at: None,
            vitals: Said::default(),
        },
        since: BTreeMap::new(),
        unsaid: Vec::new(),
        keyless_before: false,
        spool_keyless_before: false,
        settled_earlier: false,
        heart,
    };
    loop {
        pulse.beat().await;
        tokio::select! {
            _ = ending.changed() => break,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
    pulse.run.stopped_at = Some(pulse.heart.clock.now());
    pulse.beat().await;
    // Meanwhile it seals, and its spool lets go.
    let _gone = ending.wait_for(|ending| *ending == Ending::Through).await.is_err();
    pulse.last_word().await;
}

struct Pulse {
    heart: Heart,
    run: WorkerRun,
    /// What is wrong now, and since when.
    since: BTreeMap<TroubleKind, DateTime<Utc>>,
    /// Troubles the database has not heard of yet.
    unsaid: Vec<Trouble>,
    keyless_before: bool,
    spool_keyless_before: bool,
    /// Whether the earlier lives of this worker's spool are settled.
    settled_earlier: bool,
}

impl Pulse {
    async fn beat(&mut self) {
        let now = self.heart.clock.now();
        self.run.last_beat_at = now.max(self.run.started_at);
        self.run.vitals = self.vitals(now);
        let keyless = self.is_keyless();
        // Once may be the moment between a burst of calls and the refill.
        self.note(TroubleKind::KeysAway, keyless && self.keyless_before, now);
        self.keyless_before = keyless;
        self.note(TroubleKind::SpoolFull, self.heart.vitals.spool_full(), now);
        let behind = self.heart.vitals.failing_for().is_some_and(|failing| failing >= BEHIND_AFTER);
        self.note(TroubleKind::SealingBehind, behind, now);
        self.note_the_spool(now);
        let said = self.say().await;
        if let Some(tails) = &self.heart.tails {
            tails.set_unheard(said.is_err());
        }
        if let Err(error) = &said
            && !self.since.contains_key(&TroubleKind::DatabaseAway)
        {
            tracing::error!(code = "heartbeat_unheard", %error, "the database is away: this worker goes on recording unheard");
        }
        self.note(TroubleKind::DatabaseAway, said.is_err(), now);
    }

    /// What it says of itself as of `now`.
    fn vitals(&self, now: DateTime<Utc>) -> Said {
        let (used, free) = self.heart.vitals.spool();
        let held = self.heart.frames.said(now);
        Said {
            live_calls: self.heart.vitals.live_calls(),
            spool_used_bytes: used,
            spool_free_bytes: free,
            to_seal: self.heart.vitals.to_seal(),
            frames_since: held.since,
            frames_gone: held.is_gone,
        }
    }

    /// What it leaves behind. It is not a beat: the life of the recorder was over before.
    async fn last_word(&mut self) {
        self.run.vitals = self.vitals(self.heart.clock.now());
        if let Err(error) = worker_runs::beat(&self.heart.db, &self.run).await {
            tracing::warn!(%error, "what this worker leaves in its spool is not said");
        }
    }

    /// What would be lost, or need help, if this host were lost now.
    fn note_the_spool(&mut self, now: DateTime<Utc>) {
        let keyless = self.heart.spool_keys.is_missing();
        metrics::gauge!("rokuon_spool_key_missing").set(f64::from(u8::from(keyless)));
        // A life begins without one, and asks at once.
        self.note(TroubleKind::SpoolKeyMissing, keyless && self.spool_keyless_before, now);
        self.spool_keyless_before = keyless;
        let behind = self.heart.tails.as_ref().is_some_and(|tails| tails.is_behind());
        self.note(TroubleKind::TailsBehind, behind, now);
    }

    fn is_keyless(&self) -> bool {
        let routes = self.heart.routes.load();
        // One tenant without a key is that tenant's matter, and its refused calls say so.
        let keyless = |tenant: &TenantId| self.heart.keys.stock(tenant) == 0;
        self.heart.prefetches
            && routes.tenants().next().is_some()
            && routes.tenants().all(|one| keyless(&one.tenant))
    }

    /// Takes down that something began or is over.
    fn note(&mut self, kind: TroubleKind, is_so: bool, now: DateTime<Utc>) {
        let run = self.run.run;
        match (is_so, self.since.get(&kind).copied()) {
            (true, None) => {
                self.since.insert(kind, now);
                self.unsaid.push(Trouble { run, kind, began_at: now, ended_at: None });
            }
            (false, Some(began_at)) => {
                self.since.remove(&kind);
                self.unsaid.push(Trouble { run, kind, began_at, ended_at: Some(now.max(began_at)) });
            }
            _ => {}
        }
    }

    async fn say(&mut self) -> Result<(), DbError> {
        worker_runs::beat(&self.heart.db, &self.run).await?;
        self.say_of_the_spool().await?;
        while let Some(first) = self.unsaid.first() {
            worker_runs::trouble(&self.heart.db, first).await?;
            self.unsaid.remove(0);
        }
        Ok(())
    }
}

impl Pulse {
    /// Where the spool's tails stand: another worker takes over what is not said for long.
    async fn say_of_the_spool(&mut self) -> Result<(), DbError> {
        let Some(tails) = self.heart.tails.clone() else { return Ok(()) };
        // That it stopped is said once the last of it is copied.
        let said = tails.said(self.run.run, self.run.worker, false);
        let life = said.life;
        if !spool_lives::hear(&self.heart.db, &said).await? {
            tracing::error!(code = "worker_taken_over", %life,
                "ANOTHER WORKER BELIEVED THIS ONE LOST and seals its calls; they go on here, and are sealed whole when they end");
            tails.begin_anew();
            // The life that was is theirs; those before it were settled, or are theirs as well.
            return Ok(());
        }
        // Not before everything is copied again: until then what an earlier life copied is all there is elsewhere.
        if said.copied && !self.settled_earlier {
            spool_lives::settle_own_earlier(&self.heart.db, self.run.worker, life).await?;
            self.settled_earlier = true;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_keeps_its_name_over_its_lives() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = worker_id(folder.path());
        assert_eq!(worker_id(folder.path()), first);
        std::fs::write(folder.path().join(NAME_FILE), "spoilt").expect("written");
        assert_ne!(worker_id(folder.path()), first);
        assert_ne!(worker_id(Path::new("/nowhere/at/all")), first);
    }
}
