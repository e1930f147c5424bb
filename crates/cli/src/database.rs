//! The database a start works with: the private cluster in the data directory, or one of the operator's own.

use rokuon_db::database::migrate;
use rokuon_db::error::DbError;
use rokuon_embedded_postgres::cluster::{Cluster, ClusterConfig, DATABASE, Role};
use rokuon_embedded_postgres::cluster_error::ClusterError;

use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::settings::OwnDatabase;

/// A database that answers and has the newest form. The addresses carry passwords.
pub struct OpenDatabase {
    /// As the application's role.
    pub app_url: String,
    /// As the owner, where it is known.
    pub owner_url: Option<String>,
    cluster: Option<Cluster>,
}

impl OpenDatabase {
    /// Starts the private cluster, or takes the operator's; brings it to the newest form where it may.
    pub async fn open(data_dir: &DataDir, own: Option<&OwnDatabase>) -> Result<Self, Failure> {
        let open = match own {
            Some(own) => {
                Self { app_url: own.app_url.clone(), owner_url: own.owner_url.clone(), cluster: None }
            }
            None => {
                let config = ClusterConfig::new(data_dir.join("postgres"));
                let cluster = Cluster::start(config).await.map_err(|error| of_cluster(&error))?;
                let url = |role| cluster.url(DATABASE, role);
                Self { app_url: url(Role::App), owner_url: Some(url(Role::Owner)), cluster: Some(cluster) }
            }
        };
        if let Some(url) = &open.owner_url {
            migrate(url).await.map_err(|error| of_database(&error))?;
        }
        Ok(open)
    }

    /// Stops the private cluster, if it is one.
    pub async fn stop(self) {
        if let Some(cluster) = self.cluster {
            // a panic in the stop is printed by the runtime; dropping the cluster has then ended the server
            let _panicked = tokio::task::spawn_blocking(move || cluster.stop()).await;
        }
    }
}

/// The one line of a cluster that does not start; its English says what to do.
fn of_cluster(error: &ClusterError) -> Failure {
    match error {
        ClusterError::NoBinaries { .. } => Failure::new(
            "PostgreSQL が見つかりません。apt-get install -y --no-install-recommends postgresql-15 で入れるか、PG_BIN を指定してください。",
            error.to_string(),
        ),
        ClusterError::Io { path, source, .. } => Failure::file(path, source),
        _ => Failure::new("データベースを始められません。", error.to_string()),
    }
}

/// The one line of a database that does not answer or does not fit.
pub fn of_database(error: &DbError) -> Failure {
    match error {
        DbError::Driver(_) => Failure::new(
            "データベースにつながりません。database_url を確かめてください。",
            format!("{error}: check database_url, and that it is running"),
        ),
        _ => Failure::new("データベースを使えません。", error.to_string()),
    }
}
