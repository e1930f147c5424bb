//! What can go wrong between us and Postgres: the driver, a row that cannot be true, a rule of the schema.

use sqlx::error::ErrorKind;

/// Why a call to the database failed. "Not found" is no error: it is `Ok(None)`.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The database could not be reached or did not understand us.
    #[error("database: {0}")]
    Driver(#[source] sqlx::Error),
    /// A row holds what no row may hold.
    #[error("table {table}, column {column}, row {row}: the value cannot be")]
    Inconsistency {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's key.
        row: String,
    },
    /// A constraint of the schema refused the write; nothing was changed.
    #[error("refused by the constraint {constraint}")]
    Conflict {
        /// Its name in the schema.
        constraint: String,
    },
    /// A migration failed.
    #[error("migration: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The role we signed in as could see past row-level security.
    #[error("the database role {role} {fault}; sign in as rokuon_app")]
    WrongRole {
        /// The role.
        role: String,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// The server is older than the SQL we use or lacks the security releases we count on.
    #[error("the database server has version {found}; at least {needed} is needed")]
    ServerTooOld {
        /// Its `server_version_num`.
        found: i32,
        /// The least we accept.
        needed: i32,
    },
    /// The schema is older or newer than this program.
    #[error("the database's schema does not fit this program: {0}")]
    WrongSchema(String),
    /// The system gave no random bytes.
    #[error("no randomness: {0}")]
    Randomness(String),
}

impl DbError {
    /// The name of the constraint that refused, if one did.
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Self::Conflict { constraint } => Some(constraint),
            _ => None,
        }
    }
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        if let sqlx::Error::Database(inner) = &error
            && matches!(
                inner.kind(),
                ErrorKind::UniqueViolation | ErrorKind::ForeignKeyViolation | ErrorKind::CheckViolation
            )
        {
            return Self::Conflict { constraint: inner.constraint().unwrap_or("unnamed").to_owned() };
        }
        Self::Driver(error)
    }
}
