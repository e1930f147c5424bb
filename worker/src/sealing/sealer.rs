//! Seals finished recordings: wrapped key, segments with waveform and manifest, rows; then, and only then, the spool is freed.
//!
//! Every step may be repeated: what is already stored or committed is taken as it is. Nothing here gives up: while the
//! store, the key service or the database is away, the recording waits in the spool (INV-5).

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use rokuon_capture::journal::{JournalError, SegmentSealed};
use rokuon_capture::outcome::{FailureCause, Outcome};
use rokuon_policy::ids::{RecordingId, TenantId};
use rokuon_storage::key_service::{DataKey, KeyContext, KeyError, WrappedKey};
use rokuon_storage::recording_writer::{RecordingWriter, WriteError};
use rokuon_storage::spool::SpoolReader;
use rokuon_storage::spool_keys::{SpoolKeys, of_tenant};
use tokio::sync::{Mutex, Semaphore, mpsc, oneshot};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::part;
use super::part::{SealedPart, StoredSegment};
use super::replay::{ReplayError, Replayed};
use super::storing::{store_end, store_segments};
use crate::recorder::command::{Command, LastingCall};
use crate::registrar::{RegisterError, Registrar, SealedRecording, SealedRow, Standing};
use crate::vitals::Vitals;

/// Recordings sealed at one time: each holds its media in memory once plain and once encrypted.
const AT_ONCE: usize = 2;
/// Parts of live calls sealed at one time.
const PARTS_AT_ONCE: usize = 1;
/// After a part could not be sealed.
const PART_RETRY: Duration = Duration::from_secs(10);
/// First and longest wait between two tries.
const RETRY: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

/// A recording whose last entry is durable, or that an earlier life of the process left behind.
#[derive(Debug)]
pub struct SealOrder {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub recording: RecordingId,
    /// Its key as the journal keeps it, or as its tenant's key wrapped it.
    pub wrapped: WrappedKey,
    /// The same, open, where it is still in memory.
    pub key: Option<DataKey>,
    /// Where it was journaled.
    pub origin: Origin,
}

/// Where a recording to be sealed was journaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// In this life of the process.
    Live,
    /// In an earlier one, which may have sealed it without freeing the spool.
    LeftBehind,
    /// In this life of another worker's spool, which is lost: what there is of it are copies, and they may lack the end.
    Lost(Uuid),
}

/// Why one try to seal failed.
#[derive(Debug, thiserror::Error)]
enum SealError {
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Replay(#[from] ReplayError),
    #[error(transparent)]
    Store(#[from] WriteError),
    #[error(transparent)]
    Register(#[from] RegisterError),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error("what is remembered of a sealed part is no segment")]
    Part,
    #[error("there is no audio to seal yet")]
    NothingYet,
    #[error("its own worker has more of it than was sealed here, and the row takes it no more")]
    SetAside,
    #[error("sealing was interrupted")]
    Interrupted,
}

/// What sealing works with; cheap to clone.
#[derive(Clone)]
pub struct Sealer {
    /// Reads the journal.
    pub spool: SpoolReader,
    /// Writes objects.
    pub writer: RecordingWriter,
    /// Opens what the journal keeps of keys.
    pub keys: Arc<SpoolKeys>,
    /// Writes rows.
    pub registrar: Registrar,
    /// Frees the spool.
    pub recorder: Sender<Command>,
    /// Where it says how it does.
    pub vitals: Arc<Vitals>,
}

impl Sealer {
    /// Seals what is ordered until the orders end, and parts of calls that last in between.
    pub async fn run(
        self,
        mut orders: mpsc::UnboundedReceiver<SealOrder>,
        mut lasting: mpsc::UnboundedReceiver<Box<LastingCall>>,
    ) {
        let (places, parts) = (Arc::new(Semaphore::new(AT_ONCE)), Arc::new(Semaphore::new(PARTS_AT_ONCE)));
        let mut tasks = JoinSet::new();
        // A recording whose parts are sealed while it lives, and whether it has ended: never two hands on one.
        let mut living: HashMap<RecordingId, Arc<Mutex<bool>>> = HashMap::new();
        loop {
            metrics::gauge!("rokuon_recordings_to_seal").set(tasks.len() as f64);
            let sealer = self.clone();
            tokio::select! {
                Some(_) = tasks.join_next() => {}
                order = orders.recv() => {
                    let Some(order) = order else { break };
                    self.vitals.waits();
                    let (places, before) = (places.clone(), living.remove(&order.recording));
                    tasks.spawn(async move {
                        if let Some(ended) = before {
                            *ended.lock().await = true;
                        }
                        sealer.seal_in_the_end(&order, &places).await;
                    });
                }
                Some(call) = lasting.recv() => {
                    let (places, ended) = (parts.clone(), living.entry(call.recording).or_default().clone());
                    tasks.spawn(async move {
                        let Ok(_place) = places.acquire().await else { return };
                        sealer.seal_part_once(&call, &ended).await;
                    });
                }
            }
        }
        while tasks.join_next().await.is_some() {}
    }

    /// Seals these until all are done.
    pub async fn seal_all(&self, orders: Vec<SealOrder>) {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        let mut tasks = JoinSet::new();
        for order in orders {
            self.vitals.waits();
            let (sealer, places) = (self.clone(), places.clone());
            tasks.spawn(async move { sealer.seal_in_the_end(&order, &places).await });
        }
        while tasks.join_next().await.is_some() {}
    }

    /// Tries until it is done. A place is held only while trying, so that one that waits holds up nobody.
    async fn seal_in_the_end(&self, order: &SealOrder, places: &Semaphore) {
        let (mut wait, longest) = RETRY;
        loop {
            let began = std::time::Instant::now();
            let tried = {
                let Ok(_place) = places.acquire().await else { return };
                self.seal(order).await
            };
            match tried {
                Ok(()) => {
                    metrics::histogram!("rokuon_seal_seconds").record(began.elapsed().as_secs_f64());
                    self.vitals.sealed();
                    let _gone = self.recorder.send(Command::Release(order.recording));
                    return;
                }
                Err(error) => {
                    self.vitals.not_sealed();
                    metrics::counter!("rokuon_seal_failures_total").increment(1);
                    tracing::warn!(%error, recording = %order.recording, tenant = %order.tenant,
                        "a recording could not be sealed yet; it stays in the spool");
                }
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(longest);
        }
    }

    async fn seal(&self, order: &SealOrder) -> Result<(), SealError> {
        if order.origin != Origin::Live {
            match self.registrar.standing(&order.tenant, order.recording).await? {
                Standing::Open => {}
                // Its own worker knows more of it than what was copied.
                Standing::Truncated if order.origin == Origin::LeftBehind => {}
                Standing::Truncated | Standing::Finished => return Ok(()),
            }
        }
        let context = KeyContext::recording(order.tenant.clone(), order.recording);
        let key = match &order.key {
            Some(key) => key.clone(),
            None => self.keys.open(&context, &order.wrapped).await?,
        };
        let (spool, replay_key, recording) = (self.spool.clone(), key.clone(), order.recording);
        let replayed = tokio::task::spawn_blocking(move || Replayed::read(&spool, recording, &replay_key));
        let mut read = replayed.await.map_err(|_| SealError::Interrupted)??;
        let parts = read.sealed_parts();
        read.join_parts(&parts);
        let has_audio = read.has_audio(&parts);
        if !is_to_be_kept(&read, has_audio) {
            if let Some(routing) = &read.routing {
                self.registrar.register_unkept(read.opened.call, read.opened.opened_at, routing).await?;
            }
            return Ok(());
        }
        let (tenant, recording) = (&order.tenant, order.recording);
        let writer = self.writer.with_class(self.registrar.backstop_class(&read));
        if has_audio {
            writer.put_key(tenant, recording, &of_tenant(&order.wrapped)).await?;
        }
        let mut before = Vec::new();
        for stored in parts.iter().flat_map(|part| &part.segments) {
            before.push((stored.row().ok_or(SealError::Part)?, stored.line.clone()));
        }
        read.lost_with = lost_with(&read, order.origin);
        let outcome = outcome_of(&read, has_audio);
        let (mut rows, mut manifest_sha256) = (Vec::new(), None);
        if has_audio {
            let (stored, manifest) = store_end(&writer, &mut read, &parts, before, outcome, &key).await?;
            (rows, manifest_sha256) = (stored, Some(manifest));
        }
        let sealed = SealedRecording::new(&read, outcome, rows, manifest_sha256);
        if self.registrar.register_sealed(&sealed).await? { Ok(()) } else { Err(SealError::SetAside) }
    }
}

impl Sealer {
    /// Seals what a live call has brought, once; if that fails, the recorder asks again later.
    async fn seal_part_once(&self, call: &LastingCall, ended: &Mutex<bool>) {
        {
            let ended = ended.lock().await;
            if *ended {
                return;
            }
            match self.seal_part(call).await {
                Ok(()) => return,
                Err(error) => {
                    tracing::warn!(%error, recording = %call.recording, tenant = %call.tenant,
                        "a part of a live call could not be sealed yet; it stays in the spool");
                }
            }
        }
        metrics::counter!("rokuon_seal_failures_total").increment(1);
        let _gone = self.recorder.send(Command::CutFailed(call.recording));
        // What failed for one part mostly fails for the next: the store is not asked again at once.
        tokio::time::sleep(PART_RETRY).await;
    }

    async fn seal_part(&self, call: &LastingCall) -> Result<(), SealError> {
        let until = call.settled_until_micros;
        let (spool, replay_key, recording) = (self.spool.clone(), call.key.clone(), call.recording);
        let replayed =
            tokio::task::spawn_blocking(move || Replayed::read_until(&spool, recording, &replay_key, until));
        let mut read = replayed.await.map_err(|_| SealError::Interrupted)??;
        if read.segments.is_empty() || read.routing.as_ref().is_none_or(|r| !r.kept) {
            return Err(SealError::NothingYet);
        }
        let writer = self.writer.with_class(self.registrar.backstop_class(&read));
        writer.put_key(&call.tenant, recording, &call.wrapped).await?;
        let stored = store_segments(&writer, &mut read, &call.key).await?;
        let number = stored.last().map_or(0, |(row, _)| row.number);
        let files = read.segments.iter().zip(stored);
        let part = SealedPart {
            segments: files.map(|(file, (row, line))| StoredSegment::new(file, &row, line)).collect(),
            gaps: read.gaps.clone(),
            events: read.events.clone(),
            counts: read.counts.clone(),
            unfiled: read.unfiled.clone(),
            damaged: read.damaged,
            interruptions: read.interruptions,
        };
        read.parts.push(SegmentSealed {
            number,
            sealed_at: self.registrar.now(),
            continuation: read.continuation.clone(),
            stored: serde_json::to_value(&part).map_err(|_| SealError::Interrupted)?,
        });
        let entries = part::entries_of(&read)?;
        let (answer, cut) = oneshot::channel();
        let changes = call.changes;
        self.recorder
            .send(Command::Cut { recording, changes, entries, answer })
            .map_err(|_| SealError::Interrupted)?;
        let Ok(Some(freed)) = cut.await else { return Ok(()) };
        metrics::counter!("rokuon_parts_sealed_total").increment(1);
        // From here on the journal knows. Rows that are not written now are written with the next part, or at the end.
        let rows =
            read.sealed_parts().iter().flat_map(|part| &part.segments).map(StoredSegment::row).collect();
        let rows: Option<Vec<SealedRow>> = rows;
        match self.registrar.register_part(&read, &rows.ok_or(SealError::Part)?).await {
            Ok(()) => _ = self.recorder.send(Command::FreeCut(freed)),
            Err(error) => tracing::warn!(%error, %recording, "a sealed part of a live call has no rows yet"),
        }
        Ok(())
    }
}

/// A call the policy does not record, that was taken back before it was answered, or that nobody began to record (it was
/// opened paused and ended so), leaves nothing.
fn is_to_be_kept(read: &Replayed, has_audio: bool) -> bool {
    let taken_back = read.ended.as_ref().is_some_and(|e| e.cause == "cancelled") && !has_audio;
    let never_begun = read.continuation.paused && !has_audio && read.total_samples() == 0;
    let never_begun = never_begun && read.damaged == 0;
    !taken_back && !never_begun && read.routing.as_ref().is_none_or(|r| r.kept)
}

/// The life of a spool that the recording's end was lost with. A journal whose last entry was copied, and nothing before it is
/// missing, lacks nothing.
fn lost_with(read: &Replayed, origin: Origin) -> Option<Uuid> {
    match origin {
        Origin::Lost(life) if read.ended.is_none() || read.damaged > 0 => Some(life),
        _ => None,
    }
}

fn outcome_of(read: &Replayed, has_audio: bool) -> Outcome {
    let unfiled = read.unfiled.iter().map(|(_, packets)| packets).sum();
    match Outcome::judge(has_audio, &read.gaps, unfiled) {
        Outcome::Sealed if read.damaged > 0 || read.lost_with.is_some() => Outcome::SealedWithGaps,
        Outcome::Failed(FailureCause::NoMedia) if read.damaged > 0 => {
            Outcome::Failed(FailureCause::SpoolUnreadable)
        }
        Outcome::Failed(FailureCause::NoMedia) if ended_by(read, "no_ack") => {
            Outcome::Failed(FailureCause::NotEstablished)
        }
        outcome => outcome,
    }
}

fn ended_by(read: &Replayed, cause: &str) -> bool {
    read.ended.as_ref().is_some_and(|e| e.cause == cause)
}
