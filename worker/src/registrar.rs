//! The worker's way into the database: notes that may be late, and the sealing commit that must not be lost.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use rokuon_capture::outcome::Outcome;
use rokuon_db::connection_figures::Figures;
use rokuon_db::connection_observations::ConnectionObservation;
use rokuon_db::database::Database;
use rokuon_db::recordings;
use rokuon_db::registration_accounts::RegistrationState;
use rokuon_db::truncated_recordings;
use rokuon_db::unrecorded_counts::RefusalReason;
use rokuon_media::codec::Codec;
use rokuon_media::gap::Gap;
use rokuon_policy::article::Article;
use rokuon_policy::backstop::BackstopClass;
use rokuon_policy::clock::Clock;
use rokuon_policy::ids::{CallId, ConnectionId, RecordingId, TenantId};
use rokuon_policy::policy::Policy;
use rokuon_storage::recording_writer::SealedSegment;
use tokio::sync::mpsc;
use uuid::Uuid;

use self::observing::{Observing, Sighting};
use self::tally::{Refused, Tally};
use crate::routing::call_routing::CallRouting;
use crate::routing::table::{ConnectionRoute, RoutingTable};
use crate::sealing::replay::Replayed;

mod arrivals;
mod beginning;
mod facts;
mod notes;
mod noticing;
pub mod observing;
mod quality;
mod sealed;
mod tally;
mod whole;

/// A note that the database refuses is tried so often; the sealing commit repeats what matters of it.
const NOTE_TRIES: u32 = 8;

/// The routing table, always the newest.
pub type Routes = Arc<ArcSwap<RoutingTable>>;

/// The database did not take it.
pub type RegisterError = rokuon_db::error::DbError;

/// A call that was answered.
#[derive(Debug, Clone)]
pub struct StartedCall {
    /// Its recording.
    pub recording: RecordingId,
    /// The call.
    pub call: CallId,
    /// When it was answered.
    pub started_at: DateTime<Utc>,
    /// Its SIP Call-ID.
    pub sip_call_id: String,
    /// The judgement.
    pub routing: CallRouting,
}

/// Something the database should know soon.
#[derive(Debug, Clone)]
pub enum Note {
    /// A call was answered and is being recorded.
    Started(Box<StartedCall>),
    /// What is known of a live call changed.
    Judged(CallId, Box<CallRouting>),
    /// A call was answered and not kept: counted by day, connection and rule.
    NotKept {
        /// Whose.
        tenant: TenantId,
        /// By which connection it came.
        connection: ConnectionId,
        /// The rule that decided.
        rule: String,
        /// Its article.
        article: Article,
    },
    /// Calls were refused: counted likewise, as many as the tally holds when this is written.
    Refused(Refused, Arc<Tally>),
    /// A connection showed itself without a call (OPTIONS, a keep-alive of ours that was answered).
    Seen {
        /// Whose.
        tenant: TenantId,
        /// Which connection.
        connection: ConnectionId,
    },
    /// A registration of ours was answered, or was not.
    Registration {
        /// Whose.
        tenant: TenantId,
        /// By which connection.
        connection: ConnectionId,
        /// How it stands now.
        state: RegistrationState,
        /// The registrar's final answer, if one came.
        status_code: Option<u16>,
    },
    /// Sums about a connection's calls, added to those of the day.
    Figures {
        /// Whose.
        tenant: TenantId,
        /// Of which connection.
        connection: ConnectionId,
        /// What is added.
        figures: Figures,
    },
    /// Something was seen that the test page of a connection shows.
    Observed {
        /// Whose.
        tenant: TenantId,
        /// Of which connection.
        connection: ConnectionId,
        /// What.
        observed: Box<ConnectionObservation>,
    },
}

impl Note {
    /// A call that the policy does not record.
    pub fn not_kept(routing: &CallRouting) -> Self {
        Self::NotKept {
            tenant: routing.tenant.clone(),
            connection: routing.connection,
            rule: routing.rule.clone(),
            article: routing.article.clone(),
        }
    }

    /// A sign of life.
    pub fn seen(connection: &ConnectionRoute) -> Self {
        Self::Seen { tenant: connection.tenant.clone(), connection: connection.id }
    }
}

/// One stored segment as its row says it.
#[derive(Debug, Clone)]
pub struct SealedRow {
    /// Its number.
    pub number: u32,
    /// First sample on the timeline.
    pub start_sample: u64,
    /// Samples a channel.
    pub samples: u64,
    /// Channels of the recording it holds.
    pub channels: Vec<u8>,
    /// Its codec.
    pub codec: Codec,
    /// Codec of its pictures, if it has any.
    pub video: Option<Codec>,
    /// What is missing in it.
    pub gaps: Vec<Gap>,
    /// Where and what it is.
    pub stored: SealedSegment,
}

/// How a recording's row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is not finished, or there is none.
    Open,
    /// It is finished and lacks its end, which was lost with another host.
    Truncated,
    /// It is sealed or failed.
    Finished,
}

/// A recording whose objects are stored.
#[derive(Debug, Clone)]
pub struct SealedRecording {
    /// Its call as first noted.
    pub started: Option<StartedCall>,
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub recording: RecordingId,
    /// When the first packet came.
    pub started_at: DateTime<Utc>,
    /// When the call ended.
    pub ended_at: DateTime<Utc>,
    /// What ended it; `None` when the process died and nothing more came.
    pub ended_by: Option<String>,
    /// The life of another worker's spool that its end was lost with; nothing where it lacks none.
    pub lost_with: Option<Uuid>,
    /// Length of the timeline in samples.
    pub total_samples: u64,
    /// How recording it ended.
    pub outcome: Outcome,
    /// Its segments.
    pub segments: Vec<SealedRow>,
    /// Everything missing.
    pub gaps: Vec<Gap>,
    /// SHA-256 of the manifest; `None` where there is no audio.
    pub manifest_sha256: Option<[u8; 32]>,
    /// What it adds to the sums of its connection.
    pub figures: Figures,
    /// What a test of its connection is told at the end of a call.
    pub sightings: Vec<Sighting>,
}

impl SealedRecording {
    /// From what the journal said and what storing yielded.
    pub fn new(
        read: &Replayed,
        outcome: Outcome,
        segments: Vec<SealedRow>,
        manifest_sha256: Option<[u8; 32]>,
    ) -> Self {
        Self {
            started: started(read),
            tenant: read.opened.tenant.clone(),
            recording: read.opened.recording,
            started_at: read.started_at(),
            ended_at: read.ended_at(),
            ended_by: read.ended_by(),
            lost_with: read.lost_with,
            total_samples: read.total_samples(),
            outcome,
            figures: quality::figures_of(read, outcome, &segments),
            sightings: quality::sightings_of(read, outcome),
            segments,
            gaps: read.gaps.clone(),
            manifest_sha256,
        }
    }
}

/// Commits a recording that was sealed and committed before, into a database that has lost it; safe to repeat.
///
/// # Errors
/// [`RegisterError`]; then nothing was written.
pub async fn enter_again(
    db: &Database,
    now: DateTime<Utc>,
    policy: Option<&Policy>,
    sealed: &SealedRecording,
) -> Result<(), RegisterError> {
    // A database that has lost it knows of no truncation, either: it always takes it.
    sealed::commit(db, now, policy, sealed).await.map(|_taken| ())
}

/// The call as it was first noted; `None` where its judgement is lost.
fn started(read: &Replayed) -> Option<StartedCall> {
    let sip_call_id = read.dialog.pointer("/id/call_id").and_then(|v| v.as_str()).unwrap_or_default();
    read.routing.clone().map(|routing| StartedCall {
        recording: read.opened.recording,
        call: read.opened.call,
        started_at: read.opened.opened_at,
        sip_call_id: sip_call_id.to_owned(),
        routing,
    })
}

/// The registrar's handle; cheap to clone.
#[derive(Clone)]
pub struct Registrar {
    db: Database,
    clock: Arc<dyn Clock>,
    routes: Routes,
    notes: mpsc::UnboundedSender<Note>,
    observing: Arc<Observing>,
    refusals: Arc<Tally>,
}

impl Registrar {
    /// A registrar, and the task that writes its notes down until every handle is gone.
    pub fn new(
        db: Database,
        clock: Arc<dyn Clock>,
        routes: Routes,
    ) -> (Self, impl Future<Output = ()> + Send + 'static) {
        let (notes, inbox) = mpsc::unbounded_channel();
        let task = write_notes(db.clone(), clock.clone(), routes.clone(), inbox);
        (Self { db, clock, routes, notes, observing: Arc::default(), refusals: Arc::default() }, task)
    }

    /// Leaves a note; never waits.
    pub fn note(&self, note: Note) {
        let _stopping = self.notes.send(note);
    }

    /// A call was refused: one more in the counts of its day and minute.
    pub fn refused(&self, connection: &ConnectionRoute, reason: RefusalReason) {
        let now = self.clock.now();
        let minute = now.duration_trunc(TimeDelta::minutes(1)).unwrap_or(now);
        let refused =
            Refused { tenant: connection.tenant.clone(), connection: connection.id, reason, minute };
        if self.refusals.add(refused.clone()) {
            self.note(Note::Refused(refused, self.refusals.clone()));
        }
    }

    /// Commits a sealed recording with its audit event: all of it or nothing; safe to repeat. `false`: somebody else sealed it without
    /// its end, and the row takes the whole no more.
    pub async fn register_sealed(&self, sealed: &SealedRecording) -> Result<bool, RegisterError> {
        let routes = self.routes.load_full();
        let policy = routes.tenant(&sealed.tenant).map(|t| &t.policy);
        let taken = sealed::commit(&self.db, self.clock.now(), policy, sealed).await?;
        let connection = sealed.started.as_ref().and_then(|call| routes.connection(call.routing.connection));
        if let Some(connection) = connection {
            for seen in &sealed.sightings {
                self.observe(&connection, seen.clone());
            }
        }
        Ok(taken)
    }

    /// Writes the rows of segments of a call that still lives; safe to repeat.
    pub async fn register_part(&self, read: &Replayed, rows: &[SealedRow]) -> Result<(), RegisterError> {
        let Some(started) = started(read) else { return Ok(()) };
        let routes = self.routes.load_full();
        let policy = routes.tenant(&read.opened.tenant).map(|t| &t.policy);
        sealed::commit_part(&self.db, self.clock.now(), policy, &started, rows).await
    }

    /// After what time the store itself may erase what is sealed of this call; never, where no policy is at hand.
    pub fn backstop_class(&self, read: &Replayed) -> Option<BackstopClass> {
        let routes = self.routes.load_full();
        let policy = &routes.tenant(&read.opened.tenant)?.policy;
        BackstopClass::of_kind(policy, read.routing.as_ref()?.media)
    }

    /// The time.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// How a recording's row stands. Of one that is finished spool entries are left-overs.
    pub async fn standing(
        &self,
        tenant: &TenantId,
        recording: RecordingId,
    ) -> Result<Standing, RegisterError> {
        let mut tx = self.db.tenant(tenant).await?;
        let found = recordings::find(&mut tx, recording).await?;
        let lost_with = truncated_recordings::lost_with(&mut tx, recording).await?;
        tx.commit_read_only().await?;
        Ok(match found.and_then(|row| row.outcome) {
            None => Standing::Open,
            Some(_) if lost_with.is_some() => Standing::Truncated,
            Some(_) => Standing::Finished,
        })
    }

    /// Takes back a call that turned out not to be recorded: its rows go, and it is counted.
    pub async fn register_unkept(
        &self,
        call: CallId,
        started_at: DateTime<Utc>,
        routing: &CallRouting,
    ) -> Result<(), RegisterError> {
        sealed::forget(&self.db, self.clock.now(), call, started_at, routing).await
    }
}

async fn write_notes(
    db: Database,
    clock: Arc<dyn Clock>,
    routes: Routes,
    mut inbox: mpsc::UnboundedReceiver<Note>,
) {
    while let Some(note) = inbox.recv().await {
        let (mut refusals, mut wait) = (0, Duration::from_millis(100));
        while let Err(error) = notes::write(&db, clock.now(), &routes.load_full(), &note).await {
            // A database that is away is waited for; only one that is there can refuse a note.
            refusals += u32::from(db.ping().await.is_ok());
            if refusals >= NOTE_TRIES {
                metrics::counter!("rokuon_notes_lost_total").increment(1);
                tracing::error!(%error, "a note could not be written; sealing repeats what matters of it");
                if let Note::Refused(refused, tally) = &note {
                    // the next one of these is told anew
                    tally.take(refused);
                }
                break;
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(Duration::from_secs(5));
        }
    }
}
