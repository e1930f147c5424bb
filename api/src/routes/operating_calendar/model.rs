//! The operating calendar, as the API writes it.

use chrono::{NaiveDate, NaiveTime, Weekday};
use rokuon_policy::device::OperatingHours;
use rokuon_policy::operating_calendar::SpecialDay as KnownDay;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::routes::coverage::model::{Day, HoursSource};
use crate::text::Text;

/// A weekday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DayOfWeek {
    /// 月
    Mon,
    /// 火
    Tue,
    /// 水
    Wed,
    /// 木
    Thu,
    /// 金
    Fri,
    /// 土
    Sat,
    /// 日
    Sun,
}

const WEEK: [(DayOfWeek, Weekday); 7] = [
    (DayOfWeek::Mon, Weekday::Mon),
    (DayOfWeek::Tue, Weekday::Tue),
    (DayOfWeek::Wed, Weekday::Wed),
    (DayOfWeek::Thu, Weekday::Thu),
    (DayOfWeek::Fri, Weekday::Fri),
    (DayOfWeek::Sat, Weekday::Sat),
    (DayOfWeek::Sun, Weekday::Sun),
];

/// Hours on some weekdays, in Japan's time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WeeklyHours {
    /// The weekdays.
    #[schema(min_items = 1, max_items = 7)]
    pub days: Vec<DayOfWeek>,
    /// From, as `HH:MM`.
    #[schema(example = "08:30", max_length = 5)]
    pub from: String,
    /// Until, as `HH:MM`; `24:00` is the end of the day.
    #[schema(example = "17:15", max_length = 5)]
    pub until: String,
}

/// `HH:MM`; `24:00` is 00:00 of the next day.
pub fn read_time(text: &str) -> Option<NaiveTime> {
    if text == "24:00" {
        return Some(NaiveTime::MIN);
    }
    (text.len() == 5).then(|| NaiveTime::parse_from_str(text, "%H:%M").ok()).flatten()
}

fn until_text(until: NaiveTime) -> String {
    if until == NaiveTime::MIN { "24:00".to_owned() } else { until.format("%H:%M").to_string() }
}

impl WeeklyHours {
    /// As the rules hold it; nothing when a time is no time or the hours end before they begin.
    pub fn read(&self) -> Option<OperatingHours> {
        let (from, until) = (read_time(&self.from)?, read_time(&self.until)?);
        let days: Vec<Weekday> =
            WEEK.iter().filter(|(day, _)| self.days.contains(day)).map(|(_, weekday)| *weekday).collect();
        let forward = from < until || until == NaiveTime::MIN;
        (forward && !days.is_empty()).then_some(OperatingHours { days, from, until })
    }

    /// From the rules.
    pub fn of(hours: &OperatingHours) -> Self {
        Self {
            days: WEEK.iter().filter(|(_, day)| hours.days.contains(day)).map(|(day, _)| *day).collect(),
            from: hours.from.format("%H:%M").to_string(),
            until: until_text(hours.until),
        }
    }
}

/// A day whose hours differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SpecialDay {
    /// The civil day in Japan.
    pub day: NaiveDate,
    /// From, as `HH:MM`; absent: closed all day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "09:00", max_length = 5)]
    pub from: Option<String>,
    /// Until, as `HH:MM`; `24:00` is the end of the day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "12:00", max_length = 5)]
    pub until: Option<String>,
    /// Why, in the tenant's words.
    #[schema(max_length = 100, example = "停電のため休館")]
    pub note: String,
}

impl From<&KnownDay> for SpecialDay {
    fn from(day: &KnownDay) -> Self {
        Self {
            day: day.day,
            from: day.hours.map(|(from, _)| from.format("%H:%M").to_string()),
            until: day.hours.map(|(_, until)| until_text(until)),
            note: day.note.clone(),
        }
    }
}

/// The tenant's own weekly hours.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OperatingHoursChange)]
pub struct HoursRequest {
    /// By weekday; none: recording is owed at all times.
    #[schema(max_items = 20)]
    pub hours: Vec<WeeklyHours>,
    /// Whether national holidays are closed.
    pub holidays_closed: bool,
}

/// The operating calendar.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = OperatingCalendar)]
pub struct Calendar {
    /// Where the weekly hours come from: `policy`, `tenant` or `always`. Those of the rules are not changed here.
    pub source: HoursSource,
    /// The article that sets them, where the rules do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    /// That article as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub article_label: Option<String>,
    /// What it asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentence: Option<Text>,
    /// The weekly hours.
    pub hours: Vec<WeeklyHours>,
    /// Whether national holidays are closed.
    pub holidays_closed: bool,
    /// The days that differ.
    pub special_days: Vec<SpecialDay>,
    /// Every day asked for, with its hours.
    pub days: Vec<Day>,
}
