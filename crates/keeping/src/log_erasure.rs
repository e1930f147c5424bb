//! The call log has its own period (KB-3: the audio goes after two weeks, the log stays for years; what stays after it is counts).

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use rokuon_db::jobs::RunEnd;
use rokuon_db::log_erasure;
use rokuon_policy::civil::day_begins;
use rokuon_policy::media_kind::MediaKind;
use rokuon_policy::policy::Policy;
use rokuon_policy::retention;
use serde_json::json;

use crate::failure::KeepingError;
use crate::run::Run;

pub(crate) async fn run(run: &mut Run<'_>) -> Result<RunEnd, KeepingError> {
    let now = run.keeper.believe_time(run).await?;
    let rules = run.rules()?;
    let Some(until) = log_is_over_until(&rules.policy, now) else { return Ok(RunEnd::Done) };
    let article = retention::dates(&rules.policy, MediaKind::CallLog, now).article;
    loop {
        let at = run.keeper.times.now();
        let batch = run.keeper.limits.batch;
        let mut tx = run.tx().await?;
        let calls = log_erasure::erase_calls(&mut tx, until, at, batch).await?;
        let expected = log_erasure::erase_expected_calls(&mut tx, until, batch).await?;
        if calls == 0 && expected == 0 {
            tx.commit_read_only().await?;
            return Ok(RunEnd::Done);
        }
        let mut event = run.event("call_log.erase", at).with(json!({
            "calls": calls,
            "expected_calls": expected,
            "begun_until": until,
            "policy_version": rules.version,
        }));
        event.article = Some(article.clone());
        tx.commit_with(event).await?;
        run.keeper.interruption.at("log_erasure.committed")?;
        run.progress.done += calls;
        run.count("calls", calls);
        run.count("expected_calls", expected);
        run.report(None).await?;
    }
}

/// The last start of a call whose log is over at `now`. `None` when the policy ends no log.
pub fn log_is_over_until(policy: &Policy, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let ends = |start| {
        let dates = retention::dates(policy, MediaKind::CallLog, start);
        dates.keep_until.map(|until| dates.keep_at_least_until.map_or(until, |least| until.max(least)))
    };
    let over = |day: NaiveDate| ends(day_begins(day) + TimeDelta::seconds(1)).is_some_and(|end| end <= now);
    ends(now)?;
    // The day of the call is the only thing its end hangs on: the last day that is over is looked for by halving.
    let today = rokuon_policy::civil::civil_day(now);
    let (mut over_for, mut not_for) = (200 * 366_u64, 0_u64);
    let back = |days: u64| today.checked_sub_days(Days::new(days));
    if !back(over_for).is_some_and(over) {
        return None;
    }
    while over_for - not_for > 1 {
        let middle = u64::midpoint(over_for, not_for);
        if back(middle).is_some_and(over) { over_for = middle } else { not_for = middle }
    }
    // A call at the very midnight after that day ends with it (Civil Code art. 140, proviso).
    back(over_for)?.succ_opt().map(day_begins)
}
