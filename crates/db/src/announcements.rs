//! Whether the other party of a call was told that it is recorded: what a call says of it, and by whose word.

use chrono::{DateTime, Utc};
use rokuon_policy::announcement::{AnnouncementStatus, NotedBy};
use rokuon_policy::ids::{CallId, PersonId};
use uuid::Uuid;

use crate::error::DbError;
use crate::row::Place;
use crate::tenant_tx::TenantTx;

/// What a call says of telling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// What.
    pub status: AnnouncementStatus,
    /// The policy's exception that was used, by key.
    pub exception: Option<String>,
    /// By whose word.
    pub by: NotedBy,
    /// The person who noted it, and when.
    pub noted: Option<(PersonId, DateTime<Utc>)>,
}

impl Announcement {
    /// What policy, line or connection say by themselves.
    pub const fn by_rule(status: AnnouncementStatus, by: NotedBy) -> Self {
        Self { status, exception: None, by, noted: None }
    }

    /// What a person notes.
    pub const fn by_person(
        status: AnnouncementStatus,
        exception: Option<String>,
        person: PersonId,
        at: DateTime<Utc>,
    ) -> Self {
        Self { status, exception, by: NotedBy::Person, noted: Some((person, at)) }
    }
}

/// The columns of a call that say it, for rows of other tables' files.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct AnnouncementColumns {
    announcement: String,
    announcement_by: String,
    announcement_exception: Option<String>,
    announcement_person: Option<Uuid>,
    announcement_at: Option<DateTime<Utc>>,
}

impl AnnouncementColumns {
    pub(crate) fn read(self, place: &Place<'_>) -> Result<Announcement, DbError> {
        Ok(Announcement {
            status: place.parse("announcement", &self.announcement)?,
            exception: self.announcement_exception,
            by: place.parse("announcement_by", &self.announcement_by)?,
            noted: self.announcement_person.map(PersonId).zip(self.announcement_at),
        })
    }
}

/// Writes what a person notes on a call; says whether there is such a call.
///
/// # Errors
/// [`DbError::Conflict`] `calls_announcement_exception_named` for an exception without its key.
pub async fn note(tx: &mut TenantTx, call: CallId, noted: &Announcement) -> Result<bool, DbError> {
    let (tenant, connection) = tx.parts();
    let written = sqlx::query(
        "UPDATE calls
        SET
            announcement = $3,
            announcement_by = $4,
            announcement_exception = $5,
            announcement_person = $6,
            announcement_at = $7
        WHERE tenant_id = $1 AND call_id = $2",
    )
    .bind(tenant)
    .bind(call.0)
    .bind(noted.status.as_str())
    .bind(noted.by.as_str())
    .bind(&noted.exception)
    .bind(noted.noted.map(|(person, _)| person.0))
    .bind(noted.noted.map(|(_, at)| at))
    .execute(connection)
    .await?
    .rows_affected();
    Ok(written == 1)
}
