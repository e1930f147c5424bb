//! A connection test as the API shows it: a checklist from the first packet to a recording that plays.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use rokuon_db::connection_events::{ConnectionEvent, ConnectionStep};
use rokuon_db::connection_observations::ConnectionObservation;
use rokuon_db::connections::Connection as DbConnection;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// How a step of a test stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConnectionStepState)]
pub enum StepState {
    /// Nothing was seen of it yet.
    Waiting,
    /// It is done.
    Good,
    /// Something is wrong; what it is say the observations.
    Problem,
}

/// One step of the checklist.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ConnectionTestStep)]
pub struct Step {
    /// Which: `reached`, `secured`, `authenticated`, `media_agreed`, `sound`, `speakers`, `sealed`, in this order.
    #[schema(example = "reached")]
    pub step: &'static str,
    /// How it stands.
    pub state: StepState,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
}

/// Something a worker saw.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ConnectionObservation)]
pub struct Observation {
    /// Its id: send the last one as `after` to wait for the next.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// What, such as `source_not_allowed` or `no_codec`.
    #[schema(example = "no_codec")]
    pub event: &'static str,
    /// The step it belongs to.
    #[schema(example = "media_agreed")]
    pub step: &'static str,
    /// Whether the step is done by it; absent where it says neither.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub good: Option<bool>,
    /// Where it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "198.51.100.7")]
    pub source: Option<IpAddr>,
    /// The status that was answered or got.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_code: Option<u16>,
    /// Technical words: `transport`, `offered`, `stream`, `why`.
    #[schema(value_type = Object)]
    pub detail: serde_json::Value,
}

impl From<ConnectionObservation> for Observation {
    fn from(seen: ConnectionObservation) -> Self {
        Self {
            id: seen.id,
            at: seen.at,
            event: seen.event.as_str(),
            step: seen.event.step().as_str(),
            good: seen.event.is_good(),
            source: seen.source,
            status_code: seen.status_code,
            detail: seen.detail,
        }
    }
}

/// A test and what was seen since it began.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ConnectionTest)]
pub struct Test {
    /// Whether it runs.
    pub running: bool,
    /// When it, or the last one, was begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub began_at: Option<DateTime<Utc>>,
    /// When it ends by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// The checklist.
    pub steps: Vec<Step>,
    /// What was seen, oldest first.
    pub observations: Vec<Observation>,
}

impl Test {
    /// The checklist of a connection's test as of `now`.
    pub fn of(connection: &DbConnection, seen: Vec<ConnectionObservation>, now: DateTime<Utc>) -> Self {
        Self {
            running: connection.test_until.is_some_and(|until| now < until),
            began_at: connection.test_began_at,
            until: connection.test_until,
            steps: ConnectionStep::ALL.iter().map(|step| step_of(*step, &seen)).collect(),
            observations: seen.into_iter().map(Observation::from).collect(),
        }
    }
}

/// A step stands as the last thing seen of it says; one stream without sound outweighs the sound of the other.
fn step_of(step: ConnectionStep, seen: &[ConnectionObservation]) -> Step {
    let telling = seen.iter().filter(|one| one.event.step() == step && one.event.is_good().is_some());
    let last = if step == ConnectionStep::Sound {
        let silent = telling.clone().rev().find(|one| {
            let since = seen.iter().rev().take_while(|later| later.id != one.id);
            let heard = |later: &ConnectionObservation| {
                later.event == ConnectionEvent::SoundHeard
                    && later.detail.get("stream") == one.detail.get("stream")
            };
            one.event.is_good() == Some(false) && !since.clone().any(heard)
        });
        silent.or_else(|| telling.clone().next_back())
    } else {
        telling.clone().next_back()
    };
    Step {
        step: step.as_str(),
        state: match last.and_then(|one| one.event.is_good()) {
            None => StepState::Waiting,
            Some(true) => StepState::Good,
            Some(false) => StepState::Problem,
        },
        at: last.map(|one| one.at),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn seen(event: ConnectionEvent, second: i64, detail: Value) -> ConnectionObservation {
        let at = DateTime::from_timestamp(1_775_000_000 + second, 0).unwrap();
        ConnectionObservation {
            id: Uuid::from_u128(second.unsigned_abs().into()),
            at,
            event,
            source: None,
            status_code: None,
            detail,
        }
    }

    #[test]
    fn a_step_stands_as_the_last_thing_seen_says() {
        let wrong = seen(ConnectionEvent::WrongCredential, 1, json!({}));
        let again = seen(ConnectionEvent::Challenged, 2, json!({}));
        let right = seen(ConnectionEvent::Authenticated, 3, json!({}));
        let step = |seen: &[ConnectionObservation]| step_of(ConnectionStep::Authenticated, seen).state;
        assert_eq!(step(&[]), StepState::Waiting);
        assert_eq!(
            step(std::slice::from_ref(&again)),
            StepState::Waiting,
            "the first round of a digest says neither"
        );
        assert_eq!(step(&[wrong.clone(), again.clone()]), StepState::Problem);
        assert_eq!(step(&[wrong, again, right]), StepState::Good);
    }

    #[test]
    fn one_silent_stream_outweighs_the_other_until_it_is_heard() {
        let heard = seen(ConnectionEvent::SoundHeard, 1, json!({ "stream": 0 }));
        let silent = seen(ConnectionEvent::NoSound, 2, json!({ "stream": 1 }));
        let other = seen(ConnectionEvent::SoundHeard, 3, json!({ "stream": 0 }));
        let mended = seen(ConnectionEvent::SoundHeard, 4, json!({ "stream": 1 }));
        let step = |seen: &[ConnectionObservation]| step_of(ConnectionStep::Sound, seen).state;
        assert_eq!(step(std::slice::from_ref(&heard)), StepState::Good);
        assert_eq!(step(&[heard.clone(), silent.clone(), other.clone()]), StepState::Problem);
        assert_eq!(step(&[heard, silent, other, mended]), StepState::Good);
    }
}
