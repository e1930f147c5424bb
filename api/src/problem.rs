//! What the API answers when it does not do what was asked: RFC 9457 problem details with stable types.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The media type of every refusal (RFC 9457 §3).
pub const PROBLEM_JSON: &str = "application/problem+json";

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident $slug:literal $status:literal $ja:literal $en:literal;)*) => {
        /// Every kind of problem this API answers: a closed list, each with one status.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// All codes, in the order of the reference.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// The last part of the problem type, such as `not-found`.
            pub const fn slug(self) -> &'static str {
                match self { $(Code::$name => $slug,)* }
            }
            /// The HTTP status this problem always has.
            pub const fn status(self) -> StatusCode {
                match self { $(Code::$name => match StatusCode::from_u16($status) {
                    Ok(status) => status,
                    Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
                },)* }
            }
            /// What kind of problem it is, in one language.
            pub const fn title(self, language: Language) -> &'static str {
                match (self, language) { $(
                    (Code::$name, Language::Ja) => $ja,
                    (Code::$name, Language::En) => $en,
                )* }
            }
        }
    };
}

codes! {
    /// The request cannot be read at all: broken JSON, a broken query.
    BadRequest "bad-request" 400 "リクエストを読み取れません" "The request cannot be read";
    /// The query names something this operation does not know.
    UnknownParameter "unknown-parameter" 400 "知らない検索条件があります" "The query has a parameter that is not known";
    /// No session cookie, or one that means nothing (any more).
    NotSignedIn "not-signed-in" 401 "サインインしていません" "Not signed in";
    /// The session was idle for longer than the tenant's rules allow.
    SessionLocked "session-locked" 401 "操作がなかったためロックされました" "The session locked itself because it was idle";
    /// Tenant, ID or password do not fit; which of them is not said.
    SignInRefused "sign-in-refused" 401 "サインインできません" "Sign-in refused";
    /// The request does not prove that it comes from our own pages.
    CsrfRefused "csrf-refused" 403 "このページからの操作と確認できません" "The request does not come from the portal";
    /// The issued or aged password must be changed before anything else.
    PasswordChangeRequired "password-change-required" 403 "パスワードの変更が必要です" "The password must be changed first";
    /// The person's posts do not give them this.
    NotPermitted "not-permitted" 403 "この操作は認められていません" "Not permitted";
    /// The stated purpose is not one of the tenant's rules for this person.
    PurposeRefused "purpose-refused" 403 "この目的では利用できません" "The purpose is refused";
    /// The tenant's rules do not let this person appoint, or this person be appointed.
    AppointmentRefused "appointment-refused" 403 "この指定は認められていません" "The appointment is refused";
    /// The use was opened too long ago; state the purpose again.
    UseEnded "use-ended" 403 "利用の許可が終了しました" "The permitted use has ended";
    /// Nothing there that this person's tenant has.
    NotFound "not-found" 404 "見つかりません" "Not found";
    /// The path exists, the method does not.
    MethodNotAllowed "method-not-allowed" 405 "このメソッドは使えません" "Method not allowed";
    /// The thing is not in a state in which this can be done.
    Conflict "conflict" 409 "現在の状態ではできません" "Not possible in the present state";
    /// The tenant's own key is disabled, waiting for its deletion, or no longer ours to use.
    KeyWithdrawn "key-withdrawn" 409 "団体の鍵が使えないため、録音を開けません" "The tenant's key cannot be used, so nothing under it opens";
    /// The recording cannot be heard now (not sealed yet, failed, quarantined).
    NotPlayable "not-playable" 409 "この録音は再生できません" "The recording cannot be played";
    /// The recording is kept in a codec that this installation has no decoder for.
    DecoderMissing "decoder-missing" 409 "この録音を聴くための復号器がありません" "There is no decoder to hear the recording with";
    /// It was there and has been erased.
    Erased "erased" 410 "消去されました" "Erased";
    /// The body is larger than this operation takes.
    BodyTooLarge "body-too-large" 413 "送信内容が大きすぎます" "The body is too large";
    /// The body is not `application/json`.
    UnsupportedMediaType "unsupported-media-type" 415 "JSONで送信してください" "Send JSON";
    /// No byte of the audio is in the range asked for.
    RangeNotSatisfiable "range-not-satisfiable" 416 "指定の範囲に音声がありません" "The range lies outside the audio";
    /// The body or query can be read, but fields are wrong: see `errors`.
    InvalidFields "invalid-fields" 422 "入力に誤りがあります" "Some fields are not right";
    /// Too many failed sign-ins.
    TooManyAttempts "too-many-attempts" 429 "試行回数が多すぎます" "Too many attempts";
    /// Too many requests from this source or session.
    TooManyRequests "too-many-requests" 429 "リクエストが多すぎます" "Too many requests";
    /// Our mistake.
    Internal "internal" 500 "内部エラーが発生しました" "Internal error";
    /// Something we need does not answer; nothing was done.
    Unavailable "unavailable" 503 "一時的に利用できません" "Temporarily unavailable";
}

/// The languages problems are written in: Japanese unless English is preferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// 日本語, the default.
    #[default]
    Ja,
    /// English.
    En,
}

impl Language {
    /// Picks by `Accept-Language` (RFC 9110 §12.5.4): the known language with the highest weight, Japanese on a tie.
    pub fn preferred(accept_language: Option<&str>) -> Self {
        let weight = |wanted: &str| -> f32 {
            let parts = accept_language.unwrap_or_default().split(',');
            let weights = parts.filter_map(|part| {
                let (tag, parameters) = part.split_once(';').unwrap_or((part, "q=1"));
                let primary = tag.trim().split('-').next().unwrap_or_default();
                let q = parameters.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok());
                primary.eq_ignore_ascii_case(wanted).then(|| q.unwrap_or(0.0))
            });
            weights.fold(0.0, f32::max)
        };
        if weight("en") > weight("ja") { Self::En } else { Self::Ja }
    }
}

/// One field that is not right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// The field's name, dotted where nested: `networks[0]`.
    #[schema(example = "purpose")]
    pub field: String,
    /// What is wrong with it.
    #[schema(example = "必須です")]
    pub message: String,
}

/// Why a request was not done (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument {
    /// `urn:rokuon:problem:<code>`: stable, meant for programs.
    #[serde(rename = "type")]
    #[schema(example = "urn:rokuon:problem:not-found")]
    pub kind: String,
    /// What kind of problem it is, in the language asked for.
    pub title: String,
    /// The HTTP status, repeated.
    #[schema(example = 404)]
    pub status: u16,
    /// What it means here and what can be done, in the language asked for.
    pub detail: String,
    /// This request's id, as the operators' log knows it.
    #[schema(example = "urn:uuid:0197a3f0-0000-7000-8000-000000000000")]
    pub instance: String,
    /// The article of the tenant's rules that decided, such as `3(2)`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub article: Option<String>,
    /// That article as it is written, such as `第3条第2項`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub article_label: Option<String>,
    /// The engine's rule that decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub rule: Option<String>,
    /// The fields that are not right.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(nullable = false, required = false)]
    pub errors: Vec<FieldError>,
}

/// A field error before its language is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// The field's name.
    pub field: String,
    /// What is wrong, in Japanese.
    pub ja: String,
    /// What is wrong, in English.
    pub en: String,
}

/// A refusal on its way out. It takes its language and request id in the layer that writes it
/// ([`crate::layers::problem_writer`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    code: Code,
    /// Apart, because a problem is the error of nearly every function here and must be small.
    said: Option<Box<Said>>,
}

/// What a problem says beyond its kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Said {
    detail: Option<(String, String)>,
    article: Option<(String, String)>,
    rule: Option<String>,
    faults: Vec<FieldFault>,
    headers: Vec<(header::HeaderName, HeaderValue)>,
}

impl Problem {
    /// A problem of this kind with its usual words.
    pub const fn new(code: Code) -> Self {
        Self { code, said: None }
    }
    /// Something failed inside: logged here, and told to nobody.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "request failed inside");
        Self::new(Code::Internal)
    }
    /// Something we need is away: logged here, and the request can be sent again.
    pub fn unavailable(cause: impl std::fmt::Display) -> Self {
        tracing::warn!(%cause, "a part this request needs is away");
        Self::new(Code::Unavailable).header(header::RETRY_AFTER, HeaderValue::from_static("5"))
    }
    /// One wrong field.
    pub fn field(field: impl Into<String>, ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(Code::InvalidFields).and_field(field, ja, en)
    }
    /// One more wrong field.
    #[must_use]
    pub fn and_field(
        mut self,
        field: impl Into<String>,
        ja: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        self.say().faults.push(FieldFault { field: field.into(), ja: ja.into(), en: en.into() });
        self
    }
    /// Says more than the kind does.
    #[must_use]
    pub fn detail(mut self, ja: impl Into<String>, en: impl Into<String>) -> Self {
        self.say().detail = Some((ja.into(), en.into()));
        self
    }
    /// Names the article that decided, as key and as it is written.
    #[must_use]
    pub fn article(mut self, article: impl Into<String>, label: impl Into<String>) -> Self {
        self.say().article = Some((article.into(), label.into()));
        self
    }
    /// Names the engine's rule that decided.
    #[must_use]
    pub fn rule(mut self, rule: impl Into<String>) -> Self {
        self.say().rule = Some(rule.into());
        self
    }
    /// Adds a response header.
    #[must_use]
    pub fn header(mut self, name: header::HeaderName, value: HeaderValue) -> Self {
        self.say().headers.push((name, value));
        self
    }
    fn say(&mut self) -> &mut Said {
        self.said.get_or_insert_default()
    }
    /// The kind of problem.
    pub const fn code(&self) -> Code {
        self.code
    }

    /// The document in one language, for one request.
    pub fn document(&self, language: Language, instance: &str) -> ProblemDocument {
        let pick = |pair: &(String, String)| match language {
            Language::Ja => pair.0.clone(),
            Language::En => pair.1.clone(),
        };
        let title = self.code.title(language);
        let silent = Said::default();
        let said = self.said.as_deref().unwrap_or(&silent);
        ProblemDocument {
            kind: format!("urn:rokuon:problem:{}", self.code.slug()),
            title: title.to_owned(),
            status: self.code.status().as_u16(),
            detail: said.detail.as_ref().map_or_else(|| title.to_owned(), pick),
            instance: instance.to_owned(),
            article: said.article.as_ref().map(|(key, _)| key.clone()),
            article_label: said.article.as_ref().map(|(_, label)| label.clone()),
            rule: said.rule.clone(),
            errors: (said.faults.iter())
                .map(|fault| FieldError {
                    field: fault.field.clone(),
                    message: if language == Language::En { fault.en.clone() } else { fault.ja.clone() },
                })
                .collect(),
        }
    }

    /// The whole answer in one language, for one request.
    pub fn write(&self, language: Language, instance: &str) -> Response<Body> {
        let body = serde_json::to_vec(&self.document(language, instance)).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.code.status();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        headers.insert(
            header::CONTENT_LANGUAGE,
            HeaderValue::from_static(if language == Language::En { "en" } else { "ja" }),
        );
        for (name, value) in self.said.iter().flat_map(|said| &said.headers) {
            headers.insert(name, value.clone());
        }
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response<Body> {
        let mut response = self.write(Language::Ja, "urn:uuid:00000000-0000-0000-0000-000000000000");
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_unique_and_statuses_are_errors() {
        let mut seen = std::collections::BTreeSet::new();
        for code in Code::ALL {
            assert!(seen.insert(code.slug()), "{} twice", code.slug());
            assert!(code.status().is_client_error() || code.status().is_server_error());
        }
    }

    #[test]
    fn the_language_is_the_one_preferred_and_japanese_otherwise() {
        for (header, wanted) in [
            (None, Language::Ja),
            (Some("en"), Language::En),
            (Some("en-GB,en;q=0.9"), Language::En),
            (Some("ja,en;q=0.9"), Language::Ja),
            (Some("en;q=0.2, ja;q=0.1"), Language::En),
            (Some("fr"), Language::Ja),
            (Some("en;q=x,;;,"), Language::Ja),
            (Some("*"), Language::Ja),
        ] {
            assert_eq!(Language::preferred(header), wanted, "{header:?}");
        }
    }

    #[test]
    fn the_document_says_which_article_and_field_in_the_language_asked_for() {
        let problem = Problem::field("purpose", "必須です", "is required").article("7(1)", "第7条第1項");
        let english = problem.document(Language::En, "urn:uuid:x");
        assert_eq!(english.errors[0].message, "is required");
        assert_eq!(english.article_label.as_deref(), Some("第7条第1項"));
        assert_eq!(problem.document(Language::Ja, "urn:uuid:x").errors[0].message, "必須です");
    }
}
