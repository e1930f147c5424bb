//! The committed document is the code's own, and says of every operation what it needs and leaves.

use std::path::Path;

use rokuon_api::openapi::openapi_json;
use serde_json::Value;

fn operations(document: &Value) -> Vec<(String, Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let operations = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().expect("a path item").iter();
        methods.map(move |(method, operation)| (format!("{method} {path}"), operation.clone()))
    });
    operations.collect()
}

fn document() -> Value {
    serde_json::from_str(&openapi_json()).expect("JSON")
}

// req: P-4
#[test]
fn the_committed_document_equals_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi/openapi.json");
    let made = openapi_json();
    assert_eq!(made, openapi_json(), "the same code gives the same bytes");
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&path, &made).expect("written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == made,
        "openapi/openapi.json is stale: UPDATE_OPENAPI=1 cargo test -p rokuon-api openapi"
    );
}

#[test]
fn every_operation_names_its_capability_and_its_audit_event() {
    let document = document();
    let mut ids = std::collections::BTreeSet::new();
    for (name, operation) in operations(&document) {
        let id = operation["operationId"].as_str().expect(&name);
        assert!(ids.insert(id.to_owned()), "{id} twice");
        assert!(operation["summary"].is_string(), "{name}: summary");
        assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{name}: {:?}", operation["tags"]);
        for extension in ["x-rokuon-capability", "x-rokuon-audit"] {
            let said = operation[extension].as_str().unwrap_or_default();
            let reasoned = said.strip_prefix("none: ").is_none_or(|reason| reason.len() > 10);
            assert!(!said.is_empty() && reasoned, "{name}: {extension} {said:?}");
        }
        let signed_in = operation["security"].is_array();
        let capability = operation["x-rokuon-capability"].as_str().unwrap_or_default();
        assert!(signed_in || capability.starts_with("none: "), "{name}: a capability without a session");
    }
    assert!(ids.len() >= 30, "{} operations", ids.len());
}

#[test]
fn every_refusal_has_a_schema_and_an_example() {
    for (name, operation) in operations(&document()) {
        let mut refusals = 0;
        for (status, response) in operation["responses"].as_object().expect("responses") {
            if status.starts_with('2') || (name == "get /readyz" && status == "503") {
                continue;
            }
            refusals += 1;
            let content = &response["content"]["application/problem+json"];
            assert_eq!(content["schema"]["$ref"], "#/components/schemas/Problem", "{name} {status}");
            for (code, example) in content["examples"].as_object().expect("examples") {
                let value = &example["value"];
                assert_eq!(value["type"], format!("urn:rokuon:problem:{code}"), "{name} {status}");
                assert_eq!(value["status"].to_string(), *status, "{name} {code}");
            }
        }
        assert!(refusals >= 2, "{name}: {refusals}");
        if operation["security"].is_array() {
            assert!(operation["responses"]["401"].is_object(), "{name}: 401");
        }
    }
}
