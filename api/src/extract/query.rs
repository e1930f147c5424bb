//! Query strings: every parameter must be one the operation documents.

use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

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

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use serde::Deserialize;

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
}
