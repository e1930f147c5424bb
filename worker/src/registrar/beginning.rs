//! The first rows of a call, with what its connection is expected to do: announce, or prove itself by a test call.

use rokuon_db::announcements::Announcement;
use rokuon_db::calls::{self, CallStarted};
use rokuon_db::connection_watches;
use rokuon_db::tenant_tx::TenantTx;
use rokuon_policy::announcement::{AnnouncementStatus, NotedBy};
use rokuon_policy::pii::Pii;

use super::RegisterError;

/// Writes a call's first rows; says whether this write did it.
pub(super) async fn begin(tx: &mut TenantTx, rows: &CallStarted) -> Result<bool, RegisterError> {
    let watch = connection_watches::find(tx, rows.connection).await?;
    let mut rows = rows.clone();
    let announces = watch.as_ref().is_some_and(|watch| watch.announces);
    if announces && rows.announcement.by != NotedBy::Line {
        rows.announcement = Announcement::by_rule(AnnouncementStatus::ToldBeforehand, NotedBy::Connection);
    }
    if !calls::start(tx, &rows).await? {
        return Ok(false);
    }
    let canary = watch.and_then(|watch| watch.canary);
    let is = |number: &Option<Pii<String>>| {
        canary.as_ref().is_some_and(|one| number.as_ref() == Some(&one.digits))
    };
    if is(&rows.facts.caller.number) || is(&rows.facts.called.number) {
        calls::mark_canary(tx, rows.call).await?;
        connection_watches::canary_came(tx, rows.connection, rows.started_at).await?;
    }
    Ok(true)
}
