//! Calls that were answered and not kept, as numbers a day; and calls that were refused.

use chrono::NaiveDate;
use rokuon_policy::closed_list;
use rokuon_policy::ids::ConnectionId;
use uuid::Uuid;

use crate::error::DbError;
use crate::row::{Place, signed};
use crate::tenant_tx::TenantTx;

/// How the reasons of calls begin that were not answered with a recording at all; they are counted here too.
pub const REFUSED: &str = "refused_";

closed_list! {
    /// Why a call was refused.
    pub enum RefusalReason {
        /// As many calls are live as this worker takes.
        Full = "full",
        /// The worker is being stopped and takes no new call.
        Draining = "draining",
        /// The INVITE brought no offer and none could be made.
        NoOffer = "no_offer",
        /// None of the offered codecs is one we record.
        NoCodec = "no_codec",
        /// No media port was free.
        NoPort = "no_port",
        /// The recorder could not begin (no data key, no room in the spool, spool broken).
        Recorder = "recorder",
        /// It came over UDP or TCP although the connection asks for TLS.
        TlsRequired = "tls_required",
        /// The TLS client certificate is none of the connection's.
        TlsClient = "tls_client",
        /// Plain RTP was offered although the connection asks for SRTP.
        SrtpRequired = "srtp_required",
        /// SRTP was offered in a way we cannot take.
        SrtpUnusable = "srtp_unusable",
        /// The digest or token was wrong.
        Credential = "credential",
        /// It named the connection and came from a network that is not the connection's.
        Source = "source",
    }
}

impl RefusalReason {
    /// The reason it is counted under.
    pub fn counted_as(self) -> String {
        format!("{REFUSED}{self}")
    }
}

/// The reason of calls whose recording waited to be started by hand, and nobody did.
pub const NOT_STARTED: &str = "on_demand_not_started";

/// How many of one kind on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnrecordedCount {
    /// The civil day in Japan.
    pub day: NaiveDate,
    /// Where they came from.
    pub connection: ConnectionId,
    /// The connection's name.
    pub connection_name: String,
    /// Why: the rule that decided.
    pub reason: String,
    /// The article it stands on, empty when none.
    pub article: String,
    /// How many.
    pub count: u64,
}

/// Counts one more.
///
/// # Errors
/// [`DbError::Conflict`] `unrecorded_counts_connection` for an unknown connection.
pub async fn add(
    tx: &mut TenantTx,
    day: NaiveDate,
    connection: ConnectionId,
    reason: &str,
    article: &str,
) -> Result<(), DbError> {
    add_many(tx, day, connection, (reason, article), 1).await
}

/// Counts so many more of one reason and its article.
///
/// # Errors
/// As [`add`].
pub async fn add_many(
    tx: &mut TenantTx,
    day: NaiveDate,
    connection: ConnectionId,
    (reason, article): (&str, &str),
    count: u64,
) -> Result<(), DbError> {
    let (tenant, sql) = tx.parts();
    sqlx::query(
        "INSERT INTO unrecorded_counts (
            tenant_id,
            day,
            connection_id,
            reason,
            article,
            count
        )
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (tenant_id, day, connection_id, reason, article)
            DO UPDATE SET count = unrecorded_counts.count + excluded.count",
    )
    .bind(tenant)
    .bind(day)
    .bind(connection.0)
    .bind(reason)
    .bind(article)
    .bind(signed(count))
    .execute(sql)
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    day: NaiveDate,
    connection_id: Uuid,
    name: String,
    reason: String,
    article: String,
    count: i64,
}

/// The counts of the days `from..=to`, newest day first.
///
/// # Errors
/// [`DbError`].
pub async fn list(
    tx: &mut TenantTx,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<UnrecordedCount>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT
            u.day,
            u.connection_id,
            c.name,
            u.reason,
            u.article,
            u.count
        FROM unrecorded_counts u
        JOIN connections c USING (tenant_id, connection_id)
        WHERE u.tenant_id = $1 AND u.day BETWEEN $2 AND $3
        ORDER BY u.day DESC, c.name, u.reason, u.article",
    )
    .bind(tenant)
    .bind(from)
    .bind(to)
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let place = Place { table: "unrecorded_counts", row: &row.day };
            Ok(UnrecordedCount {
                day: row.day,
                connection: ConnectionId(row.connection_id),
                count: place.number("count", row.count)?,
                connection_name: row.name,
                reason: row.reason,
                article: row.article,
            })
        })
        .collect()
}

/// How many calls of one connection were not kept or refused for one reason, lately.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateCount {
    /// Why: the rule that decided, or [`REFUSED`] with a [`RefusalReason`].
    pub reason: String,
    /// On the last day.
    pub today: u64,
    /// On all the days.
    pub total: u64,
}

/// The counts of one connection on the days `from..=to` by reason, most frequent first.
///
/// # Errors
/// [`DbError`].
pub async fn of_connection(
    tx: &mut TenantTx,
    connection: ConnectionId,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<LateCount>, DbError> {
    let (tenant, sql) = tx.parts();
    let rows: Vec<(String, i64, i64)> = sqlx::query_as(
        "SELECT
            reason,
            coalesce(sum(count) FILTER (WHERE day = $4), 0)::bigint,
            sum(count)::bigint
        FROM unrecorded_counts
        WHERE tenant_id = $1 AND connection_id = $2 AND day BETWEEN $3 AND $4
        GROUP BY reason
        ORDER BY 3 DESC, reason",
    )
    .bind(tenant)
    .bind(connection.0)
    .bind(from)
    .bind(to)
    .fetch_all(sql)
    .await?;
    rows.into_iter()
        .map(|(reason, today, total)| {
            let place = Place { table: "unrecorded_counts", row: &reason };
            let (today, total) = (place.number("count", today)?, place.number("count", total)?);
            Ok(LateCount { reason, today, total })
        })
        .collect()
}
