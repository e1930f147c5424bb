//! Duties that the platform shows, prints or keeps on file: complaints, the contractor, public records, incidents, yearly report.

use serde::Serialize;

use crate::article::Article;
use crate::ground::{Deadline, Ground};
use crate::text::Text;

/// A duty that no engine part enforces but people must know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Duty {
    /// Its key.
    pub key: String,
    /// The article.
    pub article: Article,
    /// Its name.
    pub name: Text,
    /// The duty in one sentence.
    pub sentence: Text,
    /// Posts that bear it; everyone who handles recordings, when empty.
    pub posts: Vec<String>,
}

/// The complaint register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComplaintRules {
    /// The article.
    pub article: Article,
    /// The rule in one sentence.
    pub sentence: Text,
    /// Posts that answer.
    pub answered_by: Vec<String>,
    /// When an answer is due.
    pub deadline: Option<Deadline>,
    /// The ledger.
    pub ledger: String,
}

/// What the contractor owes and the tenant keeps on file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ContractorRules {
    /// The article.
    pub article: Article,
    /// The rule in one sentence.
    pub sentence: Text,
    /// Each duty: contract terms, inspection, reports.
    pub duties: Vec<Ground>,
    /// Posts that keep the file.
    pub kept_by: Vec<String>,
    /// The ledger.
    pub ledger: Option<String>,
}

/// Calls that must be reported: improper demands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IncidentRules {
    /// The article.
    pub article: Article,
    /// What such a call is called.
    pub name: Text,
    /// The rule in one sentence.
    pub sentence: Text,
    /// The rule outside the document that defines it.
    pub defined_in: Text,
    /// Posts that mark and report it.
    pub reported_by: Vec<String>,
    /// To whom.
    pub report_to: Text,
    /// When.
    pub deadline: Option<Deadline>,
}

/// Recordings as public records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicRecordRules {
    /// The article.
    pub article: Article,
    /// The rule in one sentence.
    pub sentence: Text,
    /// The rules outside the document that then apply.
    pub under: Vec<Text>,
    /// Every recording counts, not only those kept for organisational use.
    pub every_recording: bool,
}

/// The yearly operation report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportRules {
    /// The article.
    pub article: Article,
    /// The rule in one sentence.
    pub sentence: Text,
    /// Whether it is published.
    pub published: bool,
    /// First month of the year it covers (4 = fiscal year).
    pub year_begins_in_month: u32,
    /// Posts that publish it.
    pub by: Vec<String>,
    /// Its figures.
    pub figures: Vec<Text>,
}

/// Analysis of the call log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnalysisRules {
    /// The article.
    pub article: Article,
    /// The rule in one sentence.
    pub sentence: Text,
    /// What is counted.
    pub figures: Vec<Text>,
    /// Posts that analyse.
    pub by: Vec<String>,
}
