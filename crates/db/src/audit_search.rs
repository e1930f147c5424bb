//! The audit trail's reading side: one tenant's events, newest first, in pages.

use chrono::{DateTime, Utc};
use rokuon_policy::article::Article;
use rokuon_policy::ids::{AuditEventId, PersonId};
use rokuon_policy::pii::Pii;
use rokuon_policy::text::Text;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::audit_events::{AuditObject, AuditOutcome, leaf_hash};
use crate::error::DbError;
use crate::row::Place;
use crate::tenant_tx::TenantTx;

/// What to look for; an empty filter finds everything.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// From this instant on.
    pub from: Option<DateTime<Utc>>,
    /// Before this instant.
    pub to: Option<DateTime<Utc>>,
    /// Acts of this person.
    pub actor: Option<PersonId>,
    /// Events of this kind; `play` and `play.` both find all kinds of that family.
    pub kind: Option<String>,
    /// Events on things of this kind.
    pub object_kind: Option<String>,
    /// Events on the thing of this id.
    pub object_id: Option<String>,
    /// The end of the page before.
    pub after: Option<AuditCursor>,
}

/// Where a page ended. `Display` and `FromStr` give the form for an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditCursor {
    /// Time of the last event of the page.
    pub at: DateTime<Utc>,
    /// Its place in the trail.
    pub seq: i64,
}

impl std::fmt::Display for AuditCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.at.timestamp_micros(), self.seq)
    }
}

impl std::str::FromStr for AuditCursor {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "not a cursor";
        let (at, seq) = text.split_once('.').ok_or(WRONG)?;
        let at = DateTime::from_timestamp_micros(at.parse().map_err(|_| WRONG)?).ok_or(WRONG)?;
        Ok(Self { at, seq: seq.parse().map_err(|_| WRONG)? })
    }
}

/// One event as it stands in the trail.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    /// Its place in the tenant's trail, from 0.
    pub seq: i64,
    /// Its id.
    pub id: AuditEventId,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub kind: String,
    /// The person who acted.
    pub person: Option<PersonId>,
    /// Their name as it is today.
    pub display_name: Option<Pii<String>>,
    /// The posts they held then.
    pub posts: Vec<String>,
    /// The part of the platform that acted by itself.
    pub platform: Option<String>,
    /// On what.
    pub object: Option<AuditObject>,
    /// Done or refused.
    pub outcome: AuditOutcome,
    /// The rule that decided.
    pub rule: Option<String>,
    /// The article.
    pub article: Option<Article>,
    /// The decision in one sentence.
    pub sentence: Option<Text>,
    /// What else belongs to it.
    pub detail: Value,
    /// The canonical body, as hashed.
    pub body: String,
    /// The salt of its leaf.
    pub salt: [u8; 32],
    /// Its leaf as stored.
    pub leaf_hash: [u8; 32],
}

impl AuditEntry {
    /// Whether the stored leaf is the leaf of the stored body: `false` means that somebody changed one of them.
    pub fn leaf_fits(&self) -> bool {
        leaf_hash(&self.salt, &self.body) == self.leaf_hash
    }
}

/// A page of the trail.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditPage {
    /// The events, newest first.
    pub items: Vec<AuditEntry>,
    /// Where the next page begins, if there is one.
    pub next: Option<AuditCursor>,
}

#[derive(sqlx::FromRow)]
struct Row {
    seq: i64,
    event_id: Uuid,
    at: DateTime<Utc>,
    kind: String,
    actor_person_id: Option<Uuid>,
    display_name: Option<String>,
    object_kind: Option<String>,
    object_id: Option<String>,
    outcome: String,
    article: Option<String>,
    body: String,
    salt: Vec<u8>,
    leaf_hash: Vec<u8>,
}

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    actor: BodyActor,
    rule: Option<String>,
    sentence: Option<Text>,
    #[serde(default)]
    detail: Value,
}

#[derive(Deserialize, Default)]
struct BodyActor {
    #[serde(default)]
    posts: Vec<String>,
    platform: Option<String>,
}

/// One page of at most `limit` events.
///
/// # Errors
/// [`DbError`].
pub async fn search(tx: &mut TenantTx, filter: &AuditFilter, limit: u32) -> Result<AuditPage, DbError> {
    // A family is the range from "play." to "play/": the byte after the dot.
    let kind = filter.kind.as_deref();
    let family = kind.map(|kind| kind.trim_end_matches('.'));
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT
            e.seq,
            e.event_id,
            e.at,
            e.kind,
            e.actor_person_id,
            p.display_name,
            e.object_kind,
            e.object_id,
            e.outcome,
            e.article,
            e.body,
            e.salt,
            e.leaf_hash
        FROM audit_events e
        LEFT JOIN people p ON p.tenant_id = e.tenant_id AND p.person_id = e.actor_person_id
        WHERE ($1::timestamptz IS NULL OR e.at >= $1)
            AND ($2::timestamptz IS NULL OR e.at < $2)
            AND ($3::uuid IS NULL OR e.actor_person_id = $3)
            AND ($4::text IS NULL OR e.kind = $4 OR (e.kind >= $4 || '.' AND e.kind < $4 || '/'))
            AND ($5::text IS NULL OR e.object_kind = $5)
            AND ($6::text IS NULL OR e.object_id = $6)
            AND ($7::timestamptz IS NULL OR (e.at, e.seq) < ($7, $8))
        ORDER BY e.at DESC, e.seq DESC
        LIMIT $9",
    )
    .persistent(false)
    .bind(filter.from)
    .bind(filter.to)
    .bind(filter.actor.map(|person| person.0))
    .bind(family)
    .bind(filter.object_kind.as_deref())
    .bind(filter.object_id.as_deref())
    .bind(filter.after.map(|after| after.at))
    .bind(filter.after.map_or(0, |after| after.seq))
    .bind(i64::from(limit) + 1)
    .fetch_all(tx.connection())
    .await?;
    let more = rows.len() > limit as usize;
    let items: Vec<AuditEntry> =
        rows.into_iter().take(limit as usize).map(AuditEntry::try_from).collect::<Result<_, _>>()?;
    let next = items.last().filter(|_| more).map(|last| AuditCursor { at: last.at, seq: last.seq });
    Ok(AuditPage { items, next })
}

impl TryFrom<Row> for AuditEntry {
    type Error = DbError;
    fn try_from(row: Row) -> Result<Self, DbError> {
        let place = Place { table: "audit_events", row: &row.event_id };
        let body: Body = serde_json::from_str(&row.body).map_err(|_| place.wrong("body"))?;
        let outcome = match row.outcome.as_str() {
            "done" => AuditOutcome::Done,
            "refused" => AuditOutcome::Refused,
            _ => return Err(place.wrong("outcome")),
        };
        Ok(Self {
            seq: row.seq,
            id: AuditEventId(row.event_id),
            at: row.at,
            kind: row.kind,
            person: row.actor_person_id.map(PersonId),
            display_name: row.display_name.map(Pii::new),
            posts: body.actor.posts,
            platform: body.actor.platform,
            object: row.object_kind.zip(row.object_id).map(|(kind, id)| AuditObject { kind, id }),
            outcome,
            rule: body.rule,
            article: place.parse_optional("article", row.article.as_deref())?,
            sentence: body.sentence,
            detail: body.detail,
            salt: place.bytes("salt", row.salt)?,
            leaf_hash: place.bytes("leaf_hash", row.leaf_hash)?,
            body: row.body,
        })
    }
}
