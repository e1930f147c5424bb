//! Erasures (消去の申出): asked for by one person, decided by another, waiting behind holds where there are any.
//!
//! Each opens with a hold of its own (INV-11), which closes with the decision. What is approved is written on the recording's row
//! as the cause of its destruction; the row becomes due as soon as its counter of holds is 0.

use chrono::{DateTime, NaiveDate, Utc};
use rokuon_policy::article::Article;
use rokuon_policy::closed_list;
use rokuon_policy::ids::{ErasureId, PersonId, RecordingId};
use rokuon_policy::text::Text;
use uuid::Uuid;

use crate::error::DbError;
use crate::row::Place;
use crate::tenant_tx::TenantTx;

pub mod deciding;
pub mod entering;
pub mod listing;

/// The kind of the hold that comes with an erasure.
pub const REQUEST_KIND: &str = "erasure";

closed_list! {
    /// How far an erasure is.
    pub enum ErasureState {
        /// Nobody has decided.
        Asked = "asked",
        /// Another person approved it.
        Approved = "approved",
        /// Another person refused it.
        Refused = "refused",
        /// It was taken back.
        Withdrawn = "withdrawn",
    }
}

closed_list! {
    /// How far one recording of an erasure is.
    pub enum ErasureRecordingState {
        /// Nobody has decided.
        Asked = "asked",
        /// Approved; other holds rest on it, or it waits to be looked at.
        Waiting = "waiting",
        /// Its destruction was ordered.
        Due = "due",
        /// Refused or taken back.
        Closed = "closed",
    }
}

/// What an erasure rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RestsOn {
    /// An application of the rules, by its key.
    Application(String),
    /// A law, in words.
    Law(String),
}

/// How an erasure was decided or taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasureDecision {
    /// Who.
    pub person: PersonId,
    /// When.
    pub at: DateTime<Utc>,
    /// In their words.
    pub reason: Option<String>,
    /// The article.
    pub article: Article,
    /// The decision in one sentence.
    pub sentence: Text,
    /// When the hold that came with it is released.
    pub lets_go_at: DateTime<Utc>,
}

/// An erasure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// Its id.
    pub id: ErasureId,
    /// How far it is.
    pub state: ErasureState,
    /// Who wants it.
    pub requester: String,
    /// How it was made sure who that is.
    pub identity: String,
    /// What it rests on.
    pub rests_on: RestsOn,
    /// Why.
    pub reason: String,
    /// When it was asked for outside.
    pub applied_on: NaiveDate,
    /// The policy's version it was entered under.
    pub policy_version: i32,
    /// Who entered it.
    pub asked_by: PersonId,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// How many recordings.
    pub recording_count: u32,
    /// How it was decided.
    pub decision: Option<ErasureDecision>,
}

/// A recording of an erasure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErasureRecording {
    /// Which.
    pub recording: RecordingId,
    /// How far.
    pub state: ErasureRecordingState,
    /// When its destruction was ordered.
    pub due_at: Option<DateTime<Utc>>,
}

/// One erasure.
///
/// # Errors
/// [`DbError`].
pub async fn find(tx: &mut TenantTx, id: ErasureId) -> Result<Option<Erasure>, DbError> {
    one(tx, "erasure_id = $2", id).await
}

/// One erasure, locked until the transaction ends, so that two who decide at once are judged one after the other.
///
/// # Errors
/// [`DbError`].
pub async fn lock(tx: &mut TenantTx, id: ErasureId) -> Result<Option<Erasure>, DbError> {
    one(tx, "erasure_id = $2 FOR NO KEY UPDATE", id).await
}

async fn one(tx: &mut TenantTx, which: &'static str, id: ErasureId) -> Result<Option<Erasure>, DbError> {
    let (tenant, connection) = tx.parts();
    let sql = format!("SELECT {COLUMNS} FROM erasures e WHERE tenant_id = $1 AND {which}");
    let row: Option<Row> =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant).bind(id.0).fetch_optional(connection).await?;
    row.map(Erasure::try_from).transpose()
}

/// The recordings of an erasure, in the order of their ids.
///
/// # Errors
/// [`DbError`].
pub async fn recordings_of(tx: &mut TenantTx, id: ErasureId) -> Result<Vec<ErasureRecording>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<(Uuid, String, Option<DateTime<Utc>>)> = sqlx::query_as(
        "SELECT recording_id, state, due_at
        FROM erasure_recordings
        WHERE tenant_id = $1 AND erasure_id = $2
        ORDER BY recording_id",
    )
    .bind(tenant)
    .bind(id.0)
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|(recording, state, due_at)| {
            let place = Place { table: "erasure_recordings", row: &recording };
            Ok(ErasureRecording {
                recording: RecordingId(recording),
                state: place.parse("state", &state)?,
                due_at,
            })
        })
        .collect()
}

const COLUMNS: &str = "
    e.erasure_id,
    e.state,
    e.requester,
    e.identity,
    e.application,
    e.law,
    e.reason,
    e.applied_on,
    e.policy_version,
    e.asked_by,
    e.asked_at,
    e.recording_count,
    e.decided_by,
    e.decided_at,
    e.decision_reason,
    e.decision_article,
    e.decision_ja,
    e.decision_en,
    e.lets_go_at";

#[derive(sqlx::FromRow)]
struct Row {
    erasure_id: Uuid,
    state: String,
    requester: String,
    identity: String,
    application: Option<String>,
    law: Option<String>,
    reason: String,
    applied_on: NaiveDate,
    policy_version: i32,
    asked_by: Uuid,
    asked_at: DateTime<Utc>,
    recording_count: i32,
    decided_by: Option<Uuid>,
    decided_at: Option<DateTime<Utc>>,
    decision_reason: Option<String>,
    decision_article: Option<String>,
    decision_ja: Option<String>,
    decision_en: Option<String>,
    lets_go_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for Erasure {
    type Error = DbError;
    fn try_from(row: Row) -> Result<Self, DbError> {
        let place = Place { table: "erasures", row: &row.erasure_id };
        let rests_on = match (row.application, row.law) {
            (Some(key), None) => RestsOn::Application(key),
            (None, Some(law)) => RestsOn::Law(law),
            _ => return Err(place.wrong("application")),
        };
        let decision = match (row.decided_by, row.decided_at, row.decision_article, row.lets_go_at) {
            (Some(person), Some(at), Some(article), Some(lets_go_at)) => Some(ErasureDecision {
                person: PersonId(person),
                at,
                reason: row.decision_reason,
                article: place.parse("decision_article", &article)?,
                sentence: Text::new(row.decision_ja.unwrap_or_default(), row.decision_en.unwrap_or_default()),
                lets_go_at,
            }),
            _ => None,
        };
        Ok(Self {
            id: ErasureId(row.erasure_id),
            state: place.parse("state", &row.state)?,
            requester: row.requester,
            identity: row.identity,
            rests_on,
            reason: row.reason,
            applied_on: row.applied_on,
            policy_version: row.policy_version,
            asked_by: PersonId(row.asked_by),
            asked_at: row.asked_at,
            recording_count: place.number("recording_count", row.recording_count)?,
            decision,
        })
    }
}
