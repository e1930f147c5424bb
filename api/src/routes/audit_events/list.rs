//! `GET /v1/audit-events`: read the audit trail.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rokuon_db::audit_search::{self, AuditCursor, AuditFilter, AuditPage};
use rokuon_db::tenant_tx::TenantTx;
use rokuon_db::{appointments, people};
use rokuon_policy::ids::PersonId;
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::access::acts::{Act, AuditRead};
use crate::access::permitted::Permitted;
use crate::access::reach::Reach;
use crate::extract::json::Json;
use crate::extract::query::{Query, cursor, page_size};
use crate::problem::Problem;
use crate::routes::audit_events::model::{AuditEvent, Page};

/// How many times 200 events are read for one answer.
const MOST_READS: u32 = 10;

/// Which events.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Events at or after this.
    pub from: Option<DateTime<Utc>>,
    /// Events before this.
    pub to: Option<DateTime<Utc>>,
    /// The person who acted.
    pub actor: Option<Uuid>,
    /// A kind, such as `play.start`, or its first part, such as `play`.
    #[param(max_length = 64, example = "play.start")]
    pub kind: Option<String>,
    /// The id of what was acted on.
    #[param(max_length = 64)]
    pub object: Option<String>,
    /// `next_cursor` of the page before.
    #[param(max_length = 200)]
    pub cursor: Option<String>,
    /// How many a page; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// Read the audit trail
#[utoipa::path(
    get,
    path = "/v1/audit-events",
    operation_id = "audit_events_list",
    tag = "audit-events",
    params(ListQuery),
    responses((status = 200, description = "Found", body = Page)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(AuditRead::NAME)),
        ("x-rokuon-audit" = json!(AuditRead::EVENT)),
    ),
)]
pub async fn list(
    permitted: Permitted<AuditRead>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page>, Problem> {
    let limit = page_size(query.limit)?;
    let filter = AuditFilter {
        from: query.from,
        to: query.to,
        actor: query.actor.map(PersonId),
        kind: query.kind.clone(),
        object_kind: None,
        object_id: query.object.clone(),
        after: cursor(query.cursor.as_deref())?,
    };
    let mut tx = permitted.tx().await?;
    let page = page_within_reach(&permitted, &mut tx, filter, limit).await?;
    let asked = json!({
        "from": query.from, "to": query.to, "actor": query.actor, "kind": query.kind, "object": query.object,
        "found": page.items.len(),
    });
    let event = permitted.event(asked).decided_by(&permitted.decision);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    let next_cursor = page.next.map(|next| next.to_string());
    Ok(Json(Page { items: page.items.into_iter().map(AuditEvent::from).collect(), next_cursor }))
}

/// A page of what the person may read. Whoever holds a post of one department reads the acts of its people: events are
/// read on until the page is full, the trail ends, or enough were read for one answer.
async fn page_within_reach(
    permitted: &Permitted<AuditRead>,
    tx: &mut TenantTx,
    mut filter: AuditFilter,
    limit: u32,
) -> Result<AuditPage, Problem> {
    let reach = Reach::of(permitted, AuditRead::CAPABILITY);
    if reach == Reach::Everybody {
        return Ok(audit_search::search(tx, &filter, limit).await?);
    }
    let appointments = appointments::list(tx).await?;
    let mut within = BTreeSet::new();
    for person in people::list(tx).await? {
        let held = appointments.iter().filter(|(holder, _)| *holder == person.id).map(|(_, held)| held);
        if reach.reaches(&person, held) {
            within.insert(person.id);
        }
    }
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut page = AuditPage { items: Vec::new(), next: None };
    for _ in 0..MOST_READS {
        let read = audit_search::search(tx, &filter, 200).await?;
        page.next = read.next;
        for entry in read.items {
            let place = AuditCursor { at: entry.at, seq: entry.seq };
            if entry.person.is_some_and(|person| within.contains(&person)) {
                if page.items.len() == size {
                    return Ok(page);
                }
                page.items.push(entry);
            }
            if page.items.len() == size {
                page.next = Some(place);
            }
        }
        let Some(next) = page.next.filter(|_| page.items.len() < size) else { return Ok(page) };
        filter.after = Some(next);
    }
    Ok(page)
}
