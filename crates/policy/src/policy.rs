//! A tenant's whole document as data: what `policies/<tenant>.toml` holds after it was checked.

use chrono::NaiveDate;
use serde::Serialize;

use crate::announcement::AnnouncementRules;
use crate::application::ApplicationType;
use crate::article::Article;
use crate::check::{self, Finding};
use crate::device::{Device, OperatingCalendar};
use crate::duty::{
    AnalysisRules, ComplaintRules, ContractorRules, Duty, IncidentRules, PublicRecordRules, ReportRules,
};
use crate::external_copy::CopyRules;
use crate::hold::HoldRules;
use crate::ids::{DepartmentId, TenantId};
use crate::ledger::Ledger;
use crate::notice::PublicNotice;
use crate::post::{Delegation, Post};
use crate::provision::ProvisionRules;
use crate::purpose::{CollectionPurpose, Purpose};
use crate::recording_scope::{Line, RecordingRules};
use crate::retention::Retention;
use crate::sign_in::SignInRules;
use crate::text::Text;

/// A checked policy. The only way to get one is [`Policy::parse`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Policy {
    /// The tenant's key.
    pub tenant: TenantId,
    /// The municipality's or bureau's name.
    pub name: Text,
    /// Its short name, for narrow places.
    pub name_short: Text,
    /// The document itself.
    pub document: Document,
    /// Who may touch recordings at all.
    pub access: AccessRules,
    /// That recordings are used for the listed purposes only.
    pub purpose_limit: PurposeLimit,
    /// Departments the document names; the tenant's register holds the others.
    pub departments: Vec<Department>,
    /// Purposes of use.
    pub purposes: Vec<Purpose>,
    /// Purposes of collection.
    pub collection_purposes: Vec<CollectionPurpose>,
    /// What is recorded.
    pub recording: RecordingRules,
    /// Lines the document lists.
    pub lines: Vec<Line>,
    /// Devices the document names.
    pub devices: Vec<Device>,
    /// Hours in which recording is owed.
    pub calendar: Option<OperatingCalendar>,
    /// Telling the caller.
    pub announcement: AnnouncementRules,
    /// The public notice.
    pub notice: PublicNotice,
    /// Retention, one rule a kind.
    pub retention: Vec<Retention>,
    /// Holds.
    pub holds: HoldRules,
    /// Posts.
    pub posts: Vec<Post>,
    /// Designation of further persons.
    pub delegation: Option<Delegation>,
    /// Application types.
    pub applications: Vec<ApplicationType>,
    /// Use and provision beyond the purposes.
    pub provision: ProvisionRules,
    /// Copies.
    pub copies: CopyRules,
    /// Ledgers.
    pub ledgers: Vec<Ledger>,
    /// Complaints.
    pub complaints: Option<ComplaintRules>,
    /// The contractor.
    pub contractor: Option<ContractorRules>,
    /// Improper demands.
    pub incidents: Option<IncidentRules>,
    /// Recordings as public records.
    pub public_record: Option<PublicRecordRules>,
    /// The yearly report.
    pub report: Option<ReportRules>,
    /// Analysis of the call log.
    pub analysis: Option<AnalysisRules>,
    /// Signing in.
    pub sign_in: SignInRules,
    /// Other duties.
    pub duties: Vec<Duty>,
}

/// The published document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Document {
    /// Its title.
    pub title: Text,
    /// The article on its aim.
    pub article: Article,
    /// Its aim in one sentence.
    pub sentence: Text,
    /// The day this wording took force.
    pub effective_from: NaiveDate,
    /// The day the first wording took force.
    pub first_effective_from: Option<NaiveDate>,
}

/// The general rule on access; refusals that no narrower rule explains cite it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccessRules {
    /// The article.
    pub article: Article,
    /// The rule in one sentence.
    pub sentence: Text,
    /// Posts other than those of the document never see content: what staff who run the platform see. Always `nothing`.
    pub platform_staff_see: PlatformStaffSee,
}

/// The rule that forbids other purposes; a play without a permitted purpose is refused on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PurposeLimit {
    /// The article.
    pub article: Article,
    /// The rule in one sentence.
    pub sentence: Text,
}

crate::closed_list::closed_list! {
    /// What staff who run the platform see of a tenant's content.
    pub enum PlatformStaffSee {
        /// Nothing.
        Nothing = "nothing",
    }
}

/// A department the document names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Department {
    /// Its key.
    pub key: DepartmentId,
    /// The article.
    pub article: Article,
    /// Its name.
    pub name: Text,
}

impl Policy {
    /// Reads and checks a policy file.
    ///
    /// # Errors
    /// Every finding at once, in the order of the file. A policy exists only without findings.
    pub fn parse(toml: &str) -> Result<Self, Vec<Finding>> {
        check::read(toml)
    }
    /// The tenant's key.
    pub const fn tenant(&self) -> &TenantId {
        &self.tenant
    }
    /// The tenant's name.
    pub const fn name(&self) -> &Text {
        &self.name
    }
    /// The tenant's short name.
    pub const fn name_short(&self) -> &Text {
        &self.name_short
    }
    /// The document's title.
    pub const fn document_title(&self) -> &Text {
        &self.document.title
    }
    /// The day (JST) from which this wording is in force.
    pub const fn effective_from(&self) -> NaiveDate {
        self.document.effective_from
    }
    /// A post by key.
    pub fn post(&self, key: &str) -> Option<&Post> {
        self.posts.iter().find(|post| post.key == key)
    }
    /// A purpose by key.
    pub fn purpose(&self, key: &str) -> Option<&Purpose> {
        self.purposes.iter().find(|purpose| purpose.key == key)
    }
    /// A department the document names, by key.
    pub fn department(&self, key: &DepartmentId) -> Option<&Department> {
        self.departments.iter().find(|department| department.key == *key)
    }
    /// The lines the document lists.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }
}
