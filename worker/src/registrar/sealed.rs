//! The sealing commit.
use super::{RegisterError, SealedRecording};
use chrono::{DateTime, Utc};
use rokuon_db::database::Database;
use rokuon_policy::policy::Policy;
pub(super) async fn commit(
    _db: &Database,
    _now: DateTime<Utc>,
    _policy: Option<&Policy>,
    _sealed: &SealedRecording,
) -> Result<(), RegisterError> {
    Ok(())
}
