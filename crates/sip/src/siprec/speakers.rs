//! Who spoke on which stream and when: spans between the associations' changes (RFC 7865 §6.8, §6.9).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::metadata::{Metadata, ParticipantStreamAssociation};
use super::told_time::ToldTime;

/// When something began or ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// When the recorder heard of it, in milliseconds since 1970 by its own clock.
    pub noticed_ms: i64,
    /// When it was by the metadata, as written.
    pub told: Option<String>,
}

/// A told time further than this from the noticed one comes from a clock that is wrong, or from an event of long ago.
const TRUSTED_WITHIN_MS: i64 = 10_000;

impl Moment {
    /// The time to show: the told one where it can be true, else the noticed one.
    pub fn at_ms(&self) -> i64 {
        let told = self.told.as_deref().and_then(ToldTime::parse).filter(|told| told.has_zone);
        match told {
            Some(told) if told.unix_ms.abs_diff(self.noticed_ms) <= TRUSTED_WITHIN_MS.unsigned_abs() => {
                told.unix_ms
            }
            _ => self.noticed_ms,
        }
    }
}

/// A time during which a participant spoke on a stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpeakerSpan {
    /// The stream's label.
    pub label: String,
    /// The participant's id.
    pub participant_id: String,
    /// When it began.
    pub from: Moment,
    /// When it ended; `None` while it lasts.
    pub to: Option<Moment>,
}

/// The spans of one call so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Speakers {
    spans: Vec<SpeakerSpan>,
}

/// No call has more changes than a person could look at; what comes then is left out.
const MOST_SPANS: usize = 2_000;

impl Speakers {
    /// Takes note of how things stand, after each document was applied.
    pub fn observe(&mut self, now_ms: i64, metadata: &Metadata) {
        let speaking = speaking(metadata);
        for span in self.spans.iter_mut().filter(|span| span.to.is_none()) {
            let key = (span.label.as_str(), span.participant_id.as_str());
            if !speaking.contains_key(&key) {
                let told = told_end(metadata, &span.participant_id);
                span.to = Some(Moment { noticed_ms: now_ms, told });
            }
        }
        for ((label, participant), told) in speaking {
            let lasts = |span: &SpeakerSpan| {
                span.to.is_none() && span.label == label && span.participant_id == participant
            };
            if self.spans.iter().any(lasts) {
                continue;
            }
            if self.spans.len() >= MOST_SPANS {
                return;
            }
            let from = Moment { noticed_ms: now_ms, told: told.map(str::to_owned) };
            let (label, participant_id) = (label.to_owned(), participant.to_owned());
            self.spans.push(SpeakerSpan { label, participant_id, from, to: None });
        }
    }

    /// Ends what lasts: the call is over.
    pub fn finish(&mut self, now_ms: i64) {
        for span in self.spans.iter_mut().filter(|span| span.to.is_none()) {
            span.to = Some(Moment { noticed_ms: now_ms, told: None });
        }
    }

    /// All spans in the order they began.
    pub fn spans(&self) -> &[SpeakerSpan] {
        &self.spans
    }

    /// Who speaks on a stream at an instant; several where a stream is mixed.
    pub fn at<'a>(&'a self, label: &'a str, at_ms: i64) -> impl Iterator<Item = &'a str> + 'a {
        let lasts = move |span: &&SpeakerSpan| {
            let has_begun = span.from.at_ms() <= at_ms;
            has_begun && span.to.as_ref().is_none_or(|to| at_ms < to.at_ms())
        };
        let on_label = self.spans.iter().filter(move |span| span.label == label);
        on_label.filter(lasts).map(|span| span.participant_id.as_str())
    }
}

/// Label and participant of everyone who speaks now, with the time told for its beginning.
fn speaking(metadata: &Metadata) -> BTreeMap<(&str, &str), Option<&str>> {
    let mut speaking = BTreeMap::new();
    let standing = metadata.participant_streams.iter().filter(|one| one.disassociate_time.is_none());
    for association in standing {
        let participant = association.participant.as_str();
        for id in &association.send {
            let Some(stream) = metadata.streams.iter().find(|stream| stream.id == *id) else { continue };
            let Some(label) = stream.label.as_deref() else { continue };
            let session = stream.session.as_deref();
            if takes_part(metadata, participant, session) && session.is_none_or(|id| goes_on(metadata, id)) {
                let told = association.associate_time.as_deref().or_else(|| joined(metadata, association));
                speaking.entry((label, participant)).or_insert(told);
            }
        }
    }
    speaking
}

fn joined<'a>(metadata: &'a Metadata, association: &ParticipantStreamAssociation) -> Option<&'a str> {
    let mut of_it =
        metadata.participant_sessions.iter().filter(|one| one.participant == association.participant);
    of_it.find_map(|one| one.associate_time.as_deref())
}

/// Whether a participant has not left the stream's session; nothing told means that it is there.
fn takes_part(metadata: &Metadata, participant: &str, session: Option<&str>) -> bool {
    let of_it = || {
        let mine = metadata.participant_sessions.iter().filter(|one| one.participant == participant);
        mine.filter(|one| session.is_none_or(|id| one.session == id || one.session.is_empty()))
    };
    of_it().next().is_none() || of_it().any(|one| one.disassociate_time.is_none())
}

/// Whether a session goes on; one that is not described does.
fn goes_on(metadata: &Metadata, session: &str) -> bool {
    let is_described = metadata.sessions.iter().any(|one| one.id == session);
    !is_described || metadata.has_live_session(session)
}

fn told_end(metadata: &Metadata, participant: &str) -> Option<String> {
    let streams = metadata.participant_streams.iter().filter(|one| one.participant == participant);
    let sessions = metadata.participant_sessions.iter().filter(|one| one.participant == participant);
    let told = streams.filter_map(|one| one.disassociate_time.clone()).next_back();
    told.or_else(|| sessions.filter_map(|one| one.disassociate_time.clone()).next_back())
}
