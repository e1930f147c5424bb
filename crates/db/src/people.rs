//! The members of staff who were issued an ID.

use chrono::{DateTime, Utc};
use rokuon_policy::ids::{DepartmentId, PersonId};
use rokuon_policy::pii::Pii;
use uuid::Uuid;

use crate::error::DbError;
use crate::row::{Place, revealed};
use crate::tenant_tx::TenantTx;

/// A person with an ID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// What they type to sign in.
    pub login_id: String,
    /// Their name.
    pub display_name: Pii<String>,
    /// Where they work.
    pub department: Option<DepartmentId>,
    /// When the ID was issued.
    pub created_at: DateTime<Utc>,
    /// When it was taken back.
    pub disabled_at: Option<DateTime<Utc>>,
    /// When they last signed in.
    pub last_sign_in_at: Option<DateTime<Utc>>,
    /// Whether an initial password is waiting to be changed.
    pub must_change_password: bool,
}

/// Issues an ID. `login_id` is stored in lower case.
///
/// # Errors
/// [`DbError::Conflict`] `people_login_id_once` when it is taken, `people_department` for an unknown department.
pub async fn issue(
    tx: &mut TenantTx,
    id: PersonId,
    login_id: &str,
    display_name: &Pii<String>,
    department: Option<&DepartmentId>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "INSERT INTO people (
            tenant_id,
            person_id,
            login_id,
            display_name,
            department_id,
            created_at
        )
        VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(tenant)
    .bind(id.0)
    .bind(login_id.to_lowercase())
    .bind(revealed(&Some(display_name.clone())))
    .bind(department.map(DepartmentId::as_str))
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    person_id: Uuid,
    login_id: String,
    display_name: String,
    department_id: Option<String>,
    created_at: DateTime<Utc>,
    disabled_at: Option<DateTime<Utc>>,
    last_sign_in_at: Option<DateTime<Utc>>,
    must_change: bool,
}

/// One person.
///
/// # Errors
/// [`DbError`].
pub async fn find(tx: &mut TenantTx, id: PersonId) -> Result<Option<Person>, DbError> {
    Ok(select(tx, Some(id), None).await?.pop())
}

/// The person of a login ID, in whatever case it was typed.
///
/// # Errors
/// [`DbError`].
pub async fn find_by_login_id(tx: &mut TenantTx, login_id: &str) -> Result<Option<Person>, DbError> {
    Ok(select(tx, None, Some(&login_id.to_lowercase())).await?.pop())
}

/// Everybody, by login ID.
///
/// # Errors
/// [`DbError`].
pub async fn list(tx: &mut TenantTx) -> Result<Vec<Person>, DbError> {
    select(tx, None, None).await
}

async fn select(
    tx: &mut TenantTx,
    id: Option<PersonId>,
    login_id: Option<&str>,
) -> Result<Vec<Person>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT
            p.person_id,
            p.login_id,
            p.display_name,
            p.department_id,
            p.created_at,
            p.disabled_at,
            p.last_sign_in_at,
            coalesce(c.must_change, false) AS must_change
        FROM people p
        LEFT JOIN credentials c USING (tenant_id, person_id)
        WHERE p.tenant_id = $1
            AND ($2::uuid IS NULL OR p.person_id = $2)
            AND ($3::text IS NULL OR p.login_id = $3)
        ORDER BY p.login_id",
    )
    .bind(tenant)
    .bind(id.map(|id| id.0))
    .bind(login_id)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Person::try_from).collect()
}

/// Takes an ID back: the person can no longer sign in. Says whether it was active. End their sessions in the same transaction.
///
/// # Errors
/// [`DbError`].
pub async fn disable(tx: &mut TenantTx, id: PersonId, now: DateTime<Utc>) -> Result<bool, DbError> {
    let (tenant, connection) = tx.parts();
    let done = sqlx::query(
        "UPDATE people SET disabled_at = $3 WHERE tenant_id = $1 AND person_id = $2 AND disabled_at IS NULL",
    )
    .bind(tenant)
    .bind(id.0)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes a sign-in.
///
/// # Errors
/// [`DbError`].
pub async fn signed_in(tx: &mut TenantTx, id: PersonId, now: DateTime<Utc>) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query("UPDATE people SET last_sign_in_at = $3 WHERE tenant_id = $1 AND person_id = $2")
        .bind(tenant)
        .bind(id.0)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

impl TryFrom<Row> for Person {
    type Error = DbError;
    fn try_from(row: Row) -> Result<Self, DbError> {
        let place = Place { table: "people", row: &row.person_id };
        Ok(Self {
            id: PersonId(row.person_id),
            department: place.parse_optional("department_id", row.department_id.as_deref())?,
            login_id: row.login_id,
            display_name: Pii::new(row.display_name),
            created_at: row.created_at,
            disabled_at: row.disabled_at,
            last_sign_in_at: row.last_sign_in_at,
            must_change_password: row.must_change,
        })
    }
}
