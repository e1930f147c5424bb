//! Period arithmetic against vectors of an independent oracle (`civil_oracle.py`), and properties that hold for any start.

use std::process::Command;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, TimeDelta, Utc};
use proptest::prelude::*;
use rokuon_policy::civil::{JST, Period, civil_day, day_begins, last_day, period_ends};

struct Vector {
    name: String,
    start: DateTime<Utc>,
    period: Period,
    last: NaiveDate,
    ends: DateTime<Utc>,
}

fn vectors(lines: &str) -> Vec<Vector> {
    let one = |line: &str| {
        let columns: Vec<&str> = line.split('\t').collect();
        let [name, start, unit, count, last, ends] = columns[..] else { panic!("six columns in {line:?}") };
        let count = count.parse().expect("test data");
        let period = match unit {
            "days" => Period::Days(count),
            "weeks" => Period::Weeks(count),
            "months" => Period::Months(count),
            "years" => Period::Years(count),
            _ => panic!("unit {unit}"),
        };
        Vector {
            name: name.to_owned(),
            start: start.parse::<DateTime<FixedOffset>>().expect("test data").to_utc(),
            period,
            last: last.parse().expect("test data"),
            ends: ends.parse::<DateTime<Utc>>().expect("test data"),
        }
    };
    lines.lines().map(one).collect()
}

const WRITTEN: &str = include_str!("civil_vectors.tsv");

/// What the oracle says when it is asked now.
fn asked(arguments: &[String]) -> String {
    let oracle = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/civil_oracle.py");
    let said = Command::new("python3").arg(oracle).args(arguments).output().expect("python3 is installed");
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8(said.stdout).expect("the oracle writes UTF-8")
}

fn must_hold(vectors: Vec<Vector>) {
    for Vector { name, start, period, last, ends } in vectors {
        assert_eq!(last_day(start, period), last, "{name}: {start} {period:?}");
        assert_eq!(period_ends(start, period), ends, "{name}: {start} {period:?}");
    }
}

#[test]
fn every_vector_of_the_oracle_holds() {
    let vectors = vectors(WRITTEN);
    assert!(vectors.iter().filter(|vector| !vector.name.starts_with("random")).count() >= 60);
    must_hold(vectors);
}

#[test]
fn the_oracle_still_says_what_is_written() {
    assert_eq!(asked(&[]), WRITTEN);
}

/// Each run asks about other dates; the seed is printed with a failure.
#[test]
fn three_thousand_other_dates_are_as_the_oracle_says() {
    let seed = std::process::id();
    let said = asked(&["3000".to_owned(), seed.to_string()]);
    eprintln!("seed {seed}");
    let vectors = vectors(&said);
    assert_eq!(vectors.len(), 3_000);
    must_hold(vectors);
}

/// The figures written in the standards, by hand.
#[test]
fn the_written_examples_hold() {
    let cases = [
        ("2026-01-31T23:59:00+09:00", Period::Days(31), "2026-03-03"),
        ("2026-01-31T00:00:00+09:00", Period::Days(31), "2026-03-02"),
        ("2025-08-30T10:00:00+09:00", Period::Months(6), "2026-02-28"),
        ("2027-08-30T10:00:00+09:00", Period::Months(6), "2028-02-29"),
        ("2025-08-31T10:00:00+09:00", Period::Months(6), "2026-02-28"),
        ("2028-02-29T10:00:00+09:00", Period::Years(1), "2029-02-28"),
        ("2026-12-25T10:00:00+09:00", Period::Days(14), "2027-01-08"),
        ("2026-06-15T23:59:30+09:00", Period::Days(31), "2026-07-16"),
    ];
    for (start, period, last) in cases {
        let start = start.parse::<DateTime<FixedOffset>>().expect("test data").to_utc();
        assert_eq!(last_day(start, period).to_string(), last, "{start} {period:?}");
    }
}

fn any_start() -> impl Strategy<Value = DateTime<Utc>> {
    // 2000 to 2100, to the second; every eighth one at midnight in Japan.
    (946_684_800_i64..4_102_444_800, 0..8_u8).prop_map(|(seconds, eighth)| {
        let start = DateTime::from_timestamp(seconds, 0).expect("test data");
        if eighth == 0 { day_begins(civil_day(start)) } else { start }
    })
}

fn any_period() -> impl Strategy<Value = Period> {
    prop_oneof![
        (1..4_000_u32).prop_map(Period::Days),
        (1..600_u32).prop_map(Period::Weeks),
        (1..240_u32).prop_map(Period::Months),
        (1..40_u32).prop_map(Period::Years),
    ]
}

proptest! {
    #[test]
    fn a_period_ends_at_midnight_in_japan_after_its_last_day(start in any_start(), period in any_period()) {
        let ends = period_ends(start, period);
        prop_assert_eq!(ends.with_timezone(&JST).time(), chrono::NaiveTime::MIN);
        prop_assert_eq!(civil_day(ends - TimeDelta::nanoseconds(1)), last_day(start, period));
        prop_assert!(ends > start);
    }

    #[test]
    fn a_later_start_never_ends_earlier(start in any_start(), later in 0..200_000_i64, period in any_period()) {
        prop_assert!(last_day(start, period) <= last_day(start + TimeDelta::seconds(later), period));
    }

    #[test]
    fn starts_within_one_day_end_on_one_day_except_at_midnight(start in any_start(), second in 1..86_400_i64, period in any_period()) {
        let midnight = day_begins(civil_day(start));
        let within = midnight + TimeDelta::seconds(second);
        prop_assert_eq!(last_day(within, period), last_day(midnight + TimeDelta::seconds(1), period));
        prop_assert!(last_day(midnight, period) <= last_day(within, period));
    }

    #[test]
    fn months_end_in_the_month_the_calendar_says(start in any_start(), months in 1..240_u32) {
        let last = last_day(start, Period::Months(months));
        let first = if start == day_begins(civil_day(start)) { civil_day(start) } else { civil_day(start).succ_opt().expect("test data") };
        let index = |day: NaiveDate| i64::from(day.year()) * 12 + i64::from(day.month0());
        // The day after the last one is the corresponding day, or the first of the next month when there is none.
        let after = last.succ_opt().expect("test data");
        let whole = index(after) - index(first) == i64::from(months) && after.day() == first.day();
        let short = index(last) - index(first) == i64::from(months) && after.day() == 1 && last.day() < first.day();
        prop_assert!(whole || short, "{first} + {months} months ended {last}");
    }

    #[test]
    fn any_period_from_any_instant_is_answered(seconds in any::<i64>(), count in any::<u32>()) {
        let start = DateTime::from_timestamp(seconds % 8_000_000_000_000, 0).unwrap_or_default();
        for period in [Period::Days(count), Period::Weeks(count), Period::Months(count), Period::Years(count)] {
            let _ = period_ends(start, period);
            let _ = period.days_range();
        }
    }
}
