//! What can keep a cluster from starting, each as one line that says what to do.

use std::io;
use std::path::PathBuf;

/// Why a private cluster could not be made, started or reached.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// No PostgreSQL server was found on this machine.
    #[error(
        "no PostgreSQL server found (looked in {looked}); install one with: apt-get install -y --no-install-recommends postgresql-15, or set PG_BIN to the directory that holds initdb and postgres"
    )]
    NoBinaries {
        /// The places that were searched.
        looked: String,
    },
    /// `PG_BIN` is set and does not hold a server.
    #[error(
        "PG_BIN is {0}, which holds no initdb and postgres; unset it or point it at a PostgreSQL bin directory"
    )]
    WrongPgBin(PathBuf),
    /// The directory holds something that is not a cluster of ours.
    #[error("{0} is not empty and was not made by rokuon; choose another --data-dir")]
    ForeignDirectory(PathBuf),
    /// Another running process of ours uses the directory.
    #[error("{0} is in use by another running rokuon; stop that one or choose another --data-dir")]
    InUse(PathBuf),
    /// The server's own user could not enter one of the parents of the data directory.
    #[error(
        "the database runs as user id {uid} and cannot enter {closed}; choose a --data-dir whose parents everyone may enter, such as /var/lib/rokuon"
    )]
    ClosedParent {
        /// The directory that is closed.
        closed: PathBuf,
        /// The user the server would run as.
        uid: u32,
    },
    /// A file operation failed.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried, such as `create`.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// A PostgreSQL program ended with an error.
    #[error("{program} failed: {said}")]
    Program {
        /// `initdb` or `postgres`.
        program: &'static str,
        /// The last lines it wrote.
        said: String,
    },
    /// The server did not become ready in time.
    #[error("the database did not become ready within {seconds} s; its log is {log}")]
    NotReady {
        /// How long we waited.
        seconds: u64,
        /// Where its log lies.
        log: PathBuf,
    },
    /// The cluster runs and a statement of the test support failed.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The migrations could not be applied to the test template.
    #[error("migrations: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
}

impl ClusterError {
    /// For `map_err` on file operations.
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}
