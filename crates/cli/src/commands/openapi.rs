//! `rokuon openapi`: the API document as the code has it.
#![allow(clippy::print_stdout)] // printing it is what the command is for

use std::path::Path;
use std::process::ExitCode;

use crate::failure::Failure;

/// Prints the document, or writes it to `out`.
pub fn run(out: Option<&Path>) -> Result<ExitCode, Failure> {
    let document = rokuon_api::openapi::openapi_json();
    match out {
        Some(path) => std::fs::write(path, document).map_err(|error| Failure::file(path, &error))?,
        None => print!("{document}"),
    }
    Ok(ExitCode::SUCCESS)
}
