//! `rokuon migrate`: brings a database of the operator's own to the newest form.

use std::process::ExitCode;

use rokuon_db::database;

use crate::arguments::Chosen;
use crate::database::of_database;
use crate::failure::Failure;
use crate::logging;
use crate::settings::Settings;

/// Migrates; a private cluster is migrated by `rokuon up` itself.
pub fn run(chosen: Chosen) -> Result<ExitCode, Failure> {
    let settings = Settings::resolve(chosen)?;
    logging::start(&settings.log, settings.log_format)?;
    let url = settings.database.and_then(|database| database.owner_url).ok_or_else(|| {
        Failure::setting(
            "database_owner_url",
            "どのデータベースかを指定してください（内蔵のものは rokuon up が自分で移行します）",
            "say which database; the embedded one is migrated by `rokuon up` itself",
        )
    })?;
    let runtime = crate::commands::runtime()?;
    runtime.block_on(database::migrate(&url)).map_err(|error| of_database(&error))?;
    Ok(ExitCode::SUCCESS)
}
