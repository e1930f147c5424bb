//! Recording metadata (RFC 7865 §6) and how updates change it (RFC 7866 §9).

use serde::{Deserialize, Serialize};

use super::doubt::Doubt;
use super::party::{DirectionHint, Party};
use crate::message::uri::unescape;

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
        self.extensions.truncate(MOST_EXTENSIONS);
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

    /// The parties, in the order first listed; those who left are among them.
    ///
    /// The labels come from the associations alone: participant, `send`, stream, label. A party that nothing
    /// associates has no labels, and who speaks on which channel is then not proved.
    pub fn parties(&self) -> Vec<Party> {
        self.participants
            .iter()
            .enumerate()
            .map(|(first_listed, participant)| self.party(first_listed, participant))
            .collect()
    }

    fn party(&self, first_listed: usize, participant: &Participant) -> Party {
        let own = |association: &&ParticipantStreamAssociation| {
            association.participant == participant.id && association.disassociate_time.is_none()
        };
        let mut labels_sent: Vec<String> = Vec::new();
        for id in self.participant_streams.iter().filter(own).flat_map(|association| &association.send) {
            let labels = self
                .streams
                .iter()
                .filter(|stream| stream.id == *id)
                .filter_map(|stream| stream.label.clone());
            for label in labels {
                if !labels_sent.contains(&label) {
                    labels_sent.push(label);
                }
            }
        }
        let sessions: Vec<&ParticipantSessionAssociation> = self
            .participant_sessions
            .iter()
            .filter(|association| association.participant == participant.id)
            .collect();
        let has_left = !sessions.is_empty()
            && sessions.iter().all(|association| association.disassociate_time.is_some());
        let named = participant.names.iter().find_map(|name| {
            let aor = name.aor.as_deref()?;
            Some((aor, number_of(aor)?))
        });
        let aor = named
            .as_ref()
            .map(|(aor, _)| *aor)
            .or_else(|| participant.names.iter().find_map(|name| name.aor.as_deref()));
        let dummy = aor.is_some_and(is_dummy);
        Party {
            participant_id: participant.id.clone(),
            number_raw: named.map(|(_, number)| number).filter(|_| !dummy),
            aor: aor.map(str::to_owned),
            name: participant
                .names
                .iter()
                .find_map(|name| name.name.clone())
                .filter(|name| !name.trim().is_empty()),
            labels_sent,
            first_listed,
            calling: participant.calling,
            dummy,
            associate_time: sessions.iter().find_map(|association| association.associate_time.clone()),
            disassociate_time: sessions
                .iter()
                .rev()
                .find_map(|association| association.disassociate_time.clone())
                .filter(|_| has_left),
        }
    }
}

/// A call of a day with an update a minute stays below this.
const MOST_EXTENSIONS: usize = 4_000;

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

/// The user part of an address of record, with or without scheme; `None` when it is empty.
pub(super) fn number_of(aor: &str) -> Option<String> {
    let aor = aor.trim().trim_start_matches('<').trim_end_matches('>');
    let lower = aor.to_ascii_lowercase();
    let scheme = ["sips:", "sip:", "tel:"].iter().find(|scheme| lower.starts_with(**scheme));
    let rest = scheme.and_then(|scheme| aor.get(scheme.len()..)).unwrap_or(aor);
    let user = match rest.split_once('@') {
        Some((user, _)) => user,
        // `sip:host` names nobody; `tel:` and bare numbers do.
        None if scheme.is_some_and(|scheme| scheme.starts_with("sip"))
            && !rest.starts_with(|c: char| c == '+' || c.is_ascii_digit()) =>
        {
            ""
        }
        None => rest,
    };
    let user = user.split([';', ':']).next().unwrap_or_default();
    Some(unescape(user).trim().to_owned()).filter(|user| !user.is_empty())
}

/// One vendor's border controller lists itself until it knows the other party.
fn is_dummy(aor: &str) -> bool {
    number_of(aor).is_some_and(|user| user.eq_ignore_ascii_case("ASBCE"))
}

#[cfg(test)]
mod tests;
