//! Posts (職) of the document: what each may do, where, and who appoints it.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::article::Article;
use crate::capability::Capability;
use crate::civil::Period;
use crate::closed_list::closed_list;
use crate::ids::DepartmentId;
use crate::text::Text;

closed_list! {
    /// How far a post reaches.
    pub enum Scope {
        /// All departments of the tenant.
        Tenant = "tenant",
        /// The department named in the appointment.
        Department = "department",
    }
}

closed_list! {
    /// Who employs the person.
    pub enum Employer {
        /// The municipality.
        Tenant = "tenant",
        /// The company the work is entrusted to.
        Contractor = "contractor",
    }
}

/// A post and its reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Post {
    /// Its key.
    pub key: String,
    /// The article that creates it.
    pub article: Article,
    /// Its name.
    pub name: Text,
    /// The office whose holder fills it, or how a person comes to it.
    pub holder: Text,
    /// What it is for, in one sentence.
    pub sentence: Text,
    /// How far it reaches.
    pub scope: Scope,
    /// Who employs its holder.
    pub employer: Employer,
    /// Filled by office: the tenant's set-up may enter its holder without an appointing post.
    pub by_office: bool,
    /// Posts whose holders appoint to it.
    pub appointed_by: Vec<String>,
    /// At most one holder at a time (for each department, if its scope is a department).
    pub single: bool,
    /// Given for a scope and a time only, by delegation.
    pub delegated: bool,
    /// What it may do.
    pub capabilities: BTreeSet<Capability>,
    /// Its holder also acts as another post.
    pub acts_as: Vec<ActsAs>,
    /// Training that must be on file before the appointment.
    pub training: Option<Training>,
}

/// "In this department the holder of this post is also that post."
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActsAs {
    /// The other post.
    pub post: String,
    /// Where; everywhere the post reaches, when absent.
    pub department: Option<DepartmentId>,
    /// The article.
    pub article: Article,
}

/// A training gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Training {
    /// The article.
    pub article: Article,
    /// What the training is.
    pub sentence: Text,
    /// How long a training counts; for ever, when absent.
    pub valid_for: Option<Period>,
}

/// Designation of a further person for a scope and a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delegation {
    /// The article.
    pub article: Article,
    /// The rule in one sentence.
    pub sentence: Text,
    /// The post the designated person holds meanwhile.
    pub post: String,
    /// Posts whose holders designate.
    pub granted_by: Vec<String>,
    /// What the designation must state.
    pub must_state: Vec<String>,
    /// The longest time a designation lasts.
    pub at_most: Period,
}
