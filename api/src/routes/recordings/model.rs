//! A recording and what is known of its call, as the API writes them.

use chrono::{DateTime, Utc};
use rokuon_policy::media_kind::MediaKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::routes::announcements::model::{Announcement, Exception, Status as AnnouncementStatus};
use crate::routes::capture_orders::model::{Order, RecordingStart};
use crate::routes::departments::model::DepartmentName;
use crate::routes::devices::model::DeviceName;
use crate::routes::lines::model::LineName;
use crate::routes::policy::model::Decision;
use crate::routes::recordings::keeping::Keeping;
use crate::text::Text;

/// Which way a call went, seen from the municipality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From outside to us.
    Inbound,
    /// From us to outside.
    Outbound,
    /// Between our own telephones.
    Internal,
}

impl From<rokuon_policy::recording_scope::Direction> for Direction {
    fn from(direction: rokuon_policy::recording_scope::Direction) -> Self {
        match direction {
            rokuon_policy::recording_scope::Direction::Inbound => Self::Inbound,
            rokuon_policy::recording_scope::Direction::Outbound => Self::Outbound,
            rokuon_policy::recording_scope::Direction::Internal => Self::Internal,
        }
    }
}

impl From<Direction> for rokuon_policy::recording_scope::Direction {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Inbound => Self::Inbound,
            Direction::Outbound => Self::Outbound,
            Direction::Internal => Self::Internal,
        }
    }
}

/// Where a recording stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RecordingState)]
pub enum State {
    /// The call is going on.
    Recording,
    /// The call ended; its last segment is being sealed.
    Sealing,
    /// Sealed, on primary storage.
    Primary,
    /// Sealed, on secondary storage.
    Secondary,
    /// Its time is over; nothing holds it.
    Due,
    /// Past the point of no return.
    Destroying,
    /// Gone.
    Destroyed,
    /// Nothing could be kept; the cause is stated.
    Failed,
    /// Its stored bytes did not prove themselves.
    Quarantined,
}

impl From<rokuon_policy::recording_state::RecordingState> for State {
    fn from(state: rokuon_policy::recording_state::RecordingState) -> Self {
        use rokuon_policy::recording_state::RecordingState as Known;
        match state {
            Known::Recording => Self::Recording,
            Known::Sealing => Self::Sealing,
            Known::Primary => Self::Primary,
            Known::Secondary => Self::Secondary,
            Known::Due => Self::Due,
            Known::Destroying => Self::Destroying,
            Known::Destroyed => Self::Destroyed,
            Known::Failed => Self::Failed,
            Known::Quarantined => Self::Quarantined,
        }
    }
}

/// One end of a call.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
#[schema(as = CallParty)]
pub struct Party {
    /// The number as national digits, absent when withheld or unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "0125001234")]
    pub number: Option<String>,
    /// The name the exchange gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A recording in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = RecordingSummary)]
pub struct Summary {
    /// The recording.
    pub id: Uuid,
    /// The call it keeps.
    pub call_id: Uuid,
    /// Where it stands.
    pub state: State,
    /// When the call began.
    pub started_at: DateTime<Utc>,
    /// When the call ended; absent while it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
    /// Its length; absent while it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<f64>,
    /// Which way it went; null when that is not proved.
    #[schema(required)]
    pub direction: Option<Direction>,
    /// Who called.
    pub caller: Party,
    /// Who was called.
    pub called: Party,
    /// The line of the tenant's rules; null when none is proved.
    #[schema(required)]
    pub line: Option<LineName>,
    /// The department whose recording it is; null when none is known.
    #[schema(required)]
    pub department: Option<DepartmentName>,
    /// The device of the register it was recorded with, where it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceName>,
    /// How many gaps the audio has.
    pub gap_count: u32,
    /// How much audio is missing, all gaps and channels together.
    pub lost_seconds: f64,
    /// Whether the line was proved; if not, only those who see all departments see the recording.
    pub line_proved: bool,
    /// The first instant after the last day it is kept; absent when the rules set no end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_until: Option<DateTime<Utc>>,
    /// How many preservation holds rest on it.
    pub active_holds: u32,
    /// What is known of telling the other party.
    pub announcement_status: AnnouncementStatus,
    /// Whether the rules still ask for a note on that.
    pub announcement_owed: bool,
    /// Whether it is a test call by which the connection proves itself.
    pub canary: bool,
}

/// A page of recordings.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = RecordingPage)]
pub struct Page {
    /// Newest first.
    pub items: Vec<Summary>,
    /// Give this as `cursor` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// How a call's capture ended (each call ends in exactly one).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Complete.
    Sealed,
    /// Complete but for the listed gaps.
    SealedWithGaps,
    /// Nothing usable was kept.
    Failed,
}

/// Why audio is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GapCause {
    /// Packets were lost on the way.
    Loss,
    /// The party was on hold.
    OnHold,
    /// The exchange sent nothing.
    NoMedia,
    /// The recorder was down.
    WorkerDown,
    /// Recording began after the call did.
    LateStart,
    /// A member of staff paused the recording.
    Paused,
}

/// A stretch without audio.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Gap {
    /// 0 is the caller, 1 the called party.
    pub channel: u8,
    /// From the start of the recording.
    pub start_seconds: f64,
    /// How long.
    pub seconds: f64,
    /// Why.
    pub cause: GapCause,
}

/// What is kept; each kind has its own period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RecordingMedia)]
pub enum MediaOf {
    /// The sound of a call.
    CallAudio,
    /// Pictures and sound of a counter camera.
    Camera,
}

impl From<MediaKind> for MediaOf {
    fn from(kind: MediaKind) -> Self {
        match kind {
            MediaKind::Camera => Self::Camera,
            MediaKind::CallAudio | MediaKind::CallLog => Self::CallAudio,
        }
    }
}

/// One sealed media file of the recording.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Segment {
    /// From 0, in order of sealing.
    pub number: u32,
    /// From the start of the recording.
    pub start_seconds: f64,
    /// How long.
    pub seconds: f64,
    /// The channels it holds.
    pub channels: Vec<u8>,
    /// `pcmu`, `pcma`, `g722`, `opus` or `g729`: the payload as received. That of the pictures where there is no sound.
    pub codec: String,
    /// `vp8` or `h264` where it holds pictures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video_codec: Option<String>,
    /// Size of the media file.
    pub media_bytes: u64,
    /// SHA-256 of the media file, in hexadecimal.
    pub media_sha256: String,
    /// When it was sealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sealed_at: Option<DateTime<Utc>>,
}

/// How long it is kept, and by which article.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Retention {
    /// When it moves to secondary storage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secondary_from: Option<DateTime<Utc>>,
    /// Not erased before this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_at_least_until: Option<DateTime<Utc>>,
    /// The first instant after the last kept day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_until: Option<DateTime<Utc>>,
    /// The article, such as `5(2)`.
    pub article: String,
    /// The article as written.
    pub article_label: String,
    /// The rule in a sentence.
    pub sentence: Text,
}

/// Which end of the call a channel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LegRole {
    /// The one who called.
    Caller,
    /// The one who was called.
    Called,
}

/// One channel and whose voice it is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Leg {
    /// 0 left, 1 right.
    pub channel: u8,
    /// Whose end.
    pub role: LegRole,
    /// Their number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Their name as the exchange gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether the exchange's metadata proved which end this channel is.
    pub proved: bool,
}

/// What stands for the stored bytes being the received ones.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Integrity {
    /// Every segment is sealed with its digest.
    pub sealed: bool,
    /// The digest.
    #[schema(example = "SHA-256")]
    pub algorithm: String,
}

/// A cloud PBX or trunk, by name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConnectionName {
    /// The connection.
    pub id: Uuid,
    /// What the tenant calls it.
    pub name: String,
}

/// One recording with everything its page shows.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Recording)]
pub struct Recording {
    /// What the list shows.
    #[serde(flatten)]
    pub summary: Summary,
    /// Where the call came from.
    #[schema(required)]
    pub connection: Option<ConnectionName>,
    /// What is kept of it.
    pub media: MediaOf,
    /// How capture ended; null while it goes on.
    #[schema(required)]
    pub outcome: Option<Outcome>,
    /// Why, when it did not end well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome_cause: Option<String>,
    /// Every stretch without audio.
    pub gaps: Vec<Gap>,
    /// The sealed files.
    pub segments: Vec<Segment>,
    /// How long it is kept.
    pub retention: Retention,
    /// What keeps it, and what is to become of it.
    pub keeping: Keeping,
    /// Whose voice is on which channel.
    pub legs: Vec<Leg>,
    /// What is not certain about this recording.
    pub doubts: Vec<Text>,
    /// How it starts.
    pub start: RecordingStart,
    /// What people ordered of it while the call went on, oldest first.
    pub orders: Vec<Order>,
    /// Whether the other party was told.
    pub announcement: Announcement,
    /// The exceptions of the rules from telling, to choose from when noting.
    pub exceptions: Vec<Exception>,
    /// Proof of the stored bytes.
    pub integrity: Integrity,
    /// The signalling's own name of the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sip_call_id: Option<String>,
    /// Why this person may see it.
    pub decision: Decision,
    /// Whether a use can be opened now.
    pub playable: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub play_refusal: Option<Decision>,
}

/// The picture of the sound.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Waveform {
    /// Length of the whole recording.
    pub duration_seconds: f64,
    /// Left (caller), then right (called party).
    pub channels: Vec<WaveformChannel>,
}

/// One channel's picture.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WaveformChannel {
    /// Lowest and highest sample of each bucket, −1 to 1.
    pub peaks: Vec<[f32; 2]>,
}
