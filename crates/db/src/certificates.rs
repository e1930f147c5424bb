//! The proofs that recordings are gone: exactly one a destroyed recording, never changed.

use chrono::{DateTime, NaiveDate, Utc};
use rokuon_policy::article::Article;
use rokuon_policy::ids::RecordingId;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::DbError;
use crate::row::Place;
use crate::tenant_tx::TenantTx;

/// A certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Its id.
    pub id: Uuid,
    /// Of which recording.
    pub recording: RecordingId,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
    /// `expired`, `erasure` or `capacity`.
    pub reason: String,
    /// The article of that reason.
    pub article: Article,
    /// The version of the policy by which the recording was kept.
    pub policy_version: i32,
    /// The civil day of the call.
    pub call_day: NaiveDate,
    /// The signed note, whole.
    pub note: String,
}

impl Certificate {
    /// SHA-256 of the note.
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(self.note.as_bytes()).into()
    }
}

/// Writes certificates; a recording that has one refuses a second.
///
/// # Errors
/// [`DbError::Conflict`] `certificates_one_of_a_recording`.
pub async fn issue(tx: &mut TenantTx, certificates: &[Certificate]) -> Result<(), DbError> {
    let column = |of: fn(&Certificate) -> Uuid| certificates.iter().map(of).collect::<Vec<_>>();
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "INSERT INTO certificates (tenant_id, certificate_id, recording_id, issued_at, reason, article, policy_version,
            call_day, note, note_sha256)
        SELECT $1, *
        FROM unnest($2::uuid[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[], $7::integer[], $8::date[],
            $9::text[], $10::bytea[])",
    )
    .bind(tenant)
    .bind(column(|one| one.id))
    .bind(column(|one| one.recording.0))
    .bind(certificates.iter().map(|one| one.issued_at).collect::<Vec<_>>())
    .bind(certificates.iter().map(|one| one.reason.as_str()).collect::<Vec<_>>())
    .bind(certificates.iter().map(|one| one.article.as_str()).collect::<Vec<_>>())
    .bind(certificates.iter().map(|one| one.policy_version).collect::<Vec<_>>())
    .bind(certificates.iter().map(|one| one.call_day).collect::<Vec<_>>())
    .bind(certificates.iter().map(|one| one.note.as_str()).collect::<Vec<_>>())
    .bind(certificates.iter().map(|one| one.sha256().to_vec()).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    certificate_id: Uuid,
    recording_id: Uuid,
    issued_at: DateTime<Utc>,
    reason: String,
    article: String,
    policy_version: i32,
    call_day: NaiveDate,
    note: String,
}

impl TryFrom<Row> for Certificate {
    type Error = DbError;
    fn try_from(row: Row) -> Result<Self, DbError> {
        let place = Place { table: "certificates", row: &row.certificate_id };
        Ok(Self {
            id: row.certificate_id,
            recording: RecordingId(row.recording_id),
            issued_at: row.issued_at,
            reason: row.reason,
            article: place.parse("article", &row.article)?,
            policy_version: row.policy_version,
            call_day: row.call_day,
            note: row.note,
        })
    }
}

/// Which certificates.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Issued at or after this.
    pub from: Option<DateTime<Utc>>,
    /// Issued before this.
    pub to: Option<DateTime<Utc>>,
    /// Of this recording.
    pub recording: Option<RecordingId>,
    /// Issued before that one: the end of the page before.
    pub after: Option<(DateTime<Utc>, Uuid)>,
}

/// Certificates, newest first.
///
/// # Errors
/// [`DbError`].
pub async fn list(tx: &mut TenantTx, filter: &Filter, limit: u32) -> Result<Vec<Certificate>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT certificate_id, recording_id, issued_at, reason, article, policy_version, call_day, note
        FROM certificates
        WHERE tenant_id = $1
            AND ($2::timestamptz IS NULL OR issued_at >= $2)
            AND ($3::timestamptz IS NULL OR issued_at < $3)
            AND ($4::uuid IS NULL OR recording_id = $4)
            AND ($5::timestamptz IS NULL OR (issued_at, certificate_id) < ($5, $6))
        ORDER BY issued_at DESC, certificate_id DESC
        LIMIT $7",
    )
    .bind(tenant)
    .bind(filter.from)
    .bind(filter.to)
    .bind(filter.recording.map(|id| id.0))
    .bind(filter.after.map(|(at, _)| at))
    .bind(filter.after.map(|(_, id)| id))
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Certificate::try_from).collect()
}

/// One certificate.
///
/// # Errors
/// [`DbError`].
pub async fn find(tx: &mut TenantTx, id: Uuid) -> Result<Option<Certificate>, DbError> {
    let (tenant, connection) = tx.parts();
    let row: Option<Row> = sqlx::query_as(
        "SELECT certificate_id, recording_id, issued_at, reason, article, policy_version, call_day, note
        FROM certificates
        WHERE tenant_id = $1 AND certificate_id = $2",
    )
    .bind(tenant)
    .bind(id)
    .fetch_optional(connection)
    .await?;
    row.map(Certificate::try_from).transpose()
}
