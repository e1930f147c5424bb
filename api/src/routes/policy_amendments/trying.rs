//! Reads an amended document and counts what it would change.

use chrono::{DateTime, NaiveDate, Utc};
use rokuon_db::tenant_tx::TenantTx;
use rokuon_db::{deletion_forecast, policy_amendments};
use rokuon_policy::civil::{civil_day, day_begins};
use rokuon_policy::ids::{PersonId, RecordingId, TenantId};
use rokuon_policy::keeping::forecast;
use rokuon_policy::keeping::policy_change::{DELAY, shortened};
use rokuon_policy::policy::Policy;
use sha2::{Digest as _, Sha256};

use crate::access::acts::{Act, PolicyAmendmentPreview};
use crate::problem::Problem;
use crate::routes::deletion_forecast::model::ForecastExample;
use crate::routes::policy_amendments::model::Preview;

/// How many recordings are looked at.
const MOST: u64 = 200_000;
/// How many at once.
const BATCH: u32 = 5_000;
/// How many are shown.
const EXAMPLES: usize = 50;

/// The document, if it is whole, without mistakes, and this tenant's.
///
/// # Errors
/// `invalid-fields` naming `toml`, with each mistake.
pub fn read(toml: &str, tenant: &TenantId) -> Result<Policy, Problem> {
    if toml.len() > 200_000 {
        return Err(Problem::field("toml", "長すぎます", "is too long"));
    }
    let policy = Policy::parse(toml).map_err(|findings| {
        findings.iter().take(50).fold(
            Problem::new(crate::problem::Code::InvalidFields),
            |problem, finding| {
                let (place, reason) =
                    (format!("{}:{} {}", finding.line, finding.column, finding.path), &finding.reason);
                problem.and_field(
                    "toml",
                    format!("{place}: {}", reason.ja),
                    format!("{place}: {}", reason.en),
                )
            },
        )
    })?;
    if policy.tenant() != tenant {
        return Err(Problem::field("toml", "別の団体の規程です", "is another tenant's document"));
    }
    Ok(policy)
}

/// SHA-256 of a document, lower-case hex.
pub fn document_sha256(toml: &str) -> String {
    Sha256::digest(toml.as_bytes()).iter().map(|octet| format!("{octet:02x}")).collect()
}

/// Whether each of these people was shown what the document would change.
///
/// # Errors
/// `unavailable`.
pub async fn was_shown_to(tx: &mut TenantTx, toml: &str, people: &[PersonId]) -> Result<bool, Problem> {
    let sha256 = document_sha256(toml);
    for person in people {
        if !policy_amendments::was_previewed_by(tx, PolicyAmendmentPreview::EVENT, &sha256, *person).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What would change by the end of a day.
///
/// # Errors
/// `unavailable`.
pub async fn preview(
    tx: &mut TenantTx,
    old: &Policy,
    new: &Policy,
    day: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Preview, Problem> {
    let effective_from = new.effective_from();
    let in_force_from = day_begins(effective_from);
    let mut preview = Preview {
        effective_from,
        day,
        shortened: shortened(old, new).into_iter().map(Into::into).collect(),
        earliest_day: earliest_day(old, new, now),
        looked_at: 0,
        complete: true,
        destroyed_before: 0,
        destroyed_after: 0,
        more: 0,
        fewer: 0,
        examples: Vec::new(),
    };
    let mut after: Option<RecordingId> = None;
    loop {
        let rows = deletion_forecast::kept(tx, after, BATCH).await?;
        after = rows.last().map(|row| row.id);
        for row in &rows {
            preview.looked_at += 1;
            let before = forecast::by_the_end_of(&row.kept, day);
            let then = forecast::under(new, &row.kept, in_force_from, day);
            preview.destroyed_before += u64::from(before.is_some());
            preview.destroyed_after += u64::from(then.is_some());
            preview.fewer += u64::from(before.is_some() && then.is_none());
            if before.is_none() && then.is_some() {
                preview.more += 1;
                if preview.examples.len() < EXAMPLES {
                    preview.examples.push(ForecastExample::of(row, then.as_ref()));
                }
            }
        }
        if rows.len() < BATCH as usize {
            return Ok(preview);
        }
        if preview.looked_at >= MOST {
            preview.complete = false;
            return Ok(preview);
        }
    }
}

/// The first day on which it may take force if it is approved at `now`: whole days, so that no day begins before its time.
pub fn earliest_day(old: &Policy, new: &Policy, now: DateTime<Utc>) -> NaiveDate {
    let delay = if shortened(old, new).is_empty() { chrono::TimeDelta::zero() } else { DELAY };
    let day = civil_day(now + delay);
    day.succ_opt().unwrap_or(day)
}
