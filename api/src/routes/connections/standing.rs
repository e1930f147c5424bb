//! How a connection stands, in one word, and why: what a manager sees first.

use chrono::{DateTime, TimeDelta, Utc};
use rokuon_db::connection_figures::{ConnectionFigure, Figures};
use rokuon_db::connection_terms::ConnectionState;
use rokuon_db::connections::Connection;
use rokuon_db::registration_accounts::RegistrationState;
use serde::Serialize;
use utoipa::ToSchema;

/// Without any sign of life for so long a connection is called silent.
const SILENT_AFTER: TimeDelta = TimeDelta::hours(24);
/// More lost packets than one in so many can be heard.
const LOSS_HEARD_AT: u64 = 100;
/// More calls with unproven speakers than one in so many point to the metadata, not to a call.
const UNPROVED_AT: u64 = 5;

/// How a connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConnectionStanding)]
pub enum Standing {
    /// It works.
    Good,
    /// Somebody should look at it; the reasons say why.
    Attention,
    /// Nothing ever came by it.
    Unused,
    /// It was switched off.
    Disabled,
}

/// Why somebody should look at a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConnectionReason)]
pub enum Reason {
    /// Nothing came for a day.
    Silent,
    /// Calls were refused today.
    CallsRefused,
    /// The registrar refuses us.
    RegistrationRefused,
    /// The registrar cannot be reached.
    RegistrationUnreachable,
    /// More than one packet in a hundred was lost today.
    PacketsLost,
    /// Of more than one call in five today the speakers are not proved.
    SpeakersUnproved,
    /// Calls of today could not be kept at all.
    CallsFailed,
}

/// How a connection stands, and why.
pub fn judge(connection: &Connection, now: DateTime<Utc>) -> (Standing, Vec<Reason>) {
    if connection.state == ConnectionState::Disabled {
        return (Standing::Disabled, Vec::new());
    }
    let mut reasons = Vec::new();
    match connection.registration {
        Some(RegistrationState::Refused) => reasons.push(Reason::RegistrationRefused),
        Some(RegistrationState::Unreachable) => reasons.push(Reason::RegistrationUnreachable),
        Some(RegistrationState::Registered | RegistrationState::Unregistered) | None => {}
    }
    let heard = connection.last_heartbeat_at.max(connection.last_call_at);
    if heard.is_some_and(|at| now - at >= SILENT_AFTER) {
        reasons.push(Reason::Silent);
    }
    if connection.refused_today > 0 {
        reasons.push(Reason::CallsRefused);
    }
    reasons.extend(of_figures(&connection.figures_today));
    let standing = match (reasons.is_empty(), heard) {
        (false, _) => Standing::Attention,
        (true, None) => Standing::Unused,
        (true, Some(_)) => Standing::Good,
    };
    (standing, reasons)
}

fn of_figures(figures: &Figures) -> Vec<Reason> {
    let sum = |figure| figures.get(&figure).copied().unwrap_or_default();
    let mut reasons = Vec::new();
    if sum(ConnectionFigure::PacketsLost) * LOSS_HEARD_AT > sum(ConnectionFigure::PacketsExpected) {
        reasons.push(Reason::PacketsLost);
    }
    if sum(ConnectionFigure::SpeakersUnproved) * UNPROVED_AT > sum(ConnectionFigure::CallsEnded) {
        reasons.push(Reason::SpeakersUnproved);
    }
    if sum(ConnectionFigure::CallsFailed) > 0 {
        reasons.push(Reason::CallsFailed);
    }
    reasons
}

#[cfg(test)]
mod tests {
    use rokuon_db::connection_terms::{ConnectionKind, ConnectionSecurity};
    use rokuon_policy::ids::ConnectionId;
    use uuid::Uuid;

    use super::*;

    fn noon() -> DateTime<Utc> {
        "2026-04-01T03:00:00Z".parse().unwrap()
    }

    fn connection() -> Connection {
        Connection {
            id: ConnectionId(Uuid::nil()),
            name: "庁舎".to_owned(),
            kind: ConnectionKind::Siprec,
            address_user: "invented".to_owned(),
            networks: Vec::new(),
            default_line: None,
            security: ConnectionSecurity::default(),
            state: ConnectionState::Active,
            created_at: noon(),
            last_call_at: None,
            last_heartbeat_at: Some(noon()),
            test_began_at: None,
            test_until: None,
            version: 1,
            calls_today: 0,
            refused_today: 0,
            registration: None,
            figures_today: Figures::new(),
        }
    }

    #[test]
    fn a_connection_that_works_is_good_and_one_never_used_says_so() {
        assert_eq!(judge(&connection(), noon()), (Standing::Good, vec![]));
        let unused = Connection { last_heartbeat_at: None, ..connection() };
        assert_eq!(judge(&unused, noon()), (Standing::Unused, vec![]));
        let off = Connection { state: ConnectionState::Disabled, refused_today: 9, ..connection() };
        assert_eq!(judge(&off, noon()), (Standing::Disabled, vec![]));
    }

    #[test]
    fn everything_that_is_wrong_is_named() {
        let wrong = Connection {
            last_heartbeat_at: Some(noon() - SILENT_AFTER),
            refused_today: 1,
            registration: Some(RegistrationState::Refused),
            figures_today: Figures::from([
                (ConnectionFigure::PacketsExpected, 1_000),
                (ConnectionFigure::PacketsLost, 11),
                (ConnectionFigure::CallsEnded, 4),
                (ConnectionFigure::SpeakersUnproved, 1),
                (ConnectionFigure::CallsFailed, 1),
            ]),
            ..connection()
        };
        let reasons = vec![
            Reason::RegistrationRefused,
            Reason::Silent,
            Reason::CallsRefused,
            Reason::PacketsLost,
            Reason::SpeakersUnproved,
            Reason::CallsFailed,
        ];
        assert_eq!(judge(&wrong, noon()), (Standing::Attention, reasons));
    }

    #[test]
    fn a_little_loss_and_a_few_unproved_speakers_are_no_reason() {
        let fine = Connection {
            figures_today: Figures::from([
                (ConnectionFigure::PacketsExpected, 1_000),
                (ConnectionFigure::PacketsLost, 10),
                (ConnectionFigure::CallsEnded, 5),
                (ConnectionFigure::SpeakersUnproved, 1),
            ]),
            ..connection()
        };
        assert_eq!(judge(&fine, noon()), (Standing::Good, vec![]));
    }
}
