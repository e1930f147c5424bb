//! From what a call says of telling, and the rules, to what one person is shown.

use std::collections::HashMap;

use rokuon_db::announcements::Announcement as Noted;
use rokuon_db::people;
use rokuon_db::recording_search::FoundCall;
use rokuon_db::tenant_tx::TenantTx;
use rokuon_policy::access::RecordingFacts;
use rokuon_policy::access::live_calls::may_note;
use rokuon_policy::announcement::{self, AnnouncementStatus};
use rokuon_policy::ground::Ground;
use rokuon_policy::ids::PersonId;
use rokuon_policy::pii::Pii;
use rokuon_policy::policy::Policy;
use rokuon_policy::recording_scope::RecordingStart;

use crate::access::session::Session;
use crate::problem::Problem;
use crate::routes::announcements::model::{Announcement, Exception, Owed, PersonName};

/// Names of the people that were looked up for one answer.
#[derive(Debug, Default)]
pub struct Names(HashMap<PersonId, String>);

impl Names {
    /// Looks up everybody of `ids` that is not known yet.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn look_up(
        &mut self,
        tx: &mut TenantTx,
        ids: impl IntoIterator<Item = PersonId>,
    ) -> Result<(), Problem> {
        for id in ids {
            if !self.0.contains_key(&id)
                && let Some(person) = people::find(tx, id).await?
            {
                self.0.insert(id, Pii::into_revealed(person.display_name));
            }
        }
        Ok(())
    }

    /// A person by name; by id alone when they are not there any more.
    pub fn of(&self, id: PersonId) -> PersonName {
        PersonName { id: id.0, display_name: self.0.get(&id).cloned().unwrap_or_else(|| id.to_string()) }
    }
}

/// An exception of the rules.
pub fn exception_of(ground: &Ground) -> Exception {
    Exception {
        key: ground.key.clone(),
        name: (&ground.name).into(),
        sentence: (&ground.sentence).into(),
        article: ground.article.to_string(),
        article_label: ground.article.label_ja(),
    }
}

/// What the rules still ask of a call.
pub fn owed_of(policy: &Policy, start: RecordingStart, status: AnnouncementStatus) -> Option<Owed> {
    announcement::owed(policy, start, status).map(|owed| Owed {
        article: owed.article.to_string(),
        article_label: owed.article.label_ja(),
        sentence: (&owed.sentence).into(),
    })
}

/// What this person is shown of a call's telling.
pub fn announcement_of(
    session: &Session,
    noted: &Noted,
    start: RecordingStart,
    facts: &RecordingFacts,
    names: &Names,
) -> Announcement {
    let policy = &session.rules.policy;
    let told = AnnouncementStatus::ToldBeforehand;
    let may = may_note(policy, &session.caller(), facts, told, None, session.now);
    Announcement {
        status: noted.status.into(),
        by: noted.by.into(),
        exception: noted.exception.as_deref().map(|key| {
            announcement::exception(policy, key).map_or_else(
                // of an earlier wording of the rules
                || Exception {
                    key: key.to_owned(),
                    name: crate::text::Text { ja: key.to_owned(), en: key.to_owned() },
                    sentence: crate::text::Text { ja: String::new(), en: String::new() },
                    article: policy.announcement.article.to_string(),
                    article_label: policy.announcement.article.label_ja(),
                },
                exception_of,
            )
        }),
        noted_by: noted.noted.map(|(person, _)| names.of(person)),
        noted_at: noted.noted.map(|(_, at)| at),
        owed: owed_of(policy, start, noted.status),
        may_note: (&may).into(),
    }
}

/// The person who noted it, to be looked up.
pub fn noter(call: &FoundCall) -> Option<PersonId> {
    call.announcement.noted.map(|(person, _)| person)
}
