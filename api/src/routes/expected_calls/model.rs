//! Expected calls, as the API writes them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::routes::announcements::model::PersonName;
use crate::routes::expected_calls::columns::ColumnNames;
use crate::routes::recordings::model::Direction;
use crate::text::Text;

/// What was found of an expected call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExpectedVerdict)]
pub enum Verdict {
    /// It is not compared yet.
    Waiting,
    /// It was found.
    Recorded,
    /// By the rules it is not recorded.
    NotDue,
    /// It should be there; why it is not is known.
    Missing,
    /// It should be there, and nothing says why it is not.
    Unexplained,
}

/// Why an expected call is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExpectedCause)]
pub enum Cause {
    /// Its numbers are on no listed line.
    LineNotListed,
    /// Calls of this direction are not recorded.
    DirectionNotRecorded,
    /// Nobody answered it.
    NotAnswered,
    /// It waited to be started by hand, and nobody did.
    OnDemandNotStarted,
    /// No recorder was running.
    WorkerDown,
    /// The recorder's disk was full.
    SpoolFull,
    /// The key service was away.
    KeysAway,
    /// It was turned away.
    Refused,
    /// The exchange sent nothing at that time.
    ConnectionSilent,
    /// It came, and nothing of it could be kept.
    RecordingFailed,
}

macro_rules! from_policy {
    ($ours:ident, $known:ty, $($word:ident),*) => {
        impl From<$known> for $ours {
            fn from(known: $known) -> Self {
                match known { $(<$known>::$word => Self::$word,)* }
            }
        }
    };
}
from_policy!(
    Verdict,
    rokuon_policy::expected_call::ExpectedVerdict,
    Waiting,
    Recorded,
    NotDue,
    Missing,
    Unexplained
);
from_policy!(
    Cause,
    rokuon_policy::expected_call::ExpectedCause,
    LineNotListed,
    DirectionNotRecorded,
    NotAnswered,
    OnDemandNotStarted,
    WorkerDown,
    SpoolFull,
    KeysAway,
    Refused,
    ConnectionSilent,
    RecordingFailed
);

/// A file to upload.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExpectedCallUpload)]
pub struct UploadRequest {
    /// Its name.
    #[schema(min_length = 1, max_length = 200, example = "cdr-2026-11-28.csv")]
    pub name: String,
    /// The file in base64, 20 MiB at most: CSV with a line of headings, UTF-8 or Shift_JIS.
    pub content_base64: String,
    /// The columns, where no preset fits.
    #[serde(default)]
    pub columns: Option<ColumnNames>,
    /// A preset by key; found by the headings when absent.
    #[serde(default)]
    #[schema(max_length = 40)]
    pub preset: Option<String>,
}

/// A line that was kept out.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ExpectedCallBadLine)]
pub struct BadLine {
    /// Its number in the file, the first being 1.
    pub line: u64,
    /// Which column.
    pub field: String,
    /// What is wrong.
    pub message: Text,
}

/// An uploaded file.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ExpectedCallFile)]
pub struct File {
    /// The file.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// `utf-8` or `shift_jis`.
    pub encoding: String,
    /// Data lines in it.
    pub lines: u32,
    /// Lines that were new calls; the others were there already or were kept out.
    pub added: u32,
    /// Lines that were kept out, the first 200 of them.
    pub bad_lines: Vec<BadLine>,
    /// Who uploaded it.
    pub uploaded_by: PersonName,
    /// When.
    pub uploaded_at: DateTime<Utc>,
}

/// What an upload brought.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ExpectedCallUploaded)]
pub struct Uploaded {
    /// The file.
    #[serde(flatten)]
    pub file: File,
    /// The preset that was found by the headings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// How many lines were kept out.
    pub bad: u32,
}

/// An expected call that needs to be looked at.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ExpectedCall {
    /// The call.
    pub id: Uuid,
    /// When the exchange says it began.
    pub started_at: DateTime<Utc>,
    /// How long it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<i64>,
    /// Who called; only the last four digits for those who may not see every department's calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller: Option<String>,
    /// Who was called; likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub called: Option<String>,
    /// Which way it went, when the exchange says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// What was found.
    pub verdict: Verdict,
    /// Why it is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// The article, where a rule is the cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    /// That article as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub article_label: Option<String>,
    /// When it was last compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compared_at: Option<DateTime<Utc>>,
}

/// How many have one verdict and cause.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ExpectedCount {
    /// What was found.
    pub verdict: Verdict,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// How many.
    pub count: u64,
}

/// A preset of columns.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ColumnPreset)]
pub struct Preset {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: Text,
}

/// The expected calls of some days.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ExpectedCallList)]
pub struct List {
    /// The first civil day in Japan.
    pub from: NaiveDate,
    /// The last one.
    pub to: NaiveDate,
    /// How many there are, by what was found.
    pub counts: Vec<ExpectedCount>,
    /// Those with the verdict asked for (missing and unexplained when nothing is asked), newest first; 500 at most.
    pub items: Vec<ExpectedCall>,
    /// The files uploaded last.
    pub files: Vec<File>,
    /// The presets of columns.
    pub presets: Vec<Preset>,
}
