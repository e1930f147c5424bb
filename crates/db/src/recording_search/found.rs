//! From a row of the search to a found call.

use chrono::{DateTime, Utc};
use rokuon_policy::ids::{CallId, ConnectionId, DeviceId, RecordingId};
use rokuon_policy::pii::Pii;
use rokuon_policy::text::Text;
use uuid::Uuid;

use super::{FoundCall, FoundDevice, FoundParty, FoundRecording};
use crate::announcements::AnnouncementColumns;
use crate::error::DbError;
use crate::row::Place;

/// The columns of [`super::statement::COLUMNS`].
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    call_id: Uuid,
    connection_id: Uuid,
    connection_name: String,
    sip_call_id: String,
    started_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    duration_ms: Option<i64>,
    direction: Option<String>,
    caller_digits: Option<String>,
    caller_name: Option<String>,
    called_digits: Option<String>,
    called_name: Option<String>,
    line_key: Option<String>,
    line_ja: Option<String>,
    line_en: Option<String>,
    department_id: Option<String>,
    department_ja: Option<String>,
    department_en: Option<String>,
    device_id: Option<Uuid>,
    device_name: Option<String>,
    device_place: Option<String>,
    line_proved: bool,
    decision_rule: String,
    decision_article: String,
    decision_ja: String,
    decision_en: String,
    recording_id: Option<Uuid>,
    state: Option<String>,
    outcome: Option<String>,
    gap_count: Option<i32>,
    lost_ms: Option<i64>,
    keep_until: Option<DateTime<Utc>>,
    active_holds: Option<i32>,
    start: Option<String>,
    capture: Option<String>,
    canary: bool,
    #[sqlx(flatten)]
    announcement: AnnouncementColumns,
}

impl TryFrom<Row> for FoundCall {
    type Error = DbError;
    fn try_from(row: Row) -> Result<Self, DbError> {
        let place = Place { table: "calls", row: &row.call_id };
        let text = |ja: Option<String>, en: Option<String>| {
            Text::new(ja.unwrap_or_default(), en.unwrap_or_default())
        };
        let department = match row.department_id {
            Some(id) => {
                Some((place.parse("department_id", &id)?, text(row.department_ja, row.department_en)))
            }
            None => None,
        };
        let recording = match row.recording_id {
            Some(id) => Some(FoundRecording {
                id: RecordingId(id),
                state: place.parse("recordings.state", &row.state.unwrap_or_default())?,
                outcome: place.parse_optional("recordings.outcome", row.outcome.as_deref())?,
                gap_count: place.number("recordings.gap_count", row.gap_count.unwrap_or(0))?,
                lost_ms: place.number("recordings.lost_ms", row.lost_ms.unwrap_or(0))?,
                keep_until: row.keep_until,
                active_holds: place.number("recordings.active_holds", row.active_holds.unwrap_or(0))?,
                start: place.parse("recordings.start", &row.start.unwrap_or_default())?,
                capture: place.parse("recordings.capture", &row.capture.unwrap_or_default())?,
            }),
            None => None,
        };
        Ok(Self {
            id: CallId(row.call_id),
            recording,
            connection: ConnectionId(row.connection_id),
            connection_name: row.connection_name,
            sip_call_id: row.sip_call_id,
            started_at: row.started_at,
            ended_at: row.ended_at,
            duration_ms: row.duration_ms.map(|ms| place.number("duration_ms", ms)).transpose()?,
            direction: place.parse_optional("direction", row.direction.as_deref())?,
            caller: FoundParty {
                number: row.caller_digits.map(Pii::new),
                name: row.caller_name.map(Pii::new),
            },
            called: FoundParty {
                number: row.called_digits.map(Pii::new),
                name: row.called_name.map(Pii::new),
            },
            line: row.line_key.map(|key| (key, text(row.line_ja, row.line_en))),
            department,
            device: row.device_id.map(|id| FoundDevice {
                id: DeviceId(id),
                name: row.device_name.unwrap_or_default(),
                place: row.device_place.unwrap_or_default(),
            }),
            line_proved: row.line_proved,
            decision_rule: row.decision_rule,
            decision_article: place.parse("decision_article", &row.decision_article)?,
            decision_sentence: Text::new(row.decision_ja, row.decision_en),
            announcement: row.announcement.read(&place)?,
            canary: row.canary,
        })
    }
}
