//! Files of call records that were uploaded: which calls each brought, which lines were kept out.

use chrono::{DateTime, TimeDelta, Utc};
use rokuon_policy::expected_call::ExpectedCall;
use rokuon_policy::ids::PersonId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::DbError;
use crate::row::Place;
use crate::tenant_tx::TenantTx;

/// A line that was kept out, with its place and what is wrong; never with its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadLine {
    /// Its number in the file, the first being 1.
    pub line: u64,
    /// Which column.
    pub field: String,
    /// What is wrong, in Japanese.
    pub ja: String,
    /// The same in English.
    pub en: String,
}

/// An uploaded file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedCallFile {
    /// Its id.
    pub id: Uuid,
    /// SHA-256 of its octets.
    pub sha256: [u8; 32],
    /// Its name.
    pub name: String,
    /// `utf-8` or `shift_jis`.
    pub encoding: String,
    /// Data lines in it.
    pub lines: u32,
    /// Lines that were new.
    pub added: u32,
    /// Lines that were kept out.
    pub bad_lines: Vec<BadLine>,
    /// Who uploaded it.
    pub person: PersonId,
    /// When.
    pub uploaded_at: DateTime<Utc>,
}

/// The id of an expected call: made of its own facts and, for lines that are the same in everything, of which of them it is. So the
/// same call in another file is the same row.
pub fn expected_id(tenant: &str, call: &ExpectedCall, same_before: u32) -> Uuid {
    let mut hash = Sha256::new();
    let mut part = |octets: &[u8]| {
        hash.update(octets);
        hash.update([0]);
    };
    part(tenant.as_bytes());
    part(&call.started_at.timestamp().to_be_bytes());
    part(&call.duration.map_or(-1, |duration| duration.num_seconds()).to_be_bytes());
    part(call.caller.as_deref().unwrap_or_default().as_bytes());
    part(call.called.as_deref().unwrap_or_default().as_bytes());
    part(&same_before.to_be_bytes());
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(hash.finalize()).for_each(|(byte, hashed)| *byte = hashed);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// Enters a file with its calls. One that is there already brings nothing new.
///
/// # Errors
/// [`DbError`].
pub async fn enter(
    tx: &mut TenantTx,
    file: &ExpectedCallFile,
    calls: &[(Uuid, ExpectedCall)],
) -> Result<ExpectedCallFile, DbError> {
    let (tenant, connection) = tx.parts();
    let (id,): (Uuid,) = sqlx::query_as(
        "INSERT INTO expected_call_files (
            tenant_id,
            file_id,
            sha256,
            name,
            encoding,
            lines,
            added,
            bad_lines,
            person_id,
            uploaded_at
        )
        VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9)
        ON CONFLICT (tenant_id, sha256) DO UPDATE SET added = expected_call_files.added
        RETURNING file_id",
    )
    .bind(tenant)
    .bind(file.id)
    .bind(file.sha256.as_slice())
    .bind(&file.name)
    .bind(&file.encoding)
    .bind(i32::try_from(file.lines).unwrap_or(i32::MAX))
    .bind(crate::recordings::json(&file.bad_lines))
    .bind(file.person.0)
    .bind(file.uploaded_at)
    .fetch_one(&mut *connection)
    .await?;
    let mut added = 0;
    for part in calls.chunks(5_000) {
        let column = |of: fn(&ExpectedCall) -> Option<String>| -> Vec<Option<String>> {
            part.iter().map(|(_, call)| of(call)).collect()
        };
        let seconds = |duration: TimeDelta| i32::try_from(duration.num_seconds()).unwrap_or(i32::MAX);
        let (tenant, connection) = tx.parts();
        added += sqlx::query(
            "INSERT INTO expected_calls (
                tenant_id,
                expected_id,
                file_id,
                started_at,
                duration_seconds,
                caller_digits,
                called_digits,
                direction,
                verdict
            )
            SELECT $1, u.id, $2, u.at, u.seconds, u.caller, u.called, u.direction, 'waiting'
            FROM unnest($3::uuid[], $4::timestamptz[], $5::integer[], $6::text[], $7::text[], $8::text[])
                AS u (id, at, seconds, caller, called, direction)
            ON CONFLICT (tenant_id, expected_id) DO NOTHING",
        )
        .bind(tenant)
        .bind(id)
        .bind(part.iter().map(|(id, _)| *id).collect::<Vec<_>>())
        .bind(part.iter().map(|(_, call)| call.started_at).collect::<Vec<_>>())
        .bind(part.iter().map(|(_, call)| call.duration.map(seconds)).collect::<Vec<_>>())
        .bind(column(|call| call.caller.clone()))
        .bind(column(|call| call.called.clone()))
        .bind(column(|call| call.direction.map(|direction| direction.as_str().to_owned())))
        .execute(connection)
        .await?
        .rows_affected();
    }
    let added = u32::try_from(added).unwrap_or(u32::MAX);
    if added > 0 {
        let (tenant, connection) = tx.parts();
        sqlx::query(
            "UPDATE expected_call_files SET added = added + $3 WHERE tenant_id = $1 AND file_id = $2",
        )
        .bind(tenant)
        .bind(id)
        .bind(i32::try_from(added).unwrap_or(i32::MAX))
        .execute(connection)
        .await?;
    }
    Ok(ExpectedCallFile { id, added, ..file.clone() })
}

#[derive(sqlx::FromRow)]
struct FileRow {
    file_id: Uuid,
    sha256: Vec<u8>,
    name: String,
    encoding: String,
    lines: i32,
    added: i32,
    bad_lines: serde_json::Value,
    person_id: Uuid,
    uploaded_at: DateTime<Utc>,
}

/// The files uploaded last.
///
/// # Errors
/// [`DbError`].
pub async fn newest(tx: &mut TenantTx, limit: u32) -> Result<Vec<ExpectedCallFile>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<FileRow> = sqlx::query_as(
        "SELECT
            file_id,
            sha256,
            name,
            encoding,
            lines,
            added,
            bad_lines,
            person_id,
            uploaded_at
        FROM expected_call_files
        WHERE tenant_id = $1
        ORDER BY uploaded_at DESC, file_id
        LIMIT $2",
    )
    .bind(tenant)
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let place = Place { table: "expected_call_files", row: &row.file_id };
            Ok(ExpectedCallFile {
                id: row.file_id,
                sha256: place.bytes("sha256", row.sha256)?,
                name: row.name,
                encoding: row.encoding,
                lines: place.number("lines", row.lines)?,
                added: place.number("added", row.added)?,
                bad_lines: place.json("bad_lines", row.bad_lines)?,
                person: PersonId(row.person_id),
                uploaded_at: row.uploaded_at,
            })
        })
        .collect()
}
