//! Reads connections, lines and policies again and again.
use super::table::RoutingTable;
use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use rokuon_db::database::Database;
use rokuon_policy::clock::Clock;
use rokuon_storage::data_key_pool::DataKeyPool;
use std::sync::Arc;
use std::time::Duration;
/// x
pub async fn load_routes(
    _db: &Database,
    _now: DateTime<Utc>,
) -> Result<RoutingTable, rokuon_db::error::DbError> {
    Ok(RoutingTable::default())
}
/// x
pub async fn refresh_routes(
    _db: Database,
    _clock: Arc<dyn Clock>,
    _routes: Arc<ArcSwap<RoutingTable>>,
    _keys: Arc<DataKeyPool>,
    _every: Duration,
) {
}
