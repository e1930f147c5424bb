//! Where a page of a list ended: the time and the id of its last row.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::recording_search::NotACursor;

/// The end of a page. `Display` and `FromStr` give the form for an address; it holds no personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeCursor {
    /// The time of its last row.
    pub at: DateTime<Utc>,
    /// Which row that was.
    pub id: Uuid,
}

impl fmt::Display for TimeCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at.timestamp_micros(), self.id.simple())
    }
}

impl FromStr for TimeCursor {
    type Err = NotACursor;
    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let (at, id) = text.split_once('.').ok_or(NotACursor)?;
        let micros = at.parse().map_err(|_| NotACursor)?;
        let at = DateTime::from_timestamp_micros(micros).ok_or(NotACursor)?;
        Ok(Self { at, id: Uuid::parse_str(id).map_err(|_| NotACursor)? })
    }
}
