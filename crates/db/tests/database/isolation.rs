//! Two cities in one database: neither can tell that the other is there.

use rokuon_db::calls;
use rokuon_db::error::DbError;
use rokuon_db::{people, recording_search, recordings, routing, segments, sessions};
use rokuon_policy::ids::{CallId, RecordingId};
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use uuid::Uuid;

use crate::catalogue::PLATFORMS;
use crate::city::{Platform, noon, segment, token};

async fn tables(db: &mut PgConnection) -> Vec<String> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> '_sqlx_migrations' AND NOT relname = ANY ($1)",
    )
    .bind(PLATFORMS.to_vec())
    .fetch_all(db)
    .await
    .unwrap();
    rows.into_iter().map(|(name,)| name).collect()
}

async fn rows_of(db: &mut PgConnection, table: &str, tenant: Option<&str>) -> i64 {
    let condition = tenant.map_or(String::new(), |t| format!(" WHERE tenant_id = '{t}'"));
    sqlx::query(AssertSqlSafe(format!("SELECT count(*) FROM {table}{condition}")))
        .fetch_one(db)
        .await
        .unwrap()
        .get(0)
}

// req: P-1
#[tokio::test]
async fn no_table_shows_or_takes_another_citys_row() {
    let platform = Platform::new().await;
    platform.city("aozora").await.fill().await;
    platform.city("minato").await.fill().await;
    let mut behind = PgConnection::connect(&platform.test.superuser_url()).await.unwrap();
    let mut app = PgConnection::connect(&platform.test.app_url()).await.unwrap();
    for table in tables(&mut behind).await {
        assert!(rows_of(&mut behind, &table, Some("minato")).await > 0, "{table} was not filled");
        let mut tx = app.begin().await.unwrap();
        sqlx::query("SELECT set_config('app.tenant', 'aozora', true)").execute(&mut *tx).await.unwrap();
        assert_eq!(rows_of(&mut tx, &table, Some("minato")).await, 0, "{table} shows another city");
        assert!(rows_of(&mut tx, &table, None).await > 0, "{table} does not show the own city");

        let columns: Vec<(String,)> = sqlx::query_as(
            "SELECT column_name::text FROM information_schema.columns
             WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER' ORDER BY ordinal_position",
        )
        .bind(&table)
        .fetch_all(&mut behind)
        .await
        .unwrap();
        let list = columns.iter().map(|(name,)| name.as_str()).collect::<Vec<_>>().join(", ");
        let (row,): (serde_json::Value,) = sqlx::query_as(AssertSqlSafe(format!(
            "SELECT to_jsonb(t) FROM {table} t WHERE tenant_id = 'minato' LIMIT 1"
        )))
        .fetch_one(&mut behind)
        .await
        .unwrap();
        let insert = format!(
            "INSERT INTO {table} ({list}) SELECT {list} FROM jsonb_populate_record(null::{table}, $1)"
        );
        let refused = sqlx::query(AssertSqlSafe(insert)).bind(row).execute(&mut *tx).await.unwrap_err();
        let refused = refused.as_database_error().unwrap();
        assert!(refused.message().contains("row-level security"), "{table}: {refused}");
    }
}

// req: P-1
#[tokio::test]
async fn without_a_tenant_there_are_no_rows_also_on_a_connection_that_had_one() {
    let platform = Platform::new().await;
    platform.city("aozora").await.fill().await;
    let pool = PgPoolOptions::new().max_connections(1).connect(&platform.test.app_url()).await.unwrap();
    let mut behind = PgConnection::connect(&platform.test.superuser_url()).await.unwrap();
    let tables = tables(&mut behind).await;
    for table in &tables {
        assert_eq!(rows_of(&mut pool.acquire().await.unwrap(), table, None).await, 0, "{table} before");
    }
    let mut tx = pool.begin().await.unwrap();
    sqlx::query("SELECT set_config('app.tenant', 'aozora', true)").execute(&mut *tx).await.unwrap();
    assert!(rows_of(&mut tx, "calls", None).await > 0);
    tx.commit().await.unwrap();
    let left: (Option<String>,) =
        sqlx::query_as("SELECT current_setting('app.tenant', true)").fetch_one(&pool).await.unwrap();
    assert_eq!(left.0.as_deref(), Some(""), "the setting is the empty text afterwards, which is no tenant");
    for table in &tables {
        assert_eq!(rows_of(&mut pool.acquire().await.unwrap(), table, None).await, 0, "{table} after");
    }
}

// req: P-1
#[tokio::test]
async fn another_citys_ids_are_as_unknown_as_made_up_ones() {
    let platform = Platform::new().await;
    let (aozora, minato) = (platform.city("aozora").await, platform.city("minato").await);
    let theirs = minato.fill().await;
    let mut tx = aozora.tx().await;
    let made_up = RecordingId(Uuid::new_v4());
    for id in [theirs.recording, made_up] {
        assert!(recordings::find(&mut tx, id).await.unwrap().is_none());
        assert!(recording_search::find(&mut tx, id).await.unwrap().is_none());
        assert!(recordings::take_over(&mut tx, id).await.unwrap().is_none());
        assert!(segments::of_recording(&mut tx, id).await.unwrap().is_empty());
    }
    for call in [theirs.call, CallId(Uuid::new_v4())] {
        assert!(!calls::update_facts(&mut tx, call, &theirs.facts).await.unwrap());
        assert!(!calls::forget(&mut tx, call).await.unwrap());
    }
    assert!(people::find(&mut tx, minato.person).await.unwrap().is_none());
    assert!(!people::disable(&mut tx, minato.person, noon()).await.unwrap());
    assert!(sessions::find(&mut tx, &token("minato"), noon()).await.unwrap().is_none());
    assert!(sessions::find(&mut tx, &token("aozora"), noon()).await.unwrap().is_some());
}

// req: P-1
#[tokio::test]
async fn no_row_can_be_hung_on_another_citys_row() {
    let platform = Platform::new().await;
    let (aozora, minato) = (platform.city("aozora").await, platform.city("minato").await);
    let theirs = minato.fill().await;
    let refused = |result: Result<bool, DbError>, key: &str| {
        assert_eq!(result.unwrap_err().constraint(), Some(key));
    };
    let mut foreign_connection = aozora.call(noon());
    foreign_connection.connection = minato.connection;
    refused(calls::start(&mut aozora.tx().await, &foreign_connection).await, "calls_connection");
    refused(segments::add(&mut aozora.tx().await, theirs.recording, &segment(5)).await, "segments_recording");
    let grant = aozora.use_of(theirs.recording);
    let error = rokuon_db::uses::grant(&mut aozora.tx().await, &grant).await.unwrap_err();
    assert_eq!(error.constraint(), Some("uses_recording"));
}

// req: P-1
#[tokio::test]
async fn only_routing_looks_across_cities_and_sees_no_more_than_it_must() {
    let platform = Platform::new().await;
    let (aozora, minato) = (platform.city("aozora").await, platform.city("minato").await);
    let tenants = routing::tenants(&platform.database).await.unwrap();
    assert_eq!(tenants, [aozora.tenant.clone(), minato.tenant.clone()]);
    let connections = routing::connections(&platform.database).await.unwrap();
    let found: Vec<_> = connections.iter().map(|c| (c.tenant.clone(), c.connection)).collect();
    assert_eq!(found, [(aozora.tenant, aozora.connection), (minato.tenant, minato.connection)]);
    assert_eq!(connections[0].networks, ["192.0.2.0/24".parse().unwrap()]);

    let mut app = PgConnection::connect(&platform.test.app_url()).await.unwrap();
    for sql in
        ["SET ROLE rokuon_directory", "SET ROLE rokuon_owner", "SET row_security = off; SELECT * FROM calls"]
    {
        assert!(sqlx::raw_sql(sql).execute(&mut app).await.is_err(), "{sql}");
    }
}

// req: P-1
#[tokio::test]
async fn the_pool_refuses_roles_that_see_past_row_level_security() {
    use rokuon_db::database::Database;
    let platform = Platform::new().await;
    for url in [platform.test.owner_url(), platform.test.superuser_url()] {
        assert!(matches!(Database::connect(&url).await, Err(DbError::WrongRole { .. })));
    }
    platform.database.ping().await.unwrap();
}
