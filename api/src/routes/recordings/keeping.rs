//! Why a recording is kept: the holds on it, and how far its destruction is.

use chrono::{DateTime, Utc};
use rokuon_db::tenant_tx::TenantTx;
use rokuon_db::{holds, keeping};
use rokuon_policy::ids::RecordingId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::session::Session;
use crate::problem::{Code, Problem};
use crate::routes::announcements::shown::Names;
use crate::routes::certificates::model::DueReason;
use crate::routes::holds::model::Hold;
use crate::routes::holds::shown::hold_of;

/// What keeps a recording, and what is to become of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = RecordingKeeping)]
pub struct Keeping {
    /// The active holds on it, oldest first: while there is one, nothing destroys it.
    pub holds: Vec<Hold>,
    /// After its last hold was released it is left alone until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grace_until: Option<DateTime<Utc>>,
    /// Why it is to be destroyed. With an erasure that was approved and waits behind holds it is not due yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_reason: Option<DueReason>,
    /// The article of that, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_article_label: Option<String>,
    /// Since when it waits for destruction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<Utc>>,
    /// When its destruction was committed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destroying_at: Option<DateTime<Utc>>,
}

/// What keeps a recording, as this person is shown it.
///
/// # Errors
/// `unavailable`.
pub async fn keeping_of(
    session: &Session,
    tx: &mut TenantTx,
    recording: RecordingId,
) -> Result<Keeping, Problem> {
    let holds = holds::on_recording(tx, recording).await?;
    let row = keeping::find(tx, &[recording]).await?.pop().ok_or_else(|| Problem::new(Code::NotFound))?;
    let mut names = Names::default();
    let people: Vec<_> = holds.iter().flat_map(holds::Hold::people).collect();
    names.look_up(tx, people).await?;
    Ok(Keeping {
        holds: holds.iter().map(|hold| hold_of(session, hold, &names)).collect(),
        grace_until: row.kept.hold_grace_until.filter(|until| *until > session.now),
        due_reason: row.kept.cause.as_ref().map(|cause| cause.reason.into()),
        due_article_label: row.kept.cause.as_ref().map(|cause| cause.article.label_ja()),
        due_at: row.due_at,
        destroying_at: row.destroying_at,
    })
}
