//! The issued passwords, as Argon2id hashes.

use std::fmt;

use chrono::{DateTime, Utc};
use rokuon_policy::ids::PersonId;

use crate::error::DbError;
use crate::tenant_tx::TenantTx;

/// A person's credential. `Debug` does not show the hash.
#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Credential {
    /// Argon2id in PHC string form.
    pub password_hash: String,
    /// When it was issued or last reset.
    pub issued_at: DateTime<Utc>,
    /// When the password was last set.
    pub changed_at: DateTime<Utc>,
    /// An initial password that must be changed first.
    pub must_change: bool,
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("issued_at", &self.issued_at)
            .field("changed_at", &self.changed_at)
            .field("must_change", &self.must_change)
            .finish_non_exhaustive()
    }
}

/// Issues or resets: the person must change this password at the next sign-in.
///
/// # Errors
/// [`DbError::Conflict`] `credentials_person` for an unknown person.
pub async fn issue(
    tx: &mut TenantTx,
    person: PersonId,
    password_hash: &str,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "INSERT INTO credentials (
            tenant_id,
            person_id,
            password_hash,
            issued_at,
            changed_at,
            must_change
        )
        VALUES ($1, $2, $3, $4, $4, true)
        ON CONFLICT (tenant_id, person_id) DO UPDATE SET
            password_hash = excluded.password_hash,
            issued_at = excluded.issued_at,
            changed_at = excluded.changed_at,
            must_change = true",
    )
    .bind(tenant)
    .bind(person.0)
    .bind(password_hash)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Sets the password the person chose, if the stored hash is still `old_hash`. Says whether it was.
///
/// # Errors
/// [`DbError`].
pub async fn change(
    tx: &mut TenantTx,
    person: PersonId,
    old_hash: &str,
    new_hash: &str,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let (tenant, connection) = tx.parts();
    let done = sqlx::query(
        "UPDATE credentials
        SET password_hash = $4, changed_at = $5, must_change = false
        WHERE tenant_id = $1 AND person_id = $2 AND password_hash = $3",
    )
    .bind(tenant)
    .bind(person.0)
    .bind(old_hash)
    .bind(new_hash)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A person's credential.
///
/// # Errors
/// [`DbError`].
pub async fn find(tx: &mut TenantTx, person: PersonId) -> Result<Option<Credential>, DbError> {
    let (tenant, connection) = tx.parts();
    let row = sqlx::query_as(
        "SELECT
            password_hash,
            issued_at,
            changed_at,
            must_change
        FROM credentials
        WHERE tenant_id = $1 AND person_id = $2",
    )
    .bind(tenant)
    .bind(person.0)
    .fetch_optional(connection)
    .await?;
    Ok(row)
}
