//! Instants and persons of models and tests.

use chrono::{DateTime, FixedOffset, Utc};
use rokuon_policy::ids::PersonId;
use uuid::Uuid;

/// The instant of an RFC 3339 text.
///
/// # Panics
/// When it is none: it is written in a test.
pub fn at(text: &str) -> DateTime<Utc> {
    text.parse::<DateTime<FixedOffset>>().expect("an instant written in a test").to_utc()
}

/// A person by number.
pub fn person(number: u8) -> PersonId {
    PersonId(Uuid::from_u128(u128::from(number) + 1))
}
