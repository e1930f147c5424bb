//! Which part may name which: the list is data, Cargo.toml files are read against it. A new arrow edits this list and ARCHITECTURE.md.

use std::collections::BTreeSet;

use rokuon_tests::tree;

/// Each member of the workspace and the members of ours it may depend on (dev-dependencies excepted).
const ARROWS: &[(&str, &[&str])] = &[
    ("crates/policy", &[]),
    ("crates/sip", &[]),
    ("crates/media", &[]),
    ("crates/secure-media", &[]),
    ("crates/embedded-postgres", &[]),
    ("crates/capture", &["policy", "sip", "media"]),
    ("crates/whip", &["sip", "media", "secure-media"]),
    ("crates/storage", &["policy"]),
    ("crates/storage-aws", &["policy", "storage"]),
    ("crates/test-aws", &[]),
    ("crates/db", &["policy"]),
    ("crates/watch", &["policy", "db"]),
    ("crates/keeping-model", &["policy"]),
    ("crates/keeping", &["policy", "db", "storage"]),
    ("crates/fixtures", &["policy", "secure-media"]),
    ("api", &["policy", "db", "storage", "media", "watch"]),
    (
        "worker",
        &["policy", "sip", "media", "secure-media", "capture", "whip", "storage", "db", "watch", "keeping"],
    ),
    (
        "crates/cli",
        &["api", "worker", "policy", "storage", "storage-aws", "db", "embedded-postgres", "keeping"],
    ),
    ("tests", &[]),
];

/// Sockets, databases and services: a ground crate lists none of them.
const NOT_ON_THE_GROUND: &[&str] =
    &["tokio", "sqlx", "axum", "reqwest", "hyper", "tower", "socket2", "nix", "getrandom", "rand"];

struct Member {
    folder: String,
    manifest: toml::Table,
}

fn members() -> Vec<Member> {
    let manifests = tree::files(&["toml"]).expect("the checkout can be read");
    manifests
        .into_iter()
        .filter(|file| file.path.ends_with("/Cargo.toml"))
        .filter_map(|file| {
            let manifest: toml::Table =
                file.text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.path));
            let folder = file.path.trim_end_matches("/Cargo.toml").to_owned();
            // the fuzz targets are a workspace of their own, built by a nightly compiler
            (manifest.contains_key("package") && folder != "fuzz").then_some(Member { folder, manifest })
        })
        .collect()
}

fn dependencies(member: &Member, section: &str) -> BTreeSet<String> {
    let listed = member.manifest.get(section).and_then(toml::Value::as_table);
    listed.map(|table| table.keys().cloned().collect()).unwrap_or_default()
}

#[test]
fn arrows_point_down_only() {
    let mut wrong = Vec::new();
    for member in members() {
        let Some((_, allowed)) = ARROWS.iter().find(|(folder, _)| *folder == member.folder) else {
            wrong.push(format!(
                "{}: a new member; say in tests/tidy/arrows.rs what it may see",
                member.folder
            ));
            continue;
        };
        for name in dependencies(&member, "dependencies") {
            if let Some(ours) = name.strip_prefix("rokuon-").filter(|ours| !allowed.contains(ours)) {
                wrong.push(format!("{} must not see {ours}", member.folder));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn api_and_worker_never_see_each_other() {
    for member in members() {
        for section in ["dependencies", "dev-dependencies"] {
            let seen = dependencies(&member, section);
            match member.folder.as_str() {
                "api" => assert!(!seen.contains("rokuon-worker"), "api sees worker"),
                "worker" => assert!(!seen.contains("rokuon-api"), "worker sees api"),
                _ => {}
            }
        }
    }
}

#[test]
fn the_ground_has_no_sockets_no_database_no_randomness() {
    let mut wrong = Vec::new();
    for member in members() {
        if !["crates/policy", "crates/sip", "crates/media", "crates/secure-media", "crates/capture"]
            .contains(&member.folder.as_str())
        {
            continue;
        }
        for name in dependencies(&member, "dependencies") {
            if NOT_ON_THE_GROUND.contains(&name.as_str()) || name.starts_with("aws-") {
                wrong.push(format!("{}: {name}", member.folder));
            }
        }
    }
    assert!(wrong.is_empty(), "time, randomness and bytes enter as values: {}", wrong.join(", "));
}

#[test]
fn every_member_takes_the_workspace_lints_and_versions() {
    let mut wrong = Vec::new();
    for member in members() {
        let lints = member.manifest.get("lints").and_then(toml::Value::as_table);
        if lints.and_then(|table| table.get("workspace")).and_then(toml::Value::as_bool) != Some(true) {
            wrong.push(format!("{}: [lints] workspace = true is missing", member.folder));
        }
        for section in ["dependencies", "dev-dependencies"] {
            let listed = member.manifest.get(section).and_then(toml::Value::as_table);
            for (name, how) in listed.into_iter().flatten() {
                if how.get("workspace").and_then(toml::Value::as_bool) != Some(true) {
                    wrong.push(format!(
                        "{}: the version of {name} belongs in the root Cargo.toml",
                        member.folder
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
