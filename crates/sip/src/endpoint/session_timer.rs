//! Session timers from the answering side (RFC 4028 §9): the peer refreshes unless it asks us to.

use crate::message::headers::Headers;
use crate::message::parameters::{parameter, parse_parameters};

/// What a request or response asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SessionTimer {
    /// Seconds between refreshes.
    pub interval: u32,
    /// Whether we are the refresher.
    pub we_refresh: bool,
    /// Whether the peer knows the extension, so that our answer may require it.
    pub peer_supports: bool,
}

/// RFC 4028 §5: no interval is shorter.
const SHORTEST: u32 = 90;

/// The interval asked for is too short; our least one is inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooShort(pub u32);

/// Reads Session-Expires of a request. `None`: no timer is asked for, so none runs.
pub(super) fn asked(headers: &Headers, least: u32) -> Result<Option<SessionTimer>, TooShort> {
    let Some((interval, refresher)) = read(headers) else { return Ok(None) };
    let least = least.max(SHORTEST);
    let peer_supports = headers.lists("supported", "timer") || headers.lists("require", "timer");
    if interval < least {
        // A peer that does not know timers could not understand a 422: a proxy asked, and we answer with our least.
        if peer_supports {
            return Err(TooShort(least));
        }
        return Ok(Some(SessionTimer { interval: least, we_refresh: true, peer_supports }));
    }
    let we_refresh = match refresher.as_deref() {
        Some("uas") => true,
        Some("uac") => false,
        _ => !peer_supports,
    };
    Ok(Some(SessionTimer { interval, we_refresh, peer_supports }))
}

/// Reads Session-Expires of a 2xx to our own refresh; there we are the uac.
pub(super) fn granted(headers: &Headers) -> Option<SessionTimer> {
    let (interval, refresher) = read(headers)?;
    let we_refresh = refresher.as_deref() != Some("uas");
    Some(SessionTimer { interval: interval.max(SHORTEST), we_refresh, peer_supports: true })
}

impl SessionTimer {
    /// The Session-Expires value of our 2xx.
    pub(super) fn answer(&self) -> String {
        format!("{};refresher={}", self.interval, if self.we_refresh { "uas" } else { "uac" })
    }
}

fn read(headers: &Headers) -> Option<(u32, Option<String>)> {
    let value = headers.get("session-expires")?;
    let (seconds, parameters) = value.split_once(';').unwrap_or((value, ""));
    let seconds = seconds.trim();
    if seconds.is_empty() || !seconds.bytes().all(|octet| octet.is_ascii_digit()) {
        return None;
    }
    let parameters = parse_parameters(parameters);
    let refresher = parameter(&parameters, "refresher").map(str::to_ascii_lowercase);
    Some((seconds.parse().unwrap_or(u32::MAX), refresher))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(head: &str, expected: Result<Option<(u32, bool)>, TooShort>) {
        let read = asked(&Headers::parse(head.as_bytes()), 90);
        assert_eq!(
            read.map(|timer| timer.map(|timer| (timer.interval, timer.we_refresh))),
            expected,
            "{head}"
        );
    }

    #[test]
    fn the_peer_refreshes_unless_it_asks_us_or_cannot() {
        check("x: 1800\nk: timer", Ok(Some((1_800, false))));
        check("Session-Expires: 1800 ; Refresher = UAS\nSupported: timer", Ok(Some((1_800, true))));
        check("Session-Expires: 1800;refresher=uac", Ok(Some((1_800, false))));
        check("Session-Expires: 1800", Ok(Some((1_800, true))));
        check("Session-Expires: soon", Ok(None));
        check("Session-Expires: 99999999999;refresher=uac", Ok(Some((u32::MAX, false))));
    }

    #[test]
    fn too_short_an_interval_is_refused_where_the_peer_understands() {
        check("Session-Expires: 60\nSupported: siprec, timer", Err(TooShort(90)));
        check("Session-Expires: 60", Ok(Some((90, true))));
    }
}
