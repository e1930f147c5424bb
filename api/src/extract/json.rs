//! JSON bodies: read with a refusal that names the wrong field, written plainly.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::extract::field_of;
use crate::problem::{Code, Problem};

/// A JSON body of a request or an answer.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(Code::UnsupportedMediaType));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            if rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
                Problem::new(Code::BodyTooLarge)
            } else {
                Problem::new(Code::BadRequest)
            }
        })?;
        read(&bytes).map(Self)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

/// Reads one JSON document: broken syntax is `bad-request`, a wrong, missing or unknown field `invalid-fields`.
fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        if error.inner().is_data() {
            let field = field_of(&error.path().to_string(), &error.inner().to_string());
            Problem::field(field, "この値は使えません", plain(&error.inner().to_string()))
        } else {
            Problem::new(Code::BadRequest)
                .detail("JSONとして読み取れません。", "The body is not well-formed JSON.")
        }
    })?;
    deserializer.end().map_err(|_| {
        Problem::new(Code::BadRequest)
            .detail("JSONの後に余分な文字があります。", "There is something after the JSON document.")
    })?;
    Ok(value)
}

/// What serde says, without the place and without the value that was sent (it may be a password or a number).
fn plain(message: &str) -> String {
    let message = message.split(" at line ").next().unwrap_or_default();
    if message.starts_with("missing field") {
        "is required".into()
    } else if message.starts_with("unknown field") {
        "is not known".into()
    } else if message.starts_with("duplicate field") {
        "is given twice".into()
    } else {
        match message.rsplit_once("expected ") {
            Some((_, expected)) => format!("expected {expected}"),
            None => "has a wrong value".into(),
        }
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => {
                let json = HeaderValue::from_static("application/json");
                ([(header::CONTENT_TYPE, json)], body).into_response()
            }
            Err(error) => Problem::internal(error).into_response(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::problem::Language;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[allow(dead_code)]
        name: String,
        #[serde(default)]
        #[allow(dead_code)]
        ranges: Vec<[f64; 2]>,
    }

    #[test]
    fn the_wrong_field_is_named_and_the_value_never_repeated() {
        for (body, code, field) in [
            (r#"{"name": 5}"#, Code::InvalidFields, Some("name")),
            (r#"{}"#, Code::InvalidFields, Some("name")),
            (r#"{"name":"a","secret-0125001234":1}"#, Code::InvalidFields, Some("secret-0125001234")),
            (r#"{"name":"a","ranges":[[1,2],[3,"secret"]]}"#, Code::InvalidFields, Some("ranges[1][1]")),
            (r#"{"name":"a","name":"b"}"#, Code::InvalidFields, Some("name")),
            (r#"{"name":"a""#, Code::BadRequest, None),
            (r#"{"name":"a"} x"#, Code::BadRequest, None),
            ("", Code::BadRequest, None),
            (r#"{"name":"\ud800"}"#, Code::BadRequest, None),
            (r#"{"name":"a","ranges":[[1e400,1]]}"#, Code::BadRequest, None),
        ] {
            let problem = read::<Sample>(body.as_bytes()).expect_err(body);
            let document = problem.document(Language::En, "");
            assert_eq!(problem.code(), code, "{body}");
            assert_eq!(document.errors.first().map(|e| e.field.as_str()), field, "{body}");
            assert!(!document.errors.iter().any(|e| e.message.contains("secret")), "{body}: {document:?}");
        }
    }
}
