//! Sign-in rules: passwords, idle lock, second factor.

use chrono::{DateTime, TimeDelta, Utc};
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

impl SignInRules {
    /// When a password changed at `changed_at` must be changed again: the same time of day, whole days later. Never, when absent.
    pub fn password_expires_at(&self, changed_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let days = TimeDelta::days(i64::from(self.password_max_age_days?));
        changed_at.checked_add_signed(days)
    }

    /// Whether a session last active at `last_active_at` is locked at `now`.
    pub fn is_idle_locked(&self, last_active_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        now - last_active_at >= TimeDelta::minutes(i64::from(self.idle_lock_minutes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;
    use crate::testing::{ALL, now, policy, source};

    // req: T-5.3
    #[test]
    fn toyonakas_passwords_expire_on_the_schedule_of_the_policy() {
        let rules = &policy("toyonaka").sign_in;
        assert_eq!(rules.article.as_str(), "5(3)");
        assert_eq!(rules.password_article.as_ref().map(Article::as_str), Some("5(3)"));
        let days = i64::from(rules.password_max_age_days.unwrap());
        assert_eq!(rules.password_expires_at(now()), Some(now() + TimeDelta::days(days)));
        let changed = source("toyonaka").replace("password_max_age_days = 90", "password_max_age_days = 30");
        let changed = Policy::parse(&changed).unwrap();
        assert_eq!(changed.sign_in.password_expires_at(now()), Some(now() + TimeDelta::days(30)));
    }

    // req: KB-6
    #[test]
    fn kobes_idle_sessions_lock_by_themselves() {
        let rules = &policy("kobe").sign_in;
        assert_eq!(rules.idle_lock_article.as_ref().map(Article::as_str), Some("section 7(1)"));
        let minutes = i64::from(rules.idle_lock_minutes);
        let just_before = now() + TimeDelta::minutes(minutes) - TimeDelta::seconds(1);
        assert!(!rules.is_idle_locked(now(), just_before));
        assert!(rules.is_idle_locked(now(), now() + TimeDelta::minutes(minutes)));
    }

    #[test]
    fn where_the_document_is_silent_the_house_defaults_stand() {
        let silent = source("takikawa").replace("idle_lock_minutes = 15\nabsolute_hours = 12\n", "");
        let rules = Policy::parse(&silent).unwrap().sign_in.clone();
        assert_eq!(
            (rules.idle_lock_minutes, rules.absolute_hours),
            (DEFAULT_IDLE_LOCK_MINUTES, DEFAULT_ABSOLUTE_HOURS)
        );
        assert_eq!(rules.password_expires_at(now()), None);
        for tenant in ALL {
            assert!(!policy(tenant).sign_in.issued_by.is_empty(), "{tenant}: somebody issues IDs");
        }
    }
}
