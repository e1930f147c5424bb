//! Recordings whose dates are of an earlier version of the policy, and their new dates.

use rokuon_policy::ids::RecordingId;
use rokuon_policy::retention::RetentionDates;
use uuid::Uuid;

use crate::destruction::Chosen;
use crate::error::DbError;
use crate::keeping::{self, KeptRow};
use crate::row::signed;
use crate::tenant_tx::TenantTx;

/// Recordings after `after` that are kept by a version before `version`, by id. Held ones too.
///
/// # Errors
/// [`DbError`].
pub async fn next(
    tx: &mut TenantTx,
    version: i32,
    after: Option<RecordingId>,
    limit: u32,
) -> Result<Vec<KeptRow>, DbError> {
    let (tenant, connection) = tx.parts();
    let ids: Vec<(Uuid,)> = sqlx::query_as(
        "SELECT recording_id
        FROM recordings
        WHERE tenant_id = $1 AND policy_version < $2 AND state IN ('primary', 'secondary', 'due', 'quarantined')
            AND ($4::uuid IS NULL OR recording_id > $4)
            -- mostly there is none: the oldest version in use says so without reading what is kept
            AND (
                SELECT o.policy_version
                FROM recordings o
                WHERE o.tenant_id = $1 AND o.state IN ('primary', 'secondary', 'due', 'quarantined')
                ORDER BY o.policy_version
                LIMIT 1
            ) < $2
        ORDER BY recording_id
        LIMIT $3",
    )
    .bind(tenant)
    .bind(version)
    .bind(i64::from(limit))
    .bind(after.map(|id| id.0))
    .fetch_all(connection)
    .await?;
    let ids: Vec<RecordingId> = ids.into_iter().map(|(id,)| RecordingId(id)).collect();
    let mut rows = keeping::find(tx, &ids).await?;
    rows.sort_by_key(|row| row.id);
    Ok(rows)
}

/// Recordings are kept by `version` from now on, with these dates; says of how many.
///
/// # Errors
/// [`DbError::Conflict`] `recordings_policy_version` for an unknown version.
pub async fn redate(
    tx: &mut TenantTx,
    version: i32,
    dated: &[(Chosen, RetentionDates)],
) -> Result<u64, DbError> {
    let text = |of: fn(&RetentionDates) -> &str| dated.iter().map(|(_, dates)| of(dates)).collect::<Vec<_>>();
    let (tenant, connection) = tx.parts();
    let done = sqlx::query(
        "UPDATE recordings r
        SET
            policy_version = $2,
            keep_at_least_until = w.least,
            secondary_from = w.secondary,
            keep_until = w.until,
            retention_article = w.article,
            retention_ja = w.ja,
            retention_en = w.en
        FROM unnest($3::uuid[], $4::bigint[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[], $8::text[], $9::text[],
            $10::text[]) AS w (recording_id, epoch, least, secondary, until, article, ja, en)
        WHERE r.tenant_id = $1 AND r.recording_id = w.recording_id AND r.epoch = w.epoch AND r.policy_version < $2
            AND r.state IN ('primary', 'secondary', 'due', 'quarantined')",
    )
    .bind(tenant)
    .bind(version)
    .bind(dated.iter().map(|((id, _), _)| id.0).collect::<Vec<_>>())
    .bind(dated.iter().map(|((_, epoch), _)| signed(*epoch)).collect::<Vec<_>>())
    .bind(dated.iter().map(|(_, dates)| dates.keep_at_least_until).collect::<Vec<_>>())
    .bind(dated.iter().map(|(_, dates)| dates.secondary_from).collect::<Vec<_>>())
    .bind(dated.iter().map(|(_, dates)| dates.keep_until).collect::<Vec<_>>())
    .bind(text(|dates| dates.article.as_str()))
    .bind(text(|dates| &dates.sentence.ja))
    .bind(text(|dates| &dates.sentence.en))
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}
