//! What a citizen may read without signing in.

use serde::Serialize;
use utoipa::ToSchema;

use crate::text::Text;

/// The notice that calls are recorded.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Notice {
    /// Its headline.
    pub title: Text,
    /// Its paragraphs.
    pub body: Vec<Text>,
    /// The article that demands it.
    pub article: String,
    /// That article as written.
    pub article_label: String,
}

/// How long recordings are kept, for citizens.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PublicRetention {
    /// In a sentence.
    pub sentence: Text,
}

/// A recorder or camera, for citizens.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PublicDevice {
    /// What the rules call such devices.
    pub kind: Text,
    /// Where it stands.
    pub place: String,
    /// Whether it runs only when needed; people are told first.
    pub on_demand: bool,
    /// What the notice beside it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
}

/// A tenant's public page.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PublicPage {
    /// The tenant's key.
    pub tenant: String,
    /// The municipality.
    pub name: Text,
    /// The notice.
    pub notice: Notice,
    /// How long recordings are kept.
    pub retention: PublicRetention,
    /// Recorders and cameras in use and where they stand, where the rules have that published.
    pub devices: Vec<PublicDevice>,
    /// Whom to ask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<Text>,
}
