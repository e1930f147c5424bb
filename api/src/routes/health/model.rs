//! Whether this process can serve.

use serde::Serialize;
use utoipa::ToSchema;

/// One part this process needs.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PartHealth {
    /// `database` or `store`.
    pub name: String,
    /// Whether it answers.
    pub ok: bool,
}

/// Whether this process can serve.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Readiness {
    /// All parts answer.
    pub ready: bool,
    /// Each part.
    pub parts: Vec<PartHealth>,
}
