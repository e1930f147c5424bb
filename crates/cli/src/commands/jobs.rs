//! `rokuon jobs`: keeps and destroys what is sealed, and records nothing. For the one process that may erase.
#![allow(clippy::print_stdout)] // that it runs is what a person waits for

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use rokuon_db::database::Database;
use rokuon_keeping::keeper::Keeper;
use rokuon_keeping::rounds::keep;
use rokuon_keeping::times::MachineTimes;
use rokuon_policy::clock::{Clock, SystemClock};
use rokuon_storage_aws::session::Patience;

use crate::arguments::Chosen;
use crate::data_dir::DataDir;
use crate::database::{OpenDatabase, of_database};
use crate::failure::Failure;
use crate::logging;
use crate::older_database;
use crate::settings::Settings;
use crate::signing_key;
use crate::stop_signals::StopSignals;
use crate::storage::Reach;

/// Runs them until it is told to stop.
pub fn run(chosen: Chosen) -> Result<ExitCode, Failure> {
    let settings = Settings::resolve(chosen)?;
    if settings.database.is_none() {
        return Err(Failure::setting(
            "database_url",
            "jobs だけを動かすには、自分の PostgreSQL が要ります（内蔵のものは rokuon up だけが使います）",
            "jobs on their own need a PostgreSQL of yours: the embedded one belongs to `rokuon up`",
        ));
    }
    logging::start(&settings.log, settings.log_format)?;
    let data_dir = DataDir::take(&settings.data_dir, false)?;
    let runtime = crate::commands::runtime()?;
    let outcome = runtime.block_on(serve(&settings, &data_dir));
    runtime.shutdown_timeout(Duration::from_millis(300));
    outcome.map(|()| ExitCode::SUCCESS)
}

async fn serve(settings: &Settings, data_dir: &DataDir) -> Result<(), Failure> {
    let mut told = StopSignals::listen()?;
    let database = OpenDatabase::open(data_dir, settings.database.as_ref()).await?;
    let db = Database::connect(&database.app_url).await.map_err(|error| of_database(&error))?;
    let store = Reach::with(&settings.storage, Patience::default()).await?.store(data_dir)?;
    let signer = Arc::new(signing_key::open(data_dir)?);
    older_database::refuse(&db, &store, Some(&signer.verifier())).await?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let keeper = Keeper::new(db.clone(), store, Arc::new(MachineTimes::new(clock)), signer);
    println!("保存と消去の処理が動いています / the jobs are running");
    tokio::select! {
        // What is cut short is carried on by the next start.
        () = keep(Arc::new(keeper)) => {}
        () = told.next() => {}
    }
    db.close().await;
    database.stop().await;
    Ok(())
}
