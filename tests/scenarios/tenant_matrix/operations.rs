//! The operations of the committed OpenAPI document, each turned into a request by tables: what has no rule fails.

use reqwest::Method;
use rokuon_tests::tree;
use serde_json::{Value, json};
use uuid::Uuid;

use super::asker::Question;

/// One operation as the document says it.
#[derive(Debug, Clone)]
pub struct Operation {
    pub id: String,
    pub method: Method,
    pub path: String,
    /// The capability it needs; nothing where the document says `none: …`.
    pub capability: Option<String>,
    /// Whether it is for people who are signed in.
    pub needs_session: bool,
    has_body: bool,
    parameters: Vec<(String, String)>,
}

/// What the tables fill in: the things of one tenant, or things that nobody has.
#[derive(Debug, Clone)]
pub struct Names {
    pub tenant: String,
    pub recording: String,
    pub use_id: String,
    pub person: String,
    pub appointment: String,
    pub connection: String,
    pub alarm: String,
    pub certificate: String,
    pub job: String,
    pub amendment: String,
    /// An amended document of the tenant's.
    pub document: String,
    pub hold: String,
    pub erasure: String,
    /// The rules' key of a ground for holds.
    pub ground: String,
    pub day: String,
    pub device: String,
    /// The rules' key of a device that may be entered.
    pub device_rule: String,
    pub department: String,
    pub line: String,
    pub post: String,
    /// The department the post is held in; nothing for a post of the whole tenant.
    pub post_department: Option<String>,
    pub purpose: String,
    pub number: String,
    pub word: String,
}

impl Names {
    /// Such things as nobody has.
    pub fn nobodys() -> Self {
        let id = || Uuid::now_v7().to_string();
        let slug = || format!("z{}", &Uuid::new_v4().simple().to_string()[..10]);
        Self {
            tenant: slug(),
            recording: id(),
            use_id: id(),
            person: id(),
            appointment: id(),
            connection: id(),
            alarm: id(),
            certificate: id(),
            job: id(),
            amendment: id(),
            document: "nothing".into(),
            hold: id(),
            erasure: id(),
            ground: slug(),
            day: "2099-12-31".into(),
            device: id(),
            device_rule: slug(),
            department: slug(),
            line: slug(),
            post: slug(),
            post_department: Some(slug()),
            purpose: slug(),
            number: "0900000000".into(),
            word: slug(),
        }
    }
}

/// A part of a path by the collection it stands in and its name.
fn path_part<'n>(names: &'n Names, collection: &str, name: &str) -> Option<&'n str> {
    Some(match (collection, name) {
        ("recordings", "id") => &names.recording,
        ("uses", "use_id") => &names.use_id,
        // Each recording that was sealed has a first file.
        ("files", "number") => "0",
        ("people", "id") => &names.person,
        ("appointments", "id") => &names.appointment,
        ("connections", "id") => &names.connection,
        ("devices", "id") => &names.device,
        ("lines", "key") => &names.line,
        ("alarms", "id") => &names.alarm,
        ("certificates", "id") => &names.certificate,
        ("jobs", "id") => &names.job,
        ("policy-amendments", "id") => &names.amendment,
        ("holds", "id") => &names.hold,
        ("erasures", "id") => &names.erasure,
        ("special-days", "day") => &names.day,
        ("public", "tenant") => &names.tenant,
        _ => return None,
    })
}

/// What a query parameter may name: a thing of the tenant's, or (inner nothing) nothing anybody owns.
fn query_value(names: &Names, name: &str) -> Option<Option<String>> {
    Some(match name {
        "number" => Some(names.number.clone()),
        "number_suffix" => Some(names.number[names.number.len() - 4..].to_owned()),
        "q" => Some(names.word.clone()),
        "department" => Some(names.department.clone()),
        "line" => Some(names.line.clone()),
        "actor" => Some(names.person.clone()),
        "object" | "recording" => Some(names.recording.clone()),
        "from" | "to" | "day" | "direction" | "min_seconds" | "max_seconds" | "cursor" | "limit" | "kind"
        | "points" | "after" | "wait" | "announcement" | "canary" | "verdict" | "standing" | "held" => None,
        _ => return None,
    })
}

/// The body of an operation that takes one. It names a thing of the tenant's wherever the schema lets it.
fn body(operation: &str, names: &Names) -> Option<Value> {
    Some(match operation {
        "sign_in" => {
            json!({ "tenant": names.tenant, "login_id": names.word, "password": "not the password at all" })
        }
        "password_change" => {
            json!({ "current_password": "not the password at all", "new_password": "nor this one, ever" })
        }
        "connections_connect" => {
            json!({ "name": "matrix", "networks": ["192.0.2.0/24"], "default_line": names.line })
        }
        "connections_edit" => json!({
            "name": "matrix",
            "networks": ["192.0.2.0/24"],
            "default_line": names.line,
            "security": { "digest_required": true },
        }),
        "connections_rotate" => json!({ "overlap_hours": 1 }),
        "people_issue" => {
            json!({ "login_id": "matrix", "display_name": "matrix", "department": names.department })
        }
        "appointments_appoint" => json!({ "post": names.post, "department": names.post_department }),
        "holds_place" => json!({
            "recordings": [names.recording], "ground": names.ground, "reason": names.word, "authority": names.word,
        }),
        "holds_extend" => json!({ "review_on": "2099-04-01", "reason": "matrix" }),
        "holds_ask_release" | "holds_release" => json!({ "reason": "matrix" }),
        "erasures_ask" => erasure_of(&names.recording, &names.word),
        "erasures_approve" | "erasures_refuse" | "erasures_withdraw" => json!({ "reason": "matrix" }),
        "uses_open" => json!({ "purpose": names.purpose, "case_note": names.word }),
        "capture_orders_place" => json!({ "order": "stop", "reason": "no_longer_needed" }),
        "announcements_note" => json!({ "status": "told_beforehand" }),
        "jobs_release" => json!({ "up_to": 1, "reason": "matrix" }),
        "policy_amendments_preview" => json!({ "toml": names.document }),
        "policy_amendments_propose" => json!({ "toml": names.document, "reason": "matrix" }),
        "alarms_acknowledge" => json!({ "note": "matrix" }),
        "connection_watches_set" => json!({ "silent_after_minutes": 60 }),
        "operating_calendar_hours" => json!({ "hours": [], "holidays_closed": false }),
        "operating_calendar_special_day" => json!({ "day": "2099-01-05", "note": "matrix" }),
        "expected_calls_upload" => json!({
            "name": "matrix.csv",
            // start,src,dst / 2026-11-20 09:00:00,09000000011,0600000000
            "content_base64": "c3RhcnQsc3JjLGRzdAoyMDI2LTExLTIwIDA5OjAwOjAwLDA5MDAwMDAwMDExLDA2MDAwMDAwMDAK",
        }),
        "lines_change" => json!({ "start": "automatic", "announces": false }),
        "devices_register" => json!({ "rule": names.device_rule, "entry": device_entry(names, "matrix") }),
        "devices_change" => json!({ "version": 1, "entry": device_entry(names, &names.word) }),
        "devices_retire" => json!({ "from": "2099-04-01" }),
        "devices_issue_token" => json!({ "previous_valid_hours": 0 }),
        "uses_heard" => json!({ "ranges": [[0.0, 0.5]], "ended": false }),
        _ => return None,
    })
}

/// What is entered of a request for erasure.
pub fn erasure_of(recording: &str, word: &str) -> Value {
    json!({
        "recordings": [recording], "law": "個人情報の保護に関する法律 第98条", "requester": word, "identity": word,
        "reason": word, "applied_on": "2026-04-01",
    })
}

/// What is entered of a device of the tenant's.
pub fn device_entry(names: &Names, number: &str) -> Value {
    json!({
        "number": number, "name": names.word, "place": "窓口", "department": names.department,
        "start": "automatic", "in_use_from": "2026-04-01",
    })
}

impl Operation {
    /// The request for the things of `names`.
    pub fn question(&self, names: &Names) -> Question {
        let mut collection = "";
        let mut parts = Vec::new();
        for part in self.path.split('/') {
            match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
                Some(name) => parts.push(path_part(names, collection, name).unwrap_or_else(|| {
                    panic!("{} {}: no rule fills {{{name}}} of {collection}", self.method, self.path)
                })),
                None => {
                    collection = part;
                    parts.push(part);
                }
            }
        }
        let body = self
            .has_body
            .then(|| body(&self.id, names).unwrap_or_else(|| panic!("no rule makes a body for {}", self.id)));
        Question { method: self.method.clone(), path: parts.join("/"), body }
    }

    /// Whether the path names a thing of a tenant.
    pub fn names_a_thing(&self) -> bool {
        self.needs_session && self.path.contains('{')
    }

    /// Whether the body names one.
    pub fn body_names_a_thing(&self) -> bool {
        let with = |names: &Names| body(&self.id, names);
        self.needs_session && self.has_body && with(&Names::nobodys()) != with(&Names::nobodys())
    }

    /// The requests with one query parameter each that name a thing of the tenant's.
    pub fn searches(&self, names: &Names) -> Vec<Question> {
        let in_query = self.parameters.iter().filter(|(_, place)| place == "query");
        let values = in_query.filter_map(|(name, _)| {
            let value = query_value(names, name)
                .unwrap_or_else(|| panic!("{}: no rule for the query parameter {name}", self.id));
            Some((name, value?))
        });
        values
            .map(|(name, value)| {
                let mut question = self.question(names);
                question.path = format!("{}?{name}={value}", question.path);
                question
            })
            .collect()
    }

    /// Whether it shows a list, or something else of the tenant as a whole.
    pub fn is_list(&self) -> bool {
        self.method == Method::GET && self.needs_session && !self.path.contains('{')
    }
}

/// Every operation of `openapi/openapi.json`, those that end something last.
pub fn operations() -> Vec<Operation> {
    let text = std::fs::read_to_string(tree::root().join("openapi/openapi.json")).expect("the document");
    let document: Value = serde_json::from_str(&text).expect("JSON");
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("an item") {
            operations.push(read(path, method, operation));
        }
    }
    operations.sort_by_key(|one| match (one.id.as_str(), one.method.is_safe()) {
        (_, true) => 0,
        ("people_disable", _) => 2,
        ("sign_out", _) => 3,
        _ => 1,
    });
    operations
}

fn read(path: &str, method: &str, operation: &Value) -> Operation {
    let named = format!("{method} {path}");
    let extension = |name: &str| -> String {
        operation[name].as_str().unwrap_or_else(|| panic!("{named} has no {name}")).to_owned()
    };
    let capability = extension("x-rokuon-capability");
    // every act leaves an event, or the document says why not
    extension("x-rokuon-audit");
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Operation {
        id: operation["operationId"].as_str().unwrap_or_else(|| panic!("{named} has no name")).to_owned(),
        method: method.to_uppercase().parse().expect("a method"),
        path: path.to_owned(),
        needs_session: operation["security"].is_array(),
        capability: (!capability.starts_with("none:")).then_some(capability),
        has_body: operation["requestBody"].is_object(),
        parameters: parameters.map(|one| (text(&one["name"]), text(&one["in"]))).collect(),
    }
}
