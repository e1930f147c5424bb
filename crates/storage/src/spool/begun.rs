//! When a journal file was begun: nothing in it is older.

use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};

/// When a file was begun, by the wall's clock and, where this run of the program began it, by the one that nobody sets.
#[derive(Debug, Clone, Copy)]
pub struct Begun {
    wall: DateTime<Utc>,
    here: Option<Instant>,
}

impl Default for Begun {
    /// Not known: at any time.
    fn default() -> Self {
        Self { wall: DateTime::UNIX_EPOCH, here: None }
    }
}

impl Begun {
    /// Begun now.
    pub fn now(wall: DateTime<Utc>) -> Self {
        Self { wall, here: Some(Instant::now()) }
    }

    /// Not after this, by a wall clock that says `now` and may have been set since.
    pub fn not_after(self, now: DateTime<Utc>) -> DateTime<Utc> {
        let age = self
            .here
            .map_or(TimeDelta::zero(), |here| TimeDelta::from_std(here.elapsed()).unwrap_or(TimeDelta::MAX));
        let by_age = now.checked_sub_signed(age).unwrap_or(DateTime::UNIX_EPOCH);
        self.wall.min(by_age)
    }

    /// As it stands at the head of a file: milliseconds since 1970, little-endian.
    pub fn to_octets(self) -> [u8; 8] {
        self.wall.timestamp_millis().to_le_bytes()
    }

    /// Out of the head of a file that an earlier run began, behind version and number. The release before did not write it.
    pub fn of_head(payload: &[u8]) -> Self {
        let millis = payload.get(8..16).and_then(|octets| octets.try_into().ok()).map(i64::from_le_bytes);
        let wall = millis.and_then(DateTime::from_timestamp_millis);
        wall.map_or_else(Self::default, |wall| Self { wall, here: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: F9, I7
    #[test]
    fn a_clock_that_is_set_makes_no_file_younger() {
        let at = |text: &str| -> DateTime<Utc> { text.parse().expect("a time") };
        let begun = Begun::now(at("2026-11-30T10:00:00Z"));
        assert!(begun.not_after(at("2026-11-30T10:00:09Z")) <= at("2026-11-30T10:00:00Z"));
        // It was an hour ahead when the file was begun, and was set right.
        assert!(begun.not_after(at("2026-11-30T09:00:05Z")) <= at("2026-11-30T09:00:05Z"));
        let read = Begun::of_head(&[&[0; 8][..], &begun.to_octets()].concat());
        assert_eq!(read.not_after(at("2026-11-30T12:00:00Z")), at("2026-11-30T10:00:00Z"));
        for head in [&[][..], &[1; 8], &[1; 12], &[&[0; 8][..], &i64::MAX.to_le_bytes()].concat()] {
            let unknown = Begun::of_head(head).not_after(at("2026-11-30T12:00:00Z"));
            assert_eq!(unknown, DateTime::UNIX_EPOCH, "{head:?}");
        }
    }
}
