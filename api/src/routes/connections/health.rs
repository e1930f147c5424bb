//! `GET /v1/connections/{id}/health`: how the calls of a connection were.

use chrono::{DateTime, Days, NaiveDate, Utc};
use rokuon_db::connection_figures::{self, ConnectionFigure, Figures as DbFigures, SETUP_BUCKETS};
use rokuon_db::unrecorded_counts::{self, LateCount, REFUSED};
use rokuon_db::{connections, registration_accounts};
use rokuon_policy::ids::ConnectionId;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::access::acts::{Act, ConnectionHealthView};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::connections::list::today;
use crate::routes::connections::model::Account;
use crate::routes::connections::standing::{Reason, Standing, judge};

/// So many days before today belong to the week.
const DAYS_BEFORE: u64 = 6;

/// How often one codec was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ConnectionCodec)]
pub struct Codec {
    /// Its name: `pcmu`, `pcma`, `g722`, `g729`, `opus`, `vp8`, `h264`.
    pub codec: &'static str,
    /// Streams that came in it.
    pub streams: u64,
}

/// What calls were like over some days, as far as they ended.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ConnectionFigures)]
pub struct Figures {
    /// Calls that ended.
    pub calls_ended: u64,
    /// Calls of these that could not be kept at all.
    pub calls_failed: u64,
    /// Calls of these whose speakers are not proved.
    pub speakers_unproved: u64,
    /// Packets that never came, in per cent of those that should have; absent when none should.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loss_percent: Option<f64>,
    /// Each stream's worst jitter (RFC 3550) in milliseconds, as a mean over streams; absent without a stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jitter_ms: Option<f64>,
    /// The codecs, most used first.
    pub codecs: Vec<Codec>,
    /// Half of the calls were answered within so many milliseconds; absent when none was timed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setup_median_ms: Option<u32>,
}

/// How many calls met one fate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ConnectionCount)]
pub struct Count {
    /// Why, such as `no_codec` or `line_not_listed`.
    #[schema(example = "no_codec")]
    pub reason: String,
    /// Today.
    pub today: u64,
    /// In seven days, today included.
    pub week: u64,
}

/// How a connection does.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ConnectionHealth)]
pub struct Health {
    /// In one word.
    pub standing: Standing,
    /// Why; empty when all is well.
    pub reasons: Vec<Reason>,
    /// When the last call came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_call_at: Option<DateTime<Utc>>,
    /// When it last showed itself in any way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_heard_at: Option<DateTime<Utc>>,
    /// Calls kept since midnight in Japan.
    pub calls_today: u64,
    /// How its registration stands, of a connection of that kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Account>,
    /// Today.
    pub today: Figures,
    /// In seven days, today included.
    pub week: Figures,
    /// Calls that were refused, by reason, most first.
    pub refused: Vec<Count>,
    /// Calls that were answered and, by the tenant's rules, not kept.
    pub not_kept: Vec<Count>,
    /// The civil days in Japan this is about: the first and the last.
    #[schema(value_type = Vec<String>)]
    pub days: [NaiveDate; 2],
}

/// How the calls of a connection were
#[utoipa::path(
    get,
    path = "/v1/connections/{id}/health",
    operation_id = "connections_health",
    tag = "connections",
    params(("id" = Uuid, Path, description = "The connection")),
    responses((status = 200, description = "Found", body = Health)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(ConnectionHealthView::NAME)),
        ("x-rokuon-audit" = json!(ConnectionHealthView::EVENT)),
    ),
)]
pub async fn health(
    permitted: Permitted<ConnectionHealthView>,
    Path(id): Path<Uuid>,
) -> Result<Json<Health>, Problem> {
    let id = ConnectionId(id);
    let (day, began) = today(&permitted);
    let first = day.checked_sub_days(Days::new(DAYS_BEFORE)).unwrap_or(day);
    let mut tx = permitted.tx().await?;
    let found = connections::find(&mut tx, id, day, began).await?;
    let found = found.ok_or_else(|| Problem::new(Code::NotFound))?;
    let account = registration_accounts::find(&mut tx, id).await?;
    let week = connection_figures::sum(&mut tx, id, first, day).await?;
    let counts = unrecorded_counts::of_connection(&mut tx, id, first, day).await?;
    let event = permitted.event(json!({})).decided_by(&permitted.decision).on("connection", id);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    let (standing, reasons) = judge(&found, permitted.now);
    let (refused, not_kept) =
        counts.into_iter().partition::<Vec<_>, _>(|one| one.reason.starts_with(REFUSED));
    Ok(Json(Health {
        standing,
        reasons,
        last_call_at: found.last_call_at,
        last_heard_at: found.last_heartbeat_at.max(found.last_call_at),
        calls_today: found.calls_today,
        account: account.map(Account::of),
        today: Figures::of(&found.figures_today),
        week: Figures::of(&week),
        refused: refused.into_iter().map(count).collect(),
        not_kept: not_kept.into_iter().map(count).collect(),
        days: [first, day],
    }))
}

fn count(late: LateCount) -> Count {
    let reason = late.reason.strip_prefix(REFUSED).map(str::to_owned).unwrap_or(late.reason);
    Count { reason, today: late.today, week: late.total }
}

impl Figures {
    /// Sums as people read them.
    fn of(sums: &DbFigures) -> Self {
        let sum = |figure| sums.get(&figure).copied().unwrap_or_default();
        let part =
            |part: u64, whole: u64, scale: f64| (whole > 0).then(|| part as f64 / whole as f64 * scale);
        let mut codecs: Vec<Codec> = ConnectionFigure::ALL
            .iter()
            .filter_map(|figure| {
                Some(Codec { codec: figure.as_str().strip_prefix("codec_")?, streams: sum(*figure) })
            })
            .filter(|codec| codec.streams > 0)
            .collect();
        codecs.sort_by_key(|codec| std::cmp::Reverse(codec.streams));
        Self {
            calls_ended: sum(ConnectionFigure::CallsEnded),
            calls_failed: sum(ConnectionFigure::CallsFailed),
            speakers_unproved: sum(ConnectionFigure::SpeakersUnproved),
            loss_percent: part(
                sum(ConnectionFigure::PacketsLost),
                sum(ConnectionFigure::PacketsExpected),
                100.0,
            ),
            jitter_ms: part(sum(ConnectionFigure::JitterMicros), sum(ConnectionFigure::Streams), 0.001),
            codecs,
            setup_median_ms: setup_median(sums),
        }
    }
}

/// The upper bound of the bucket that holds the median; `None` when nothing was timed, or half took longer than any bound.
fn setup_median(sums: &DbFigures) -> Option<u32> {
    let of = |figure| sums.get(&figure).copied().unwrap_or_default();
    let all: u64 = SETUP_BUCKETS.iter().map(|(figure, _)| of(*figure)).sum();
    let mut seen = 0;
    let median = SETUP_BUCKETS.iter().find(|(figure, _)| {
        seen += of(*figure);
        seen * 2 >= all
    });
    (all > 0).then(|| median.and_then(|(_, bound)| *bound)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_become_what_people_read() {
        let sums = DbFigures::from([
            (ConnectionFigure::CallsEnded, 3),
            (ConnectionFigure::Streams, 4),
            (ConnectionFigure::PacketsExpected, 1_000),
            (ConnectionFigure::PacketsLost, 5),
            (ConnectionFigure::JitterMicros, 8_000),
            (ConnectionFigure::CodecPcma, 1),
            (ConnectionFigure::CodecOpus, 3),
            (ConnectionFigure::SetupWithin5Ms, 1),
            (ConnectionFigure::SetupWithin20Ms, 2),
        ]);
        let figures = Figures::of(&sums);
        assert_eq!((figures.calls_ended, figures.calls_failed, figures.speakers_unproved), (3, 0, 0));
        assert_eq!(
            (figures.loss_percent, figures.jitter_ms, figures.setup_median_ms),
            (Some(0.5), Some(2.0), Some(20))
        );
        let codecs = [Codec { codec: "opus", streams: 3 }, Codec { codec: "pcma", streams: 1 }];
        assert_eq!(figures.codecs, codecs);
        let none = Figures::of(&DbFigures::new());
        assert_eq!((none.loss_percent, none.jitter_ms, none.setup_median_ms), (None, None, None));
        let slow = DbFigures::from([(ConnectionFigure::SetupLonger, 2)]);
        assert_eq!(Figures::of(&slow).setup_median_ms, None);
    }
}
