//! `rokuon tenant add`: loads a tenant from its policy and its register, or brings it up to date.
#![allow(clippy::print_stdout)] // the JSON it prints is what the caller waits for

use std::path::Path;
use std::process::ExitCode;

use rokuon_db::database::Database;
use rokuon_policy::clock::{Clock as _, SystemClock};
use rokuon_policy::policy::Policy;

use crate::arguments::Place;
use crate::database::of_database;
use crate::failure::Failure;
use crate::register::Register;
use crate::run_file;
use crate::settings::default_data_dir;
use crate::tenant_load;

/// Loads it and prints who and what it has, initial passwords among it.
pub fn run(policy: &Path, register: &Path, place: Place) -> Result<ExitCode, Failure> {
    let toml = std::fs::read_to_string(policy).map_err(|error| Failure::file(policy, &error))?;
    let parsed = Policy::parse(&toml).map_err(|findings| {
        let (file, count) = (policy.display(), findings.len());
        Failure::new(
            format!("{file} に誤りが {count} 件あります。rokuon policy check {file} で確かめてください。"),
            format!("{file} has {count} findings: see them with `rokuon policy check {file}`"),
        )
    })?;
    let register_file = register;
    let register = Register::read(register_file)?;
    if register.tenant != *parsed.tenant() {
        let (file, tenant) = (register_file.display(), parsed.tenant());
        return Err(Failure::new(
            format!("{file} は {} の台帳ですが、規程は {tenant} のものです。", register.tenant),
            format!("{file} is the register of {}, but the policy is {tenant}'s", register.tenant),
        ));
    }
    let (url, sip) = match place.database_url {
        Some(url) => (url, Vec::new()),
        None => {
            let data_dir = place.data_dir.map_or_else(default_data_dir, Ok)?;
            let running = run_file::find(&data_dir)?;
            (running.database_url, running.sip)
        }
    };
    let now = SystemClock.now();
    let loaded = crate::commands::runtime()?.block_on(async {
        let db = Database::connect(&url).await.map_err(|error| of_database(&error))?;
        tenant_load::load(&db, &parsed, &toml, &register, &sip, now).await
    })?;
    let text = serde_json::to_string_pretty(&loaded).map_err(|error| {
        Failure::new(format!("JSON にできません（{error}）。"), format!("cannot be JSON: {error}"))
    })?;
    println!("{text}");
    Ok(ExitCode::SUCCESS)
}
