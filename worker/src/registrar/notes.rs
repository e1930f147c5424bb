//! Writes one note.
use super::{Note, RegisterError};
use chrono::{DateTime, Utc};
use rokuon_db::database::Database;
pub(super) async fn write(_db: &Database, _now: DateTime<Utc>, _note: &Note) -> Result<(), RegisterError> {
    Ok(())
}
