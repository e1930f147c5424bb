//! How the calls of a connection were, as sums a day: loss, jitter, codecs, proof of speakers, setup.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rokuon_policy::closed_list;
use rokuon_policy::ids::ConnectionId;

use crate::error::DbError;
use crate::row::{Place, signed};
use crate::tenant_tx::TenantTx;

closed_list! {
    /// What is summed.
    pub enum ConnectionFigure {
        /// Calls whose recording came to its end.
        CallsEnded = "calls_ended",
        /// Calls of these whose speakers are not proved against the labels.
        SpeakersUnproved = "speakers_unproved",
        /// Calls of these with nothing recorded at all.
        CallsFailed = "calls_failed",
        /// Streams of these calls that brought anything.
        Streams = "streams",
        /// Packets that should have come, by their sequence numbers.
        PacketsExpected = "packets_expected",
        /// Packets of these that never came.
        PacketsLost = "packets_lost",
        /// Worst interarrival jitter (RFC 3550 section 6.4.1) of each stream in microseconds, summed over streams.
        JitterMicros = "jitter_micros",
        /// Streams of PCMU.
        CodecPcmu = "codec_pcmu",
        /// Streams of PCMA.
        CodecPcma = "codec_pcma",
        /// Streams of G.722.
        CodecG722 = "codec_g722",
        /// Streams of G.729.
        CodecG729 = "codec_g729",
        /// Streams of Opus.
        CodecOpus = "codec_opus",
        /// Streams of VP8.
        CodecVp8 = "codec_vp8",
        /// Streams of H.264.
        CodecH264 = "codec_h264",
        /// Calls answered within 5 ms.
        SetupWithin5Ms = "setup_within_5_ms",
        /// Within 20 ms, not sooner.
        SetupWithin20Ms = "setup_within_20_ms",
        /// Within 50 ms, not sooner.
        SetupWithin50Ms = "setup_within_50_ms",
        /// Within 100 ms, not sooner.
        SetupWithin100Ms = "setup_within_100_ms",
        /// Within 250 ms, not sooner.
        SetupWithin250Ms = "setup_within_250_ms",
        /// Within a second, not sooner.
        SetupWithin1S = "setup_within_1_s",
        /// Later.
        SetupLonger = "setup_longer",
    }
}

/// The buckets of setup times, each with its upper bound in milliseconds; the last has none.
pub const SETUP_BUCKETS: [(ConnectionFigure, Option<u32>); 7] = [
    (ConnectionFigure::SetupWithin5Ms, Some(5)),
    (ConnectionFigure::SetupWithin20Ms, Some(20)),
    (ConnectionFigure::SetupWithin50Ms, Some(50)),
    (ConnectionFigure::SetupWithin100Ms, Some(100)),
    (ConnectionFigure::SetupWithin250Ms, Some(250)),
    (ConnectionFigure::SetupWithin1S, Some(1_000)),
    (ConnectionFigure::SetupLonger, None),
];

impl ConnectionFigure {
    /// The bucket of a call that was answered `setup` after its INVITE came.
    pub fn of_setup(setup: std::time::Duration) -> Self {
        let within = |bound: &Option<u32>| bound.is_some_and(|ms| setup.as_millis() <= u128::from(ms));
        SETUP_BUCKETS.iter().find(|(_, bound)| within(bound)).map_or(Self::SetupLonger, |(figure, _)| *figure)
    }

    /// The figure of a codec by its name as recordings spell it; `None` for one that is not counted.
    pub fn of_codec(codec: &str) -> Option<Self> {
        format!("codec_{codec}").parse().ok()
    }
}

/// Sums by figure; what is not there is zero.
pub type Figures = BTreeMap<ConnectionFigure, u64>;

/// The sums this program knows; a newer one may count more.
pub(crate) fn known_figures(named: BTreeMap<String, u64>) -> Figures {
    named.into_iter().filter_map(|(name, total)| Some((name.parse().ok()?, total))).collect()
}

/// Adds to the sums of a day.
///
/// # Errors
/// [`DbError::Conflict`] `connection_figures_connection` for an unknown connection.
pub async fn add(
    tx: &mut TenantTx,
    day: NaiveDate,
    connection: ConnectionId,
    figures: &Figures,
) -> Result<(), DbError> {
    // In the order of their names, so that two writers never wait for each other in a ring.
    let mut rows: Vec<(&str, i64)> =
        figures.iter().filter(|(_, n)| **n > 0).map(|(f, n)| (f.as_str(), signed(*n))).collect();
    rows.sort_unstable();
    let (names, totals): (Vec<&str>, Vec<i64>) = rows.into_iter().unzip();
    let (tenant, sql) = tx.parts();
    sqlx::query(
        "INSERT INTO connection_figures (
            tenant_id,
            day,
            connection_id,
            figure,
            total
        )
        SELECT $1, $2, $3, f.name, f.total
        FROM unnest($4::text[], $5::bigint[]) AS f (name, total)
        ON CONFLICT (tenant_id, day, connection_id, figure)
            DO UPDATE SET total = connection_figures.total + excluded.total",
    )
    .bind(tenant)
    .bind(day)
    .bind(connection.0)
    .bind(names)
    .bind(totals)
    .execute(sql)
    .await?;
    Ok(())
}

/// The sums of the days `from..=to` of one connection. A figure this program does not know is passed over.
///
/// # Errors
/// [`DbError`].
pub async fn sum(
    tx: &mut TenantTx,
    connection: ConnectionId,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Figures, DbError> {
    let (tenant, sql) = tx.parts();
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "SELECT figure, sum(total)::bigint
        FROM connection_figures
        WHERE tenant_id = $1 AND connection_id = $2 AND day BETWEEN $3 AND $4
        GROUP BY figure",
    )
    .bind(tenant)
    .bind(connection.0)
    .bind(from)
    .bind(to)
    .fetch_all(sql)
    .await?;
    let place = Place { table: "connection_figures", row: &connection };
    let known = rows.into_iter().filter_map(|(name, total)| Some((name.parse().ok()?, total)));
    known.map(|(figure, total)| Ok((figure, place.number("total", total)?))).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_setup_time_falls_into_the_first_bucket_that_holds_it() {
        for (ms, bucket) in [
            (0, ConnectionFigure::SetupWithin5Ms),
            (5, ConnectionFigure::SetupWithin5Ms),
            (6, ConnectionFigure::SetupWithin20Ms),
            (1_000, ConnectionFigure::SetupWithin1S),
            (1_001, ConnectionFigure::SetupLonger),
        ] {
            assert_eq!(ConnectionFigure::of_setup(Duration::from_millis(ms)), bucket, "{ms} ms");
        }
    }

    #[test]
    fn codecs_are_counted_by_the_name_recordings_spell() {
        assert_eq!(ConnectionFigure::of_codec("pcmu"), Some(ConnectionFigure::CodecPcmu));
        assert_eq!(ConnectionFigure::of_codec("speex"), None);
    }
}
