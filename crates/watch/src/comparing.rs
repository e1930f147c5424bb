//! Compares the calls an exchange says there were with those we know.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use rokuon_db::error::DbError;
use rokuon_db::expected_calls::{self, FoundExpected};
use rokuon_db::tenant_tx::TenantTx;
use rokuon_db::{lines, unrecorded_counts, untaken_minutes};
use rokuon_policy::expected_call::{
    ExpectedCall, ExpectedCause, ExpectedVerdict, Explanation, SKEW, Surroundings, Untaken, pair,
};
use rokuon_policy::policy::Policy;
use rokuon_policy::span::Span;

use crate::evidence;

/// A call may still be arriving in our rows for so long after it ended: till then it is not called missing.
const ARRIVING: TimeDelta = TimeDelta::seconds(30);

/// Compares those whose turn it is, of six hours at most. Says how many were settled.
///
/// # Errors
/// [`DbError`].
pub async fn compare(mut tx: TenantTx, policy: &Policy, now: DateTime<Utc>) -> Result<usize, DbError> {
    let due = expected_calls::due(&mut tx, now).await?;
    let arrived =
        |one: &FoundExpected| one.call.started_at + one.call.duration.unwrap_or_default() + ARRIVING <= now;
    let (Some(first), Some(last)) = (due.first(), due.last()) else {
        tx.commit_read_only().await?;
        return Ok(0);
    };
    let until = last.call.started_at + TimeDelta::seconds(1);
    let span = Span { from: first.call.started_at, until };
    let known = expected_calls::candidates(&mut tx, span).await?;
    let expected: Vec<ExpectedCall> = due.iter().map(|one| one.call.clone()).collect();
    let pairs = pair(&expected, &known);
    let around = Span { from: span.from - SKEW, until: span.until + SKEW };
    let evidence = evidence::gather(&mut tx, policy, around, now).await?;
    let untaken = untaken_minutes::within(&mut tx, around).await?;
    let lines = lines::list(&mut tx).await?;
    let mut surroundings = Surroundings {
        policy,
        lines: &lines,
        faults: evidence.faults,
        untaken: untaken
            .into_iter()
            .map(|one| Untaken {
                minute: one.minute,
                connection: one.connection,
                not_started: one.reason == unrecorded_counts::NOT_STARTED,
                left: one.count,
            })
            .collect(),
    };
    let found: BTreeMap<usize, usize> = pairs.into_iter().collect();
    let settled: Vec<_> = due
        .iter()
        .enumerate()
        .filter_map(|(place, one)| match found.get(&place).and_then(|other| known.get(*other)) {
            Some(call) => Some((one.id, found_as(call.kept), Some(call.call))),
            None if arrived(one) => Some((one.id, surroundings.explain(&one.call), None)),
            None => None,
        })
        .collect();
    if settled.is_empty() {
        tx.commit_read_only().await?;
        return Ok(0);
    }
    expected_calls::settle(&mut tx, &settled, now).await?;
    tx.commit_bookkeeping().await?;
    Ok(settled.len())
}

const fn found_as(kept: bool) -> Explanation {
    if kept {
        Explanation { verdict: ExpectedVerdict::Recorded, cause: None, article: None }
    } else {
        let cause = Some(ExpectedCause::RecordingFailed);
        Explanation { verdict: ExpectedVerdict::Missing, cause, article: None }
    }
}
