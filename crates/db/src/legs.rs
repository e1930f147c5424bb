//! The two sides of a call, one a channel.

use rokuon_policy::ids::CallId;
use rokuon_policy::pii::Pii;

use crate::error::DbError;
use crate::row::{Place, revealed};
use crate::tenant_tx::TenantTx;

/// One side of a call as signalled.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Party {
    /// Digits in national form, see `rokuon_policy::recording_scope::normalise_number`.
    pub number: Option<Pii<String>>,
    /// Name.
    pub name: Option<Pii<String>>,
    /// Whether signalling proves that this party is on its channel.
    pub proved: bool,
}

/// Which side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegRole {
    /// Channel 0, left.
    Caller,
    /// Channel 1, right.
    Called,
}

impl LegRole {
    /// Its channel.
    pub const fn channel(self) -> u8 {
        match self {
            Self::Caller => 0,
            Self::Called => 1,
        }
    }
    /// Its spelling in the database and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Called => "called",
        }
    }
}

/// Writes one side, over what was known before.
pub(crate) async fn put(
    tx: &mut TenantTx,
    call: CallId,
    role: LegRole,
    party: &Party,
) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "INSERT INTO legs (
            tenant_id,
            call_id,
            channel,
            role,
            digits,
            name,
            proved
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (tenant_id, call_id, channel) DO UPDATE SET
            role = excluded.role,
            digits = excluded.digits,
            name = excluded.name,
            proved = excluded.proved",
    )
    .bind(tenant)
    .bind(call.0)
    .bind(i16::from(role.channel()))
    .bind(role.as_str())
    .bind(revealed(&party.number))
    .bind(revealed(&party.name))
    .bind(party.proved)
    .execute(connection)
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    role: String,
    digits: Option<String>,
    name: Option<String>,
    proved: bool,
}

/// The sides of a call, caller first.
///
/// # Errors
/// [`DbError`].
pub async fn of_call(tx: &mut TenantTx, call: CallId) -> Result<Vec<(LegRole, Party)>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT
            role,
            digits,
            name,
            proved
        FROM legs
        WHERE tenant_id = $1 AND call_id = $2
        ORDER BY channel",
    )
    .bind(tenant)
    .bind(call.0)
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let role = match row.role.as_str() {
                "caller" => LegRole::Caller,
                "called" => LegRole::Called,
                _ => return Err(Place { table: "legs", row: &call }.wrong("role")),
            };
            let party =
                Party { number: row.digits.map(Pii::new), name: row.name.map(Pii::new), proved: row.proved };
            Ok((role, party))
        })
        .collect()
}
