//! `make requirements`: each requirement and each line of the standards with the tests that show it; fails on an unknown id or a missing test.
#![allow(clippy::print_stdout)] // a report on the terminal is what this program is for

use std::process::ExitCode;

use rokuon_tests::marks::{Mark, MarkKind, marks};
use rokuon_tests::requirements::{State, faults, read, read_rules, rule_faults, tests_by_id};
use rokuon_tests::tree;

fn main() -> ExitCode {
    match report() {
        Ok(faults) if faults.is_empty() => ExitCode::SUCCESS,
        Ok(faults) => {
            for fault in faults {
                eprintln!("{fault}");
            }
            ExitCode::FAILURE
        }
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

fn report() -> Result<Vec<String>, String> {
    let files: Vec<_> = tree::files(&["rs", "ts", "tsx", "mjs", "py"])
        .map_err(|error| error.to_string())?
        .into_iter()
        .filter(|file| !file.path.starts_with("tests/src/")) // their own samples are no marks
        .collect();
    let marks = marks(&files);
    let mut faults = report_requirements(&marks)?;
    println!();
    faults.extend(report_rules(&marks)?);
    Ok(faults)
}

fn list(name: &str) -> Result<String, String> {
    let path = tree::root().join("tests").join(name);
    std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
}

fn print_tests(tests: Option<&Vec<&Mark>>) {
    for mark in tests.into_iter().flatten() {
        println!("               {} ({})", mark.test, mark.place);
    }
}

fn report_requirements(marks: &[Mark]) -> Result<Vec<String>, String> {
    let list = read(&list("requirements.toml")?).map_err(|reason| format!("requirements.toml: {reason}"))?;
    let by_id = tests_by_id(marks, MarkKind::Requirement);
    for row in &list {
        let state = match row.state {
            State::Shown => "shown",
            State::Begun => "begun",
            State::Later => "later",
        };
        println!("{:<7} {state}  {}", row.id, row.text);
        print_tests(by_id.get(row.id.as_str()));
    }
    let count = |state| list.iter().filter(|row| row.state == state).count();
    println!(
        "{} requirements: {} shown, {} begun, {} later",
        list.len(),
        count(State::Shown),
        count(State::Begun),
        count(State::Later)
    );
    Ok(faults(&list, marks))
}

fn report_rules(marks: &[Mark]) -> Result<Vec<String>, String> {
    let list = read_rules(&list("standards.toml")?).map_err(|reason| format!("standards.toml: {reason}"))?;
    let by_id = tests_by_id(marks, MarkKind::Rule);
    let mut counts = [0; 3];
    for row in &list {
        let tests = by_id.get(row.id.as_str());
        let (place, state) = match (tests, &row.reason) {
            (Some(_), _) => (0, "shown"),
            (None, Some(_)) => (1, "reason"),
            (None, None) => (2, "open"),
        };
        counts[place] += 1;
        println!("{:<5} {state:<6}  {}", row.id, row.text);
        if let Some(reason) = &row.reason {
            println!("               {reason}");
        }
        print_tests(tests);
    }
    let [shown, reason, open] = counts;
    println!("{} lines of the standards: {shown} shown, {reason} with a reason, {open} open", list.len());
    Ok(rule_faults(&list, marks))
}
