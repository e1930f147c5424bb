//! Query strings: every parameter must be one the operation documents.

use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use chrono::{DateTime, NaiveDate, Utc};
use rokuon_policy::civil::civil_day;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::{IntoParams, PartialSchema, ToSchema};
use uuid::Uuid;

use crate::extract::field_of;
use crate::problem::{Code, Problem};

/// The query, as the operation documents it.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + IntoParams + Send, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        read(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

fn read<T: DeserializeOwned + IntoParams>(query: &str) -> Result<T, Problem> {
    let broken = || Problem::new(Code::BadRequest);
    let mut pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).map_err(|_| broken())?;
    let known: Vec<String> = T::into_params(|| None).into_iter().map(|parameter| parameter.name).collect();
    let mut unknown = Problem::new(Code::UnknownParameter);
    let mut any = false;
    for (name, _) in &pairs {
        if !known.contains(name) {
            any = true;
            unknown = unknown.and_field(name, "知らない項目です", "is not a parameter of this operation");
        }
    }
    if any {
        return Err(unknown);
    }
    if pairs.iter().any(|(_, value)| value.contains('\0')) {
        return Err(broken());
    }
    pairs.retain(|(_, value)| !value.is_empty());
    let again = serde_urlencoded::to_string(&pairs).map_err(|_| broken())?;
    let parsed = serde_urlencoded::Deserializer::new(form_urlencoded::parse(again.as_bytes()));
    serde_path_to_error::deserialize(parsed).map_err(|error| {
        let field = field_of(&error.path().to_string(), &error.inner().to_string());
        Problem::field(field, "この値は使えません", "has a wrong value")
    })
}

/// Which of the things that rest on recordings to list, by how they stand.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StandingFilter<S: ToSchema + PartialSchema> {
    /// Which; all when absent.
    #[param(inline)]
    pub standing: Option<S>,
    /// Those about this recording.
    pub recording: Option<Uuid>,
    /// `next_cursor` of the page before.
    #[param(max_length = 200)]
    pub cursor: Option<String>,
    /// How many a page; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// The size of a page asked for: 1 to 200, 50 when nothing is said.
///
/// # Errors
/// `invalid-fields` naming `limit`.
pub fn page_size(limit: Option<u32>) -> Result<u32, Problem> {
    match limit {
        None => Ok(50),
        Some(limit @ 1..=200) => Ok(limit),
        Some(_) => Err(Problem::field("limit", "1から200までの数です", "must be between 1 and 200")),
    }
}

/// The cursor asked for, if any.
///
/// # Errors
/// `invalid-fields` naming `cursor`.
pub fn cursor<T: FromStr>(text: Option<&str>) -> Result<Option<T>, Problem> {
    let wrong =
        || Problem::field("cursor", "前のページの next_cursor を指定してください", "is not a cursor of ours");
    text.map(|text| text.parse().map_err(|_| wrong())).transpose()
}

/// The civil days asked for, both inclusive: today is the last when nothing is said, `begin` says which the first is then.
///
/// # Errors
/// `invalid-fields` naming `to`, for a span that runs backwards or ends more than `most` days after the first day.
pub fn civil_days(
    (from, to): (Option<NaiveDate>, Option<NaiveDate>),
    begin: impl FnOnce(NaiveDate) -> NaiveDate,
    most: i64,
    now: DateTime<Utc>,
) -> Result<(NaiveDate, NaiveDate), Problem> {
    let to = to.unwrap_or_else(|| civil_day(now));
    let from = from.unwrap_or_else(|| begin(to));
    if (0..=most).contains(&(to - from).num_days()) {
        return Ok((from, to));
    }
    let ja = format!("開始日から{most}日後までの日にしてください");
    Err(Problem::field("to", ja, format!("must lie 0 to {most} days after the first day")))
}

#[cfg(test)]
mod tests {
    use chrono::Days;

    use super::*;
    use crate::problem::Language;

    #[derive(Debug, Deserialize, IntoParams)]
    #[into_params(parameter_in = Query)]
    struct Sample {
        from: Option<DateTime<Utc>>,
        limit: Option<u32>,
        q: Option<String>,
    }

    #[test]
    fn a_parameter_that_is_not_known_or_not_right_is_named() {
        for (query, code, field) in [
            ("nope=1", Code::UnknownParameter, "nope"),
            ("limit=x", Code::InvalidFields, "limit"),
            ("limit=-1", Code::InvalidFields, "limit"),
            ("from=yesterday", Code::InvalidFields, "from"),
            ("limit=1&limit=2", Code::InvalidFields, "limit"),
        ] {
            let problem = read::<Sample>(query).expect_err(query);
            assert_eq!(problem.code(), code, "{query}");
            assert_eq!(problem.document(Language::En, "").errors[0].field, field, "{query}");
        }
        let sample: Sample = read("limit=&q=%E5%B8%82&from=2026-01-01T00%3A00%3A00Z").expect("good");
        assert_eq!((sample.limit, sample.q.as_deref()), (None, Some("市")));
        assert!(sample.from.is_some());
    }

    #[test]
    fn days_are_today_and_what_the_operation_says_unless_they_are_given_and_never_too_many() {
        let now: DateTime<Utc> = "2026-11-20T16:00:00Z".parse().expect("a time");
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let week = |to: NaiveDate| to - Days::new(6);
        assert_eq!(
            civil_days((None, None), week, 6, now).expect("right"),
            (day("2026-11-15"), day("2026-11-21"))
        );
        let [first, last] = [day("2026-11-01"), day("2026-11-07")];
        assert_eq!(civil_days((Some(first), Some(last)), week, 6, now).expect("right"), (first, last));
        for (from, to) in [(first, day("2026-11-08")), (last, first)] {
            let refused =
                civil_days((Some(from), Some(to)), week, 6, now).expect_err("too long or backwards");
            assert_eq!(refused.document(Language::En, "").errors[0].field, "to");
        }
    }
}
