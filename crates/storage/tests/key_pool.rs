//! Keys fetched ahead carry a worker through a time without the key service.

use std::sync::Arc;
use std::time::Duration;

use rokuon_policy::ids::TenantId;
use rokuon_storage::data_key_pool::DataKeyPool;
use rokuon_storage::key_service::{KeyContext, KeyService};
use rokuon_storage::memory_keys::MemoryKeys;

async fn pool(tenants: &[&str], per_tenant: usize) -> (Arc<MemoryKeys>, Arc<DataKeyPool>, Vec<TenantId>) {
    let keys = Arc::new(MemoryKeys::new());
    let pool = Arc::new(DataKeyPool::new(keys.clone(), per_tenant));
    let tenants: Vec<TenantId> = tenants.iter().map(|tenant| tenant.parse().expect("a tenant")).collect();
    for tenant in &tenants {
        keys.ensure_tenant_key(tenant).await.expect("a key");
        pool.add_tenant(tenant);
    }
    (keys, pool, tenants)
}

#[tokio::test]
async fn a_pooled_key_is_bound_to_the_recording_it_brings() {
    let (keys, pool, tenants) = pool(&["kobe"], 3).await;
    assert_eq!(pool.refill().await.expect("refill"), 3);
    assert_eq!(pool.refill().await.expect("nothing to do"), 0);
    let (one, two) = (pool.take(&tenants[0]).expect("one"), pool.take(&tenants[0]).expect("two"));
    assert_ne!(one.recording, two.recording);
    let context = KeyContext::recording(tenants[0].clone(), one.recording);
    assert_eq!(keys.unwrap(&context, &one.wrapped).await.expect("unwraps").expose(), one.key.expose());
    assert!(keys.unwrap(&context, &two.wrapped).await.is_err());
    assert_eq!(pool.stock(&tenants[0]), 1);
}

#[tokio::test]
async fn calls_go_on_while_the_key_service_is_away_and_the_pool_fills_itself_again() {
    let (keys, pool, tenants) = pool(&["kobe", "takikawa"], 5).await;
    let filling = tokio::spawn({
        let pool = Arc::clone(&pool);
        async move { pool.keep_filled(Duration::from_millis(5)).await }
    });
    filled(&pool, &tenants[0]).await;
    filled(&pool, &tenants[1]).await;
    keys.set_down(true);
    for _ in 0..5 {
        pool.take(&tenants[0]).expect("a key fetched ahead");
    }
    assert!(pool.take(&tenants[0]).is_none());
    assert!(pool.take_or_generate(&tenants[0]).await.expect_err("away").retryable());
    assert_eq!(pool.stock(&tenants[1]), 5, "one city's calls take no other city's keys");
    keys.set_down(false);
    filled(&pool, &tenants[0]).await;
    filling.abort();
}

/// Waits until the pool holds five keys of a tenant; one that takes many is given more.
async fn filled(pool: &DataKeyPool, tenant: &TenantId) {
    for _ in 0..10_000 {
        if pool.stock(tenant) >= 5 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("the pool does not fill itself");
}

#[tokio::test]
async fn one_dark_tenant_does_not_keep_the_others_keys_away() {
    let (keys, pool, tenants) = pool(&["aaa-first", "kobe"], 2).await;
    keys.withdraw(&tenants[0]);
    assert!(!pool.refill().await.expect_err("the first is dark").retryable());
    assert_eq!((pool.stock(&tenants[0]), pool.stock(&tenants[1])), (0, 2));
    pool.remove_tenant(&tenants[1]);
    assert_eq!(pool.stock(&tenants[1]), 0);
}
