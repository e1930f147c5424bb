//! `rokuon migrate`: brings a database to the newest form.

use std::process::ExitCode;

use crate::arguments::Chosen;
use crate::failure::Failure;
use crate::settings::Settings;

/// Migrates.
pub fn run(chosen: Chosen) -> Result<ExitCode, Failure> {
    let _settings = Settings::resolve(chosen)?;
    Err(Failure::new("まだありません", "not there yet"))
}
