//! Sign-in rules: passwords, idle lock, second factor.

use serde::Serialize;

use crate::article::Article;
use crate::text::Text;

/// What signing in asks for. Where the document is silent the house's defaults stand, and say so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignInRules {
    /// The article that asks for a credential.
    pub article: Article,
    /// The rule in one sentence.
    pub sentence: Text,
    /// Shortest password, in characters.
    pub password_min_length: u32,
    /// Days after which a password must be changed; never, when absent.
    pub password_max_age_days: Option<u32>,
    /// The article that asks for regular change.
    pub password_article: Option<Article>,
    /// Minutes without activity after which a session locks.
    pub idle_lock_minutes: u32,
    /// The article that asks for the lock; the house's default stands when absent.
    pub idle_lock_article: Option<Article>,
    /// Hours after which a session ends whatever happens.
    pub absolute_hours: u32,
    /// Whether a second factor must be used.
    pub second_factor_required: bool,
    /// Posts that issue IDs.
    pub issued_by: Vec<String>,
}

/// Minutes of idleness after which a session locks where the document is silent.
pub const DEFAULT_IDLE_LOCK_MINUTES: u32 = 15;
/// Hours after which a session ends where the document is silent.
pub const DEFAULT_ABSOLUTE_HOURS: u32 = 12;
/// Shortest password where the document is silent.
pub const DEFAULT_PASSWORD_MIN_LENGTH: u32 = 12;
