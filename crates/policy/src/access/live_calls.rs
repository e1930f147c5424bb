//! Who may order something of a live call's recording, and who may note that the other party was told (TK-4, I-4).

use chrono::{DateTime, Utc};

use super::posts_held::held;
use super::{Caller, RecordingFacts, reaches};
use crate::announcement::{self, AnnouncementStatus};
use crate::capability::Capability;
use crate::capture_order::{CaptureOrder, OrderedCall};
use crate::decision::Decision;
use crate::policy::Policy;
use crate::recording_scope::RecordingStart;
use crate::text::Text;

/// Whether the caller may order this of a live call.
///
/// Refused unless a post of the caller may start recordings and reaches the call, the document knows recording by hand, the call's line
/// is recorded so, and, for the start, the other party was told or an exception is noted where the document asks for that.
/// Whether the call still goes on is for the database to say.
pub fn may_order(
    policy: &Policy,
    caller: &Caller<'_>,
    recording: &RecordingFacts,
    call: OrderedCall,
    order: CaptureOrder,
    now: DateTime<Utc>,
) -> Decision {
    let within_reach = reaches(policy, caller, recording, Capability::RecordingStart, now);
    if !within_reach.allowed {
        return within_reach;
    }
    let rules = &policy.recording;
    if !rules.starts.contains(&RecordingStart::OnDemand) {
        return Decision::refuse(
            "capture_order.not_in_policy",
            rules.article.clone(),
            Text::new(
                format!("手動での録音は定められていません。{}", rules.sentence.ja),
                format!("The rules know no recording by hand. {}", rules.sentence.en),
            ),
        );
    }
    if call.start == RecordingStart::Automatic {
        return Decision::refuse(
            "capture_order.automatic_line",
            rules.article.clone(),
            Text::new(
                "この通話は自動で録音する回線のため、手動で開始・停止できません。",
                "This call's line is recorded by itself: it cannot be started or stopped by hand.",
            ),
        );
    }
    let owed = announcement::owed(policy, call.start, call.announcement);
    if let Some(owed) = owed.filter(|_| order == CaptureOrder::Start) {
        return Decision::refuse(
            "capture_order.not_told",
            owed.article,
            Text::new(
                format!("録音を始める前に、告知の有無を記録してください。{}", owed.sentence.ja),
                format!("Note first whether the other party was told. {}", owed.sentence.en),
            ),
        );
    }
    Decision::allow(
        "capture_order.permitted",
        rules.article.clone(),
        Text::new(
            "この通話の録音は、職員が手動で開始・停止できます。",
            "Staff may start and stop the recording of this call by hand.",
        ),
    )
}

/// Whether the caller may note on a call that the other party was told, or which exception was used.
pub fn may_note(
    policy: &Policy,
    caller: &Caller<'_>,
    recording: &RecordingFacts,
    status: AnnouncementStatus,
    exception: Option<&str>,
    now: DateTime<Utc>,
) -> Decision {
    let within_reach = reaches(policy, caller, recording, Capability::AnnouncementNote, now);
    if !within_reach.allowed {
        return within_reach;
    }
    let rules = &policy.announcement;
    let refuse = |rule, ja: &str, en: &str| {
        let text = Text::new(format!("{ja}{}", rules.sentence.ja), format!("{en} {}", rules.sentence.en));
        Decision::refuse(rule, rules.article.clone(), text)
    };
    if !held(policy, caller, now).iter().any(|held| rules.noted_by.contains(&held.post.key)) {
        return refuse(
            "announcement.not_noted_by_post",
            "告知を記録する職に就いていません。",
            "None of your posts notes this.",
        );
    }
    let ground = exception.and_then(|key| announcement::exception(policy, key));
    match (status, exception, ground) {
        (AnnouncementStatus::PublicNotice, ..) => refuse(
            "announcement.not_by_person",
            "公表による扱いは、人が記録するものではありません。",
            "That the public notice is enough is not for a person to note.",
        ),
        (AnnouncementStatus::Exception, _, None) => refuse(
            "announcement.exception_unknown",
            "定められた例外の中から選んでください。",
            "Choose one of the exceptions the rules list.",
        ),
        (AnnouncementStatus::ToldBeforehand | AnnouncementStatus::NotNoted, Some(_), _) => refuse(
            "announcement.exception_without_use",
            "例外は、告知しなかったときにだけ記録します。",
            "An exception is noted only when the other party was not told.",
        ),
        (AnnouncementStatus::Exception, _, Some(ground)) => Decision::allow(
            "announcement.exception_used",
            ground.article.clone(),
            Text::new(
                format!("告知しなかった理由として「{}」を記録しました。", ground.name.ja),
                format!("Noted as the reason for not telling: “{}”.", ground.name.en),
            ),
        ),
        (AnnouncementStatus::ToldBeforehand | AnnouncementStatus::NotNoted, None, _) => Decision::allow(
            "announcement.noted",
            rules.article.clone(),
            Text::new("告知の有無を記録しました。", "It is noted whether the other party was told."),
        ),
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::*;
    use crate::appointment::Appointment;
    use crate::ids::{AppointmentId, PersonId};
    use crate::media_kind::MediaKind;
    use crate::recording_state::RecordingState;
    use crate::testing::policy;

    const NOON: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn judged<T>(
        tenant: &str,
        post: &str,
        department: Option<&str>,
        ask: impl Fn(&Policy, &Caller<'_>, &RecordingFacts) -> T,
    ) -> T {
        let appointments = [Appointment {
            id: AppointmentId(Uuid::nil()),
            post: post.to_owned(),
            department: department.map(|one| one.parse().unwrap()),
            from: NOON - TimeDelta::days(1),
            until: None,
            trained_on: None,
        }];
        let caller = Caller { person: PersonId(Uuid::nil()), appointments: &appointments };
        let facts = RecordingFacts {
            department: Some("citizens".parse().unwrap()),
            line_proved: true,
            started_at: NOON,
            media: MediaKind::CallAudio,
            state: RecordingState::Recording,
            keep_until: None,
            active_holds: 0,
            due_article: None,
        };
        ask(&policy(tenant), &caller, &facts)
    }

    // req: TK-4, I-4
    #[test]
    fn recording_by_hand_starts_once_the_other_party_was_told_or_an_exception_is_noted() {
        use AnnouncementStatus::{Exception, NotNoted, PublicNotice, ToldBeforehand};
        use CaptureOrder::{Pause, Start, Stop};
        let by_hand = |announcement| OrderedCall { start: RecordingStart::OnDemand, announcement };
        let automatic = |announcement| OrderedCall { start: RecordingStart::Automatic, announcement };
        let cases = [
            (
                "takikawa",
                "operator",
                Some("citizens"),
                by_hand(NotNoted),
                Start,
                "capture_order.not_told",
                "4",
            ),
            (
                "takikawa",
                "operator",
                Some("citizens"),
                by_hand(ToldBeforehand),
                Start,
                "capture_order.permitted",
                "2 item 1, 2-2",
            ),
            (
                "takikawa",
                "operator",
                Some("citizens"),
                by_hand(Exception),
                Start,
                "capture_order.permitted",
                "2 item 1, 2-2",
            ),
            (
                "takikawa",
                "operator",
                Some("citizens"),
                by_hand(NotNoted),
                Pause,
                "capture_order.permitted",
                "2 item 1, 2-2",
            ),
            (
                "takikawa",
                "operator",
                Some("tax"),
                by_hand(ToldBeforehand),
                Start,
                "access.other_department",
                "",
            ),
            (
                "takikawa",
                "manager",
                None,
                automatic(ToldBeforehand),
                Stop,
                "capture_order.automatic_line",
                "2 item 1, 2-2",
            ),
            ("ichinomiya", "operator", None, by_hand(PublicNotice), Start, "capture_order.not_told", "4(2)"),
            ("ichinomiya", "operator", None, by_hand(ToldBeforehand), Start, "capture_order.permitted", ""),
            (
                "toyonaka",
                "operations-manager",
                None,
                by_hand(PublicNotice),
                Start,
                "access.not_permitted",
                "",
            ),
        ];
        for (tenant, post, department, call, order, rule, article) in cases {
            let decision = judged(tenant, post, department, |policy, caller, facts| {
                may_order(policy, caller, facts, call, order, NOON)
            });
            assert_eq!(decision.rule, rule, "{tenant} {post} {order}: {}", decision.sentence.en);
            assert!(
                article.is_empty() || decision.article.as_str() == article,
                "{tenant}: {}",
                decision.article
            );
        }
    }

    // req: TK-4
    #[test]
    fn what_was_told_is_noted_by_the_posts_the_rules_name_with_an_exception_they_list() {
        use AnnouncementStatus::{Exception, NotNoted, PublicNotice, ToldBeforehand};
        let cases = [
            ("operator", Some("citizens"), ToldBeforehand, None, "announcement.noted"),
            ("operator", Some("citizens"), NotNoted, None, "announcement.noted"),
            ("operator", Some("citizens"), Exception, Some("danger"), "announcement.exception_used"),
            ("operator", Some("citizens"), Exception, Some("bad-mood"), "announcement.exception_unknown"),
            ("operator", Some("citizens"), Exception, None, "announcement.exception_unknown"),
            (
                "operator",
                Some("citizens"),
                ToldBeforehand,
                Some("danger"),
                "announcement.exception_without_use",
            ),
            ("operator", Some("citizens"), PublicNotice, None, "announcement.not_by_person"),
            ("operator", Some("tax"), ToldBeforehand, None, "access.other_department"),
            ("designee", Some("citizens"), ToldBeforehand, None, "access.no_post"),
        ];
        for (post, department, status, exception, rule) in cases {
            let decision = judged("takikawa", post, department, |policy, caller, facts| {
                may_note(policy, caller, facts, status, exception, NOON)
            });
            assert_eq!(decision.rule, rule, "{post} {status} {exception:?}: {}", decision.sentence.en);
        }
    }
}
