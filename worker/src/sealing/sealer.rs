//! Seals finished recordings: wrapped key, segments, waveform, manifest, rows; then, and only then, the spool is freed.
//!
//! Every step may be repeated: what is already stored or committed is taken as it is. Nothing here gives up: while the
//! store, the key service or the database is away, the recording waits in the spool (INV-5).

use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use bytes::Bytes;
use rokuon_capture::manifest::ManifestSegment;
use rokuon_capture::outcome::{FailureCause, Outcome};
use rokuon_policy::ids::{RecordingId, TenantId};
use rokuon_storage::container_context::ContainerContext;
use rokuon_storage::key_service::{DataKey, KeyContext, KeyError, KeyService, WrappedKey};
use rokuon_storage::recording_writer::{RecordingWriter, WriteError};
use rokuon_storage::spool::SpoolReader;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use super::evidence;
use super::replay::{ReplayError, Replayed};
use crate::recorder::command::Command;
use crate::registrar::{RegisterError, Registrar, SealedRecording, SealedRow};

/// Recordings sealed at one time: each holds its media in memory once plain and once encrypted.
const AT_ONCE: usize = 2;
/// First and longest wait between two tries.
const RETRY: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

/// A recording whose last entry is durable, or that an earlier life of the process left behind.
#[derive(Debug)]
pub struct SealOrder {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub recording: RecordingId,
    /// Its key as the spool keeps it.
    pub wrapped: WrappedKey,
    /// The same, open, where it is still in memory.
    pub key: Option<DataKey>,
    /// Left behind by an earlier life of the process, which may have sealed it without freeing the spool.
    pub left_behind: bool,
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
    /// Opens wrapped keys.
    pub keys: Arc<dyn KeyService>,
    /// Writes rows.
    pub registrar: Registrar,
    /// Frees the spool.
    pub recorder: Sender<Command>,
}

impl Sealer {
    /// Seals what is ordered until the orders end.
    pub async fn run(self, mut orders: mpsc::UnboundedReceiver<SealOrder>) {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        let mut tasks = JoinSet::new();
        while let Some(order) = orders.recv().await {
            while tasks.try_join_next().is_some() {}
            metrics::gauge!("rokuon_recordings_to_seal").set(tasks.len() as f64 + 1.0);
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
                    let _gone = self.recorder.send(Command::Release(order.recording));
                    return;
                }
                Err(error) => {
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
        if order.left_behind && self.registrar.is_finished(&order.tenant, order.recording).await? {
            return Ok(());
        }
        let context = KeyContext::recording(order.tenant.clone(), order.recording);
        let key = match &order.key {
            Some(key) => key.clone(),
            None => self.keys.unwrap(&context, &order.wrapped).await?,
        };
        let (spool, replay_key, recording) = (self.spool.clone(), key.clone(), order.recording);
        let replayed = tokio::task::spawn_blocking(move || Replayed::read(&spool, recording, &replay_key));
        let mut read = replayed.await.map_err(|_| SealError::Interrupted)??;
        if !is_to_be_kept(&read) {
            if let Some(routing) = &read.routing {
                self.registrar.register_unkept(read.opened.call, routing).await?;
            }
            return Ok(());
        }
        let (tenant, recording) = (&order.tenant, order.recording);
        if !read.segments.is_empty() {
            self.writer.put_key(tenant, recording, &order.wrapped).await?;
        }
        let (mut rows, mut lines) = (Vec::new(), Vec::new());
        for segment in &mut read.segments {
            let channels = u8::try_from(segment.channels.len()).unwrap_or(u8::MAX);
            let media_type = segment.media_type();
            let context =
                ContainerContext::media(tenant.clone(), recording, segment.number, media_type, channels);
            let file = Bytes::from(std::mem::take(&mut segment.file));
            let stored = self.writer.put_segment(&context, &key, file).await?;
            let mut line = ManifestSegment::new(
                segment,
                evidence::hex(&stored.media_sha256),
                stored.object_key.to_string(),
                evidence::hex(&stored.container_sha256),
            );
            line.media_octets = stored.media_len;
            lines.push(line);
            rows.push(SealedRow {
                number: segment.number,
                start_sample: segment.start_sample,
                samples: segment.samples,
                channels: segment.channels.clone(),
                codec: segment.codec,
                video: segment.video,
                gaps: segment.gaps.clone(),
                stored,
            });
        }
        let outcome = outcome_of(&read);
        let manifest = evidence::manifest(&read, outcome, lines);
        let mut manifest_sha256 = None;
        if !read.segments.is_empty() {
            self.writer.put_peaks(tenant, recording, &key, evidence::peaks(&read).to_bytes().into()).await?;
            let json = serde_json::to_vec(&manifest).map_err(|_| SealError::Interrupted)?;
            let stored = self.writer.put_manifest(tenant, recording, &key, json.into()).await?;
            manifest_sha256 = Some(stored.media_sha256);
        }
        self.registrar.register_sealed(&SealedRecording::new(&read, outcome, rows, manifest_sha256)).await?;
        Ok(())
    }
}

/// A call the policy does not record, that was taken back before it was answered, or that nobody began to record (it was
/// opened paused and ended so), leaves nothing.
fn is_to_be_kept(read: &Replayed) -> bool {
    let taken_back = read.ended.as_ref().is_some_and(|e| e.cause == "cancelled") && read.segments.is_empty();
    let never_begun = read.continuation.paused && read.segments.is_empty() && read.total_samples() == 0;
    let never_begun = never_begun && read.damaged == 0;
    !taken_back && !never_begun && read.routing.as_ref().is_none_or(|r| r.kept)
}

fn outcome_of(read: &Replayed) -> Outcome {
    let unfiled = read.unfiled.iter().map(|(_, packets)| packets).sum();
    match Outcome::judge(!read.segments.is_empty(), &read.gaps, unfiled) {
        Outcome::Sealed if read.damaged > 0 => Outcome::SealedWithGaps,
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
