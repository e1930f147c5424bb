//! The command as people type it: what it prints and how it ends.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn rokuon(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rokuon"))
        .args(arguments)
        .env_remove("ROKUON_DATA_DIR")
        .output()
        .expect("it runs")
}

fn policy(name: &str) -> String {
    let checkout =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("crates/cli lies two below");
    checkout.join("policies").join(name).display().to_string()
}

#[test]
fn a_sound_policy_has_no_findings() {
    let output = rokuon(&["policy", "check", &policy("toyonaka.toml")]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn each_mistake_of_a_policy_is_named_with_file_and_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("broken.toml");
    let sound = fs::read_to_string(policy("toyonaka.toml")).expect("there");
    let broken = sound.replacen("scope = \"tenant\"", "scope = \"universe\"", 1);
    let line = broken.lines().position(|line| line.contains("universe")).expect("replaced") + 1;
    fs::write(&file, broken).expect("written");
    let output = rokuon(&["policy", "check", &file.display().to_string()]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains(&format!("broken.toml:{line}:")), "{said}");
}

#[test]
fn what_cannot_start_says_in_one_line_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("thesis.txt"), "mine").expect("written");
    let foreign = folder.path().display().to_string();
    for (arguments, word) in [
        (vec!["up", "--data-dir", &foreign], "--data-dir"),
        (vec!["up", "--http", "0.0.0.0:80"], "behind_tls"),
        (vec!["status", "--data-dir", "/nowhere"], "rokuon up"),
        (vec!["policy", "check", "/nowhere.toml"], "/nowhere.toml"),
    ] {
        let output = rokuon(&arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.lines().count() == 1 && said.contains(word), "{arguments:?}: {said}");
    }
}

#[test]
fn the_api_document_is_printed_and_written_alike() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("openapi.json");
    assert!(rokuon(&["openapi", "--out", &file.display().to_string()]).status.success());
    let printed = rokuon(&["openapi"]).stdout;
    assert!(printed.starts_with(b"{") && printed == fs::read(&file).expect("written"));
}
