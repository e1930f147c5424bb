//! Recording metadata (RFC 7865 §6) and how updates change it (RFC 7866 §9).

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::doubt::Doubt;
use super::party::DirectionHint;

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
    ///
    /// Elements are found by id. An association in a partial document replaces the one of the same participant
    /// (and session); what it leaves out (such as an earlier `associate-time`) is kept.
    pub fn apply(&mut self, update: Metadata) {
        if update.datamode == DataMode::Complete {
            *self = update;
            return;
        }
        self.datamode = update.datamode;
        for new in update.groups {
            let known = find_or_push(
                &mut self.groups,
                |old| old.id == new.id,
                || Group { id: new.id.clone(), ..Group::default() },
            );
            keep(&mut known.associate_time, new.associate_time);
            keep(&mut known.disassociate_time, new.disassociate_time);
        }
        for new in update.sessions {
            let known = find_or_push(
                &mut self.sessions,
                |old| old.id == new.id,
                || Session { id: new.id.clone(), ..Session::default() },
            );
            keep(&mut known.group, new.group);
            keep(&mut known.start_time, new.start_time);
            keep(&mut known.stop_time, new.stop_time);
            keep(&mut known.reason, new.reason);
            if !new.sip_session_ids.is_empty() {
                known.sip_session_ids = new.sip_session_ids;
            }
        }
        for new in update.participants {
            let blank = || Participant { id: new.id.clone(), ..Participant::default() };
            let known = find_or_push(&mut self.participants, |old| old.id == new.id, blank);
            if !new.names.is_empty() {
                known.names = new.names;
            }
            known.calling = new.calling.or(known.calling);
        }
        for new in update.streams {
            let known = find_or_push(
                &mut self.streams,
                |old| old.id == new.id,
                || Stream { id: new.id.clone(), ..Stream::default() },
            );
            keep(&mut known.session, new.session);
            keep(&mut known.label, new.label);
        }
        self.apply_associations(
            update.session_recordings,
            update.participant_sessions,
            update.participant_streams,
        );
        self.direction_hint = update.direction_hint.or(self.direction_hint);
        self.extensions.extend(update.extensions);
        self.tidy();
    }

    fn apply_associations(
        &mut self,
        session_recordings: Vec<SessionRecordingAssociation>,
        participant_sessions: Vec<ParticipantSessionAssociation>,
        participant_streams: Vec<ParticipantStreamAssociation>,
    ) {
        for new in session_recordings {
            let blank = || SessionRecordingAssociation { session: new.session.clone(), ..Default::default() };
            let known = find_or_push(&mut self.session_recordings, |old| old.session == new.session, blank);
            keep(&mut known.associate_time, new.associate_time);
            keep(&mut known.disassociate_time, new.disassociate_time);
        }
        for new in participant_sessions {
            let same = |old: &ParticipantSessionAssociation| {
                old.participant == new.participant && old.session == new.session
            };
            let blank = || ParticipantSessionAssociation {
                participant: new.participant.clone(),
                session: new.session.clone(),
                ..Default::default()
            };
            let known = find_or_push(&mut self.participant_sessions, same, blank);
            if new.disassociate_time.is_none() && new.associate_time.is_some() {
                // Joined again.
                known.disassociate_time = None;
            }
            keep(&mut known.associate_time, new.associate_time);
            keep(&mut known.disassociate_time, new.disassociate_time);
        }
        for new in participant_streams {
            let blank = || ParticipantStreamAssociation {
                participant: new.participant.clone(),
                ..Default::default()
            };
            let known =
                find_or_push(&mut self.participant_streams, |old| old.participant == new.participant, blank);
            *known = ParticipantStreamAssociation {
                associate_time: new.associate_time.clone().or(known.associate_time.take()),
                ..new
            };
        }
    }

    /// Associations that name what is not described: in a complete document a mistake, after a partial one a sign that
    /// something was lost.
    pub fn missing_references(&self) -> Vec<Doubt> {
        let participants: HashSet<&str> = self.participants.iter().map(|one| one.id.as_str()).collect();
        let streams: HashSet<&str> = self.streams.iter().map(|stream| stream.id.as_str()).collect();
        let (mut doubts, mut doubted) = (Vec::new(), HashSet::new());
        for association in &self.participant_streams {
            if !participants.contains(association.participant.as_str()) {
                doubts.push(Doubt::UnknownParticipant(association.participant.clone()));
            }
            for id in association.send.iter().chain(&association.recv) {
                if !streams.contains(id.as_str()) && doubted.insert(id) {
                    doubts.push(Doubt::UnknownStream(id.clone()));
                }
            }
        }
        doubts
    }

    /// Keeps one element for each id, and no more than a call can need, however many updates come.
    pub(super) fn tidy(&mut self) {
        unique(&mut self.groups, |group| group.id.clone());
        unique(&mut self.sessions, |session| session.id.clone());
        unique(&mut self.participants, |participant| participant.id.clone());
        unique(&mut self.streams, |stream| stream.id.clone());
        self.session_recordings.truncate(MOST_OF_A_KIND);
        self.participant_sessions.truncate(MOST_OF_A_KIND);
        self.participant_streams.truncate(MOST_OF_A_KIND);
        self.extensions.truncate(MOST_OF_A_KIND);
    }
}

/// Elements of one kind kept over all updates of a call.
const MOST_OF_A_KIND: usize = 2_000;

fn unique<T>(list: &mut Vec<T>, id: impl Fn(&T) -> String) {
    let mut seen = HashSet::new();
    list.retain(|element| seen.insert(id(element)));
    list.truncate(MOST_OF_A_KIND);
}

fn keep<T>(old: &mut Option<T>, new: Option<T>) {
    if new.is_some() {
        *old = new;
    }
}

fn find_or_push<T>(list: &mut Vec<T>, is_it: impl Fn(&T) -> bool, blank: impl FnOnce() -> T) -> &mut T {
    let at = list.iter().position(is_it).unwrap_or_else(|| {
        list.push(blank());
        list.len() - 1
    });
    list.get_mut(at).expect("the position was just found or made")
}

#[cfg(test)]
mod tests;
