//! In which hours recording is owed (T-5.1): the ordinance's hours, the tenant's own, and days that differ.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde::Serialize;

use crate::civil::day_begins;
use crate::closed_list::closed_list;
use crate::device::{ClosedDays, OperatingCalendar, OperatingHours};
use crate::national_holidays;
use crate::span::{Span, Spans};
use crate::text::Text;

closed_list! {
    /// Why a day has the hours it has.
    pub enum HoursFrom {
        /// The document's weekly hours.
        Policy = "policy",
        /// The tenant's own weekly hours.
        Tenant = "tenant",
        /// Nobody set hours: recording is owed at all times.
        Always = "always",
        /// The tenant entered this day as a special one.
        SpecialDay = "special_day",
        /// Closed every year on this day.
        YearlyClosing = "yearly_closing",
        /// A national holiday.
        NationalHoliday = "national_holiday",
    }
}

/// A day whose hours differ from the weekly ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SpecialDay {
    /// Which day.
    pub day: NaiveDate,
    /// Its hours; none: closed. `until` 00:00 is the end of the day.
    pub hours: Option<(NaiveTime, NaiveTime)>,
    /// Why, in the tenant's words.
    pub note: String,
}

/// Weekly hours the tenant sets where its document sets none.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct TenantHours {
    /// By weekday, in JST.
    pub hours: Vec<OperatingHours>,
    /// Whether national holidays are closed.
    pub holidays_closed: bool,
}

/// Everything that says when recording is owed.
#[derive(Debug, Clone, Copy)]
pub struct Calendar<'a> {
    /// The document's hours.
    pub policy: Option<&'a OperatingCalendar>,
    /// The tenant's hours; used only where the document has none.
    pub tenant: Option<&'a TenantHours>,
    /// Days that differ.
    pub special: &'a [SpecialDay],
}

/// The hours of one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DayHours {
    /// Why these.
    pub from: HoursFrom,
    /// When recording is owed.
    pub owed: Spans,
    /// The holiday's name or the tenant's note.
    pub note: Option<Text>,
}

impl Calendar<'_> {
    /// The hours of a civil day in Japan. A special day comes before everything, a yearly closing before a holiday.
    pub fn hours_of(&self, day: NaiveDate) -> DayHours {
        if let Some(special) = self.special.iter().find(|special| special.day == day) {
            let owed =
                special.hours.into_iter().filter_map(|(from, until)| span_of(day, from, until)).collect();
            let note = Text::new(special.note.clone(), special.note.clone());
            return DayHours { from: HoursFrom::SpecialDay, owed, note: Some(note) };
        }
        let closed = |from, note| DayHours { from, owed: Spans::default(), note };
        let weekly = match (self.policy, self.tenant.filter(|tenant| !tenant.hours.is_empty())) {
            (Some(policy), _) => {
                if policy.closed.iter().any(|closing| is_closed(closing, day)) {
                    return closed(HoursFrom::YearlyClosing, None);
                }
                (HoursFrom::Policy, &policy.hours, policy.holidays_closed)
            }
            (None, Some(tenant)) => (HoursFrom::Tenant, &tenant.hours, tenant.holidays_closed),
            (None, None) => return DayHours { from: HoursFrom::Always, owed: whole(day).into(), note: None },
        };
        let (from, hours, holidays_closed) = weekly;
        let holiday = national_holidays::name(day);
        if holidays_closed && holiday.is_some() {
            return closed(HoursFrom::NationalHoliday, holiday);
        }
        let owed = hours
            .iter()
            .filter(|hours| hours.days.contains(&day.weekday()))
            .filter_map(|hours| span_of(day, hours.from, hours.until))
            .collect();
        DayHours { from, owed, note: holiday }
    }

    /// When recording is owed on the civil days `first..=last`, at most 400 of them.
    pub fn owed(&self, first: NaiveDate, last: NaiveDate) -> Spans {
        days(first, last).flat_map(|day| self.hours_of(day).owed.iter().collect::<Vec<_>>()).collect()
    }
}

/// The civil days `first..=last`, at most 400 of them.
pub fn days(first: NaiveDate, last: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    first.iter_days().take_while(move |day| *day <= last).take(400)
}

/// A whole civil day of Japan.
pub fn whole(day: NaiveDate) -> Span {
    let from = day_begins(day);
    Span { from, until: from + TimeDelta::days(1) }
}

fn span_of(day: NaiveDate, from: NaiveTime, until: NaiveTime) -> Option<Span> {
    let begins: DateTime<Utc> = day_begins(day);
    let since = |time: NaiveTime| begins + (time - NaiveTime::MIN);
    let until =
        if until == NaiveTime::MIN { day_begins(day.checked_add_days(Days::new(1))?) } else { since(until) };
    Span::new(since(from), until)
}

fn is_closed(closing: &ClosedDays, day: NaiveDate) -> bool {
    let (from, until, here) = (closing.from, closing.until, (day.month(), day.day()));
    if from <= until { (from..=until).contains(&here) } else { here >= from || here <= until }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::civil::JST;
    use crate::testing::policy;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn time(text: &str) -> NaiveTime {
        text.parse().unwrap()
    }

    /// "08:00-20:00" of each stretch, in Japan's time.
    fn shown(hours: &DayHours) -> String {
        let at = |instant: DateTime<Utc>| instant.with_timezone(&JST).format("%d %H:%M").to_string();
        let spans: Vec<String> =
            hours.owed.iter().map(|span| format!("{}-{}", at(span.from), at(span.until))).collect();
        format!("{} {}", hours.from, spans.join(" "))
    }

    // req: T-5.1
    #[test]
    fn toyonakas_call_centre_is_open_by_its_calendar() {
        let policy = policy("toyonaka");
        let special = [
            SpecialDay {
                day: day("2026-12-30"),
                hours: Some((time("09:00:00"), time("12:00:00"))),
                note: "臨時開庁".into(),
            },
            SpecialDay { day: day("2026-11-28"), hours: None, note: "停電".into() },
        ];
        let calendar = Calendar { policy: policy.calendar.as_ref(), tenant: None, special: &special };
        for (of, expected) in [
            ("2026-11-27", "policy 27 08:00-27 20:00"),
            ("2026-11-28", "special_day "),
            ("2026-11-29", "policy 29 09:00-29 17:00"),
            ("2026-12-29", "yearly_closing "),
            ("2026-12-30", "special_day 30 09:00-30 12:00"),
            ("2027-01-03", "yearly_closing "),
            ("2027-01-04", "policy 04 08:00-04 20:00"),
            ("2026-11-03", "policy 03 08:00-03 20:00"),
        ] {
            assert_eq!(shown(&calendar.hours_of(day(of))), expected, "{of}");
        }
        assert_eq!(calendar.hours_of(day("2026-11-03")).note.unwrap().ja, "文化の日", "open, but named");
        assert_eq!(calendar.owed(day("2026-11-27"), day("2026-11-29")).total(), TimeDelta::hours(20));
    }

    #[test]
    fn a_tenant_without_hours_owes_all_of_them_and_may_set_its_own() {
        let kobe = policy("kobe");
        let calendar = Calendar { policy: kobe.calendar.as_ref(), tenant: None, special: &[] };
        assert_eq!(shown(&calendar.hours_of(day("2026-11-03"))), "always 03 00:00-04 00:00");
        let weekday = OperatingHours {
            days: vec![chrono::Weekday::Mon, chrono::Weekday::Tue],
            from: time("22:00:00"),
            until: NaiveTime::MIN,
        };
        let own = TenantHours { hours: vec![weekday], holidays_closed: true };
        let calendar = Calendar { tenant: Some(&own), ..calendar };
        for (of, expected) in [
            ("2026-11-02", "tenant 02 22:00-03 00:00"),
            ("2026-11-03", "national_holiday "),
            ("2026-11-04", "tenant "),
        ] {
            assert_eq!(shown(&calendar.hours_of(day(of))), expected, "{of}");
        }
    }
}
