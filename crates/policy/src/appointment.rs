//! A post held by a person from–to.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{AppointmentId, DepartmentId};

/// One person's holding of one post. Times are UTC; `until` is the first instant it no longer holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointment {
    /// Its id.
    pub id: AppointmentId,
    /// The post's key in the policy.
    pub post: String,
    /// The department, for posts whose scope is a department.
    pub department: Option<DepartmentId>,
    /// First instant it holds.
    pub from: DateTime<Utc>,
    /// First instant it no longer holds; open when absent.
    pub until: Option<DateTime<Utc>>,
    /// The day of the recorded training, where the post asks for one.
    pub trained_on: Option<NaiveDate>,
}

impl Appointment {
    /// Whether it holds at `now`.
    pub fn holds_at(&self, now: DateTime<Utc>) -> bool {
        self.from <= now && self.until.is_none_or(|until| now < until)
    }
}
