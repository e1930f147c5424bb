//! The tenant's ordinance as the portal shows it.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::text::Text;

/// What the rules said about one question.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Decision {
    /// Whether it is allowed.
    pub allowed: bool,
    /// The engine's rule.
    pub rule: String,
    /// The article.
    pub article: String,
    /// That article as written.
    pub article_label: String,
    /// Why.
    pub sentence: Text,
}

impl From<&rokuon_policy::decision::Decision> for Decision {
    fn from(decision: &rokuon_policy::decision::Decision) -> Self {
        Self {
            allowed: decision.allowed,
            rule: decision.rule.to_owned(),
            article: decision.article.to_string(),
            article_label: decision.article.label_ja(),
            sentence: (&decision.sentence).into(),
        }
    }
}

/// A purpose a recording may be used for.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Purpose {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: Text,
    /// What it covers.
    pub sentence: Text,
    /// The article that permits it.
    pub article: String,
    /// That article as written.
    pub article_label: String,
    /// Whether a case note must be given.
    pub needs_case_note: bool,
}

impl From<&rokuon_policy::purpose::Purpose> for Purpose {
    fn from(purpose: &rokuon_policy::purpose::Purpose) -> Self {
        Self {
            key: purpose.key.clone(),
            name: (&purpose.name).into(),
            sentence: (&purpose.sentence).into(),
            article: purpose.article.to_string(),
            article_label: purpose.article.label_ja(),
            needs_case_note: purpose.needs_case_note,
        }
    }
}

/// One rule in words.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PolicyRule)]
pub struct Rule {
    /// The article.
    pub article: String,
    /// That article as written.
    pub article_label: String,
    /// The rule.
    pub sentence: Text,
}

/// Rules about one thing.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PolicySection)]
pub struct Section {
    /// What they are about.
    pub title: Text,
    /// The rules.
    pub rules: Vec<Rule>,
}

/// The tenant's rules in force.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Policy {
    /// The tenant.
    pub tenant: String,
    /// The digest of the document in force.
    pub version: String,
    /// In force since.
    pub effective_from: NaiveDate,
    /// The ordinance's name.
    pub document_title: Text,
    /// The rules in words.
    pub sections: Vec<Section>,
    /// The document as data.
    #[schema(value_type = Object)]
    pub data: serde_json::Value,
}
