//! How many rows the jobs read: a job that finds nothing reads next to nothing however much is kept, and destroying reads so many a
//! recording however many are due. What the database itself counted is looked at, of the statements as they are run.

use rokuon_policy::job::JobKind;

use crate::town::Town;

/// Many rows of sealed calls like the one that is there, a second apart, and statistics of them. Nothing of them lies in the store.
async fn many_like_the_first(town: &Town, count: u32) {
    town.sql(&format!(
        "SET session_replication_role = replica;
         CREATE TEMP TABLE c AS SELECT * FROM calls;
         ALTER TABLE c DROP COLUMN caller_reversed, DROP COLUMN called_reversed, DROP COLUMN both_digits;
         CREATE TEMP TABLE r AS SELECT * FROM recordings;
         CREATE TEMP TABLE more AS SELECT n, gen_random_uuid() AS id FROM generate_series(1, {count}) AS n;
         DO $$ DECLARE named text; BEGIN
            SELECT string_agg(quote_ident(attname), ', ') INTO named
            FROM pg_attribute WHERE attrelid = 'c'::regclass AND attnum > 0 AND NOT attisdropped;
            EXECUTE 'INSERT INTO calls (' || named || ') SELECT (jsonb_populate_record(c, jsonb_build_object(''call_id'', m.id,
                ''started_at'', c.started_at + m.n * interval ''1 second'', ''ended_at'', NULL))).* FROM c, more m';
         END $$;
         INSERT INTO recordings SELECT (jsonb_populate_record(r, jsonb_build_object('call_id', m.id, 'recording_id', m.id,
            'started_at', r.started_at + m.n * interval '1 second'))).* FROM r, more m;
         ANALYZE calls; ANALYZE recordings; SELECT pg_stat_force_next_flush()"
    ))
    .await;
    town.sql("SELECT pg_stat_reset()").await;
}

/// Rows of calls and recordings that were read since then, by index or without.
async fn read(town: &Town) -> i64 {
    // A backend says what it counted when it goes at the latest.
    town.db.close().await;
    let there =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'rokuon_app'";
    while town.count(there).await > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    town.count(
        "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_user_tables WHERE relname IN ('calls', 'recordings')",
    )
    .await
}

#[tokio::test]
async fn a_job_that_finds_nothing_reads_next_to_nothing_of_what_is_kept() {
    let kinds = [
        JobKind::Sweep,
        JobKind::TierMove,
        JobKind::Destroy,
        JobKind::PolicyChange,
        JobKind::LogErasure,
        JobKind::ObjectHolds,
    ];
    for kind in kinds {
        let town = Town::found("toyonaka", "2026-02-01T00:00:00+09:00").await;
        town.sealed("2026-01-31T10:00:00+09:00").await;
        many_like_the_first(&town, 10_000).await;
        town.run(kind).await;
        let read = read(&town).await;
        assert!(read < 50, "{kind} read {read} rows");
    }
}

#[tokio::test]
async fn destroying_reads_as_many_rows_a_recording_however_many_are_due() {
    let town = Town::found("toyonaka", "2026-02-01T00:00:00+09:00").await;
    town.sealed("2026-01-10T10:00:00+09:00").await;
    // Statistics are of the time before: nothing is due yet.
    many_like_the_first(&town, 1_000).await;
    town.go_to("2026-02-11T00:00:00+09:00");
    let mut keeper = town.keeper();
    keeper.limits.batch = 100;
    town.sql(
        "INSERT INTO destruction_days SELECT tenant_id, '2026-02-10', 1000000, 0 FROM tenants", // so many are usual
    )
    .await;
    for kind in [JobKind::Sweep, JobKind::Destroy] {
        let ran = keeper.run_now(&town.tenant, kind).await.unwrap().unwrap();
        assert!(ran.end.is_ok(), "{:?}", ran.end);
        assert_eq!(ran.progress.done, 1_001, "{kind}");
    }
    let read = read(&town).await;
    assert!(read < 30 * 1_001, "{read} rows were read");
}
