//! `rokuon up`, `rokuon api`, `rokuon worker`: runs the platform, or a part of it, until it is told to stop.

use std::process::ExitCode;

use crate::arguments::Chosen;
use crate::failure::Failure;
use crate::settings::Settings;

/// Which parts run in this process.
#[derive(Debug, Clone, Copy)]
pub struct Parts {
    api: bool,
    worker: bool,
}

impl Parts {
    /// Everything.
    pub const ALL: Self = Self { api: true, worker: true };
    /// The API and the portal.
    pub const API: Self = Self { api: true, worker: false };
    /// Media capture and jobs.
    pub const WORKER: Self = Self { api: false, worker: true };
}

/// Runs them.
pub fn run(chosen: Chosen, _parts: Parts) -> Result<ExitCode, Failure> {
    let _settings = Settings::resolve(chosen)?;
    Err(Failure::new("まだありません", "not there yet"))
}
