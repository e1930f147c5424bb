//! Search over a tenant's calls and what is kept of them: newest first, in pages, for departments the caller may see.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use rokuon_policy::announcement::AnnouncementStatus;
use rokuon_policy::article::Article;
use rokuon_policy::capture_order::Capture;
use rokuon_policy::ids::{CallId, ConnectionId, DepartmentId, DeviceId, RecordingId};
use rokuon_policy::pii::Pii;
use rokuon_policy::recording_scope::{Direction, RecordingStart};
use rokuon_policy::recording_state::RecordingState;
use rokuon_policy::text::Text;
use uuid::Uuid;

use crate::announcements::Announcement;
use crate::error::DbError;
use crate::recordings::Outcome;
use crate::tenant_tx::TenantTx;

mod found;
mod statement;

/// "Somewhere in the number" reads every call of the time asked for: ask for no more than this at once.
pub const ANYWHERE_DAYS: i64 = 90;

/// How a number must look, on either side of the call. Digits in national form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NumberMatch {
    /// It is this.
    Exact(Pii<String>),
    /// It begins with this.
    Prefix(Pii<String>),
    /// It ends in this.
    Suffix(Pii<String>),
    /// This is somewhere in it; see [`ANYWHERE_DAYS`].
    Anywhere(Pii<String>),
}

/// The departments whose calls the caller may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VisibleDepartments {
    /// All, and calls of none.
    All,
    /// Some.
    Only {
        /// Which.
        departments: BTreeSet<DepartmentId>,
        /// Whether calls whose line is not proved are seen too.
        unproved: bool,
    },
}

/// What to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Calls that began at or after this.
    pub from: Option<DateTime<Utc>>,
    /// Calls that began before this.
    pub to: Option<DateTime<Utc>>,
    /// All of these hold, each on either side.
    pub numbers: Vec<NumberMatch>,
    /// What the caller may see.
    pub visible: VisibleDepartments,
    /// Of this department.
    pub department: Option<DepartmentId>,
    /// In this direction.
    pub direction: Option<Direction>,
    /// Of this line.
    pub line: Option<String>,
    /// At least so long.
    pub min_seconds: Option<u32>,
    /// At most so long.
    pub max_seconds: Option<u32>,
    /// In a party's name or in the line's name, in any case.
    pub text: Option<Pii<String>>,
    /// With this said of telling the other party.
    pub announcement: Option<AnnouncementStatus>,
    /// Only calls whose recording a hold rests on.
    pub held: bool,
    /// Test calls instead of real ones.
    pub canary: bool,
    /// The end of the page before.
    pub after: Option<Cursor>,
    /// Page length, 1–200.
    pub limit: u32,
}

impl Filter {
    /// The newest calls of all departments.
    pub const fn newest(limit: u32) -> Self {
        Self {
            from: None,
            to: None,
            numbers: Vec::new(),
            visible: VisibleDepartments::All,
            department: None,
            direction: None,
            line: None,
            min_seconds: None,
            max_seconds: None,
            text: None,
            announcement: None,
            held: false,
            canary: false,
            after: None,
            limit,
        }
    }
}

/// Where a page ended. `Display` and `FromStr` give the form for an address; it holds no personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// When the last call of the page began.
    pub started_at: DateTime<Utc>,
    /// Which it was.
    pub call: CallId,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.started_at.timestamp_micros(), self.call.0.simple())
    }
}

/// A text that is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor")]
pub struct NotACursor;

impl FromStr for Cursor {
    type Err = NotACursor;
    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let (at, call) = text.split_once('.').ok_or(NotACursor)?;
        let micros = at.parse().map_err(|_| NotACursor)?;
        let started_at = DateTime::from_timestamp_micros(micros).ok_or(NotACursor)?;
        Ok(Self { started_at, call: CallId(Uuid::parse_str(call).map_err(|_| NotACursor)?) })
    }
}

/// One side of a found call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundParty {
    /// Digits.
    pub number: Option<Pii<String>>,
    /// Name.
    pub name: Option<Pii<String>>,
}

/// What is kept of a found call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundRecording {
    /// Its id.
    pub id: RecordingId,
    /// Where it stands.
    pub state: RecordingState,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// How many gaps are listed.
    pub gap_count: u32,
    /// How much was lost.
    pub lost_ms: u64,
    /// Not readable from then on, unless held.
    pub keep_until: Option<DateTime<Utc>>,
    /// Holds on it.
    pub active_holds: u32,
    /// How it starts.
    pub start: RecordingStart,
    /// Whether its sound is taken, while the call goes on.
    pub capture: Capture,
}

/// The device of the register that a found call was recorded with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundDevice {
    /// Its id.
    pub id: DeviceId,
    /// What it is called.
    pub name: String,
    /// Where it stands.
    pub place: String,
}

/// A found call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundCall {
    /// Its id.
    pub id: CallId,
    /// What is kept of it.
    pub recording: Option<FoundRecording>,
    /// Where it came from.
    pub connection: ConnectionId,
    /// The connection's name.
    pub connection_name: String,
    /// Call-ID of the recording session.
    pub sip_call_id: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// How long it was.
    pub duration_ms: Option<u64>,
    /// Its direction.
    pub direction: Option<Direction>,
    /// Left.
    pub caller: FoundParty,
    /// Right.
    pub called: FoundParty,
    /// Its line: key and name.
    pub line: Option<(String, Text)>,
    /// Its department: id and name.
    pub department: Option<(DepartmentId, Text)>,
    /// With which device it was recorded, where it was one of the register.
    pub device: Option<FoundDevice>,
    /// Whether line and department are certain.
    pub line_proved: bool,
    /// The rule by which it is kept.
    pub decision_rule: String,
    /// The article of that rule.
    pub decision_article: Article,
    /// That decision in one sentence.
    pub decision_sentence: Text,
    /// Whether the other party was told.
    pub announcement: Announcement,
    /// Whether it is a test call.
    pub canary: bool,
}

/// A page of found calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Newest first.
    pub items: Vec<FoundCall>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
}

/// One page. Calls without a recording come too (none, as long as every call that is logged is kept).
///
/// # Errors
/// [`DbError`].
pub async fn search(tx: &mut TenantTx, filter: &Filter) -> Result<Page, DbError> {
    let limit = filter.limit.clamp(1, 200);
    let rows: Vec<found::Row> = statement::page(filter, limit)
        .build_query_as()
        // Planned anew with its own values each time: one plan does not fit a rare number and the town hall's.
        .persistent(false)
        .fetch_all(tx.connection())
        .await?;
    let more = rows.len() > limit as usize;
    let items: Vec<FoundCall> =
        rows.into_iter().take(limit as usize).map(FoundCall::try_from).collect::<Result<_, _>>()?;
    let next =
        items.last().filter(|_| more).map(|last| Cursor { started_at: last.started_at, call: last.id });
    Ok(Page { items, next })
}

/// The call of one recording, as a search would show it. Whether the caller may see it is the policy's question.
///
/// # Errors
/// [`DbError`].
pub async fn find(tx: &mut TenantTx, recording: RecordingId) -> Result<Option<FoundCall>, DbError> {
    let row: Option<found::Row> =
        statement::one(recording).build_query_as().fetch_optional(tx.connection()).await?;
    row.map(FoundCall::try_from).transpose()
}

/// The calls of some recordings, newest first. Whether the caller may see them is the policy's question.
///
/// # Errors
/// [`DbError`].
pub async fn of_recordings(tx: &mut TenantTx, recordings: &[RecordingId]) -> Result<Vec<FoundCall>, DbError> {
    let rows: Vec<found::Row> =
        statement::some(recordings).build_query_as().fetch_all(tx.connection()).await?;
    rows.into_iter().map(FoundCall::try_from).collect()
}

/// The calls that go on at this moment, newest first: no more than `limit`.
///
/// # Errors
/// [`DbError`].
pub async fn live(
    tx: &mut TenantTx,
    visible: &VisibleDepartments,
    limit: u32,
) -> Result<Vec<FoundCall>, DbError> {
    let rows: Vec<found::Row> =
        statement::live(visible, limit).build_query_as().fetch_all(tx.connection()).await?;
    rows.into_iter().map(FoundCall::try_from).collect()
}
