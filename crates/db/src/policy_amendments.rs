//! Amended policies on their way into force: proposed by one person, approved by another.

use chrono::{DateTime, NaiveDate, Utc};
use rokuon_policy::closed_list;
use rokuon_policy::ids::PersonId;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::DbError;
use crate::row::Place;
use crate::tenant_tx::TenantTx;

closed_list! {
    /// Where an amendment stands.
    pub enum AmendmentState {
        /// It waits for another person's word.
        Proposed = "proposed",
        /// It is a version of the policy and takes force on its day.
        Approved = "approved",
        /// It was taken back.
        Withdrawn = "withdrawn",
    }
}

/// An amendment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyAmendment {
    /// Its id.
    pub id: Uuid,
    /// The file as proposed.
    pub toml: String,
    /// First civil day it is to apply.
    pub effective_from: NaiveDate,
    /// Whether anything is kept for a shorter time than before.
    pub shortens: bool,
    /// Who proposed it.
    pub proposed_by: PersonId,
    /// When.
    pub proposed_at: DateTime<Utc>,
    /// Why.
    pub reason: String,
    /// Where it stands.
    pub state: AmendmentState,
    /// Who approved or withdrew it, and when.
    pub decided: Option<(PersonId, DateTime<Utc>)>,
    /// The version it became.
    pub policy_version: Option<i32>,
}

#[derive(sqlx::FromRow)]
struct Row {
    amendment_id: Uuid,
    toml: String,
    effective_from: NaiveDate,
    shortens: bool,
    proposed_by: Uuid,
    proposed_at: DateTime<Utc>,
    reason: String,
    state: String,
    decided_by: Option<Uuid>,
    decided_at: Option<DateTime<Utc>>,
    policy_version: Option<i32>,
}

impl TryFrom<Row> for PolicyAmendment {
    type Error = DbError;
    fn try_from(row: Row) -> Result<Self, DbError> {
        let place = Place { table: "policy_amendments", row: &row.amendment_id };
        Ok(Self {
            id: row.amendment_id,
            state: place.parse("state", &row.state)?,
            toml: row.toml,
            effective_from: row.effective_from,
            shortens: row.shortens,
            proposed_by: PersonId(row.proposed_by),
            proposed_at: row.proposed_at,
            reason: row.reason,
            decided: row.decided_by.map(PersonId).zip(row.decided_at),
            policy_version: row.policy_version,
        })
    }
}

/// Writes a proposal down.
///
/// # Errors
/// [`DbError`].
pub async fn propose(tx: &mut TenantTx, amendment: &PolicyAmendment) -> Result<(), DbError> {
    let sha256: [u8; 32] = Sha256::digest(amendment.toml.as_bytes()).into();
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "INSERT INTO policy_amendments (tenant_id, amendment_id, toml, sha256, effective_from, shortens, proposed_by,
            proposed_at, reason, state)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'proposed')",
    )
    .bind(tenant)
    .bind(amendment.id)
    .bind(&amendment.toml)
    .bind(sha256.as_slice())
    .bind(amendment.effective_from)
    .bind(amendment.shortens)
    .bind(amendment.proposed_by.0)
    .bind(amendment.proposed_at)
    .bind(&amendment.reason)
    .execute(connection)
    .await?;
    Ok(())
}

/// Decides one that is still proposed; says whether it was. `policy_version` goes with an approval and with nothing else.
///
/// # Errors
/// [`DbError::Conflict`] `policy_amendments_two_persons` when the proposer approves.
pub async fn decide(
    tx: &mut TenantTx,
    id: Uuid,
    state: AmendmentState,
    by: PersonId,
    at: DateTime<Utc>,
    policy_version: Option<i32>,
) -> Result<bool, DbError> {
    let (tenant, connection) = tx.parts();
    let done = sqlx::query(
        "UPDATE policy_amendments
        SET state = $3, decided_by = $4, decided_at = $5, policy_version = $6
        WHERE tenant_id = $1 AND amendment_id = $2 AND state = 'proposed'",
    )
    .bind(tenant)
    .bind(id)
    .bind(state.as_str())
    .bind(by.0)
    .bind(at)
    .bind(policy_version)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// One amendment, locked until the transaction ends.
///
/// # Errors
/// [`DbError`].
pub async fn find(tx: &mut TenantTx, id: Uuid) -> Result<Option<PolicyAmendment>, DbError> {
    let (tenant, connection) = tx.parts();
    let row: Option<Row> = sqlx::query_as(
        "SELECT amendment_id, toml, effective_from, shortens, proposed_by, proposed_at, reason, state, decided_by,
            decided_at, policy_version
        FROM policy_amendments
        WHERE tenant_id = $1 AND amendment_id = $2
        FOR UPDATE",
    )
    .bind(tenant)
    .bind(id)
    .fetch_optional(connection)
    .await?;
    row.map(PolicyAmendment::try_from).transpose()
}

/// The amendments, newest first.
///
/// # Errors
/// [`DbError`].
pub async fn list(tx: &mut TenantTx, limit: u32) -> Result<Vec<PolicyAmendment>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT amendment_id, toml, effective_from, shortens, proposed_by, proposed_at, reason, state, decided_by,
            decided_at, policy_version
        FROM policy_amendments
        WHERE tenant_id = $1
        ORDER BY proposed_at DESC, amendment_id DESC
        LIMIT $2",
    )
    .bind(tenant)
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(PolicyAmendment::try_from).collect()
}

/// Whether a person was shown what a document would change: the trail has the trial, with the document's SHA-256 (lower-case hex).
///
/// # Errors
/// [`DbError`].
pub async fn was_previewed_by(
    tx: &mut TenantTx,
    event: &str,
    sha256: &str,
    person: PersonId,
) -> Result<bool, DbError> {
    let (tenant, connection) = tx.parts();
    let (shown,): (bool,) = sqlx::query_as(
        "SELECT EXISTS (
            SELECT FROM audit_events
            WHERE tenant_id = $1 AND actor_person_id = $2 AND kind = $3 AND outcome = 'done'
                AND body::jsonb #>> '{detail,document_sha256}' = $4
        )",
    )
    .bind(tenant)
    .bind(person.0)
    .bind(event)
    .bind(sha256)
    .fetch_one(connection)
    .await?;
    Ok(shown)
}
