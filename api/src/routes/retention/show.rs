//! `GET /v1/retention`: what is kept, for how long and why, with numbers.

use chrono::{DateTime, TimeDelta, Utc};
use rokuon_db::retention_counts::{self, KeptCount, MonthCount};
use rokuon_policy::civil::civil_day;
use rokuon_policy::media_kind::MediaKind;
use rokuon_policy::policy::Policy;
use rokuon_policy::recording_state::Tier;
use rokuon_policy::retention::{self, Retention};
use serde_json::json;

use crate::access::acts::{Act, RetentionRead};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::problem::Problem;
use crate::routes::retention::model::{Kept, Month, Page, Rule};

/// What is kept, for how long and why
///
/// Numbers are of all departments: they tell of no call.
#[utoipa::path(
    get,
    path = "/v1/retention",
    operation_id = "retention_show",
    tag = "retention",
    responses((status = 200, description = "Found", body = Page)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(RetentionRead::NAME)),
        ("x-rokuon-audit" = json!(RetentionRead::EVENT)),
    ),
)]
pub async fn show(permitted: Permitted<RetentionRead>) -> Result<Json<Page>, Problem> {
    let mut tx = permitted.tx().await?;
    let kept = retention_counts::kept(&mut tx).await?;
    let months = retention_counts::months(&mut tx).await?;
    let event = permitted.event(json!({})).decided_by(&permitted.decision);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    let policy = &permitted.rules.policy;
    let rules = policy.retention.iter().map(|rule| {
        let kept = (rule.kind != MediaKind::CallLog).then(|| kept_of(rule.kind, &kept, &months));
        rule_of(policy, rule, kept, permitted.now)
    });
    Ok(Json(Page { effective_from: permitted.rules.effective_from, rules: rules.collect() }))
}

fn rule_of(policy: &Policy, rule: &Retention, kept: Option<Kept>, now: DateTime<Utc>) -> Rule {
    // The dates of a call that began just now. The end is the first instant after the last day.
    let dates = retention::dates(policy, rule.kind, now);
    Rule {
        kind: rule.kind.to_string(),
        article: rule.article.to_string(),
        article_label: rule.article.label_ja(),
        sentence: (&rule.sentence).into(),
        minimum: rule.minimum.map(|period| (&period.text()).into()),
        maximum: rule.maximum.map(|period| (&period.text()).into()),
        todays_last_day: dates.keep_until.map(|end| civil_day(end - TimeDelta::seconds(1))),
        tiers: rule.tiers.iter().map(Into::into).collect(),
        capacity: rule.capacity.as_ref().map(Into::into),
        erasure: rule.erasure.as_ref().map(Into::into),
        extension: rule.extension.as_ref().map(Into::into),
        kept,
    }
}

fn kept_of(kind: MediaKind, counts: &[KeptCount], months: &[MonthCount]) -> Kept {
    let mut kept = Kept::default();
    for count in counts.iter().filter(|count| count.media == kind) {
        match count.tier {
            Tier::Primary => kept.primary += count.recordings,
            Tier::Secondary => kept.secondary += count.recordings,
        }
        kept.held += count.held;
        kept.due += count.due;
        kept.oldest_started_at = kept.oldest_started_at.into_iter().chain(count.oldest).min();
    }
    for count in months.iter().filter(|count| count.media == kind) {
        match count.month {
            Some(month) => kept
                .months
                .push(Month { month: month.format("%Y-%m").to_string(), recordings: count.recordings }),
            None => kept.without_date += count.recordings,
        }
    }
    kept
}
