//! The tenants' policy files parse without a finding.

use std::path::PathBuf;

use rokuon_policy::policy::Policy;

fn files() -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let mut files: Vec<(String, String)> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| {
            (
                path.file_stem().unwrap().to_string_lossy().into_owned(),
                std::fs::read_to_string(&path).unwrap(),
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
