//! What a registrar's answer says (RFC 3261 §10.2.4, §10.3, §21).

use super::account::Target;
use super::attempt::LONGEST_EXPIRES;
use crate::digest::challenge::{Challenge, challenges};
use crate::message::headers::Headers;
use crate::message::name_addr::NameAddr;
use crate::message::parameters::{parameter, parse_parameters, split_outside};
use crate::message::request::Response;
use crate::message::uri::{Uri, user_of};
use crate::transport::Transport;

/// An answer, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// 1xx
    Wait,
    /// 2xx: seconds granted; `None` where the registrar does not say, 0 where we are not on its list.
    Granted(Option<u32>),
    /// 401, 407 with something to answer.
    Challenged(Vec<Challenge>),
    /// 423: seconds it wants at least.
    TooBrief(u32),
    /// 3xx with an address we can use.
    Moved(Target),
    /// Any other, with the seconds it wants us to stay away.
    Refused { retry_after: Option<u32>, wants_other_credential: bool },
}

/// Reads an answer; `contact_user` and `transport` are ours.
pub(super) fn read(response: &Response, contact_user: &str, transport: Transport) -> Answer {
    let headers = &response.headers;
    let refused = |wants_other_credential| Answer::Refused {
        retry_after: headers.get("retry-after").and_then(leading_number),
        wants_other_credential,
    };
    match response.status {
        ..200 => Answer::Wait,
        200..=299 => Answer::Granted(granted(headers, contact_user)),
        300..=399 => moved(headers, transport).map_or_else(|| refused(false), Answer::Moved),
        401 | 407 => match challenges(headers) {
            asked if asked.is_empty() => refused(true),
            asked => Answer::Challenged(asked),
        },
        403 => refused(true),
        423 => match headers.get("min-expires").and_then(leading_number) {
            Some(least) => Answer::TooBrief(least),
            None => refused(false),
        },
        _ => refused(false),
    }
}

/// More contacts than phones of one user.
const MOST_CONTACTS: usize = 64;

fn contacts(headers: &Headers) -> impl Iterator<Item = NameAddr> {
    let values = headers.all("contact").flat_map(|value| split_outside(value, ','));
    values.take(MOST_CONTACTS).filter_map(|value| NameAddr::parse(value.trim()))
}

/// The seconds of our own Contact among those listed, else of the whole answer.
fn granted(headers: &Headers, contact_user: &str) -> Option<u32> {
    let whole = headers.get("expires").and_then(leading_number);
    let is_ours = |contact: &NameAddr| user_of(&contact.uri) == Some(contact_user);
    let seconds = match contacts(headers).find(is_ours) {
        Some(ours) => parameter(&ours.parameters, "expires").and_then(leading_number).or(whole),
        // A registrar that lists others but not us has dropped us; one that lists none just does not say.
        None if contacts(headers).next().is_some() && whole.is_none() => Some(0),
        None => whole,
    };
    seconds.map(|seconds| seconds.min(LONGEST_EXPIRES))
}

/// Where a 3xx points: its first Contact that we can reach.
fn moved(headers: &Headers, transport: Transport) -> Option<Target> {
    contacts(headers).find_map(|contact| {
        let uri = Uri::parse(&contact.uri).ok().filter(|uri| !uri.host.is_empty())?;
        let (_, tail) = contact.uri.split_once(';').unwrap_or_default();
        let named = parse_parameters(tail.split('?').next().unwrap_or_default());
        let named = match parameter(&named, "transport").map(str::to_ascii_lowercase).as_deref() {
            _ if uri.scheme.eq_ignore_ascii_case("sips") => Transport::Tls,
            None => transport,
            Some("udp") => Transport::Udp,
            Some("tcp") => Transport::Tcp,
            Some("tls") => Transport::Tls,
            Some(_) => return None,
        };
        // Nobody may talk us out of TLS.
        if transport == Transport::Tls && named != Transport::Tls {
            return None;
        }
        Some(Target { host: uri.host.to_owned(), port: uri.port, transport: named })
    })
}

fn leading_number(value: &str) -> Option<u32> {
    let digits = value.trim().split(|c: char| !c.is_ascii_digit()).next()?;
    if digits.is_empty() { None } else { Some(digits.parse().unwrap_or(u32::MAX)) }
}
