//! How much of the owed hours recording ran, and every gap with its cause (T-5.1). Exact arithmetic on stretches of time.

use serde::Serialize;

use crate::closed_list::closed_list;
use crate::ids::ConnectionId;
use crate::span::{Span, Spans};
use crate::text::Text;

closed_list! {
    /// Why recording could not run, most fundamental first: where two overlap, the first one is the cause.
    pub enum GapCause {
        /// No recorder was running.
        WorkerDown = "worker_down",
        /// The recorder's disk was full: new calls were refused.
        SpoolFull = "spool_full",
        /// The key service was away for so long that no new call could be encrypted: new calls were refused.
        KeysAway = "keys_away",
        /// The exchange was silent for longer than it ever should be.
        ConnectionSilent = "connection_silent",
    }
}

/// A stretch for which something is known to have been wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// What.
    pub cause: GapCause,
    /// When.
    pub span: Span,
    /// Of which connection; of all when absent.
    pub connection: Option<ConnectionId>,
}

/// A gap in the owed hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct CoverageGap {
    /// When.
    pub span: Span,
    /// Why.
    pub cause: GapCause,
    /// Of which connection; of all when absent.
    pub connection: Option<ConnectionId>,
}

/// How much of the owed hours recording ran.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Coverage {
    /// Owed, up to now.
    pub owed: Spans,
    /// Every gap in it, by time. Gaps of different connections may overlap.
    pub gaps: Vec<CoverageGap>,
}

impl Coverage {
    /// Measures. `connections` are those that count; with a fault of one connection only that one's hours are missing.
    ///
    /// What was wrong in general takes the place of what was wrong with a connection at the same time: a recorder that was
    /// down could hear no exchange.
    pub fn measure(owed: Spans, faults: &[Fault]) -> Self {
        let mut gaps = Vec::new();
        let mut explained = Spans::default();
        for cause in GapCause::ALL {
            let general = faults.iter().filter(|fault| fault.cause == *cause && fault.connection.is_none());
            let spans: Spans = general.map(|fault| fault.span).collect();
            let new = spans.intersection(&owed).without(&explained);
            gaps.extend(new.iter().map(|span| CoverageGap { span, cause: *cause, connection: None }));
            explained = explained.union(&new);
        }
        let mut connections: Vec<ConnectionId> = faults.iter().filter_map(|fault| fault.connection).collect();
        connections.sort_unstable();
        connections.dedup();
        for connection in connections {
            let mut explained = explained.clone();
            for cause in GapCause::ALL {
                let own = faults
                    .iter()
                    .filter(|fault| fault.cause == *cause && fault.connection == Some(connection));
                let spans: Spans = own.map(|fault| fault.span).collect();
                let new = spans.intersection(&owed).without(&explained);
                gaps.extend(new.iter().map(|span| CoverageGap {
                    span,
                    cause: *cause,
                    connection: Some(connection),
                }));
                explained = explained.union(&new);
            }
        }
        gaps.sort_unstable();
        Self { owed, gaps }
    }

    /// The stretches in which recording did not run on any connection, or, for one, on that one.
    pub fn missing(&self, connection: Option<ConnectionId>) -> Spans {
        let counts = |gap: &&CoverageGap| gap.connection.is_none() || gap.connection == connection;
        self.gaps.iter().filter(counts).map(|gap| gap.span).collect()
    }

    /// Hundredths of a percent of the owed time that are covered, rounded down: 10,000 only when nothing is missing. Nothing
    /// when nothing was owed.
    pub fn per_myriad(&self, connection: Option<ConnectionId>) -> Option<u32> {
        let owed = self.owed.total().num_milliseconds();
        let missing = self.missing(connection).total().num_milliseconds();
        (owed > 0).then(|| u32::try_from((owed - missing).max(0) * 10_000 / owed).unwrap_or(0))
    }
}

impl GapCause {
    /// What it means, for whoever has to explain a gap.
    pub fn sentence(self) -> Text {
        let (ja, en) = match self {
            Self::WorkerDown => (
                "録音装置が動いていませんでした。この間の通話は録音されていません。",
                "No recorder was running: calls of this time were not recorded.",
            ),
            Self::SpoolFull => (
                "録音装置の一時保管がいっぱいで、新しい通話を受けられませんでした。続いていた通話は録音しています。",
                "The recorder's spool was full: new calls were refused, those going on were recorded.",
            ),
            Self::KeysAway => (
                "鍵管理サービスに届かず、新しい通話を受けられませんでした。続いていた通話は録音しています。",
                "The key service was away: new calls were refused, those going on were recorded.",
            ),
            Self::ConnectionSilent => (
                "交換機から何も届きませんでした。録音装置は動いていましたが、通話があったかどうかは分かりません。",
                "Nothing came from the exchange. The recorder was running; whether there were calls is not known.",
            ),
        };
        Text::new(ja, en)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    fn span(from: i64, until: i64) -> Span {
        Span { from: at(from), until: at(until) }
    }

    fn fault(cause: GapCause, from: i64, until: i64, connection: Option<u128>) -> Fault {
        let connection = connection.map(|number| ConnectionId(Uuid::from_u128(number)));
        Fault { cause, span: span(from, until), connection }
    }

    // req: T-5.1
    #[test]
    fn every_gap_inside_the_hours_is_listed_once_with_its_first_cause() {
        use GapCause::{ConnectionSilent, SpoolFull, WorkerDown};
        let owed: Spans = [span(0, 60), span(120, 180)].into_iter().collect();
        let faults = [
            fault(WorkerDown, 50, 130, None),
            fault(SpoolFull, 125, 140, None),
            fault(ConnectionSilent, 20, 170, Some(1)),
            fault(ConnectionSilent, 175, 200, Some(2)),
        ];
        let coverage = Coverage::measure(owed, &faults);
        let one = Some(ConnectionId(Uuid::from_u128(1)));
        let two = Some(ConnectionId(Uuid::from_u128(2)));
        let gap = |cause, from, until, connection| CoverageGap { span: span(from, until), cause, connection };
        assert_eq!(
            coverage.gaps,
            [
                gap(ConnectionSilent, 20, 50, one),
                gap(WorkerDown, 50, 60, None),
                gap(WorkerDown, 120, 130, None),
                gap(SpoolFull, 130, 140, None),
                gap(ConnectionSilent, 140, 170, one),
                gap(ConnectionSilent, 175, 180, two),
            ]
        );
        assert_eq!(coverage.per_myriad(None), Some(90 * 10_000 / 120));
        assert_eq!(coverage.per_myriad(one), Some(30 * 10_000 / 120));
        assert_eq!(Coverage::default().per_myriad(None), None, "nothing was owed");
    }

    fn faults() -> impl Strategy<Value = Vec<Fault>> {
        let one = (0..GapCause::ALL.len(), 0..200_i64, 1..40_i64, proptest::option::of(1..3_u128));
        proptest::collection::vec(
            one.prop_map(|(cause, from, length, connection)| {
                fault(GapCause::ALL[cause], from, from + length, connection)
            }),
            0..12,
        )
    }

    proptest! {
        #[test]
        fn no_gap_is_invented_and_none_is_left_out(faults in faults(), hours in proptest::collection::vec((0..200_i64, 1..60_i64), 0..6)) {
            let owed: Spans = hours.into_iter().map(|(from, length)| span(from, from + length)).collect();
            let coverage = Coverage::measure(owed.clone(), &faults);
            for connection in [None, Some(ConnectionId(Uuid::from_u128(1))), Some(ConnectionId(Uuid::from_u128(2)))] {
                let counts = |fault: &&Fault| fault.connection.is_none() || fault.connection == connection;
                let wrong: Spans = faults.iter().filter(counts).map(|fault| fault.span).collect();
                prop_assert_eq!(coverage.missing(connection), wrong.intersection(&owed));
                let own: Vec<_> = coverage.gaps.iter().filter(|gap| gap.connection.is_none() || gap.connection == connection).collect();
                let sum = own.iter().fold(TimeDelta::zero(), |sum, gap| sum + gap.span.length());
                prop_assert_eq!(sum, coverage.missing(connection).total(), "gaps of one connection never overlap");
                if let Some(covered) = coverage.per_myriad(connection) {
                    prop_assert!(covered <= 10_000);
                    prop_assert_eq!(covered == 10_000, own.is_empty());
                }
            }
        }
    }
}
