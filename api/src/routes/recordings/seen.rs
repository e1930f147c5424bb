//! One recording, loaded and shown to a person only if the rules let them see it.

use rokuon_db::recording_search::{self, FoundCall};
use rokuon_db::recordings::{self, Recording};
use rokuon_db::tenant_tx::TenantTx;
use rokuon_policy::access::{self, RecordingFacts};
use rokuon_policy::decision::Decision;
use rokuon_policy::ids::RecordingId;
use rokuon_policy::recording_state::RecordingState;
use serde_json::json;
use uuid::Uuid;

use crate::access::acts::Act;
use crate::access::permitted::Permitted;
use crate::problem::{Code, Problem};

/// A recording this person may see.
pub struct Seen {
    /// Its row.
    pub recording: Recording,
    /// Its call.
    pub call: FoundCall,
    /// Why they may see it.
    pub decision: Decision,
}

impl Seen {
    /// Loads it and asks the rules. The transaction comes back with it, so that what follows is judged on the same rows.
    ///
    /// # Errors
    /// `not-found` for an id this tenant does not have; `not-permitted`, once the refusal is in the audit trail.
    pub async fn load<A: Act>(permitted: &Permitted<A>, id: Uuid) -> Result<(Self, TenantTx), Problem> {
        let id = RecordingId(id);
        let mut tx = permitted.tx().await?;
        let not_found = || Problem::new(Code::NotFound);
        let recording = recordings::find(&mut tx, id).await?.ok_or_else(not_found)?;
        let call = recording_search::find(&mut tx, id).await?.ok_or_else(not_found)?;
        let facts = facts_of(&recording, &call);
        let policy = &permitted.rules.policy;
        let decision = access::may_see(policy, &permitted.caller(), &facts, permitted.now);
        if !decision.allowed {
            drop(tx);
            let event = permitted.event(json!({})).on("recording", id);
            return Err(permitted.refuse(Code::NotPermitted, event, &decision).await);
        }
        Ok((Self { recording, call, decision }, tx))
    }

    /// What access rules need to know of it.
    pub fn facts(&self) -> RecordingFacts {
        facts_of(&self.recording, &self.call)
    }

    /// Why nobody can hear it now, if so.
    pub fn unplayable(&self, permitted: &crate::access::session::Session) -> Option<(Code, Decision)> {
        let refusal = access::playable(&permitted.rules.policy, &self.facts(), permitted.now)?;
        let gone = matches!(self.recording.state, RecordingState::Destroying | RecordingState::Destroyed);
        Some((if gone { Code::Erased } else { Code::NotPlayable }, refusal))
    }
}

fn facts_of(recording: &Recording, call: &FoundCall) -> RecordingFacts {
    RecordingFacts {
        department: call.department.as_ref().map(|(id, _)| id.clone()),
        line_proved: call.line_proved,
        started_at: recording.started_at,
        media: recording.media,
        state: recording.state,
        keep_until: recording.retention.keep_until,
        active_holds: recording.active_holds,
        due_article: recording.due_article.clone(),
    }
}
