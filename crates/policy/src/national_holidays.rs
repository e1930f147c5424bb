//! National holidays of Japan as data (Act on National Holidays arts. 2, 3), with substitute and in-between days.
//!
//! The equinoxes are announced each February for the year after; later ones are as computed by the National Astronomical
//! Observatory's formula and may be corrected here. A day that Parliament adds is entered by the tenant as a special day.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::NaiveDate;

use crate::text::Text;

/// One line a day: the day, a tab, its Japanese name.
const DAYS: &str = include_str!("national_holidays.tsv");

/// English names by the first word of the Japanese one.
const ENGLISH: &[(&str, &str)] = &[
    ("元日", "New Year's Day"),
    ("成人の日", "Coming of Age Day"),
    ("建国記念の日", "National Foundation Day"),
    ("天皇誕生日", "Emperor's Birthday"),
    ("春分の日", "Vernal Equinox Day"),
    ("昭和の日", "Showa Day"),
    ("憲法記念日", "Constitution Memorial Day"),
    ("みどりの日", "Greenery Day"),
    ("こどもの日", "Children's Day"),
    ("海の日", "Marine Day"),
    ("山の日", "Mountain Day"),
    ("敬老の日", "Respect for the Aged Day"),
    ("秋分の日", "Autumnal Equinox Day"),
    ("スポーツの日", "Sports Day"),
    ("文化の日", "Culture Day"),
    ("勤労感謝の日", "Labour Thanksgiving Day"),
    ("国民の休日", "Holiday between two holidays"),
];

static BY_DAY: LazyLock<BTreeMap<NaiveDate, &'static str>> = LazyLock::new(|| {
    let line = |line: &'static str| {
        let (day, name) = line.split_once('\t')?;
        Some((day.parse().ok()?, name))
    };
    DAYS.lines().filter_map(line).collect()
});

/// The holiday a civil day is, if it is one.
pub fn name(day: NaiveDate) -> Option<Text> {
    let ja = BY_DAY.get(&day)?;
    let (first, substitute) = match ja.split_once(' ') {
        Some((first, _)) => (first, " (substitute)"),
        None => (*ja, ""),
    };
    let en = ENGLISH.iter().find(|(known, _)| *known == first).map_or(first, |(_, en)| *en);
    Some(Text::new(*ja, format!("{en}{substitute}")))
}

/// The last year the list knows.
pub fn last_year() -> i32 {
    BY_DAY.last_key_value().map_or(0, |(day, _)| chrono::Datelike::year(day))
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, Weekday};

    use super::*;

    #[test]
    fn every_line_is_read_and_has_an_english_name() {
        assert_eq!(BY_DAY.len(), DAYS.lines().count());
        for day in BY_DAY.keys() {
            let text = name(*day).unwrap();
            assert!(text.en.is_ascii(), "{day} {}", text.en);
        }
        assert!(last_year() >= 2035);
    }

    #[test]
    fn a_holiday_on_a_sunday_is_made_up_for_and_a_day_between_two_is_one() {
        for (day, holiday) in BY_DAY.iter().filter(|(day, _)| day.weekday() == Weekday::Sun) {
            let mut next = day.succ_opt().unwrap();
            while BY_DAY.get(&next).is_some_and(|name| !name.contains("振替")) {
                next = next.succ_opt().unwrap();
            }
            assert!(BY_DAY.contains_key(&next), "{day} {holiday}");
        }
        let between: NaiveDate = "2026-09-22".parse().unwrap();
        assert_eq!(name(between).unwrap().ja, "国民の休日");
        assert!(name("2026-09-24".parse().unwrap()).is_none());
    }

    #[test]
    fn each_year_has_its_sixteen_holidays() {
        for year in 2024..=last_year() {
            let own = BY_DAY
                .iter()
                .filter(|(day, name)| day.year() == year && !name.contains("振替") && **name != "国民の休日");
            assert_eq!(own.count(), 16, "{year}");
        }
    }
}
