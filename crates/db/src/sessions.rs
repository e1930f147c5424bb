//! Who is signed in. The token of the cookie is nowhere here, only its SHA-256.

use std::fmt;

use chrono::{DateTime, Utc};
use rokuon_policy::ids::PersonId;
use serde::Serialize;
use uuid::Uuid;

use crate::error::DbError;
use crate::tenant_tx::TenantTx;

/// One sign-in of one person; for the audit trail, not a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct SessionId(pub Uuid);

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub person: PersonId,
    /// What the portal sends with unsafe requests.
    pub csrf_token: String,
    /// When they signed in.
    pub created_at: DateTime<Utc>,
    /// Their last act.
    pub last_seen_at: DateTime<Utc>,
    /// It ends then in any case.
    pub expires_at: DateTime<Utc>,
}

/// Begins a session.
///
/// # Errors
/// [`DbError::Conflict`] `sessions_person` for an unknown person.
pub async fn begin(tx: &mut TenantTx, session: &Session, token_sha256: &[u8; 32]) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "INSERT INTO sessions (
            tenant_id,
            session_id,
            token_sha256,
            csrf_token,
            person_id,
            created_at,
            last_seen_at,
            expires_at
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(tenant)
    .bind(session.id.0)
    .bind(token_sha256.as_slice())
    .bind(&session.csrf_token)
    .bind(session.person.0)
    .bind(session.created_at)
    .bind(session.last_seen_at)
    .bind(session.expires_at)
    .execute(connection)
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    session_id: Uuid,
    person_id: Uuid,
    csrf_token: String,
    created_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

/// The session of a token, if it was not ended, has not expired at `now` and the person's ID was not taken back.
/// Whether it is idle too long is the policy's question.
///
/// # Errors
/// [`DbError`].
pub async fn find(
    tx: &mut TenantTx,
    token_sha256: &[u8; 32],
    now: DateTime<Utc>,
) -> Result<Option<Session>, DbError> {
    let (tenant, connection) = tx.parts();
    let row: Option<Row> = sqlx::query_as(
        "SELECT
            s.session_id,
            s.person_id,
            s.csrf_token,
            s.created_at,
            s.last_seen_at,
            s.expires_at
        FROM sessions s
        JOIN people p USING (tenant_id, person_id)
        WHERE s.tenant_id = $1
            AND s.token_sha256 = $2
            AND s.ended_at IS NULL
            AND s.expires_at > $3
            AND p.disabled_at IS NULL",
    )
    .bind(tenant)
    .bind(token_sha256.as_slice())
    .bind(now)
    .fetch_optional(connection)
    .await?;
    Ok(row.map(Session::from))
}

/// Notes an act of the session's person; never moves the mark back.
///
/// # Errors
/// [`DbError`].
pub async fn touch(tx: &mut TenantTx, id: SessionId, now: DateTime<Utc>) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "UPDATE sessions SET last_seen_at = $3 WHERE tenant_id = $1 AND session_id = $2 AND last_seen_at < $3",
    )
    .bind(tenant)
    .bind(id.0)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends a session; says whether it was open.
///
/// # Errors
/// [`DbError`].
pub async fn end(tx: &mut TenantTx, id: SessionId, now: DateTime<Utc>) -> Result<bool, DbError> {
    let (tenant, connection) = tx.parts();
    let done = sqlx::query(
        "UPDATE sessions SET ended_at = $3 WHERE tenant_id = $1 AND session_id = $2 AND ended_at IS NULL",
    )
    .bind(tenant)
    .bind(id.0)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends all sessions of a person but `except`; says how many.
///
/// # Errors
/// [`DbError`].
pub async fn end_all_of(
    tx: &mut TenantTx,
    person: PersonId,
    except: Option<SessionId>,
    now: DateTime<Utc>,
) -> Result<u64, DbError> {
    let (tenant, connection) = tx.parts();
    let done = sqlx::query(
        "UPDATE sessions
        SET ended_at = $4
        WHERE tenant_id = $1
            AND person_id = $2
            AND ended_at IS NULL
            AND ($3::uuid IS NULL OR session_id <> $3)",
    )
    .bind(tenant)
    .bind(person.0)
    .bind(except.map(|except| except.0))
    .bind(now)
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

impl From<Row> for Session {
    fn from(row: Row) -> Self {
        Self {
            id: SessionId(row.session_id),
            person: PersonId(row.person_id),
            csrf_token: row.csrf_token,
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            expires_at: row.expires_at,
        }
    }
}
