//! From metadata to parties: participant, association, stream, label (RFC 7865 §6).

use std::collections::HashMap;

use super::metadata::{Metadata, Participant, ParticipantSessionAssociation};
use super::party::Party;
use crate::message::uri::unescape;

impl Metadata {
    /// The parties, in the order first listed; those who left are among them.
    ///
    /// The labels come from the associations alone: participant, `send`, stream, label. A party that nothing
    /// associates has no labels, and who speaks on which channel is then not proved.
    pub fn parties(&self) -> Vec<Party> {
        let labels: HashMap<&str, &str> = self
            .streams
            .iter()
            .filter_map(|stream| Some((stream.id.as_str(), stream.label.as_deref()?)))
            .collect();
        let mut sent: HashMap<&str, Vec<String>> = HashMap::new();
        for association in
            self.participant_streams.iter().filter(|association| association.disassociate_time.is_none())
        {
            let sent = sent.entry(&association.participant).or_default();
            for label in association.send.iter().filter_map(|id| labels.get(id.as_str())) {
                if !sent.iter().any(|known| known == label) {
                    sent.push((*label).to_owned());
                }
            }
        }
        let mut sessions: HashMap<&str, Vec<&ParticipantSessionAssociation>> = HashMap::new();
        for association in &self.participant_sessions {
            sessions.entry(&association.participant).or_default().push(association);
        }
        let party = |(first_listed, participant): (usize, &Participant)| {
            let labels_sent = sent.remove(participant.id.as_str()).unwrap_or_default();
            let sessions = sessions.remove(participant.id.as_str()).unwrap_or_default();
            party(first_listed, participant, labels_sent, &sessions)
        };
        self.participants.iter().enumerate().map(party).collect()
    }
}

fn party(
    first_listed: usize,
    participant: &Participant,
    labels_sent: Vec<String>,
    sessions: &[&ParticipantSessionAssociation],
) -> Party {
    let has_left =
        !sessions.is_empty() && sessions.iter().all(|association| association.disassociate_time.is_some());
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
mod tests {
    use super::number_of;

    #[test]
    fn numbers_are_cut_out_of_any_address() {
        for (aor, number) in [
            ("sip:0125-00-1234@pbx;user=phone", Some("0125-00-1234")),
            ("tel:+81-78-000-1234;phone-context=x", Some("+81-78-000-1234")),
            ("0780001234", Some("0780001234")),
            ("0780001234@host", Some("0780001234")),
            ("sip:+81780001234;noa=international;srvattri=national@host", Some("+81780001234")),
            ("sip:%2B81780001234@host", Some("+81780001234")),
            ("sip:Extension-0660001234@host", Some("Extension-0660001234")),
            ("sip:@host", None),
            ("sip:host.example", None),
            ("", None),
            ("sip:anonymous@anonymous.invalid", Some("anonymous")),
        ] {
            assert_eq!(number_of(aor).as_deref(), number, "{aor}");
        }
    }
}
