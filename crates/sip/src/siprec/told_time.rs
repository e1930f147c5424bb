//! Times as metadata tells them: RFC 3339 and the shapes vendors make of it, kept to the millisecond (RFC 7865 §6.9).

/// A time as told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToldTime {
    /// Milliseconds since 1970 in UTC; a time without zone is read as UTC.
    pub unix_ms: i64,
    /// Whether a zone was told.
    pub has_zone: bool,
}

impl ToldTime {
    /// Reads `2026-11-29T12:00:00.123+09:00` and the like: `T`, `t` or a blank between date and time, a comma for the
    /// point, zones `Z`, `+09:00`, `+0900`, `+09` or none. `None` for anything else.
    pub fn parse(text: &str) -> Option<ToldTime> {
        let text = text.trim();
        let (date, rest) = text.split_at_checked(10)?;
        let rest = rest.strip_prefix(['T', 't', ' '])?;
        let (clock, zone) = match rest.find(['Z', 'z', '+', '-']) {
            Some(at) => rest.split_at_checked(at)?,
            None => (rest, ""),
        };
        let days = days(date)?;
        let (seconds, fraction) = clock_of_day(clock.trim_end())?;
        let (offset, has_zone) = offset(zone.trim())?;
        let unix_ms = (days * 86_400 + seconds - offset).checked_mul(1_000)?.checked_add(fraction)?;
        Some(ToldTime { unix_ms, has_zone })
    }
}

fn number(text: &str, digits: usize) -> Option<i64> {
    let is_number = text.len() == digits && text.bytes().all(|octet| octet.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

/// Days since 1970-01-01.
fn days(date: &str) -> Option<i64> {
    let mut parts = date.split('-');
    let (year, month, day) =
        (number(parts.next()?, 4)?, number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if parts.next().is_some() || !(1..=longest).contains(&day) {
        return None;
    }
    // Years that begin in March put the leap day last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year - 719_468)
}

/// Seconds of the day, and milliseconds.
fn clock_of_day(clock: &str) -> Option<(i64, i64)> {
    let (whole, fraction) = clock.split_once(['.', ',']).unwrap_or((clock, ""));
    let mut parts = whole.split(':');
    let (hour, minute) = (number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    let second = parts.next().map_or(Some(0), |second| number(second, 2))?;
    let is_clock = hour < 24 && minute < 60 && second <= 60 && parts.next().is_none();
    if !is_clock || !fraction.bytes().all(|octet| octet.is_ascii_digit()) {
        return None;
    }
    let mut thousandths = 0;
    for digit in fraction.chars().chain("000".chars()).take(3) {
        thousandths = thousandths * 10 + i64::from(digit.to_digit(10)?);
    }
    Some((hour * 3_600 + minute * 60 + second, thousandths))
}

/// Seconds east of UTC, and whether that was told.
fn offset(zone: &str) -> Option<(i64, bool)> {
    let (sign, rest) = match zone.chars().next() {
        None => return Some((0, false)),
        Some('Z' | 'z') => return (zone.len() == 1).then_some((0, true)),
        Some('-') => (-1, zone.get(1..)?),
        _ => (1, zone.get(1..)?),
    };
    let digits: String = rest.chars().filter(|c| *c != ':').collect();
    let (hours, minutes) = match digits.len() {
        2 => (number(&digits, 2)?, 0),
        4 => (number(digits.get(..2)?, 2)?, number(digits.get(2..)?, 2)?),
        _ => return None,
    };
    (hours < 24 && minutes < 60).then_some((sign * (hours * 3_600 + minutes * 60), true))
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: MD4
    #[test]
    fn times_are_kept_to_the_millisecond_in_every_zone() {
        for (text, unix_ms, has_zone) in [
            ("2026-11-29T12:34:56.789Z", 1_795_955_696_789, true),
            ("2026-11-29T21:34:56.789+09:00", 1_795_955_696_789, true),
            ("2026-11-29T21:34:56.789+0900", 1_795_955_696_789, true),
            ("2026-11-29T21:34:56,7890001+09", 1_795_955_696_789, true),
            ("2026-11-29 07:04:56.789-05:30", 1_795_955_696_789, true),
            ("2026-11-29t12:34:56.7z", 1_795_955_696_700, true),
            ("2026-11-29T12:34:56", 1_795_955_696_000, false),
            ("2026-11-29T12:34", 1_795_955_640_000, false),
            (" 2026-11-29T12:34:56 +0000 ", 1_795_955_696_000, true),
            ("1970-01-01T00:00:00Z", 0, true),
            ("1970-01-01T00:00:00.001+14:00", -50_399_999, true),
            ("2024-02-29T23:59:60Z", 1_709_251_200_000, true),
            ("2000-03-01T00:00:00Z", 951_868_800_000, true),
        ] {
            assert_eq!(ToldTime::parse(text), Some(ToldTime { unix_ms, has_zone }), "{text}");
        }
        for broken in [
            "",
            "now",
            "2026-11-29",
            "2026-11-29T",
            "2026-13-01T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-00-10T00:00:00Z",
            "2026-11-31T00:00:00Z",
            "2026-11-29T24:00:00Z",
            "2026-11-29T12:60:00Z",
            "2026-11-29T12:34:61Z",
            "2026-11-29T12:34:56+9",
            "2026-11-29T12:34:56+99:00",
            "2026-11-29T12:34:56ZZ",
            "+026-11-29T12:34:56Z",
            "2026-11-29T12:34:56.x",
            "20261129T123456Z",
            "滝滝滝滝滝滝滝滝",
        ] {
            assert_eq!(ToldTime::parse(broken), None, "{broken}");
        }
    }
}
