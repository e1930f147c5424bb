//! Nothing that is built, downloaded or secret is committed.

use std::process::Command;

use rokuon_tests::tree;

fn git(arguments: &[&str]) -> Vec<String> {
    let output = Command::new("git").args(arguments).current_dir(tree::root()).output().expect("git runs");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

#[test]
fn what_is_ignored_is_not_committed() {
    let both = git(&["ls-files", "--cached", "--ignored", "--exclude-standard"]);
    assert!(both.is_empty(), "ignored and committed: {}", both.join(", "));
}

#[test]
fn no_build_output_or_secret_is_committed() {
    let bad: Vec<String> = git(&["ls-files"])
        .into_iter()
        .filter(|path| {
            let parts: Vec<&str> = path.split('/').collect();
            parts.iter().any(|part| matches!(*part, "target" | "node_modules" | "dist" | ".rokuon"))
                || [".pem", ".key", ".env", ".pid", ".log"].iter().any(|end| path.ends_with(end))
        })
        .collect();
    assert!(bad.is_empty(), "{}", bad.join(", "));
}
