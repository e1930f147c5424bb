//! The `rokuon` command: the one place that sees api and worker.

use std::process::ExitCode;

use clap::Parser as _;

use crate::arguments::{Arguments, Command, PolicyCommand, RestoreCommand, StorageCommand, TenantCommand};
use crate::failure::Failure;

mod arguments;
mod commands;
mod data_dir;
mod database;
mod failure;
mod logging;
mod older_database;
mod register;
mod run_file;
mod settings;
mod signing_key;
mod sip_certificate;
mod stop_signals;
mod storage;
mod tenant_load;

/// Sealing holds each recording in memory twice, on whatever thread is free, and glibc keeps an arena a thread of what that took.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Up(chosen) => commands::up::run(chosen, commands::up::Parts::ALL),
        Command::Api(chosen) => commands::up::run(chosen, commands::up::Parts::API),
        Command::Worker(chosen) => commands::up::run(chosen, commands::up::Parts::WORKER),
        Command::Jobs(chosen) => commands::jobs::run(chosen),
        Command::Migrate(chosen) => commands::migrate::run(chosen),
        Command::Openapi { out } => commands::openapi::run(out.as_deref()),
        Command::Policy(PolicyCommand::Check { files }) => commands::policy_check::run(&files),
        Command::Tenant(TenantCommand::Add { policy, register, place }) => {
            commands::tenant_add::run(&policy, &register, place)
        }
        Command::Storage(StorageCommand::Apply { policies, chosen }) => {
            commands::storage::run_apply(&policies, chosen)
        }
        Command::Storage(StorageCommand::Check { policies, tenant, chosen }) => {
            commands::storage::run_check(&policies, &tenant, chosen)
        }
        Command::Restore(RestoreCommand::Check { chosen }) => commands::restore::run_check(chosen),
        Command::Restore(RestoreCommand::Finish { missing_accepted, chosen }) => {
            commands::restore::run_finish(missing_accepted, chosen)
        }
        Command::Verify { certificates, key } => commands::verify::run(&certificates, &key),
        Command::Status(place) => commands::status::run(place),
    };
    outcome.unwrap_or_else(|failure: Failure| {
        eprintln!("rokuon: {failure}");
        ExitCode::FAILURE
    })
}
