//! The audit trail's writing side: an event, its canonical body, its salted leaf (standards §4.1).

use std::collections::BTreeSet;

use chrono::{DateTime, SecondsFormat, Utc};
use rokuon_policy::article::Article;
use rokuon_policy::decision::Decision;
use rokuon_policy::ids::{AuditEventId, PersonId};
use rokuon_policy::text::Text;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use uuid::{NoContext, Timestamp, Uuid};

use crate::canonical_json::canonical;
use crate::error::DbError;
use crate::tenant_tx::TenantTx;

/// From so many events on they are written in bulk.
const MANY: usize = 4;

/// Who acted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A person, and the posts they held at that moment.
    Person {
        /// Who.
        person: PersonId,
        /// The posts' keys in the policy.
        posts: Vec<String>,
    },
    /// The platform by itself, such as `worker` or `setup`.
    Platform(String),
    /// Nobody who proved who they are: a failed sign-in, a public page.
    Nobody,
}

/// Whether it was done or refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditOutcome {
    /// Done.
    Done,
    /// Refused.
    Refused,
}

impl AuditOutcome {
    /// Its spelling in the database and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }
}

/// What it was done to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditObject {
    /// The noun, such as `recording`.
    pub kind: String,
    /// Its id.
    pub id: String,
}

/// One line of the trail, before it has its place. Write people and numbers as ids, never in words: bodies live long.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEvent {
    /// Its id; a second write of the same id is not a second event.
    pub id: AuditEventId,
    /// When.
    pub at: DateTime<Utc>,
    /// What, as a dotted name of the noun and the act: `play.start`.
    pub kind: String,
    /// Who.
    pub actor: Actor,
    /// On what.
    pub object: Option<AuditObject>,
    /// Done or refused.
    pub outcome: AuditOutcome,
    /// The rule that decided.
    pub rule: Option<String>,
    /// The article it stands on.
    pub article: Option<Article>,
    /// The decision in one sentence (INV-4).
    pub sentence: Option<Text>,
    /// Whatever else belongs to this kind of event.
    pub detail: Value,
}

impl AuditEvent {
    /// An act that was done, with a fresh id.
    pub fn new(kind: impl Into<String>, actor: Actor, at: DateTime<Utc>) -> Self {
        let seconds = u64::try_from(at.timestamp()).unwrap_or(0);
        let id =
            AuditEventId(Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, at.timestamp_subsec_nanos())));
        Self {
            id,
            at,
            kind: kind.into(),
            actor,
            object: None,
            outcome: AuditOutcome::Done,
            rule: None,
            article: None,
            sentence: None,
            detail: Value::Object(Map::new()),
        }
    }

    /// Names what it was done to.
    #[must_use]
    pub fn on(mut self, kind: impl Into<String>, id: impl ToString) -> Self {
        self.object = Some(AuditObject { kind: kind.into(), id: id.to_string() });
        self
    }

    /// Takes outcome, rule, article and sentence from the decision that allowed or refused it.
    #[must_use]
    pub fn decided_by(mut self, decision: &Decision) -> Self {
        self.outcome = if decision.allowed { AuditOutcome::Done } else { AuditOutcome::Refused };
        self.rule = Some(decision.rule.to_owned());
        self.article = Some(decision.article.clone());
        self.sentence = Some(decision.sentence.clone());
        self
    }

    /// Says that it was refused, where no rule of the policy decided (a wrong password).
    #[must_use]
    pub fn refused(mut self) -> Self {
        self.outcome = AuditOutcome::Refused;
        self
    }

    /// Adds what else belongs to it.
    #[must_use]
    pub fn with(mut self, detail: Value) -> Self {
        self.detail = detail;
        self
    }

    /// The person who acted, if one did.
    const fn person(&self) -> Option<Uuid> {
        match &self.actor {
            Actor::Person { person, .. } => Some(person.0),
            Actor::Platform(_) | Actor::Nobody => None,
        }
    }

    /// The body as stored and hashed.
    fn body(&self, tenant: &str) -> String {
        let actor = match &self.actor {
            Actor::Person { person, posts } => json!({ "person": person, "posts": posts }),
            Actor::Platform(part) => json!({ "platform": part }),
            Actor::Nobody => json!({}),
        };
        let mut body = Map::new();
        body.insert("version".to_owned(), json!(1));
        body.insert("tenant".to_owned(), json!(tenant));
        body.insert("id".to_owned(), json!(self.id));
        body.insert("at".to_owned(), json!(self.at.to_rfc3339_opts(SecondsFormat::Micros, true)));
        body.insert("kind".to_owned(), json!(self.kind));
        body.insert("actor".to_owned(), actor);
        if let Some(object) = &self.object {
            body.insert("object".to_owned(), json!({ "kind": object.kind, "id": object.id }));
        }
        body.insert("outcome".to_owned(), json!(self.outcome.as_str()));
        for (name, value) in [
            ("rule", self.rule.as_ref().map(|rule| json!(rule))),
            ("article", self.article.as_ref().map(|article| json!(article.as_str()))),
            ("sentence", self.sentence.as_ref().map(|s| json!({ "ja": s.ja, "en": s.en }))),
        ] {
            if let Some(value) = value {
                body.insert(name.to_owned(), value);
            }
        }
        body.insert("detail".to_owned(), self.detail.clone());
        canonical(&Value::Object(body))
    }
}

/// The leaf of a body: SHA-256(salt ‖ body). Without the salt it tells nothing, even of a body that could be guessed.
pub fn leaf_hash(salt: &[u8; 32], body: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(salt);
    hash.update(body.as_bytes());
    hash.finalize().into()
}

/// Gives the events their places and writes them, in the caller's transaction. An event already written is left alone.
pub(crate) async fn append(tx: &mut TenantTx, events: &[AuditEvent]) -> Result<(), DbError> {
    if events.len() >= MANY {
        return append_many(tx, events).await;
    }
    for event in events {
        append_one(tx, event).await?;
    }
    Ok(())
}

/// The same for many events of one act, in a handful of statements: the head is locked first, so that places stay dense.
async fn append_many(tx: &mut TenantTx, events: &[AuditEvent]) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "INSERT INTO audit_heads (tenant_id, next_seq) VALUES ($1, 0) ON CONFLICT (tenant_id) DO NOTHING",
    )
    .bind(tenant)
    .execute(&mut *connection)
    .await?;
    let (first,): (i64,) =
        sqlx::query_as("SELECT next_seq FROM audit_heads WHERE tenant_id = $1 FOR NO KEY UPDATE")
            .bind(tenant)
            .fetch_one(&mut *connection)
            .await?;
    let ids: Vec<Uuid> = events.iter().map(|event| event.id.0).collect();
    let there: Vec<(Uuid,)> =
        sqlx::query_as("SELECT event_id FROM audit_events WHERE tenant_id = $1 AND event_id = ANY ($2)")
            .bind(tenant)
            .bind(&ids)
            .fetch_all(&mut *connection)
            .await?;
    let mut seen: BTreeSet<Uuid> = there.into_iter().map(|(id,)| id).collect();
    let new: Vec<&AuditEvent> = events.iter().filter(|event| seen.insert(event.id.0)).collect();
    let mut salts = vec![0_u8; 32 * new.len()];
    getrandom::fill(&mut salts).map_err(|error| DbError::Randomness(error.to_string()))?;
    let salts: Vec<[u8; 32]> = salts.as_chunks().0.to_vec();
    let bodies: Vec<String> = new.iter().map(|event| event.body(tenant)).collect();
    let leaves: Vec<Vec<u8>> =
        salts.iter().zip(&bodies).map(|(salt, body)| leaf_hash(salt, body).to_vec()).collect();
    let object = |of: fn(&AuditObject) -> &str| {
        new.iter().map(|event| event.object.as_ref().map(of)).collect::<Vec<Option<&str>>>()
    };
    sqlx::query(
        "INSERT INTO audit_events (tenant_id, seq, event_id, at, kind, actor_person_id, object_kind, object_id, outcome, article,
            body, salt, leaf_hash)
        SELECT $1, $2 + place - 1, event_id, at, kind, actor, object_kind, object_id, outcome, article, body, salt, leaf
        FROM unnest($3::uuid[], $4::timestamptz[], $5::text[], $6::uuid[], $7::text[], $8::text[], $9::text[], $10::text[],
            $11::text[], $12::bytea[], $13::bytea[]) WITH ORDINALITY
            AS new (event_id, at, kind, actor, object_kind, object_id, outcome, article, body, salt, leaf, place)",
    )
    .bind(tenant)
    .bind(first)
    .bind(new.iter().map(|event| event.id.0).collect::<Vec<_>>())
    .bind(new.iter().map(|event| event.at).collect::<Vec<_>>())
    .bind(new.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>())
    .bind(new.iter().map(|event| event.person()).collect::<Vec<_>>())
    .bind(object(|object| &object.kind))
    .bind(object(|object| &object.id))
    .bind(new.iter().map(|event| event.outcome.as_str()).collect::<Vec<_>>())
    .bind(new.iter().map(|event| event.article.as_ref().map(Article::as_str)).collect::<Vec<_>>())
    .bind(&bodies)
    .bind(salts.iter().map(<[u8; 32]>::as_slice).collect::<Vec<_>>())
    .bind(&leaves)
    .execute(&mut *connection)
    .await?;
    sqlx::query("UPDATE audit_heads SET next_seq = next_seq + $2 WHERE tenant_id = $1")
        .bind(tenant)
        .bind(i64::try_from(new.len()).unwrap_or(i64::MAX))
        .execute(connection)
        .await?;
    Ok(())
}

async fn append_one(tx: &mut TenantTx, event: &AuditEvent) -> Result<(), DbError> {
    let mut salt = [0_u8; 32];
    getrandom::fill(&mut salt).map_err(|error| DbError::Randomness(error.to_string()))?;
    let (tenant, connection) = tx.parts();
    let body = event.body(tenant);
    let leaf = leaf_hash(&salt, &body);
    let (seq,): (i64,) = sqlx::query_as(
        "INSERT INTO audit_heads (tenant_id, next_seq)
        VALUES ($1, 1)
        ON CONFLICT (tenant_id) DO UPDATE SET next_seq = audit_heads.next_seq + 1
        RETURNING next_seq - 1",
    )
    .bind(tenant)
    .fetch_one(&mut *connection)
    .await?;
    let written = sqlx::query(
        "INSERT INTO audit_events (
            tenant_id,
            seq,
            event_id,
            at,
            kind,
            actor_person_id,
            object_kind,
            object_id,
            outcome,
            article,
            body,
            salt,
            leaf_hash
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        ON CONFLICT (tenant_id, event_id) DO NOTHING",
    )
    .bind(tenant)
    .bind(seq)
    .bind(event.id.0)
    .bind(event.at)
    .bind(&event.kind)
    .bind(event.person())
    .bind(event.object.as_ref().map(|object| object.kind.as_str()))
    .bind(event.object.as_ref().map(|object| object.id.as_str()))
    .bind(event.outcome.as_str())
    .bind(event.article.as_ref().map(Article::as_str))
    .bind(&body)
    .bind(salt.as_slice())
    .bind(leaf.as_slice())
    .execute(&mut *connection)
    .await?
    .rows_affected();
    if written == 0 {
        // A repeated write takes no place.
        sqlx::query("UPDATE audit_heads SET next_seq = next_seq - 1 WHERE tenant_id = $1")
            .bind(tenant)
            .execute(connection)
            .await?;
    }
    Ok(())
}
