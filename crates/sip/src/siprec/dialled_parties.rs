//! The parties of a call that came by plain SIP, from its headers: who calls, whom, and who was called first.

use super::party::Party;
use super::tell_parties::number_of;
use crate::message::headers::Headers;
use crate::message::name_addr::NameAddr;

/// Caller and called party of an INVITE.
///
/// The caller is who the network asserts (RFC 3325), else who From says. Whoever dials us dials our address, so the called
/// party is whom the call was for before it was diverted (RFC 5806: the first, which stands last), or To where that is not
/// we ourselves (a call we were added to). `ours` are the users that are we: an address, the extension we registered as.
pub fn parties_of_invite(headers: &Headers, ours: &[&str]) -> Vec<Party> {
    let first = |name: &str| headers.all(name).find_map(named);
    let caller = first("p-asserted-identity").or_else(|| first("remote-party-id")).or_else(|| first("from"));
    let diverted = headers.all("diversion").flat_map(split_list).filter_map(|one| named(&one)).last();
    let not_us = |party: &(String, Option<String>)| {
        number_of(&party.0).is_some_and(|user| !ours.contains(&user.as_str()))
    };
    let called = diverted.or_else(|| first("to")).filter(not_us);
    let party = |first_listed: usize, told: Option<(String, Option<String>)>| {
        let (aor, name) = told?;
        Some(Party {
            participant_id: format!("participant {first_listed}"),
            number_raw: number_of(&aor),
            aor: Some(aor),
            name,
            first_listed,
            calling: Some(first_listed == 0),
            ..Party::default()
        })
    };
    [party(0, caller), party(1, called)].into_iter().flatten().collect()
}

fn named(value: &str) -> Option<(String, Option<String>)> {
    let value = NameAddr::parse(value)?;
    Some((value.uri, value.display))
}

/// Cuts a list at its commas, those inside quotes or brackets apart.
fn split_list(value: &str) -> Vec<String> {
    let (mut parts, mut quoted, mut bracketed) = (vec![String::new()], false, false);
    for c in value.chars() {
        match c {
            '"' => quoted = !quoted,
            '<' if !quoted => bracketed = true,
            '>' if !quoted => bracketed = false,
            _ => {}
        }
        match parts.last_mut() {
            Some(last) if c != ',' || quoted || bracketed => last.push(c),
            _ => parts.push(String::new()),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(head: &str, numbers: &[Option<&str>]) {
        let parties = parties_of_invite(&Headers::parse(head.as_bytes()), &["us"]);
        let read: Vec<Option<&str>> = parties.iter().map(|party| party.number_raw.as_deref()).collect();
        assert_eq!(read, numbers, "{head}");
    }

    #[test]
    fn the_network_is_believed_before_from_and_the_first_diversion_before_to() {
        check("From: <sip:09000000001@h>;tag=1\r\nTo: <sip:us@h>", &[Some("09000000001")]);
        check(
            "From: \"x\" <sip:anonymous@anonymous.invalid>;tag=1\r\nP-Asserted-Identity: \"K\" <sip:+819000000001@h>\r\n\
             Diversion: <sip:0125009999@h>;reason=no-answer, \"A, B\" <sip:0125001234@h>;reason=unconditional\r\nTo: <sip:us@h>",
            &[Some("+819000000001"), Some("0125001234")],
        );
        check(
            "From: <sip:09000000001@h>;tag=1\r\nTo: <sip:0125001234@h>",
            &[Some("09000000001"), Some("0125001234")],
        );
        check("", &[]);
    }
}
