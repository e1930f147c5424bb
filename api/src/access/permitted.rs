//! The extractor of a person whose posts give them what an act needs. A refusal is in the audit trail before it is answered.

use std::marker::PhantomData;
use std::ops::Deref;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use rokuon_db::audit_events::AuditEvent;
use rokuon_policy::access;
use rokuon_policy::decision::Decision;
use rokuon_policy::ids::AuditEventId;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Builder;

use crate::access::acts::Act;
use crate::access::caller::Caller;
use crate::access::refusal::refused;
use crate::access::session::Session;
use crate::app::App;
use crate::problem::{Code, Problem};

/// In so many seconds an act that a page repeats leaves one event.
const ONE_EVENT_IN: i64 = 600;

/// A person whose posts give them what `A` needs, at least somewhere.
pub struct Permitted<A> {
    caller: Caller,
    /// Why they may.
    pub decision: Decision,
    act: PhantomData<A>,
}

impl<A> Deref for Permitted<A> {
    type Target = Session;
    fn deref(&self) -> &Session {
        &self.caller
    }
}

impl<A: Act> FromRequestParts<App> for Permitted<A> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, app).await?;
        let decision = access::may(&caller.rules.policy, &caller.caller(), A::CAPABILITY, caller.now);
        let permitted = Self { caller, decision, act: PhantomData };
        if permitted.decision.allowed {
            return Ok(permitted);
        }
        let event = permitted.event(json!({})).decided_by(&permitted.decision);
        Err(permitted.refuse(Code::NotPermitted, event, &permitted.decision).await)
    }
}

impl<A: Act> Permitted<A> {
    /// The audit event of this act.
    pub fn event(&self, detail: Value) -> AuditEvent {
        self.caller.event(A::EVENT, detail)
    }

    /// The audit event of an act that an open page repeats by itself: one in ten minutes of a session, however often it asks.
    /// A second write of the same id is no second event.
    pub fn repeated_event(&self, detail: Value) -> AuditEvent {
        let mut hash = Sha256::new();
        hash.update(A::EVENT);
        hash.update([0]);
        hash.update(self.token.stored());
        hash.update((self.now.timestamp() / ONE_EVENT_IN).to_be_bytes());
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(hash.finalize()).for_each(|(byte, hashed)| *byte = hashed);
        let id = AuditEventId(Builder::from_random_bytes(bytes).into_uuid());
        AuditEvent { id, ..self.event(detail) }
    }

    /// An event of another kind that belongs to this act.
    pub fn session_event(&self, kind: &str, detail: Value) -> AuditEvent {
        self.caller.event(kind, detail)
    }

    /// Writes a refusal to the audit trail and gives the problem to answer with; if it cannot be written, that is
    /// answered instead.
    pub async fn refuse(&self, code: Code, event: AuditEvent, decision: &Decision) -> Problem {
        match self.write(event.decided_by(decision)).await {
            Ok(()) => refused(code, decision),
            Err(problem) => problem,
        }
    }

    /// Writes an event that belongs to no change of state.
    ///
    /// # Errors
    /// `unavailable`: then nothing may be given out (INV-13).
    pub async fn write(&self, event: AuditEvent) -> Result<(), Problem> {
        self.tx().await?.commit_with(event).await.map_err(Problem::unavailable)
    }
}
