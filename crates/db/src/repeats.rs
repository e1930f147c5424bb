//! Requests that may be sent again: by what they are known, and what the first of them made.

use uuid::Uuid;

use crate::error::DbError;
use crate::tenant_tx::TenantTx;

/// By what a repeated request is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeat {
    /// Who asked, and their key: SHA-256.
    pub key: [u8; 32],
    /// What was asked: SHA-256.
    pub asked: [u8; 32],
}

/// What such requests make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeatable {
    /// A hold.
    Hold,
    /// A request for erasure.
    Erasure,
}

/// What an earlier request with this key made, and whether that asked for the same.
///
/// # Errors
/// [`DbError`].
pub async fn made_before(
    tx: &mut TenantTx,
    what: Repeatable,
    repeat: &Repeat,
) -> Result<Option<(Uuid, bool)>, DbError> {
    let (tenant, connection) = tx.parts();
    let sql = match what {
        Repeatable::Hold => {
            "SELECT hold_id, repeat_sha256 = $3 FROM holds WHERE tenant_id = $1 AND repeat_key = $2"
        }
        Repeatable::Erasure => {
            "SELECT erasure_id, repeat_sha256 = $3 FROM erasures WHERE tenant_id = $1 AND repeat_key = $2"
        }
    };
    let asked = sqlx::query_as(sql).bind(tenant).bind(repeat.key.as_slice()).bind(repeat.asked.as_slice());
    Ok(asked.fetch_optional(connection).await?)
}
