//! Periods counted in civil days of Japan (Civil Code arts. 138–143), in JST (+09:00, no summer time).

use chrono::{DateTime, Datelike, Days, FixedOffset, Months, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde::Serialize;

use crate::text::Text;

/// Japan Standard Time.
pub const JST: FixedOffset = match FixedOffset::east_opt(9 * 3600) {
    Some(jst) => jst,
    None => unreachable!(),
};

/// A length of time in civil units; written `{ days = 31 }`, `{ months = 6 }` in policy files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// Civil days.
    Days(u32),
    /// Weeks of seven days.
    Weeks(u32),
    /// Calendar months.
    Months(u32),
    /// Calendar years.
    Years(u32),
}

impl Period {
    /// The period in words: 31日間 / 31 days.
    pub fn text(self) -> Text {
        let (count, ja, one, many) = match self {
            Self::Days(n) => (n, "日間", "day", "days"),
            Self::Weeks(n) => (n, "週間", "week", "weeks"),
            Self::Months(n) => (n, "か月", "month", "months"),
            Self::Years(n) => (n, "年間", "year", "years"),
        };
        Text::new(format!("{count}{ja}"), format!("{count} {}", if count == 1 { one } else { many }))
    }

    /// Shortest and longest it can be, in days: for comparing periods of different units.
    pub fn days_range(self) -> (u64, u64) {
        match self {
            Self::Days(n) => (u64::from(n), u64::from(n)),
            Self::Weeks(n) => (u64::from(n) * 7, u64::from(n) * 7),
            Self::Months(n) => (u64::from(n) * 3044 / 100, (u64::from(n) * 3044).div_ceil(100)),
            Self::Years(n) => (u64::from(n) * 36524 / 100, (u64::from(n) * 36525).div_ceil(100)),
        }
    }
}

/// The civil day in Japan that `instant` falls on.
pub fn civil_day(instant: DateTime<Utc>) -> NaiveDate {
    instant.with_timezone(&JST).date_naive()
}

/// The first instant of a civil day in Japan. Saturates at the ends of the calendar.
pub fn day_begins(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN)
        .and_utc()
        .checked_sub_signed(TimeDelta::hours(9))
        .unwrap_or(DateTime::<Utc>::MIN_UTC)
}

/// The last civil day of a period that begins at `start`.
///
/// The day of the start is not counted, unless it starts at 00:00:00 exactly (Civil Code art. 140). Weeks, months and years
/// go by the calendar: the period ends on the day before the corresponding day, or, if the last month has none, on the last day of
/// that month (art. 143). The last day counts to its end (art. 141). Saturates at the end of the calendar.
pub fn last_day(start: DateTime<Utc>, period: Period) -> NaiveDate {
    let local = start.with_timezone(&JST);
    let first_counted = if local.time() == NaiveTime::MIN {
        local.date_naive()
    } else {
        local.date_naive().succ_opt().unwrap_or(NaiveDate::MAX)
    };
    let months = match period {
        Period::Days(n) => return days_from(first_counted, u64::from(n)),
        Period::Weeks(n) => return days_from(first_counted, u64::from(n) * 7),
        Period::Months(n) => n,
        Period::Years(n) => n.saturating_mul(12),
    };
    // `checked_add_months` gives the last day of a month that has no corresponding day: that day itself is then the last one.
    let Some(corresponding) = first_counted.checked_add_months(Months::new(months)) else {
        return NaiveDate::MAX;
    };
    if corresponding.day() == first_counted.day() {
        corresponding.pred_opt().unwrap_or(corresponding)
    } else {
        corresponding
    }
}

fn days_from(first_counted: NaiveDate, days: u64) -> NaiveDate {
    match days.checked_sub(1) {
        Some(more) => first_counted.checked_add_days(Days::new(more)).unwrap_or(NaiveDate::MAX),
        None => first_counted.pred_opt().unwrap_or(first_counted),
    }
}

/// The first instant after a period that begins at `start`: midnight in Japan after its last day.
pub fn period_ends(start: DateTime<Utc>, period: Period) -> DateTime<Utc> {
    last_day(start, period).succ_opt().map_or(DateTime::<Utc>::MAX_UTC, day_begins)
}
