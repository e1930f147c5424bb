//! Where log lines go: standard error, as text or as JSON lines.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::EnvFilter;

use crate::failure::Failure;
use crate::settings::LogFormat;

/// Starts logging; once a process.
pub fn start(filter: &str, format: LogFormat) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(filter).map_err(|error| {
        Failure::setting("log", &format!("読めません（{error}）"), &format!("cannot be read: {error}"))
    })?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    let started = match format {
        LogFormat::Text => builder.with_target(false).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    started.map_err(|error| {
        Failure::new(format!("ログを始められません（{error}）。"), format!("cannot start logging: {error}"))
    })
}
