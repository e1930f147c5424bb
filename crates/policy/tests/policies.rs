//! The tenants' policy files parse without a finding, show as JSON, and are the only place that names a tenant (INV-3).

use std::path::PathBuf;

use rokuon_policy::policy::Policy;

fn files() -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let mut files: Vec<(String, String)> = std::fs::read_dir(&folder)
        .expect("test data")
        .map(|entry| entry.expect("test data").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| {
            (
                path.file_stem().expect("test data").to_string_lossy().into_owned(),
                std::fs::read_to_string(&path).expect("test data"),
            )
        })
        .collect();
    files.sort();
    files
}

#[test]
fn every_policy_file_is_without_findings_and_named_after_its_tenant() {
    let files = files();
    let mut report = String::new();
    for (name, text) in &files {
        match Policy::parse(text) {
            Ok(policy) => assert_eq!(policy.tenant().as_str(), name),
            Err(findings) => {
                for finding in findings {
                    report.push_str(&format!(
                        "{name}.toml:{}:{}: {} — {} / {}\n",
                        finding.line, finding.column, finding.path, finding.reason.en, finding.reason.ja
                    ));
                }
            }
        }
    }
    assert!(report.is_empty(), "\n{report}");
    assert_eq!(files.len(), 5, "the five municipalities");
}

#[test]
fn every_policy_shows_as_json_with_its_articles() {
    for (name, text) in files() {
        let policy = Policy::parse(&text).expect("checked above");
        let data = serde_json::to_value(&policy).expect("a policy is plain data");
        assert_eq!(data["tenant"], name.as_str());
        assert!(data["posts"][0]["article"].as_str().is_some_and(|article| !article.is_empty()));
        assert!(data["retention"][0]["kind"] == "call_audio", "{name}");
    }
}

/// The product's lines of a source file: comments and the tests at its end left out.
fn product_lines(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect()
}

#[test]
fn no_tenant_is_named_in_the_code() {
    let tenants: Vec<String> = files().into_iter().map(|(name, _)| name).collect();
    let mut folders = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path())
        {
            let name = entry.file_name().expect("a name").to_string_lossy().into_owned();
            if entry.is_dir() {
                folders.push(entry);
            } else if !["tests.rs", "properties.rs", "testing.rs"].contains(&name.as_str()) {
                read += 1;
                let code = product_lines(&std::fs::read_to_string(&entry).expect("a source file"));
                for tenant in &tenants {
                    assert!(!code.contains(tenant.as_str()), "{} names {tenant}", entry.display());
                }
            }
        }
    }
    assert!(read > 30, "only {read} files were read");
}
