//! The OpenAPI 3.1 document: made from the routes, completed with every problem each operation can answer.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Response};
use utoipa::{PartialSchema, ToSchema};

use crate::problem::{Code, FieldError, Language, PROBLEM_JSON, Problem, ProblemDocument};
use crate::router::documented;

const TAGS: &[(&str, &str)] = &[
    ("sign-in", "サインイン: who is signed in"),
    ("recordings", "録音: find and see recordings"),
    ("uses", "利用: state a purpose, then hear"),
    ("holds", "保全: nothing erases a recording while one rests on it"),
    ("erasures", "消去の申出: erasure before the period is over, asked by one and decided by another"),
    ("live-calls", "通話中: calls that go on, recording by hand, telling the other party"),
    ("calls", "通話記録: the call log"),
    ("counts", "件数: counts"),
    ("audit-events", "操作記録: the audit trail"),
    ("people", "職員: people with an issued ID"),
    ("appointments", "指定: who holds which post"),
    ("posts", "職: the posts of the rules"),
    ("policy", "規程: the tenant's rules"),
    ("retention", "保存: what is kept, for how long and why"),
    ("policy-amendments", "規程の改正: tried, proposed, approved by another person"),
    ("keeping", "保存と消去: what will be destroyed and when, how the stores are"),
    ("certificates", "消去証明: proofs that recordings are gone"),
    ("jobs", "自動処理: what the platform does by itself"),
    ("departments", "所属: departments"),
    ("lines", "回線: lines"),
    ("devices", "装置台帳: recorders, telephones, handsets and cameras with their places"),
    ("connections", "接続: cloud PBXs and trunks"),
    ("coverage", "網羅率: operating hours, and how much of them recording ran"),
    ("expected-calls", "CDR照合: calls an exchange says there were"),
    ("alarms", "警報: what is wrong, recorders, what is expected of connections"),
    ("public", "公表: what citizens read"),
    ("health", "稼働: for the machine that watches this process"),
];

/// Title, tags and security, without any path.
pub fn outline() -> OpenApi {
    let tags =
        TAGS.iter().map(|(name, about)| TagBuilder::new().name(*name).description(Some(*about)).build());
    let mut document = OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Rokuon")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(
                    "Call recording under each municipality's own ordinance. Times are RFC 3339 in UTC; ids are UUIDs; \
                     refusals are problem details (RFC 9457) in Japanese, or English by `Accept-Language`.",
                )),
        )
        .tags(Some(tags))
        .build();
    let components = document.components.get_or_insert_default();
    let cookie = ApiKeyValue::with_description(
        "__Host-rokuon",
        "Given by `POST /v1/sign-in`. Every POST also needs the header `X-CSRF-Token` with the value from `GET /v1/me`.",
    );
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    for (name, schema) in
        [("Problem", ProblemDocument::schema()), (FieldError::name().as_ref(), FieldError::schema())]
    {
        components.schemas.insert(name.to_owned(), schema);
    }
    document
}

/// The whole document.
pub fn openapi() -> OpenApi {
    let (_, mut document) = documented(outline()).split_for_parts();
    for item in document.paths.paths.values_mut() {
        let operations = [(&mut item.get, false), (&mut item.post, true), (&mut item.head, false)];
        for (operation, changes) in operations {
            if let Some(operation) = operation {
                add_problems(operation, changes);
            }
        }
    }
    document
}

/// The document as it stands in `openapi/openapi.json`: pretty, the same bytes for the same code.
pub fn openapi_json() -> String {
    let mut value = serde_json::to_value(openapi()).unwrap_or(Value::Null);
    settle(&mut value);
    let mut text = serde_json::to_string_pretty(&value).unwrap_or_default();
    text.push('\n');
    text
}

/// Extensions come out of a hash map: put them last, by name.
fn settle(value: &mut Value) {
    match value {
        Value::Object(members) => {
            let mut extensions = BTreeMap::new();
            let names: Vec<String> = members.keys().filter(|name| name.starts_with("x-")).cloned().collect();
            for name in names {
                if let Some(extension) = members.shift_remove(&name) {
                    extensions.insert(name, extension);
                }
            }
            members.extend(extensions);
            members.values_mut().for_each(settle);
        }
        Value::Array(items) => items.iter_mut().for_each(settle),
        _ => {}
    }
}

/// The problems an operation can answer because of what it takes, and the ones it names itself.
fn codes_of(operation: &Operation, changes: bool) -> Vec<Code> {
    let extension = |name: &str| operation.extensions.as_ref().and_then(|all| all.get(name));
    let parameters = operation.parameters.as_deref().unwrap_or_default();
    let has = |place: &ParameterIn| {
        parameters.iter().any(|parameter| matches!(parameter, RefOr::T(it) if it.parameter_in == *place))
    };
    let signed_in = operation.security.is_some();
    let mut codes = Vec::new();
    if signed_in {
        codes.extend([Code::NotSignedIn, Code::SessionLocked]);
        let open = ["sign_out", "password_change", "me_show"];
        if !open.contains(&operation.operation_id.as_deref().unwrap_or_default()) {
            codes.push(Code::PasswordChangeRequired);
        }
        let capability = extension("x-rokuon-capability").and_then(Value::as_str).unwrap_or_default();
        if !capability.starts_with("none") {
            codes.push(Code::NotPermitted);
        }
    }
    if has(&ParameterIn::Path) && signed_in {
        codes.push(Code::NotFound);
    }
    if has(&ParameterIn::Query) {
        codes.extend([Code::BadRequest, Code::UnknownParameter, Code::InvalidFields]);
    }
    if operation.request_body.is_some() {
        codes.extend([Code::BadRequest, Code::BodyTooLarge, Code::UnsupportedMediaType, Code::InvalidFields]);
    }
    if changes {
        codes.push(Code::CsrfRefused);
    }
    codes.extend([Code::TooManyRequests, Code::Internal, Code::Unavailable]);
    let named = extension("x-rokuon-problems").and_then(Value::as_array).cloned().unwrap_or_default();
    codes.extend(Code::ALL.iter().filter(|code| named.contains(&json!(code.slug()))));
    codes
}

fn add_problems(operation: &mut Operation, changes: bool) {
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in codes_of(operation, changes) {
        let codes = by_status.entry(code.status().as_u16()).or_default();
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    if let Some(extensions) = operation.extensions.as_mut() {
        extensions.remove("x-rokuon-problems");
    }
    for (status, codes) in by_status {
        let status = status.to_string();
        let responses = &mut operation.responses.responses;
        responses.entry(status).or_insert_with(|| RefOr::T(problem_response(&codes)));
    }
}

fn problem_response(codes: &[Code]) -> Response {
    let titles: Vec<&str> = codes.iter().map(|code| code.title(Language::En)).collect();
    let mut content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem")));
    for code in codes {
        let example = ExampleBuilder::new().summary(code.title(Language::En)).value(Some(example_of(*code)));
        content = content.examples_from_iter([(code.slug(), example.build())]);
    }
    ResponseBuilder::new().description(titles.join("; ")).content(PROBLEM_JSON, content.build()).build()
}

fn example_of(code: Code) -> Value {
    let mut problem = Problem::new(code);
    if matches!(code, Code::NotPermitted | Code::PurposeRefused | Code::AppointmentRefused) {
        problem = problem.article("7(1)", "第7条第1項").rule("access.purpose_unknown");
    }
    if matches!(code, Code::InvalidFields | Code::UnknownParameter) {
        problem = problem.and_field("limit", "1から200までの数です", "must be between 1 and 200");
    }
    let document = problem.document(Language::Ja, "urn:uuid:0197a3f0-0000-7000-8000-000000000000");
    serde_json::to_value(document).unwrap_or(Value::Null)
}
