//! Whether the caller is told in the call that it is recorded (告知), and when not.

use serde::Serialize;

use crate::article::Article;
use crate::closed_list::closed_list;
use crate::ground::Ground;
use crate::policy::Policy;
use crate::recording_scope::RecordingStart;
use crate::text::Text;

closed_list! {
    /// What a call must say about telling.
    pub enum AnnouncementDuty {
        /// The caller is told before recording, or an exception is noted.
        BeforeRecording = "before_recording",
        /// The public notice is enough.
        PublicNotice = "public_notice",
        /// The document asks for nothing.
        None = "none",
    }
}

closed_list! {
    /// What is known of telling the other party of one call.
    pub enum AnnouncementStatus {
        /// They were told before recording.
        ToldBeforehand = "told_beforehand",
        /// The public notice stands for it.
        PublicNotice = "public_notice",
        /// They were not told, on one of the policy's exceptions.
        Exception = "exception",
        /// Nobody noted anything.
        NotNoted = "not_noted",
    }
}

closed_list! {
    /// Who says what is known of telling.
    pub enum NotedBy {
        /// Nobody.
        Nobody = "nobody",
        /// The policy: the public notice is enough.
        Policy = "policy",
        /// The line: its callers hear an announcement.
        Line = "line",
        /// The connection: the exchange or the recording client tells.
        Connection = "connection",
        /// A person who noted it.
        Person = "person",
    }
}

/// The tenant's rules on telling the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnnouncementRules {
    /// The article.
    pub article: Article,
    /// What is asked.
    pub duty: AnnouncementDuty,
    /// The rule in one sentence.
    pub sentence: Text,
    /// Exceptions.
    pub exceptions: Vec<Ground>,
    /// Posts that note what was told or which exception was used.
    pub noted_by: Vec<String>,
    /// Whether devices that run only when needed are told of beforehand.
    pub on_demand: Option<Ground>,
}

/// A rule on telling that a call does not meet yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OwedAnnouncement {
    /// The article that asks for it.
    pub article: Article,
    /// What it asks, in one sentence.
    pub sentence: Text,
}

/// What a new call says about telling, and by whose word, before any person notes anything. `line` and `connection` say
/// whether an announcement is heard there.
pub fn at_start(
    policy: &Policy,
    start: RecordingStart,
    line: bool,
    connection: bool,
) -> (AnnouncementStatus, NotedBy) {
    if line {
        return (AnnouncementStatus::ToldBeforehand, NotedBy::Line);
    }
    if connection {
        return (AnnouncementStatus::ToldBeforehand, NotedBy::Connection);
    }
    let by_hand = start == RecordingStart::OnDemand && policy.announcement.on_demand.is_some();
    match policy.announcement.duty {
        AnnouncementDuty::PublicNotice if !by_hand => (AnnouncementStatus::PublicNotice, NotedBy::Policy),
        _ => (AnnouncementStatus::NotNoted, NotedBy::Nobody),
    }
}

/// The rule on telling that a call with this status does not meet, if any.
pub fn owed(policy: &Policy, start: RecordingStart, status: AnnouncementStatus) -> Option<OwedAnnouncement> {
    let rules = &policy.announcement;
    if matches!(status, AnnouncementStatus::ToldBeforehand | AnnouncementStatus::Exception) {
        return None;
    }
    if let Some(ground) = rules.on_demand.as_ref().filter(|_| start == RecordingStart::OnDemand) {
        return Some(OwedAnnouncement { article: ground.article.clone(), sentence: ground.sentence.clone() });
    }
    let own = || OwedAnnouncement { article: rules.article.clone(), sentence: rules.sentence.clone() };
    match rules.duty {
        AnnouncementDuty::BeforeRecording => Some(own()),
        AnnouncementDuty::PublicNotice if status == AnnouncementStatus::NotNoted => Some(own()),
        AnnouncementDuty::PublicNotice | AnnouncementDuty::None => None,
    }
}

/// One of the policy's exceptions by key.
pub fn exception<'p>(policy: &'p Policy, key: &str) -> Option<&'p Ground> {
    policy.announcement.exceptions.iter().find(|ground| ground.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::policy;

    // req: TK-4, I-4
    #[test]
    fn each_document_asks_for_what_it_says_and_no_more() {
        use AnnouncementStatus::{Exception, NotNoted, PublicNotice, ToldBeforehand};
        use RecordingStart::{Automatic, OnDemand};
        let cases = [
            ("takikawa", Automatic, NotNoted, Some("4")),
            ("takikawa", OnDemand, NotNoted, Some("4")),
            ("takikawa", OnDemand, ToldBeforehand, None),
            ("takikawa", OnDemand, Exception, None),
            ("ichinomiya", Automatic, PublicNotice, None),
            ("ichinomiya", OnDemand, PublicNotice, Some("4(2)")),
            ("ichinomiya", OnDemand, ToldBeforehand, None),
            ("toyonaka", Automatic, PublicNotice, None),
            ("kobe", Automatic, NotNoted, None),
            ("osaka-waterworks", Automatic, NotNoted, None),
        ];
        for (tenant, start, status, article) in cases {
            let owed = owed(&policy(tenant), start, status);
            assert_eq!(owed.as_ref().map(|owed| owed.article.as_str()), article, "{tenant} {start} {status}");
        }
    }

    #[test]
    fn a_call_begins_with_what_its_line_connection_and_policy_say() {
        use AnnouncementStatus::{NotNoted, PublicNotice, ToldBeforehand};
        use RecordingStart::{Automatic, OnDemand};
        let cases = [
            ("takikawa", Automatic, false, false, (NotNoted, NotedBy::Nobody)),
            ("takikawa", Automatic, true, true, (ToldBeforehand, NotedBy::Line)),
            ("takikawa", OnDemand, false, true, (ToldBeforehand, NotedBy::Connection)),
            ("ichinomiya", Automatic, false, false, (PublicNotice, NotedBy::Policy)),
            ("ichinomiya", OnDemand, false, false, (NotNoted, NotedBy::Nobody)),
            ("toyonaka", Automatic, false, false, (PublicNotice, NotedBy::Policy)),
            ("kobe", Automatic, false, false, (NotNoted, NotedBy::Nobody)),
        ];
        for (tenant, start, line, connection, expected) in cases {
            assert_eq!(at_start(&policy(tenant), start, line, connection), expected, "{tenant} {start}");
        }
    }
}
