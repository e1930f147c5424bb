//! What PostgreSQL's own catalogue says of our schema: the tenant rules of standards §2.4, on every table there is.

use std::collections::BTreeSet;

use rokuon_embedded_postgres::test_database::{TestDatabase, test_database};
use sqlx::{Connection, PgConnection};

const TENANT_RULE: &str = "(tenant_id = current_setting('app.tenant'::text, true))";

/// Functions that may run with more than the caller's rights.
const DEFINER_FUNCTIONS: [&str; 3] = ["placed_capture_orders", "routing_connections", "tenant_ids"];
/// Unique keys that are random over all tenants or of no tenant, and so tell nothing of another one.
const RANDOM_KEYS: [&str; 5] = [
    "connections_address_user_once",
    "spool_lives_pkey",
    "tail_looks_pkey",
    "worker_runs_pkey",
    "worker_troubles_pkey",
];
/// Tables of which the app may remove rows.
const REMOVABLE: [&str; 8] = [
    "calls",
    "connection_credentials",
    "connection_observations",
    "destruction_lists",
    "legs",
    "recordings",
    "segments",
    "sign_in_failures",
];
/// What may change of a sealed piece: where it lies.
const PLACE_OF_A_SEGMENT: [&str; 2] = ["bucket", "version_id"];
/// Tables whose columns the two directory functions show, named one by one.
const DIRECTORY: [&str; 5] =
    ["capture_orders", "connection_credentials", "connections", "registration_accounts", "tenants"];
/// What the platform knows of its own workers: nothing in it is of any tenant.
pub const PLATFORMS: [&str; 4] = ["spool_lives", "tail_looks", "worker_runs", "worker_troubles"];
/// The migrations' own list; the app has no right on it.
const NOT_TENANTS: &str = "_sqlx_migrations";

async fn superuser() -> (TestDatabase, PgConnection) {
    let test = test_database().await;
    let connection = PgConnection::connect(&test.superuser_url()).await.unwrap();
    (test, connection)
}

async fn names(connection: &mut PgConnection, sql: &'static str) -> BTreeSet<String> {
    let rows: Vec<(String,)> = sqlx::query_as(sql).fetch_all(connection).await.unwrap();
    rows.into_iter().map(|(name,)| name).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

// req: P-1
#[tokio::test]
async fn every_table_is_a_tenants_table_under_forced_row_level_security() {
    let (_test, mut db) = superuser().await;
    let tables = names(&mut db, "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'f')").await;
    let kept = names(
        &mut db,
        "SELECT c.relname::text FROM pg_class c
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = 1
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
           AND c.relrowsecurity AND c.relforcerowsecurity
           AND a.attname = 'tenant_id' AND a.attnotnull AND a.atttypid = 'text'::regtype",
    )
    .await;
    assert!(kept.len() >= 19, "{kept:?}");
    assert_eq!(&tables - &kept, &set(&[NOT_TENANTS]) | &set(&PLATFORMS));
}

#[derive(sqlx::FromRow)]
struct PolicyRow {
    tablename: String,
    policyname: String,
    permissive: String,
    cmd: String,
    roles: Vec<String>,
    qual: Option<String>,
    with_check: Option<String>,
}

#[derive(sqlx::FromRow)]
struct FunctionRow {
    proname: String,
    prosecdef: bool,
    owner: String,
    proconfig: Option<Vec<String>>,
    everybody: bool,
}

// req: P-1
#[tokio::test]
async fn every_policy_asks_for_the_tenant_when_reading_and_when_writing() {
    let (_test, mut db) = superuser().await;
    let rows: Vec<PolicyRow> = sqlx::query_as(
        "SELECT tablename::text, policyname::text, permissive, cmd, roles::text[], qual, with_check
         FROM pg_policies WHERE schemaname = 'public'",
    )
    .fetch_all(&mut db)
    .await
    .unwrap();
    let mut others = BTreeSet::new();
    let mut ruled = BTreeSet::new();
    for row in rows {
        let PolicyRow {
            tablename: table,
            policyname: policy,
            permissive,
            cmd: command,
            roles,
            qual: reads,
            with_check: writes,
        } = row;
        if policy == format!("{table}_of_tenant") {
            assert_eq!((permissive.as_str(), command.as_str()), ("PERMISSIVE", "ALL"), "{policy}");
            assert_eq!(roles, ["public"], "{policy}");
            assert_eq!(reads.as_deref(), Some(TENANT_RULE), "{policy}");
            assert_eq!(writes.as_deref(), Some(TENANT_RULE), "{policy}");
            ruled.insert(table);
        } else if permissive == "PERMISSIVE" {
            assert_eq!(
                (roles.as_slice(), command.as_str()),
                (["rokuon_directory".to_owned()].as_slice(), "SELECT"),
                "{policy}"
            );
            others.insert(policy);
        } else {
            others.insert(policy);
        }
    }
    assert_eq!(
        others,
        set(&[
            "capture_orders_for_directory",
            "connection_credentials_for_directory",
            "connections_for_directory",
            "recordings_removable",
            "registration_accounts_for_directory",
            "segments_removable",
            "tenants_for_directory",
        ])
    );
    let tables = names(&mut db, "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relrowsecurity").await;
    assert_eq!(ruled, &tables - &set(&PLATFORMS));
}

// req: P-1
#[tokio::test]
async fn every_unique_key_begins_with_the_tenant() {
    let (_test, mut db) = superuser().await;
    let others = names(
        &mut db,
        "SELECT i.relname::text FROM pg_index x
         JOIN pg_class i ON i.oid = x.indexrelid
         JOIN pg_class t ON t.oid = x.indrelid
         LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.indkey[0]
         WHERE t.relnamespace = 'public'::regnamespace AND x.indisunique
           AND a.attname IS DISTINCT FROM 'tenant_id' AND t.relname <> '_sqlx_migrations'",
    )
    .await;
    assert_eq!(others, set(&RANDOM_KEYS));
}

// req: P-1
#[tokio::test]
async fn every_foreign_key_carries_the_tenant_on_both_ends() {
    let (_test, mut db) = superuser().await;
    let all = names(
        &mut db,
        "SELECT conrelid::regclass::text || '.' || conname FROM pg_constraint WHERE contype = 'f'",
    )
    .await;
    let composite = names(
        &mut db,
        "SELECT k.conrelid::regclass::text || '.' || k.conname FROM pg_constraint k
         JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
         JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = k.confkey[1]
         WHERE k.contype = 'f' AND a.attname = 'tenant_id' AND b.attname = 'tenant_id'
           AND (cardinality(k.conkey) > 1 OR k.confrelid = 'tenants'::regclass)",
    )
    .await;
    assert!(all.len() > 30, "{all:?}");
    // The lives of workers and their troubles belong to no tenant.
    let of_the_platform =
        set(&["spool_lives.spool_lives_run_id_fkey", "worker_troubles.worker_troubles_run_id_fkey"]);
    assert_eq!(&all - &of_the_platform, composite);
    // A row that goes takes no other row with it.
    let cascading = names(&mut db, "SELECT conname::text FROM pg_constraint WHERE contype = 'f' AND (confdeltype <> 'a' OR confupdtype <> 'a')").await;
    assert_eq!(cascading, set(&[]));
}

// req: P-1
#[tokio::test]
async fn the_app_role_owns_nothing_and_has_the_least_rights() {
    let (_test, mut db) = superuser().await;
    let owned = names(
        &mut db,
        "SELECT c.relname::text FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname = 'rokuon_app'
         UNION SELECT p.proname::text FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner WHERE r.rolname = 'rokuon_app'
         UNION SELECT n.nspname::text FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner WHERE r.rolname = 'rokuon_app'",
    )
    .await;
    assert_eq!(owned, set(&[]));
    let powers = names(
        &mut db,
        "SELECT rolname::text FROM pg_roles WHERE rolname IN ('rokuon_app', 'rokuon_directory')
         AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)
         UNION SELECT m.roleid::regrole::text FROM pg_auth_members m WHERE m.member IN ('rokuon_app'::regrole, 'rokuon_directory'::regrole)",
    )
    .await;
    assert_eq!(powers, set(&[]));
    let rights: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT c.relname::text, coalesce(g.rolname::text, 'PUBLIC'), a.privilege_type
         FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a LEFT JOIN pg_roles g ON g.oid = a.grantee
         WHERE c.relnamespace = 'public'::regnamespace AND a.grantee <> c.relowner
         UNION ALL
         SELECT c.relname || '.' || t.attname, coalesce(g.rolname::text, 'PUBLIC'), a.privilege_type
         FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid CROSS JOIN LATERAL aclexplode(t.attacl) a
         LEFT JOIN pg_roles g ON g.oid = a.grantee
         WHERE c.relnamespace = 'public'::regnamespace",
    )
    .fetch_all(&mut db)
    .await
    .unwrap();
    assert!(rights.len() > 100);
    for (object, grantee, right) in rights {
        let (table, column) = object.split_once('.').map_or((object.as_str(), None), |(t, c)| (t, Some(c)));
        let fine = match (grantee.as_str(), right.as_str(), column) {
            ("rokuon_app", "SELECT" | "INSERT", None) => table != NOT_TENANTS,
            ("rokuon_app", "DELETE", None) => REMOVABLE.contains(&table),
            // Never whole rows: the tenant and the key of a row stay what they were.
            ("rokuon_app", "UPDATE", Some(column)) => {
                column != "tenant_id"
                    && !["audit_events", "certificates"].contains(&table)
                    && (table != "segments" || PLACE_OF_A_SEGMENT.contains(&column))
            }
            ("rokuon_directory", "SELECT", Some(_)) => DIRECTORY.contains(&table),
            _ => false,
        };
        assert!(fine, "{grantee} has {right} on {object}");
    }
    let creates: (bool, bool) = sqlx::query_as(
        "SELECT has_schema_privilege('rokuon_app', 'public', 'CREATE'), has_schema_privilege('rokuon_directory', 'public', 'CREATE')",
    )
    .fetch_one(&mut db)
    .await
    .unwrap();
    assert_eq!(creates, (false, false));
}

// req: P-1
#[tokio::test]
async fn functions_are_listed_and_fixed_and_no_view_leaks() {
    let (_test, mut db) = superuser().await;
    let functions: Vec<FunctionRow> = sqlx::query_as(
        "SELECT proname::text, prosecdef, proowner::regrole::text AS owner, proconfig, has_function_privilege('public', oid, 'EXECUTE') AS everybody
         FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY proname",
    )
    .fetch_all(&mut db)
    .await
    .unwrap();
    let listed: Vec<&str> = functions.iter().map(|f| f.proname.as_str()).collect();
    assert_eq!(listed, DEFINER_FUNCTIONS);
    for FunctionRow { proname: name, prosecdef, owner, proconfig: config, everybody } in &functions {
        assert!(*prosecdef && !everybody, "{name}");
        assert_eq!(owner, "rokuon_directory");
        assert_eq!(
            config.as_deref(),
            Some(["search_path=pg_catalog, pg_temp".to_owned()].as_slice()),
            "{name}"
        );
    }
    let views = names(
        &mut db,
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
         AND (relkind = 'm' OR relkind = 'v' AND NOT coalesce(reloptions @> '{security_invoker=true}', false))",
    )
    .await;
    assert_eq!(views, set(&[]));
}

#[test]
fn every_column_of_every_migration_is_explained() {
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let mut columns = 0;
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "sql") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("--"), "{path:?} does not say what it does");
        let mut inside = false;
        let mut explained = false;
        for line in text.lines() {
            let indented = line.strip_prefix("    ").filter(|rest| !rest.starts_with(' '));
            if line.starts_with("CREATE TABLE") {
                inside = true;
            } else if line.starts_with(')') {
                inside = false;
            } else if let Some(rest) = indented.filter(|_| inside) {
                let is_column = rest.starts_with(|c: char| c.is_ascii_lowercase());
                assert!(!is_column || explained, "{path:?}: {rest}");
                columns += usize::from(is_column);
                explained = rest.starts_with("--");
            }
        }
    }
    assert!(columns > 150, "{columns}");
}
