//! The extractor of a signed-in person: session alive, not idle, the request our own page's.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use chrono::{DateTime, TimeDelta, Utc};
use rokuon_db::audit_events::{Actor, AuditEvent};
use rokuon_db::credentials::Credential;
use rokuon_db::people::Person;
use rokuon_db::tenant_tx::TenantTx;
use rokuon_db::{appointments, credentials, people, sessions};
use rokuon_policy::access;
use rokuon_policy::appointment::Appointment;
use rokuon_policy::ids::TenantId;
use serde_json::{Value, json};

use crate::access::token::SessionToken;
use crate::access::{csrf, token};
use crate::app::App;
use crate::layers::request_id::RequestId;
use crate::layers::source::Source;
use crate::problem::{Code, Problem};
use crate::tenant_rules::TenantRules;

/// The header with which the portal marks requests that nobody's hand caused.
pub const BACKGROUND: &str = "x-rokuon-background";

/// How stale the mark of the last act may be before it is written again.
const MARK_AFTER: TimeDelta = TimeDelta::seconds(10);

/// A signed-in person, whose password may still have to be changed.
pub struct Session {
    /// The parts of the API.
    pub app: App,
    /// The tenant and its rules.
    pub rules: Arc<TenantRules>,
    /// The person.
    pub person: Person,
    /// Their appointments, past and future ones too.
    pub appointments: Vec<Appointment>,
    /// Their password's age and state.
    pub credential: Credential,
    /// The session's row.
    pub row: sessions::Session,
    /// The session's secret, for the CSRF token.
    pub token: SessionToken,
    /// The instant this request is judged at.
    pub now: DateTime<Utc>,
    /// Where the request came from.
    pub source: Option<Source>,
    /// The request's id.
    pub request: Option<RequestId>,
}

impl FromRequestParts<App> for Session {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let not_signed_in = || Problem::new(Code::NotSignedIn);
        let (tenant, token) = token::of_request(&parts.headers).ok_or_else(not_signed_in)?;
        let stored = token.stored();
        app.take_request_of_session(stored)?;
        let now = app.now();
        // before the transaction: nobody may wait for a second connection while holding one
        let rules = app.rules(&tenant).await.map_err(unknown_tenant)?;
        let mut tx = app.db().tenant(&tenant).await?;
        let row = sessions::find(&mut tx, &stored, now).await?.ok_or_else(not_signed_in)?;
        let idle = TimeDelta::minutes(i64::from(rules.policy.sign_in.idle_lock_minutes));
        if now - row.last_seen_at >= idle {
            return Err(locked(&rules));
        }
        let person = people::find(&mut tx, row.person).await?;
        let person = person.ok_or_else(not_signed_in)?;
        csrf::check(&parts.method, &parts.headers, &token)?;
        let credential = credentials::find(&mut tx, person.id).await?.ok_or_else(not_signed_in)?;
        let appointments = appointments::of_person(&mut tx, person.id).await?;
        if is_act(parts) && now - row.last_seen_at >= MARK_AFTER {
            sessions::touch(&mut tx, row.id, now).await?;
            tx.commit_bookkeeping().await?;
        } else {
            tx.commit_read_only().await?;
        }
        let source = parts.extensions.get::<Source>().copied();
        let request = parts.extensions.get::<RequestId>().copied();
        let app = app.clone();
        Ok(Self { app, rules, person, appointments, credential, row, token, now, source, request })
    }
}

/// A cookie that names a tenant we do not have is as good as none.
fn unknown_tenant(problem: Problem) -> Problem {
    if problem.code() == Code::NotFound { Problem::new(Code::NotSignedIn) } else { problem }
}

/// A read that the portal marks as its own does not count as an act of the person (KB-6).
fn is_act(parts: &Parts) -> bool {
    !(parts.method.is_safe() && is_background(&parts.headers))
}

fn is_background(headers: &HeaderMap) -> bool {
    headers.get(BACKGROUND).is_some_and(|value| value.as_bytes() == b"1")
}

fn locked(rules: &TenantRules) -> Problem {
    let minutes = rules.policy.sign_in.idle_lock_minutes;
    let problem = Problem::new(Code::SessionLocked).detail(
        format!("{minutes}分間操作がなかったため、ロックしました。もう一度サインインしてください。"),
        format!("Nothing was done for {minutes} minutes. Sign in again."),
    );
    match &rules.policy.sign_in.idle_lock_article {
        Some(article) => problem.article(article.as_str(), article.label_ja()),
        None => problem,
    }
}

impl Session {
    /// The tenant.
    pub fn tenant(&self) -> &TenantId {
        self.rules.policy.tenant()
    }

    /// The person as the policy engine knows them.
    pub fn caller(&self) -> access::Caller<'_> {
        access::Caller { person: self.person.id, appointments: &self.appointments }
    }

    /// A transaction of the tenant.
    ///
    /// # Errors
    /// `unavailable` when the database is.
    pub async fn tx(&self) -> Result<TenantTx, Problem> {
        Ok(self.app.db().tenant(self.tenant()).await?)
    }

    /// Whether the issued password must be replaced, or is older than the rules allow (T-5.3).
    pub fn password_change_required(&self) -> bool {
        self.credential.must_change || self.password_expires_at().is_some_and(|expires| expires <= self.now)
    }

    /// When the password is too old, if the rules set an age.
    pub fn password_expires_at(&self) -> Option<DateTime<Utc>> {
        let days = self.rules.policy.sign_in.password_max_age_days?;
        Some(self.credential.changed_at + TimeDelta::days(i64::from(days)))
    }

    /// The posts the person holds now.
    pub fn posts(&self) -> Vec<String> {
        let held = self.appointments.iter().filter(|appointment| appointment.holds_at(self.now));
        held.map(|appointment| appointment.post.clone()).collect()
    }

    /// An audit event of this person, now. `detail` must be an object without numbers or names.
    pub fn event(&self, kind: &str, detail: Value) -> AuditEvent {
        let actor = Actor::Person { person: self.person.id, posts: self.posts() };
        let mut detail = detail;
        if let Value::Object(members) = &mut detail {
            members.insert("session".into(), json!(self.row.id));
            members.insert("policy_version".into(), json!(self.rules.version));
            if let Some(RequestId(request)) = self.request {
                members.insert("request".into(), json!(request));
            }
            if let Some(Source(source)) = self.source {
                members.insert("source".into(), json!(source));
            }
        }
        AuditEvent::new(kind, actor, self.now).with(detail)
    }
}
