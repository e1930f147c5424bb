//! Uses: stated, permitted purposes that open one recording to one person's session for a short time.

use chrono::{DateTime, Utc};
use rokuon_policy::article::Article;
use rokuon_policy::ids::{PersonId, RecordingId, UseId};
use rokuon_policy::pii::Pii;
use rokuon_policy::text::Text;
use uuid::Uuid;

use crate::error::DbError;
use crate::row::{Place, revealed};
use crate::sessions::SessionId;
use crate::tenant_tx::TenantTx;

/// A granted use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// Its id.
    pub id: UseId,
    /// Which recording.
    pub recording: RecordingId,
    /// To whom.
    pub person: PersonId,
    /// In which session.
    pub session: SessionId,
    /// The purpose's key.
    pub purpose: String,
    /// The case it is for.
    pub case_note: Option<Pii<String>>,
    /// The article that permits it.
    pub article: Article,
    /// The decision in one sentence.
    pub sentence: Text,
    /// When it was granted.
    pub granted_at: DateTime<Utc>,
    /// It ends then.
    pub expires_at: DateTime<Utc>,
}

/// Writes a grant.
///
/// # Errors
/// [`DbError::Conflict`] `uses_recording`, `uses_person`, `uses_session` for an unknown one.
pub async fn grant(tx: &mut TenantTx, grant: &Use) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "INSERT INTO uses (
            tenant_id,
            use_id,
            recording_id,
            person_id,
            session_id,
            purpose,
            case_note,
            article,
            sentence_ja,
            sentence_en,
            granted_at,
            expires_at
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(tenant)
    .bind(grant.id.0)
    .bind(grant.recording.0)
    .bind(grant.person.0)
    .bind(grant.session.0)
    .bind(&grant.purpose)
    .bind(revealed(&grant.case_note))
    .bind(grant.article.as_str())
    .bind(&grant.sentence.ja)
    .bind(&grant.sentence.en)
    .bind(grant.granted_at)
    .bind(grant.expires_at)
    .execute(connection)
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    use_id: Uuid,
    recording_id: Uuid,
    person_id: Uuid,
    session_id: Uuid,
    purpose: String,
    case_note: Option<String>,
    article: String,
    sentence_ja: String,
    sentence_en: String,
    granted_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

/// The use of this id, if it is of this recording, this person and this session. Whether it has expired is the caller's
/// question (an expired one answers otherwise than a missing one).
///
/// # Errors
/// [`DbError`].
pub async fn find(
    tx: &mut TenantTx,
    id: UseId,
    recording: RecordingId,
    person: PersonId,
    session: SessionId,
) -> Result<Option<Use>, DbError> {
    let (tenant, connection) = tx.parts();
    let row: Option<Row> = sqlx::query_as(
        "SELECT
            use_id,
            recording_id,
            person_id,
            session_id,
            purpose,
            case_note,
            article,
            sentence_ja,
            sentence_en,
            granted_at,
            expires_at
        FROM uses
        WHERE tenant_id = $1
            AND use_id = $2
            AND recording_id = $3
            AND person_id = $4
            AND session_id = $5",
    )
    .bind(tenant)
    .bind(id.0)
    .bind(recording.0)
    .bind(person.0)
    .bind(session.0)
    .fetch_optional(connection)
    .await?;
    row.map(Use::try_from).transpose()
}

impl TryFrom<Row> for Use {
    type Error = DbError;
    fn try_from(row: Row) -> Result<Self, DbError> {
        let place = Place { table: "uses", row: &row.use_id };
        Ok(Self {
            id: UseId(row.use_id),
            recording: RecordingId(row.recording_id),
            person: PersonId(row.person_id),
            session: SessionId(row.session_id),
            article: place.parse("article", &row.article)?,
            purpose: row.purpose,
            case_note: row.case_note.map(Pii::new),
            sentence: Text::new(row.sentence_ja, row.sentence_en),
            granted_at: row.granted_at,
            expires_at: row.expires_at,
        })
    }
}
