//! A hold that somebody wants to change, loaded with its recordings and judged over all of them.

use rokuon_db::holds::placing::{self, LockedRecording};
use rokuon_db::holds::{self, Hold, HoldOrigin};
use rokuon_db::tenant_tx::TenantTx;
use rokuon_policy::access::RecordingFacts;
use rokuon_policy::decision::Decision;
use rokuon_policy::ids::HoldId;
use uuid::Uuid;

use crate::access::refusal::refused;
use crate::access::session::Session;
use crate::problem::{Code, Problem};
use crate::routes::holds::rules::MOST_RECORDINGS;

/// A hold under change. Others who want to change it wait for the transaction that came with it.
pub struct Judged {
    /// The hold.
    pub hold: Hold,
    recordings: Vec<LockedRecording>,
}

impl Judged {
    /// Loads and locks it.
    ///
    /// # Errors
    /// `not-found`; `conflict` when it is released already, or belongs to a request.
    pub async fn lock(session: &Session, id: Uuid) -> Result<(Self, TenantTx), Problem> {
        let mut tx = session.tx().await?;
        let hold = holds::lock(&mut tx, HoldId(id)).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
        let recordings = holds::recordings_of(&mut tx, hold.id, MOST_RECORDINGS).await?;
        let recordings = placing::facts(&mut tx, &recordings).await?;
        Ok((Self { hold, recordings }, tx))
    }

    /// What the rules say of each recording, as one: the first refusal, or the permission.
    pub fn judge(&self, rule: impl Fn(&RecordingFacts) -> Decision) -> Option<Decision> {
        let mut permitted = None;
        for recording in &self.recordings {
            let decision = rule(&recording.facts);
            if !decision.allowed {
                return Some(decision);
            }
            permitted = Some(decision);
        }
        permitted
    }

    /// Whether it is still there to be changed by a person.
    ///
    /// # Errors
    /// `conflict`.
    pub fn open(&self, session: &Session) -> Result<(), Problem> {
        let article = &session.rules.policy.holds.article;
        let conflict = |rule: &str, ja: &str, en: &str| {
            let problem = Problem::new(Code::Conflict).detail(ja, en).rule(rule);
            Err(problem.article(article.as_str(), article.label_ja()))
        };
        if !self.hold.is_active() {
            return conflict("hold.released_already", "すでに解除されています。", "It is released already.");
        }
        if self.hold.origin != HoldOrigin::Person {
            return conflict(
                "hold.of_open_request",
                "請求に伴う保全は、その請求を終えると解除されます。",
                "It belongs to an open request and ends when that is closed.",
            );
        }
        Ok(())
    }
}

/// The answer to a refusal by the rules on holds: what is wrong with the words is a field's fault, what came too late a
/// conflict, and the rest is not permitted.
pub fn answer(decision: &Decision) -> Problem {
    let (code, field) = match decision.rule {
        "hold.ground_unknown" => (Code::InvalidFields, Some("ground")),
        "hold.reason_missing" => (Code::InvalidFields, Some("reason")),
        "hold.review_not_ahead" | "hold.review_missing" | "hold.not_longer" => {
            (Code::InvalidFields, Some("review_on"))
        }
        "hold.too_late" | "hold.nothing_kept" => (Code::Conflict, None),
        _ => (Code::NotPermitted, None),
    };
    let problem = refused(code, decision);
    match field {
        Some(field) => problem.and_field(field, &decision.sentence.ja, &decision.sentence.en),
        None => problem,
    }
}
