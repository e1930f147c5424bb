//! Parties told in SIP headers alone, by recording clients that send no metadata.

use super::party::Party;
use super::tell_parties::number_of;
use crate::message::headers::Headers;
use crate::message::name_addr::NameAddr;
use crate::message::parameters::parameter;

/// A party and the m-lines it speaks on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderParty {
    /// Positions of m-lines, from 0.
    pub media_indexes: Vec<usize>,
    /// The party; it has no labels.
    pub party: Party,
}

/// Reads `X-Cisco-Recording-Participant` headers (network-based recording): a URI and a `media-index`.
pub fn header_parties(headers: &Headers) -> Vec<HeaderParty> {
    let values = headers.all("x-cisco-recording-participant").filter_map(NameAddr::parse);
    values.enumerate().map(|(position, value)| header_party(position, &value)).collect()
}

fn header_party(position: usize, value: &NameAddr) -> HeaderParty {
    let index = parameter(&value.parameters, "media-index").unwrap_or_default();
    let media_indexes = index.split([' ', ',']).filter_map(|index| index.parse().ok()).collect();
    let party = Party {
        participant_id: format!("participant {position}"),
        number_raw: number_of(&value.uri),
        aor: Some(value.uri.clone()),
        name: value.display.clone(),
        first_listed: position,
        ..Party::default()
    };
    HeaderParty { media_indexes, party }
}

/// One of the two dialogs a forking phone makes of a call: near end or far end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForkedLeg {
    /// Whether the media is what the forking phone's user says.
    pub is_near_end: bool,
    /// The call reference of this end; the far end's dialog names it too.
    pub reference: String,
    /// The call reference of the other end.
    pub far_reference: Option<String>,
    /// The number of the forking phone.
    pub near_address: Option<String>,
    /// The number of the other party.
    pub far_address: Option<String>,
}

/// Reads the From URI of a forked phone's INVITE (`x-nearend`, `x-refci` …).
pub fn forked_leg(headers: &Headers) -> Option<ForkedLeg> {
    let from = NameAddr::parse(headers.get("from")?)?;
    let pieces: Vec<(String, &str)> = from
        .uri
        .split(';')
        .skip(1)
        .map(|piece| piece.split_once('=').unwrap_or((piece, "")))
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .collect();
    let get = |name: &str| pieces.iter().find(|(known, _)| known == name).map(|(_, value)| *value);
    let owned = |name: &str| get(name).filter(|value| !value.is_empty()).map(str::to_owned);
    Some(ForkedLeg {
        is_near_end: get("x-nearend").is_some(),
        reference: owned("x-refci")?,
        far_reference: owned("x-farendrefci"),
        near_address: owned("x-nearendaddr"),
        far_address: owned("x-farendaddr"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn participants_in_headers_name_their_m_lines() {
        let head = "X-Cisco-Recording-Participant: sip:0125001234@10.0.0.1;media-index=\"0\"\r\nX-Cisco-Recording-Participant: \"K\" <sip:09000001234@10.0.0.1>;media-index=\"1 2\"\r\n";
        let parties = header_parties(&Headers::parse(head.as_bytes()));
        let read: Vec<_> = parties
            .iter()
            .map(|party| (party.media_indexes.clone(), party.party.number_raw.as_deref()))
            .collect();
        assert_eq!(read, [(vec![0], Some("0125001234")), (vec![1, 2], Some("09000001234"))]);
    }

    #[test]
    fn a_forked_phone_names_both_ends_in_from() {
        let head = "From: \"P\" <sip:2001@10.0.0.9;x-nearend;x-refci=29;x-nearendaddr=2001;x-farendrefci=30;x-farendaddr=09000001234>;tag=1";
        let leg = forked_leg(&Headers::parse(head.as_bytes())).unwrap();
        assert_eq!(
            (leg.is_near_end, leg.reference.as_str(), leg.far_reference.as_deref()),
            (true, "29", Some("30"))
        );
        assert_eq!(
            (leg.near_address.as_deref(), leg.far_address.as_deref()),
            (Some("2001"), Some("09000001234"))
        );
        assert_eq!(forked_leg(&Headers::parse(b"From: <sip:a@b>;tag=1")), None);
    }
}
