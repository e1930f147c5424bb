//! Reads connections, lines and policies again and again; what was last read stands while the database is away.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use rokuon_db::connection_terms::ConnectionState;
use rokuon_db::database::Database;
use rokuon_db::error::DbError;
use rokuon_db::{devices, lines, policy_versions, routing};
use rokuon_policy::civil;
use rokuon_policy::clock::Clock;
use rokuon_policy::ids::TenantId;
use rokuon_policy::policy::Policy;
use rokuon_storage::data_key_pool::DataKeyPool;

use super::table::{ConnectionRoute, RoutingTable, TenantRoutes};

/// Reads everything once. A tenant whose policy cannot be read is left out, loudly: without rules nothing is recorded
/// in its name. What `known` has of a tenant stands where it is unchanged: a thousand policies are not to be parsed anew every
/// two seconds.
pub async fn load_routes(
    db: &Database,
    known: &RoutingTable,
    now: DateTime<Utc>,
) -> Result<RoutingTable, DbError> {
    let mut tenants = Vec::new();
    for tenant in routing::tenants(db).await? {
        match load_tenant(db, &tenant, known.tenant(&tenant), now).await? {
            Some(routes) => tenants.push(routes),
            None => tracing::error!(%tenant, "no policy is in force; this tenant's calls cannot be recorded"),
        }
    }
    let connections = routing::connections(db)
        .await?
        .into_iter()
        .filter(|c| c.state == ConnectionState::Active)
        .map(|c| ConnectionRoute {
            tenant: c.tenant,
            id: c.connection,
            kind: c.kind,
            address_user: c.address_user,
            networks: c.networks,
            default_line: c.default_line,
            security: c.security,
            credentials: c.credentials,
            registration: c.registration,
            test_until: c.test_until,
        })
        .collect();
    Ok(RoutingTable::new(tenants, connections))
}

async fn load_tenant(
    db: &Database,
    tenant: &TenantId,
    known: Option<&Arc<TenantRoutes>>,
    now: DateTime<Utc>,
) -> Result<Option<Arc<TenantRoutes>>, DbError> {
    let mut tx = db.tenant(tenant).await?;
    let version = policy_versions::in_force(&mut tx, civil::civil_day(now)).await?;
    let lines = lines::list(&mut tx).await?;
    let devices = devices::list(&mut tx).await?;
    tx.commit_read_only().await?;
    let Some(version) = version else { return Ok(None) };
    // A version's text never changes; another text is another version.
    let unchanged = |known: &&Arc<TenantRoutes>| {
        known.policy_version == version.version && known.lines == lines && known.devices == devices
    };
    if let Some(known) = known.filter(unchanged) {
        return Ok(Some(known.clone()));
    }
    let Ok(policy) = Policy::parse(&version.toml) else { return Ok(None) };
    let (tenant, policy_version) = (tenant.clone(), version.version);
    Ok(Some(Arc::new(TenantRoutes { tenant, policy, policy_version, lines, devices })))
}

/// Keeps the table fresh until dropped.
pub async fn refresh_routes(
    db: Database,
    clock: Arc<dyn Clock>,
    routes: Arc<ArcSwap<RoutingTable>>,
    keys: Arc<DataKeyPool>,
    every: Duration,
) {
    let mut away = false;
    loop {
        tokio::time::sleep(every).await;
        let known = routes.load_full();
        match load_routes(&db, &known, clock.now()).await {
            Ok(table) => {
                for tenant in table.tenants() {
                    keys.add_tenant(&tenant.tenant);
                }
                routes.store(Arc::new(table));
                away = false;
            }
            Err(error) if !away => {
                away = true;
                tracing::error!(%error, "connections and policies cannot be read; the last known ones stand");
            }
            Err(_) => {}
        }
    }
}
