//! From a row of the table to a recording.

use chrono::{DateTime, Utc};
use rokuon_policy::ids::{CallId, RecordingId};
use rokuon_policy::retention::RetentionDates;
use rokuon_policy::text::Text;
use serde_json::Value;
use uuid::Uuid;

use super::Recording;
use crate::error::DbError;
use crate::row::Place;

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    recording_id: Uuid,
    call_id: Uuid,
    media: String,
    state: String,
    started_at: DateTime<Utc>,
    policy_version: i32,
    epoch: i64,
    active_holds: i32,
    due_article: Option<String>,
    outcome: Option<String>,
    outcome_cause: Option<String>,
    duration_ms: Option<i64>,
    channels: i16,
    lost_ms: i64,
    gaps: Value,
    doubts: Value,
    manifest_sha256: Option<Vec<u8>>,
    keep_at_least_until: Option<DateTime<Utc>>,
    secondary_from: Option<DateTime<Utc>>,
    keep_until: Option<DateTime<Utc>>,
    retention_article: String,
    retention_ja: String,
    retention_en: String,
    finished_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for Recording {
    type Error = DbError;
    fn try_from(row: Row) -> Result<Self, DbError> {
        let place = Place { table: "recordings", row: &row.recording_id };
        Ok(Self {
            id: RecordingId(row.recording_id),
            call: CallId(row.call_id),
            media: place.parse("media", &row.media)?,
            state: place.parse("state", &row.state)?,
            started_at: row.started_at,
            policy_version: row.policy_version,
            epoch: place.number("epoch", row.epoch)?,
            active_holds: place.number("active_holds", row.active_holds)?,
            due_article: place.parse_optional("due_article", row.due_article.as_deref())?,
            outcome: place.parse_optional("outcome", row.outcome.as_deref())?,
            outcome_cause: row.outcome_cause,
            duration_ms: row.duration_ms.map(|ms| place.number("duration_ms", ms)).transpose()?,
            channels: (0..2).filter(|channel| row.channels >> channel & 1 == 1).collect(),
            gaps: place.json("gaps", row.gaps)?,
            lost_ms: place.number("lost_ms", row.lost_ms)?,
            doubts: place.json("doubts", row.doubts)?,
            manifest_sha256: row
                .manifest_sha256
                .map(|hash| place.bytes("manifest_sha256", hash))
                .transpose()?,
            retention: RetentionDates {
                keep_at_least_until: row.keep_at_least_until,
                secondary_from: row.secondary_from,
                keep_until: row.keep_until,
                article: place.parse("retention_article", &row.retention_article)?,
                sentence: Text::new(row.retention_ja, row.retention_en),
            },
            finished_at: row.finished_at,
        })
    }
}
