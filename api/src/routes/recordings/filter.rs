//! What recordings and calls can be searched by.

use chrono::{DateTime, TimeDelta, Utc};
use rokuon_db::recording_search::{ANYWHERE_DAYS, Filter as DbFilter, NumberMatch, VisibleDepartments};
use rokuon_policy::access::DepartmentScope;
use rokuon_policy::decision::Decision;
use rokuon_policy::pii::Pii;
use rokuon_policy::recording_scope::normalise_number;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use crate::extract::query::{cursor, page_size};
use crate::problem::Problem;
use crate::routes::announcements::model::Status as AnnouncementStatus;
use crate::routes::recordings::model::Direction;

/// The search conditions; all given ones must hold.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Calls that began at or after this.
    pub from: Option<DateTime<Utc>>,
    /// Calls that began before this.
    pub to: Option<DateTime<Utc>>,
    /// A whole number of either party; hyphens and +81 are understood.
    #[param(max_length = 40, example = "0125-00-1234")]
    pub number: Option<String>,
    /// The last digits of either party's number, 3 or more.
    #[param(max_length = 20, example = "1234")]
    pub number_suffix: Option<String>,
    /// Words: a part of a party's or line's name, or digits somewhere in a number (of the last 90 days).
    #[param(max_length = 100)]
    pub q: Option<String>,
    /// A department's key.
    #[param(max_length = 64)]
    pub department: Option<String>,
    /// Which way the call went.
    #[param(inline)]
    pub direction: Option<Direction>,
    /// A line's key.
    #[param(max_length = 64)]
    pub line: Option<String>,
    /// At least this long.
    #[param(minimum = 0)]
    pub min_seconds: Option<u32>,
    /// At most this long.
    #[param(minimum = 0)]
    pub max_seconds: Option<u32>,
    /// What is known of telling the other party.
    #[param(inline)]
    pub announcement: Option<AnnouncementStatus>,
    /// `true`: only what a preservation hold rests on. Not for the call log.
    pub held: Option<bool>,
    /// `true`: test calls (canaries) instead of real ones.
    pub canary: Option<bool>,
    /// `next_cursor` of the page before.
    #[param(max_length = 200)]
    pub cursor: Option<String>,
    /// How many a page; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// Fewest digits of "ends in" and "somewhere in": fewer find half the town.
const FEWEST_DIGITS: usize = 3;

impl Filter {
    /// The database's filter for what `visible` lets the person see.
    ///
    /// # Errors
    /// `invalid-fields` naming each field that is not right.
    pub fn checked(&self, visible: VisibleDepartments, now: DateTime<Utc>) -> Result<DbFilter, Problem> {
        let mut numbers = Vec::new();
        let mut from = self.from;
        let mut text = None;
        if let Some(number) = &self.number {
            let normal = normalise_number(number);
            let normal = normal
                .ok_or_else(|| Problem::field("number", "電話番号ではありません", "is not a number"))?;
            numbers.push(NumberMatch::Exact(Pii::new(normal)));
        }
        if let Some(suffix) = &self.number_suffix {
            numbers.push(NumberMatch::Suffix(Pii::new(digits_of("number_suffix", suffix)?)));
        }
        if let Some(words) = &self.q {
            if words.chars().count() > 100 {
                return Err(Problem::field(
                    "q",
                    "100文字以内にしてください",
                    "may have 100 characters at most",
                ));
            }
            if words.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | ' ')) {
                numbers.push(NumberMatch::Anywhere(Pii::new(digits_of("q", words)?)));
                let earliest = self.to.unwrap_or(now) - TimeDelta::days(ANYWHERE_DAYS);
                from = Some(from.map_or(earliest, |from| from.max(earliest)));
            } else {
                text = Some(Pii::new(words.clone()));
            }
        }
        if self.from.zip(self.to).is_some_and(|(from, to)| from >= to) {
            return Err(Problem::field("to", "開始より後にしてください", "must be later than the beginning"));
        }
        let department = match &self.department {
            None => None,
            Some(key) => Some(key.parse().map_err(|_| {
                Problem::field("department", "所属のキーではありません", "is not a department's key")
            })?),
        };
        Ok(DbFilter {
            from,
            to: self.to,
            numbers,
            visible,
            department,
            direction: self.direction.map(Into::into),
            line: self.line.clone(),
            min_seconds: self.min_seconds,
            max_seconds: self.max_seconds,
            text,
            announcement: self.announcement.map(Into::into),
            held: self.held.unwrap_or(false),
            canary: self.canary.unwrap_or(false),
            after: cursor(self.cursor.as_deref())?,
            limit: page_size(self.limit)?,
        })
    }

    /// The shape of the search for the audit trail: numbers by length and last two digits, words by length.
    pub fn shape(&self) -> Value {
        let masked = |text: &Option<String>| {
            text.as_ref().map(|text| {
                let digits: String = text.chars().filter(char::is_ascii_digit).collect();
                let end =
                    if digits.len() > 4 { digits.get(digits.len() - 2..).unwrap_or_default() } else { "" };
                json!({ "characters": text.chars().count(), "ends_in": end })
            })
        };
        json!({
            "from": self.from,
            "to": self.to,
            "number": masked(&self.number),
            "number_suffix": masked(&self.number_suffix),
            "q": self.q.as_ref().map(|words| json!({ "characters": words.chars().count() })),
            "department": self.department,
            "direction": self.direction,
            "line": self.line,
            "min_seconds": self.min_seconds,
            "max_seconds": self.max_seconds,
            "announcement": self.announcement,
            "held": self.held,
            "canary": self.canary,
            "next_page": self.cursor.is_some(),
        })
    }
}

fn digits_of(field: &str, text: &str) -> Result<String, Problem> {
    let digits: String = text.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
    let sound = digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '*' | '#'));
    if !sound || !(FEWEST_DIGITS..=20).contains(&digits.len()) {
        return Err(Problem::field(field, "3〜20桁の数字です", "must have 3 to 20 digits"));
    }
    Ok(digits)
}

/// What the person may find with a capability, as the database takes it.
///
/// # Errors
/// The refusal, when that is nothing.
pub fn visible(scope: DepartmentScope) -> Result<VisibleDepartments, Decision> {
    match scope {
        DepartmentScope::All => Ok(VisibleDepartments::All),
        DepartmentScope::Only(departments) => Ok(VisibleDepartments::Only { departments, unproved: false }),
        DepartmentScope::None(refusal) => Err(refusal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_audit_trail_learns_the_shape_of_a_search_and_no_number() {
        let filter = Filter {
            number: Some("0125-00-1234".into()),
            number_suffix: Some("1234".into()),
            q: Some("0125001".into()),
            ..Filter::default()
        };
        let shape = filter.shape().to_string();
        for secret in ["1234", "0125"] {
            assert!(!shape.contains(secret), "{shape}");
        }
        assert!(shape.contains(r#""ends_in":"34""#), "{shape}");
    }

    #[test]
    fn what_cannot_be_searched_names_its_field() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        for (filter, field) in [
            (Filter { number: Some("nobody".into()), ..Filter::default() }, "number"),
            (Filter { number_suffix: Some("12".into()), ..Filter::default() }, "number_suffix"),
            (Filter { number_suffix: Some("12%4".into()), ..Filter::default() }, "number_suffix"),
            (Filter { q: Some("12".into()), ..Filter::default() }, "q"),
            (Filter { q: Some("あ".repeat(101)), ..Filter::default() }, "q"),
            (Filter { department: Some("../x".into()), ..Filter::default() }, "department"),
            (Filter { cursor: Some("x".into()), ..Filter::default() }, "cursor"),
            (Filter { limit: Some(0), ..Filter::default() }, "limit"),
            (Filter { limit: Some(201), ..Filter::default() }, "limit"),
            (Filter { from: Some(now), to: Some(now), ..Filter::default() }, "to"),
        ] {
            let problem = filter.checked(VisibleDepartments::All, now).expect_err(field);
            assert_eq!(problem.document(crate::problem::Language::En, "").errors[0].field, field);
        }
        let anywhere = Filter { q: Some("00-12".into()), ..Filter::default() };
        let checked = anywhere.checked(VisibleDepartments::All, now).expect("sound");
        assert_eq!(checked.from, Some(now - TimeDelta::days(ANYWHERE_DAYS)), "the scan is bounded");
    }
}
