//! `make requirements`: each requirement with the tests that show it; fails on an unknown id or a missing test.
#![allow(clippy::print_stdout)] // a report on the terminal is what this program is for

use std::process::ExitCode;

use rokuon_tests::requirements::{State, faults, marks, read, tests_by_id};
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
    let path = tree::root().join("tests/requirements.toml");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let list = read(&text).map_err(|reason| format!("{}: {reason}", path.display()))?;
    let files: Vec<_> = tree::files(&["rs", "ts", "tsx", "mjs"])
        .map_err(|error| error.to_string())?
        .into_iter()
        .filter(|file| file.path != "tests/src/requirements.rs") // its own samples are no marks
        .collect();
    let marks = marks(&files);
    let by_id = tests_by_id(&marks);
    for row in &list {
        let state = match row.state {
            State::Shown => "shown",
            State::Begun => "begun",
            State::Later => "later",
        };
        println!("{:<7} {state}  {}", row.id, row.text);
        for mark in by_id.get(row.id.as_str()).into_iter().flatten() {
            println!("               {} ({})", mark.test, mark.place);
        }
    }
    let count = |state| list.iter().filter(|row| row.state == state).count();
    println!(
        "{} requirements: {} shown, {} begun, {} later; {} marked tests",
        list.len(),
        count(State::Shown),
        count(State::Begun),
        count(State::Later),
        marks.len()
    );
    Ok(faults(&list, &marks))
}
