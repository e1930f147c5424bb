//! A certificate of destruction, as the API writes it.

use chrono::{DateTime, NaiveDate, Utc};
use rokuon_db::certificates::Certificate as Known;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::tenant_rules::hex;

/// Why a recording was destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DueReason {
    /// Its period was over.
    Expired,
    /// Its erasure was approved.
    Erasure,
    /// The store was full and it was the oldest that nothing kept.
    Capacity,
}

impl From<rokuon_policy::keeping::DueReason> for DueReason {
    fn from(reason: rokuon_policy::keeping::DueReason) -> Self {
        use rokuon_policy::keeping::DueReason as R;
        match reason {
            R::Expired => Self::Expired,
            R::Erasure => Self::Erasure,
            R::Capacity => Self::Capacity,
        }
    }
}

/// A certificate in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CertificateSummary {
    /// The certificate.
    pub id: Uuid,
    /// The recording that is gone.
    pub recording: Uuid,
    /// When it was seen to be gone.
    pub issued_at: DateTime<Utc>,
    /// Why it was destroyed.
    pub reason: DueReason,
    /// The article of that reason.
    pub article: String,
    /// That article as written.
    pub article_label: String,
    /// The version of the policy by which it was kept.
    pub policy_version: i32,
    /// The civil day of the call, in Japan.
    pub call_day: NaiveDate,
    /// SHA-256 of the signed note, in hexadecimal; it stands in the audit trail too.
    pub note_sha256: String,
}

impl From<&Known> for CertificateSummary {
    fn from(one: &Known) -> Self {
        Self {
            id: one.id,
            recording: one.recording.0,
            issued_at: one.issued_at,
            reason: match one.reason.as_str() {
                "erasure" => DueReason::Erasure,
                "capacity" => DueReason::Capacity,
                _ => DueReason::Expired,
            },
            article: one.article.to_string(),
            article_label: one.article.label_ja(),
            policy_version: one.policy_version,
            call_day: one.call_day,
            note_sha256: hex(&one.sha256()),
        }
    }
}

/// A certificate with everything it says.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Certificate {
    /// What a list says of it.
    #[serde(flatten)]
    pub summary: CertificateSummary,
    /// What it says, as signed: times of each step, every version erased, the check afterwards, what is kept and until when.
    #[schema(value_type = Object)]
    pub body: Value,
    /// The signed note, to be checked by `rokuon verify` or any reader of C2SP signed notes.
    pub note: String,
}

impl From<&Known> for Certificate {
    fn from(one: &Known) -> Self {
        // The second line of the note is the body.
        let body = one.note.lines().nth(1).and_then(|line| serde_json::from_str(line).ok());
        Self { summary: one.into(), body: body.unwrap_or(Value::Null), note: one.note.clone() }
    }
}

/// A page of certificates.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CertificatePage)]
pub struct Page {
    /// Newest first.
    pub items: Vec<CertificateSummary>,
    /// Give this as `cursor` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}
