//! The pool, the role it signs in as, and the migrations.

use std::time::Duration;

use rokuon_policy::ids::TenantId;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgConnection, PgPool};

use crate::error::DbError;
use crate::tenant_tx::TenantTx;

static MIGRATOR: Migrator = sqlx::migrate!("../../migrations");

/// The least `server_version_num` of each major release: the ones that closed CVE-2024-10976 and CVE-2025-8713, by which
/// plans and statistics told of rows past row-level security.
const LEAST_SERVERS: [i32; 3] = [150_014, 160_010, 170_006];

/// A pool of connections of the app role. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Database {
    pool: PgPool,
}

/// How the pool behaves.
#[derive(Debug, Clone, Copy)]
pub struct PoolSettings {
    /// Connections at most.
    pub max_connections: u32,
    /// How long a caller waits for a free one.
    pub acquire_timeout: Duration,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self { max_connections: 16, acquire_timeout: Duration::from_secs(5) }
    }
}

impl Database {
    /// Connects as the role in `url`, which must be bound by row-level security (`rokuon_app`).
    ///
    /// # Errors
    /// [`DbError::WrongRole`] for a superuser, an owner of our tables or a role that bypasses row-level security,
    /// [`DbError::ServerTooOld`], or [`DbError::Driver`].
    pub async fn connect(url: &str) -> Result<Self, DbError> {
        Self::connect_with(url, PoolSettings::default()).await
    }

    /// [`Database::connect`] with a pool of another size.
    ///
    /// # Errors
    /// As [`Database::connect`].
    pub async fn connect_with(url: &str, settings: PoolSettings) -> Result<Self, DbError> {
        let options: PgConnectOptions = url.parse()?;
        // Slow statements are logged without text: parameters stand apart, but a search's shape tells enough.
        let options = options.application_name("rokuon").disable_statement_logging();
        check(&mut PgConnection::connect_with(&options).await?).await?;
        let pool = PgPoolOptions::new()
            .max_connections(settings.max_connections)
            .acquire_timeout(settings.acquire_timeout)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    check(connection).await.map_err(|error| match error {
                        DbError::Driver(inner) => inner,
                        other => sqlx::Error::Configuration(Box::new(other)),
                    })
                })
            })
            .connect_with(options)
            .await?;
        Ok(Self { pool })
    }

    /// A transaction in which exactly `tenant`'s rows exist.
    ///
    /// # Errors
    /// [`DbError::Driver`].
    pub async fn tenant(&self, tenant: &TenantId) -> Result<TenantTx, DbError> {
        TenantTx::begin(&self.pool, tenant).await
    }

    /// Whether the database answers: for readiness checks.
    ///
    /// # Errors
    /// [`DbError::Driver`].
    pub async fn ping(&self) -> Result<(), DbError> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }

    /// Connections open and idle: for metrics.
    pub fn connections(&self) -> (u32, usize) {
        (self.pool.size(), self.pool.num_idle())
    }

    /// Closes every connection, waiting for those in use.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// The pool, for the functions that look across tenants.
    pub(crate) const fn pool(&self) -> &PgPool {
        &self.pool
    }
}

/// Applies the migrations that are missing, as the owner of the database. Safe to run twice and at once.
///
/// # Errors
/// [`DbError::Migrate`] or [`DbError::Driver`].
pub async fn migrate(owner_url: &str) -> Result<(), DbError> {
    let options: PgConnectOptions = owner_url.parse()?;
    let mut connection = options.disable_statement_logging().connect().await?;
    MIGRATOR.run_direct(None, &mut connection, false).await?;
    connection.close().await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct RoleRow {
    role: String,
    superuser: bool,
    bypasses: bool,
    owns: bool,
    server: i32,
}

async fn check(connection: &mut PgConnection) -> Result<(), DbError> {
    let row: RoleRow = sqlx::query_as(
        "SELECT
            r.rolname::text AS role,
            r.rolsuper AS superuser,
            r.rolbypassrls AS bypasses,
            EXISTS (
                SELECT FROM pg_class c
                WHERE c.relnamespace = 'public'::regnamespace
                    AND c.relkind IN ('r', 'p')
                    AND pg_has_role(r.oid, c.relowner, 'MEMBER')
            ) AS owns,
            current_setting('server_version_num')::integer AS server
        FROM pg_roles r
        WHERE r.rolname = current_user",
    )
    .fetch_one(connection)
    .await?;
    if let Some(needed) = too_old(row.server) {
        return Err(DbError::ServerTooOld { found: row.server, needed });
    }
    let fault = match row {
        RoleRow { superuser: true, .. } => "is a superuser",
        RoleRow { bypasses: true, .. } => "bypasses row-level security",
        RoleRow { owns: true, .. } => "owns tables",
        _ => return Ok(()),
    };
    Err(DbError::WrongRole { role: row.role, fault })
}

/// The least version a server needs, if this one is older.
fn too_old(server: i32) -> Option<i32> {
    let same_major = LEAST_SERVERS.iter().find(|least| **least / 10_000 == server / 10_000);
    let needed = *same_major.unwrap_or(&LEAST_SERVERS[0]);
    (server < needed).then_some(needed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_major_release_has_its_own_least_version() {
        for (server, needed) in [
            (140_020, Some(150_014)),
            (150_013, Some(150_014)),
            (150_018, None),
            (160_009, Some(160_010)),
            (170_006, None),
            (180_000, None),
        ] {
            assert_eq!(too_old(server), needed, "{server}");
        }
    }
}
