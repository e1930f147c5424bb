//! `GET /v1/certificates`: the proofs of destruction.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use rokuon_db::certificates::{self, Filter};
use rokuon_policy::ids::RecordingId;
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::access::acts::{Act, CertificateList};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::query::{Query, cursor, page_size};
use crate::problem::Problem;
use crate::routes::certificates::model::{CertificateSummary, Page};

/// Which certificates.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Issued at or after this.
    pub from: Option<DateTime<Utc>>,
    /// Issued before this.
    pub to: Option<DateTime<Utc>>,
    /// Of this recording.
    pub recording: Option<Uuid>,
    /// `next_cursor` of the page before.
    #[param(max_length = 200)]
    pub cursor: Option<String>,
    /// How many a page; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// Where a page ended.
struct Cursor(DateTime<Utc>, Uuid);

impl FromStr for Cursor {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (micros, id) = text.split_once('.').ok_or(())?;
        let at = DateTime::from_timestamp_micros(micros.parse().map_err(|_| ())?).ok_or(())?;
        Ok(Self(at, Uuid::parse_str(id).map_err(|_| ())?))
    }
}

/// The proofs of destruction
#[utoipa::path(
    get,
    path = "/v1/certificates",
    operation_id = "certificates_list",
    tag = "certificates",
    params(ListQuery),
    responses((status = 200, description = "Found", body = Page)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(CertificateList::NAME)),
        ("x-rokuon-audit" = json!(CertificateList::EVENT)),
    ),
)]
pub async fn list(
    permitted: Permitted<CertificateList>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page>, Problem> {
    let limit = page_size(query.limit)?;
    let after: Option<Cursor> = cursor(query.cursor.as_deref())?;
    let filter = Filter {
        from: query.from,
        to: query.to,
        recording: query.recording.map(RecordingId),
        after: after.map(|Cursor(at, id)| (at, id)),
    };
    let mut tx = permitted.tx().await?;
    let mut found = certificates::list(&mut tx, &filter, limit + 1).await?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let detail =
        json!({ "from": query.from, "to": query.to, "recording": query.recording, "found": found.len() });
    let event = permitted.event(detail).decided_by(&permitted.decision);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    let next = found.last().filter(|_| more);
    let next_cursor = next.map(|last| format!("{}.{}", last.issued_at.timestamp_micros(), last.id.simple()));
    Ok(Json(Page { items: found.iter().map(CertificateSummary::from).collect(), next_cursor }))
}
