//! An open request (disclosure, erasure, an authority's) is a hold that opens and closes by itself (INV-11, I15).

use chrono::{DateTime, Utc};

use crate::civil::{self, Period};

/// How long a refusal can be appealed against: the time for a request of review, and then for a suit.
pub const APPEAL: [Period; 2] = [Period::Days(90), Period::Months(3)];

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestEnd {
    /// What was asked for was done.
    Granted,
    /// It was withdrawn.
    Withdrawn,
    /// It was refused, wholly or in part: it can be appealed against.
    Refused,
}

/// The instant at which a request that closed at `closed_at` lets its recordings go: at once, or after the appeal period.
pub fn lets_go_at(end: RequestEnd, closed_at: DateTime<Utc>) -> DateTime<Utc> {
    match end {
        RequestEnd::Granted | RequestEnd::Withdrawn => closed_at,
        RequestEnd::Refused => {
            APPEAL.iter().fold(closed_at, |from, period| civil::period_ends(from, *period))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::at;

    // rule: I15
    #[test]
    fn a_refused_request_keeps_its_recordings_until_no_appeal_is_left() {
        let closed = at("2026-06-15T10:00:00+09:00");
        assert_eq!(lets_go_at(RequestEnd::Granted, closed), closed);
        assert_eq!(lets_go_at(RequestEnd::Withdrawn, closed), closed);
        // 90 days end on 13 September, and three months begin with the 14th
        assert_eq!(lets_go_at(RequestEnd::Refused, closed), at("2026-12-14T00:00:00+09:00"));
    }
}
