//! Copies the spool's journal to the store as it grows, off the recording thread: what of it is durable, as encrypted as it lies
//! there. One PUT for all calls of a worker, none while nothing is new.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use rokuon_db::spool_lives::SpoolLife;
use rokuon_policy::clock::Clock;
use rokuon_storage::object_store::{ObjectStore, StoreError};
use rokuon_storage::spool::{JournalState, SpoolReader};
use rokuon_storage::spool_tail::{SpoolTail, TailPlace};
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;
use uuid::Uuid;

use crate::config::TailsConfig;

/// Octets a tail has at most, and so all that is held of them in memory: two seconds of five hundred calls.
const PIECE: u64 = 16 << 20;

/// What was true when all of the journal had been copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// The first file that was still needed.
    pub first_file: u32,
    /// Whether nothing was left to be sealed.
    pub empty: bool,
    /// Nothing in the journal was written before this.
    pub frames_since: DateTime<Utc>,
}

/// What copying, heartbeat and takeover tell each other of this process's spool.
#[derive(Debug)]
pub struct TailState {
    life: watch::Sender<Uuid>,
    copied: Mutex<Option<Copied>>,
    unheard: AtomicBool,
    behind: AtomicBool,
}

impl Default for TailState {
    fn default() -> Self {
        Self {
            life: watch::Sender::new(Uuid::now_v7()),
            copied: Mutex::default(),
            unheard: AtomicBool::default(),
            behind: AtomicBool::default(),
        }
    }
}

impl TailState {
    /// The life of the spool that tails are written under.
    pub fn life(&self) -> Uuid {
        *self.life.borrow()
    }

    /// The life that was is somebody else's: all of the journal is copied anew under another.
    pub fn begin_anew(&self) {
        let mut copied = self.copied();
        *copied = None;
        self.life.send_replace(Uuid::now_v7());
    }

    /// What the database is told of it.
    pub fn said(&self, run: Uuid, worker: Uuid, stopped: bool) -> SpoolLife {
        let copied = self.copied();
        SpoolLife {
            life: self.life(),
            run,
            worker,
            copied: copied.is_some(),
            first_file: copied.map_or(0, |copied| copied.first_file),
            empty: copied.is_some_and(|copied| copied.empty),
            frames_since: copied.map(|copied| copied.frames_since),
            stopped,
        }
    }

    /// Whether the database hears this worker; while it does not, signs of life go to the store.
    pub fn set_unheard(&self, unheard: bool) {
        self.unheard.store(unheard, Ordering::Relaxed);
    }

    /// Whether what is recorded has been on this host alone for long.
    pub fn is_behind(&self) -> bool {
        self.behind.load(Ordering::Relaxed)
    }

    fn note_copied(&self, life: Uuid, now: Copied) {
        let mut copied = self.copied();
        if self.life() == life {
            *copied = Some(now);
        }
    }

    fn copied(&self) -> std::sync::MutexGuard<'_, Option<Copied>> {
        self.copied.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Copies until told to stop, and then once more.
pub async fn keep_copied(
    spool: SpoolReader,
    store: Arc<dyn ObjectStore>,
    state: Arc<TailState>,
    clock: Arc<dyn Clock>,
    config: TailsConfig,
    mut stop: watch::Receiver<bool>,
) {
    let mut copier = Copier {
        spool,
        store,
        clock,
        state,
        life: Uuid::nil(),
        done: BTreeMap::new(),
        signs: 0,
        copied_at: Instant::now(),
        behind_after: config.behind_after,
    };
    let mut tick = tokio::time::interval(config.every);
    // After a store that was away, not all the rounds that were missed.
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = stop.changed() => break,
            _ = tick.tick() => {}
        }
        copier.round().await;
    }
    copier.round().await;
}

struct Copier {
    spool: SpoolReader,
    store: Arc<dyn ObjectStore>,
    clock: Arc<dyn Clock>,
    state: Arc<TailState>,
    /// The life that `done` speaks of.
    life: Uuid,
    /// How far each file is copied.
    done: BTreeMap<u32, u64>,
    signs: u64,
    /// When that began with which everything was copied.
    copied_at: Instant,
    behind_after: Duration,
}

impl Copier {
    /// Copies everything that was durable when it began. What is freed meanwhile need not be copied any more.
    async fn round(&mut self) {
        let began = Instant::now();
        let life = self.state.life();
        if self.life != life {
            (self.life, self.done, self.signs) = (life, BTreeMap::new(), 0);
        }
        // In this order: what is begun in between is younger.
        let now = self.clock.now();
        let frames_since = self.spool.frames_since(now).unwrap_or(now);
        let journal = self.spool.journal_state();
        match self.copy(&journal).await {
            Ok(()) => {
                self.copied_at = began;
                let now = Copied { first_file: journal.first_needed, empty: journal.is_empty, frames_since };
                self.state.note_copied(life, now);
                if self.state.behind.swap(false, Ordering::Relaxed) {
                    tracing::warn!("the spool's tail is copied again");
                }
            }
            Err(error) => {
                let behind = self.copied_at.elapsed() >= self.behind_after;
                if behind && !self.state.behind.swap(true, Ordering::Relaxed) {
                    tracing::error!(code = "tails_behind", %error,
                        "the spool's tail cannot be copied: what is only on this host is lost with it");
                }
            }
        }
        metrics::gauge!("rokuon_tail_age_seconds").set(self.copied_at.elapsed().as_secs_f64());
    }

    async fn copy(&mut self, journal: &JournalState) -> Result<(), StoreError> {
        self.done.retain(|number, _| journal.files.iter().any(|file| file.number == *number));
        let tail = SpoolTail::of(self.store.clone(), self.life);
        let mut puts = 0;
        for file in &journal.files {
            loop {
                let from = self.done.get(&file.number).copied().unwrap_or(0);
                let until = file.len.min(from + PIECE);
                if from >= until {
                    break;
                }
                let (spool, number) = (self.spool.clone(), file.number);
                let read = tokio::task::spawn_blocking(move || spool.journal_octets(number, from..until));
                let octets = match read.await {
                    Ok(Ok(octets)) if !octets.is_empty() => octets,
                    // It was freed: nothing in it matters any more.
                    Ok(Err(error)) if error.kind() == ErrorKind::NotFound => break,
                    Ok(Err(error)) => {
                        tracing::error!(%error, file = number, "the journal cannot be read to be copied");
                        break;
                    }
                    _ => break,
                };
                let lies = tail.copy(TailPlace { file: number, offset: from }, octets.into()).await?;
                puts += 1;
                metrics::counter!("rokuon_tail_puts_total").increment(1);
                metrics::counter!("rokuon_tail_octets_total").increment(lies);
                self.done.insert(number, from + lies.max(1));
            }
        }
        if puts == 0 && self.state.unheard.load(Ordering::Relaxed) {
            // Nobody must take over a worker that only the database does not hear.
            self.signs += 1;
            tail.say_alive(self.signs).await?;
        }
        Ok(())
    }
}
