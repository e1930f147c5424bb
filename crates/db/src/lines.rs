//! The recorded lines of a tenant, from its policy file or its own register.

use rokuon_policy::recording_scope::{Line, RecordingStart};
use rokuon_policy::text::Text;

use crate::error::DbError;
use crate::row::Place;
use crate::tenant_tx::TenantTx;

/// Writes the lines now listed; what was listed before and is not among them is struck off (recordings go on naming it).
///
/// # Errors
/// [`DbError`]; [`DbError::Conflict`] `lines_department` when a line names a department that is not there.
pub async fn put_all(tx: &mut TenantTx, lines: &[Line]) -> Result<(), DbError> {
    let keys: Vec<&str> = lines.iter().map(|line| line.key.as_str()).collect();
    let (tenant, connection) = tx.parts();
    sqlx::query("UPDATE lines SET listed = false WHERE tenant_id = $1 AND listed AND line_key <> ALL ($2)")
        .bind(tenant)
        .bind(&keys)
        .execute(connection)
        .await?;
    for line in lines {
        put(tx, line).await?;
    }
    Ok(())
}

/// Writes one line as listed. How its recording starts and whether it announces is taken from the first entry only: later
/// the tenant changes it with [`change`].
///
/// # Errors
/// As [`put_all`].
pub async fn put(tx: &mut TenantTx, line: &Line) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "INSERT INTO lines (
            tenant_id,
            line_key,
            number,
            pattern,
            name_ja,
            name_en,
            department_id,
            group_name,
            purpose,
            start,
            announces,
            source,
            listed
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, true)
        ON CONFLICT (tenant_id, line_key) DO UPDATE SET
            number = excluded.number,
            pattern = excluded.pattern,
            name_ja = excluded.name_ja,
            name_en = excluded.name_en,
            department_id = excluded.department_id,
            group_name = excluded.group_name,
            purpose = excluded.purpose,
            source = excluded.source,
            listed = true",
    )
    .bind(tenant)
    .bind(&line.key)
    .bind(&line.number)
    .bind(&line.pattern)
    .bind(&line.name.ja)
    .bind(&line.name.en)
    .bind(line.department.as_ref().map(|department| department.as_str()))
    .bind(&line.group)
    .bind(&line.purpose)
    .bind(line.start.as_str())
    .bind(line.announces)
    .bind(line.source.as_str())
    .execute(connection)
    .await?;
    Ok(())
}

/// Changes how recording of a listed line starts and whether it announces; says whether there is such a line.
///
/// # Errors
/// [`DbError`].
pub async fn change(
    tx: &mut TenantTx,
    key: &str,
    start: RecordingStart,
    announces: bool,
) -> Result<bool, DbError> {
    let (tenant, connection) = tx.parts();
    let done = sqlx::query(
        "UPDATE lines
        SET start = $3, announces = $4
        WHERE tenant_id = $1 AND line_key = $2 AND listed",
    )
    .bind(tenant)
    .bind(key)
    .bind(start.as_str())
    .bind(announces)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

#[derive(sqlx::FromRow)]
struct Row {
    line_key: String,
    number: String,
    pattern: Option<String>,
    name_ja: String,
    name_en: String,
    department_id: Option<String>,
    group_name: Option<String>,
    purpose: Option<String>,
    start: String,
    announces: bool,
    source: String,
}

/// The lines now listed, by number.
///
/// # Errors
/// [`DbError`].
pub async fn list(tx: &mut TenantTx) -> Result<Vec<Line>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT
            line_key,
            number,
            pattern,
            name_ja,
            name_en,
            department_id,
            group_name,
            purpose,
            start,
            announces,
            source
        FROM lines
        WHERE tenant_id = $1 AND listed
        ORDER BY number, line_key",
    )
    .bind(tenant)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(line_of).collect()
}

fn line_of(row: Row) -> Result<Line, DbError> {
    let place = Place { table: "lines", row: &row.line_key };
    Ok(Line {
        department: place.parse_optional("department_id", row.department_id.as_deref())?,
        source: place.parse("source", &row.source)?,
        start: place.parse("start", &row.start)?,
        announces: row.announces,
        key: row.line_key,
        number: row.number,
        pattern: row.pattern,
        name: Text::new(row.name_ja, row.name_en),
        group: row.group_name,
        purpose: row.purpose,
    })
}
