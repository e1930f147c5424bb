//! Preservation holds: their rows, and on which recordings they rest.
//!
//! The promise is the counter on the recording's row (INV-9): [`placing`] and [`releasing`] move it in the same transaction as
//! the rows here, and destruction asks nothing but the counter.

use chrono::{DateTime, NaiveDate, Utc};
use rokuon_policy::article::Article;
use rokuon_policy::ids::{HoldId, PersonId, RecordingId};
use rokuon_policy::text::Text;
use uuid::Uuid;

use crate::error::DbError;
use crate::row::Place;
use crate::tenant_tx::TenantTx;

pub mod listing;
pub mod placing;
pub mod recount;
pub mod releasing;
pub(crate) mod requests;
pub mod resting;

/// Where a hold comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HoldOrigin {
    /// Somebody placed it.
    Person,
    /// It opened by itself with a request, and closes with it (INV-11).
    Request {
        /// Which kind of request, such as `erasure`.
        kind: String,
        /// Which one.
        id: Uuid,
    },
}

/// The ground a hold stands on, as the rules said it when it was placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldGround {
    /// Its key.
    pub key: String,
    /// Its article.
    pub article: Article,
    /// Its name.
    pub name: Text,
}

/// Who did something to a hold, when, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldAct {
    /// Who.
    pub person: PersonId,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: String,
}

/// A hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Its id.
    pub id: HoldId,
    /// Where it comes from.
    pub origin: HoldOrigin,
    /// On which ground.
    pub ground: HoldGround,
    /// Why.
    pub reason: String,
    /// On whose word.
    pub authority: String,
    /// The policy's version it was placed under.
    pub policy_version: i32,
    /// Who placed it.
    pub placed_by: PersonId,
    /// When.
    pub placed_at: DateTime<Utc>,
    /// On how many recordings.
    pub recording_count: u32,
    /// The civil day on which somebody looks whether it is still needed.
    pub review_on: Option<NaiveDate>,
    /// Who kept it on last.
    pub extended: Option<HoldAct>,
    /// Who asked for its release.
    pub release_asked: Option<HoldAct>,
    /// Who released it; without words where it closed with its request.
    pub released: Option<HoldAct>,
}

impl Hold {
    /// Whether it still rests on its recordings.
    pub const fn is_active(&self) -> bool {
        self.released.is_none()
    }

    /// Everybody named on it.
    pub fn people(&self) -> Vec<PersonId> {
        let acts = [&self.extended, &self.release_asked, &self.released].into_iter().flatten();
        std::iter::once(self.placed_by).chain(acts.map(|act| act.person)).collect()
    }
}

/// One hold.
///
/// # Errors
/// [`DbError`].
pub async fn find(tx: &mut TenantTx, id: HoldId) -> Result<Option<Hold>, DbError> {
    one(tx, "hold_id = $2", id.0).await
}

/// One hold, locked until the transaction ends, so that two who release it at once are judged one after the other.
///
/// # Errors
/// [`DbError`].
pub async fn lock(tx: &mut TenantTx, id: HoldId) -> Result<Option<Hold>, DbError> {
    one(tx, "hold_id = $2 FOR NO KEY UPDATE", id.0).await
}

async fn one(tx: &mut TenantTx, which: &'static str, id: Uuid) -> Result<Option<Hold>, DbError> {
    let (tenant, connection) = tx.parts();
    let sql = format!("SELECT {COLUMNS} FROM holds h WHERE tenant_id = $1 AND {which}");
    let row: Option<Row> =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant).bind(id).fetch_optional(connection).await?;
    row.map(Hold::try_from).transpose()
}

/// The active holds on a recording, oldest first.
///
/// # Errors
/// [`DbError`].
pub async fn on_recording(tx: &mut TenantTx, recording: RecordingId) -> Result<Vec<Hold>, DbError> {
    let (tenant, connection) = tx.parts();
    let sql = format!(
        "SELECT {COLUMNS}
        FROM holds h
        JOIN hold_recordings o USING (tenant_id, hold_id)
        WHERE h.tenant_id = $1 AND o.recording_id = $2 AND o.released_at IS NULL
        ORDER BY h.placed_at, h.hold_id"
    );
    let rows: Vec<Row> =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant).bind(recording.0).fetch_all(connection).await?;
    rows.into_iter().map(Hold::try_from).collect()
}

/// The grounds of the active holds on recordings, one for each hold; those that came with `request` are left out.
///
/// # Errors
/// [`DbError`].
pub async fn grounds_on(
    tx: &mut TenantTx,
    recordings: &[RecordingId],
    request: Option<Uuid>,
) -> Result<Vec<(RecordingId, String)>, DbError> {
    let ids: Vec<Uuid> = recordings.iter().map(|id| id.0).collect();
    let (tenant, connection) = tx.parts();
    let rows: Vec<(Uuid, String)> = sqlx::query_as(
        "SELECT o.recording_id, h.ground
        FROM hold_recordings o
        JOIN holds h USING (tenant_id, hold_id)
        WHERE o.tenant_id = $1
            AND o.recording_id = ANY ($2)
            AND o.released_at IS NULL
            AND h.request_id IS DISTINCT FROM $3
        ORDER BY o.recording_id, h.placed_at, h.hold_id",
    )
    .bind(tenant)
    .bind(ids)
    .bind(request)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(id, ground)| (RecordingId(id), ground)).collect())
}

/// The recordings a hold was placed on, in the order of their ids: as many as `limit`.
///
/// # Errors
/// [`DbError`].
pub async fn recordings_of(tx: &mut TenantTx, id: HoldId, limit: u32) -> Result<Vec<RecordingId>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<(Uuid,)> = sqlx::query_as(
        "SELECT recording_id
        FROM hold_recordings
        WHERE tenant_id = $1 AND hold_id = $2
        ORDER BY recording_id
        LIMIT $3",
    )
    .bind(tenant)
    .bind(id.0)
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(id,)| RecordingId(id)).collect())
}

const COLUMNS: &str = "
    h.hold_id,
    h.origin,
    h.request_kind,
    h.request_id,
    h.ground,
    h.ground_article,
    h.ground_ja,
    h.ground_en,
    h.reason,
    h.authority,
    h.policy_version,
    h.placed_by,
    h.placed_at,
    h.recording_count,
    h.review_on,
    h.extended_by,
    h.extended_at,
    h.extension_reason,
    h.release_asked_by,
    h.release_asked_at,
    h.release_reason,
    h.released_by,
    h.released_at,
    h.released_reason";

#[derive(sqlx::FromRow)]
struct Row {
    hold_id: Uuid,
    origin: String,
    request_kind: Option<String>,
    request_id: Option<Uuid>,
    ground: String,
    ground_article: String,
    ground_ja: String,
    ground_en: String,
    reason: String,
    authority: String,
    policy_version: i32,
    placed_by: Uuid,
    placed_at: DateTime<Utc>,
    recording_count: i32,
    review_on: Option<NaiveDate>,
    extended_by: Option<Uuid>,
    extended_at: Option<DateTime<Utc>>,
    extension_reason: Option<String>,
    release_asked_by: Option<Uuid>,
    release_asked_at: Option<DateTime<Utc>>,
    release_reason: Option<String>,
    released_by: Option<Uuid>,
    released_at: Option<DateTime<Utc>>,
    released_reason: Option<String>,
}

fn act(person: Option<Uuid>, at: Option<DateTime<Utc>>, reason: Option<String>) -> Option<HoldAct> {
    Some(HoldAct { person: PersonId(person?), at: at?, reason: reason? })
}

impl TryFrom<Row> for Hold {
    type Error = DbError;
    fn try_from(row: Row) -> Result<Self, DbError> {
        let place = Place { table: "holds", row: &row.hold_id };
        let origin = match (row.origin.as_str(), row.request_kind, row.request_id) {
            ("person", None, None) => HoldOrigin::Person,
            ("request", Some(kind), Some(id)) => HoldOrigin::Request { kind, id },
            _ => return Err(place.wrong("origin")),
        };
        Ok(Self {
            id: HoldId(row.hold_id),
            origin,
            ground: HoldGround {
                key: row.ground,
                article: place.parse("ground_article", &row.ground_article)?,
                name: Text::new(row.ground_ja, row.ground_en),
            },
            reason: row.reason,
            authority: row.authority,
            policy_version: row.policy_version,
            placed_by: PersonId(row.placed_by),
            placed_at: row.placed_at,
            recording_count: place.number("recording_count", row.recording_count)?,
            review_on: row.review_on,
            extended: act(row.extended_by, row.extended_at, row.extension_reason),
            release_asked: act(row.release_asked_by, row.release_asked_at, row.release_reason),
            released: act(row.released_by, row.released_at, Some(row.released_reason.unwrap_or_default())),
        })
    }
}
