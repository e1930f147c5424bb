//! `rokuon tenant add`: loads a tenant from its policy and its register, or brings it up to date.

use std::path::Path;
use std::process::ExitCode;

use crate::arguments::Place;
use crate::failure::Failure;

/// Loads.
pub fn run(_policy: &Path, _register: &Path, _place: Place) -> Result<ExitCode, Failure> {
    Err(Failure::new("まだありません", "not there yet"))
}
