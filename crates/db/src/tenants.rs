//! The tenants' own rows: their names.

use chrono::{DateTime, Utc};
use rokuon_policy::ids::TenantId;
use rokuon_policy::text::Text;

use crate::error::DbError;
use crate::row::Place;
use crate::tenant_tx::TenantTx;

/// A municipality or bureau.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Its key.
    pub id: TenantId,
    /// Its full name.
    pub name: Text,
    /// A short name for narrow places.
    pub name_short: String,
    /// When it joined.
    pub created_at: DateTime<Utc>,
}

/// Creates the transaction's tenant or gives it a new name; says whether it is new.
///
/// # Errors
/// [`DbError`].
pub async fn put(
    tx: &mut TenantTx,
    name: &Text,
    name_short: &str,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let (tenant, connection) = tx.parts();
    let (new,): (bool,) = sqlx::query_as(
        "INSERT INTO tenants (
            tenant_id,
            name_ja,
            name_en,
            name_short,
            created_at
        )
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (tenant_id) DO UPDATE SET
            name_ja = excluded.name_ja,
            name_en = excluded.name_en,
            name_short = excluded.name_short
        RETURNING xmax = 0",
    )
    .bind(tenant)
    .bind(&name.ja)
    .bind(&name.en)
    .bind(name_short)
    .bind(now)
    .fetch_one(connection)
    .await?;
    Ok(new)
}

#[derive(sqlx::FromRow)]
struct Row {
    tenant_id: String,
    name_ja: String,
    name_en: String,
    name_short: String,
    created_at: DateTime<Utc>,
}

/// The transaction's tenant, if there is one of that key.
///
/// # Errors
/// [`DbError`].
pub async fn find(tx: &mut TenantTx) -> Result<Option<Tenant>, DbError> {
    let (tenant, connection) = tx.parts();
    let row: Option<Row> = sqlx::query_as(
        "SELECT
            tenant_id,
            name_ja,
            name_en,
            name_short,
            created_at
        FROM tenants
        WHERE tenant_id = $1",
    )
    .bind(tenant)
    .fetch_optional(connection)
    .await?;
    row.map(Tenant::try_from).transpose()
}

impl TryFrom<Row> for Tenant {
    type Error = DbError;
    fn try_from(row: Row) -> Result<Self, DbError> {
        let place = Place { table: "tenants", row: &row.tenant_id };
        Ok(Self {
            id: place.parse("tenant_id", &row.tenant_id)?,
            name: Text::new(row.name_ja, row.name_en),
            name_short: row.name_short,
            created_at: row.created_at,
        })
    }
}
