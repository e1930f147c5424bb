//! A post (職) of the tenant's rules and what it may do.

use serde::Serialize;
use utoipa::ToSchema;

use crate::text::Text;

/// How far a post's capabilities reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PostScope)]
pub enum Scope {
    /// The whole municipality.
    Tenant,
    /// The department of the appointment.
    Department,
}

/// A post.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Post {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: Text,
    /// The article that makes it.
    pub article: String,
    /// That article as written.
    pub article_label: String,
    /// What it may do.
    pub capabilities: Vec<String>,
    /// How far that reaches.
    pub scope: Scope,
    /// Whether the person asking may appoint to it.
    pub appointable: bool,
}

/// All posts.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PostList)]
pub struct List {
    /// In the order of the rules.
    pub items: Vec<Post>,
}
