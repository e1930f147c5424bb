//! What is seen of a connection on its way to the test page, sifted: a flood of the same thing becomes one line.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use rokuon_capture::counters::Sound;
use rokuon_db::connection_events::ConnectionEvent;
use rokuon_db::connection_observations::ConnectionObservation;
use rokuon_policy::ids::ConnectionId;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::routing::table::ConnectionRoute;

/// The same event of the same connection, source and detail is noted once in so long.
const AGAIN_AFTER: TimeDelta = TimeDelta::seconds(10);
/// So many different sights are remembered; a flood of different ones beyond that is not noted at all.
const REMEMBERED: usize = 2_048;

/// Something seen: what, where from, and in which words.
#[derive(Debug, Clone, PartialEq)]
pub struct Sighting {
    /// What.
    pub event: ConnectionEvent,
    /// Where it came from.
    pub source: Option<IpAddr>,
    /// The status that was answered or got.
    pub status_code: Option<u16>,
    /// Words of closed or technical sets; never a number, a name or a Call-ID.
    pub detail: Value,
}

impl Sighting {
    /// An event without more.
    pub fn of(event: ConnectionEvent) -> Self {
        Self { event, source: None, status_code: None, detail: json!({}) }
    }

    /// How it stands with the sound of a stream.
    pub fn of_sound(stream: u8, sound: Sound) -> Self {
        let (event, why) = match sound {
            Sound::Heard => (ConnectionEvent::SoundHeard, None),
            Sound::WrongCodec => (ConnectionEvent::SoundUnreadable, Some("codec")),
            Sound::Unreadable => (ConnectionEvent::SoundUnreadable, None),
            Sound::FromElsewhere => (ConnectionEvent::SoundFromElsewhere, None),
            Sound::Nothing => (ConnectionEvent::NoSound, None),
        };
        let detail = match why {
            Some(why) => json!({ "stream": stream, "why": why }),
            None => json!({ "stream": stream }),
        };
        Self::of(event).with(detail)
    }

    /// With where it came from.
    #[must_use]
    pub fn from(mut self, source: IpAddr) -> Self {
        self.source = Some(source.to_canonical());
        self
    }

    /// With the status that was answered or got.
    #[must_use]
    pub fn status(mut self, code: u16) -> Self {
        self.status_code = Some(code);
        self
    }

    /// With further words.
    #[must_use]
    pub fn with(mut self, detail: Value) -> Self {
        self.detail = detail;
        self
    }
}

/// Remembers what was noted lately.
#[derive(Debug, Default)]
pub(super) struct Observing {
    lately: Mutex<HashMap<Seen, DateTime<Utc>>>,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Seen {
    connection: ConnectionId,
    event: ConnectionEvent,
    source: Option<IpAddr>,
    detail: String,
}

impl Observing {
    /// The observation to be noted; `None` for what need not be.
    pub(super) fn take(
        &self,
        connection: &ConnectionRoute,
        seen: Sighting,
        now: DateTime<Utc>,
    ) -> Option<ConnectionObservation> {
        if !connection.is_tested(now) && !seen.event.is_kept_without_test() {
            return None;
        }
        let key = Seen {
            connection: connection.id,
            event: seen.event,
            source: seen.source,
            detail: seen.detail.to_string(),
        };
        let mut lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        if lately.get(&key).is_some_and(|at| now - *at < AGAIN_AFTER) {
            return None;
        }
        if lately.len() >= REMEMBERED {
            lately.retain(|_, at| now - *at < AGAIN_AFTER);
            if lately.len() >= REMEMBERED {
                return None;
            }
        }
        lately.insert(key, now);
        drop(lately);
        Some(ConnectionObservation {
            id: Uuid::now_v7(),
            at: now,
            event: seen.event,
            source: seen.source,
            status_code: seen.status_code,
            detail: seen.detail,
        })
    }
}

#[cfg(test)]
mod tests {
    use rokuon_db::connection_terms::{ConnectionKind, ConnectionSecurity};

    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_775_000_000 + second, 0).unwrap()
    }

    fn connection(test_until: Option<DateTime<Utc>>) -> ConnectionRoute {
        ConnectionRoute {
            tenant: "aozora".parse().unwrap(),
            id: ConnectionId(Uuid::nil()),
            kind: ConnectionKind::Siprec,
            address_user: "invented".into(),
            networks: Vec::new(),
            default_line: None,
            security: ConnectionSecurity::default(),
            credentials: Vec::new(),
            registration: None,
            test_until,
        }
    }

    #[test]
    fn without_a_test_only_what_is_wrong_is_noted() {
        let (observing, idle) = (Observing::default(), connection(Some(at(-1))));
        assert!(observing.take(&idle, Sighting::of(ConnectionEvent::Reached), at(0)).is_none());
        assert!(observing.take(&idle, Sighting::of(ConnectionEvent::NoCodec), at(0)).is_some());
        let tested = connection(Some(at(60)));
        assert!(observing.take(&tested, Sighting::of(ConnectionEvent::Reached), at(0)).is_some());
    }

    #[test]
    fn the_same_sight_is_noted_once_in_a_while() {
        let (observing, tested) = (Observing::default(), connection(Some(at(600))));
        let seen =
            Sighting::of(ConnectionEvent::WrongCredential).from("192.0.2.7".parse().unwrap()).status(403);
        assert!(observing.take(&tested, seen.clone(), at(0)).is_some());
        assert!(observing.take(&tested, seen.clone(), at(9)).is_none());
        assert!(observing.take(&tested, seen.clone(), at(10)).is_some());
        let elsewhere = seen.from("192.0.2.8".parse().unwrap());
        assert!(observing.take(&tested, elsewhere, at(10)).is_some(), "another source is another sight");
    }

    #[test]
    fn a_flood_of_different_sights_is_bounded() {
        let (observing, idle) = (Observing::default(), connection(None));
        let sight = |n: u32| {
            Sighting::of(ConnectionEvent::SourceNotAllowed).from(std::net::Ipv4Addr::from_bits(n).into())
        };
        let noted = (0..10_000).filter(|n| observing.take(&idle, sight(*n), at(0)).is_some()).count();
        assert_eq!(noted, REMEMBERED);
        assert!(observing.take(&idle, sight(20_000), at(10)).is_some(), "later there is room again");
    }
}
