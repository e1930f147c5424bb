//! A tenant's whole operating calendar as loaded: its policy's part and its own.

use chrono::NaiveDate;
use rokuon_db::error::DbError;
use rokuon_db::operating_calendar;
use rokuon_db::tenant_tx::TenantTx;
use rokuon_policy::operating_calendar::{Calendar, SpecialDay, TenantHours};
use rokuon_policy::policy::Policy;

/// The tenant's own part.
#[derive(Debug, Clone, Default)]
pub struct OwnCalendar {
    /// Weekly hours, if it set any.
    pub hours: Option<TenantHours>,
    /// Days that differ.
    pub special: Vec<SpecialDay>,
}

impl OwnCalendar {
    /// Loads it for the days `first..=last`.
    ///
    /// # Errors
    /// [`DbError`].
    pub async fn load(tx: &mut TenantTx, first: NaiveDate, last: NaiveDate) -> Result<Self, DbError> {
        let hours = operating_calendar::hours(tx).await?;
        let special = operating_calendar::special_days(tx, first, last).await?;
        Ok(Self { hours, special })
    }

    /// Together with the policy's part.
    pub fn with<'a>(&'a self, policy: &'a Policy) -> Calendar<'a> {
        Calendar { policy: policy.calendar.as_ref(), tenant: self.hours.as_ref(), special: &self.special }
    }
}
