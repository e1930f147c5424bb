//! Asks the oracle (`tests/oracle/keeping_oracle.py`): Python, from the policy files alone.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::script::Story;

/// What it says of a recording; instants as seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Said {
    pub moved: Option<i64>,
    pub due: Option<i64>,
    pub destroyed: Option<i64>,
    pub reason: Option<String>,
    /// The article; an erasure's is for those to say who approved it.
    pub article: Option<String>,
    /// When the log of its call is over.
    pub log_ends: Option<i64>,
}

/// One recording's story as the oracle is told it.
pub fn told(tenant: &str, story: &Story) -> Value {
    let seconds = |at: DateTime<Utc>| at.timestamp();
    // The request for erasure holds what it is about, until it is decided.
    let mut holds: Vec<Value> = story
        .holds
        .iter()
        .map(|(placed, released)| json!([seconds(*placed), released.map(seconds)]))
        .collect();
    holds.extend(story.erasure.map(|(asked, approved)| json!([seconds(asked), seconds(approved)])));
    json!({
        "id": story.sealed.id.to_string(),
        "tenant": tenant,
        "kind": story.sealed.kind.as_str(),
        "started_at": seconds(story.sealed.started_at),
        "octets": story.sealed.octets,
        "holds": holds,
        "erasure_at": story.erasure.map(|(_, approved)| seconds(approved)),
    })
}

/// Asks it about all of them at once.
pub fn ask(policies: &[PathBuf], runs: &[DateTime<Utc>], recordings: Vec<Value>) -> BTreeMap<String, Said> {
    let question = json!({
        "policies": policies,
        "runs": runs.iter().map(DateTime::timestamp).collect::<Vec<_>>(),
        "recordings": recordings,
        "limit": 1_000,
    });
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/oracle/keeping_oracle.py");
    let mut python = Command::new("python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is installed");
    python.stdin.take().unwrap().write_all(question.to_string().as_bytes()).unwrap();
    let answer = python.wait_with_output().unwrap();
    assert!(answer.status.success(), "the oracle gave up");
    serde_json::from_slice(&answer.stdout).unwrap()
}
