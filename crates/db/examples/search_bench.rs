//! How long a search takes: fills a fresh private cluster with one large and nineteen small cities, then asks as a portal would.
//!
//! `cargo run -p rokuon-db --example search_bench -- [rows of the large city] [rows of each small one] [questions of each kind]`;
//! with `SEARCH_BENCH_DIR` the cluster is made there, kept, and found filled the next time.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it prints its figures")]

use std::error::Error;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use rokuon_db::database::{Database, migrate};
use rokuon_db::recording_search::{Filter, NumberMatch, VisibleDepartments, search};
use rokuon_embedded_postgres::cluster::{Cluster, ClusterConfig, DATABASE, Role};
use rokuon_policy::ids::TenantId;
use rokuon_policy::pii::Pii;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// The year the calls are spread over ends here.
const END: &str = "2026-04-01T00:00:00Z";
const CITIES: u32 = 20;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).map(|a| a.parse::<u32>());
    let mut next = |default| arguments.next().transpose().map(|given| given.unwrap_or(default));
    let (large, small, questions) = (next(1_000_000)?, next(50_000)?, next(300)?);
    let temporary = tempfile::Builder::new().prefix("rokuon-bench-").tempdir()?;
    std::fs::set_permissions(temporary.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    let kept = std::env::var_os("SEARCH_BENCH_DIR");
    let directory = kept.map_or_else(|| temporary.path().join("db"), Into::into);
    let cluster = Cluster::start(ClusterConfig::new(directory)).await?;
    migrate(&cluster.url(DATABASE, Role::Owner)).await?;
    let begun = Instant::now();
    if fill(&cluster.url(DATABASE, Role::Superuser), large, small).await? {
        eprintln!("filled {large} + {} x {small} calls in {:.0?}", CITIES - 1, begun.elapsed());
    }
    let database = Database::connect(&cluster.url(DATABASE, Role::App)).await?;
    let sample = sample(&cluster.url(DATABASE, Role::Superuser), questions).await?;
    println!("{large} calls of one city among {CITIES} cities, row-level security on, pages of 50");
    println!("{:<44}{:>10}{:>10}{:>10}{:>10}", "question", "least ms", "p50", "p99", "most");
    for kind in KINDS {
        let mut times = Vec::new();
        for (n, called) in sample.iter().enumerate() {
            times.push(ask(&database, kind, called, n).await?);
        }
        times.sort_unstable();
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
        let [least, p50, p99, most] = [0.0, 0.5, 0.99, 1.0].map(at);
        println!("{:<44}{least:>10.2}{p50:>10.2}{p99:>10.2}{most:>10.2}", kind.name);
    }
    database.close().await;
    cluster.stop();
    Ok(())
}

struct Kind {
    name: &'static str,
    filter: fn(&Asked, usize) -> Filter,
}

/// A call that is there, to ask for.
struct Asked {
    caller: String,
    called: String,
    at: DateTime<Utc>,
}

const KINDS: &[Kind] = &[
    Kind { name: "newest of a week", filter: |asked, _| week(asked) },
    Kind {
        name: "newest of a week, one department of twenty",
        filter: |asked, _| of_department(week(asked)),
    },
    Kind {
        name: "number begins with (3 to 8 digits)",
        filter: |asked, n| with(NumberMatch::Prefix, &asked.caller[..3 + n % 6]),
    },
    Kind { name: "whole number of a caller", filter: |asked, _| with(NumberMatch::Exact, &asked.caller) },
    Kind { name: "whole number of a city line", filter: |asked, _| with(NumberMatch::Exact, &asked.called) },
    Kind {
        name: "last four digits of a caller",
        filter: |asked, _| with(NumberMatch::Suffix, last_four(&asked.caller)),
    },
    Kind {
        name: "last four digits of a city line",
        filter: |asked, _| with(NumberMatch::Suffix, last_four(&asked.called)),
    },
    Kind {
        name: "last four digits, one department of twenty",
        filter: |asked, _| of_department(with(NumberMatch::Suffix, last_four(&asked.caller))),
    },
    Kind {
        name: "4 digits anywhere, 90 days",
        filter: |asked, _| days(90, with(NumberMatch::Anywhere, &asked.caller[4..8])),
    },
    Kind {
        name: "6 digits anywhere, 90 days",
        filter: |asked, _| days(90, with(NumberMatch::Anywhere, &asked.caller[3..9])),
    },
    Kind {
        name: "6 digits anywhere, 90 days, one department",
        filter: |asked, _| of_department(days(90, with(NumberMatch::Anywhere, &asked.caller[3..9]))),
    },
];

fn last_four(number: &str) -> &str {
    &number[number.len() - 4..]
}

fn with(how: fn(Pii<String>) -> NumberMatch, digits: &str) -> Filter {
    Filter { numbers: vec![how(Pii::new(digits.to_owned()))], ..Filter::newest(50) }
}

fn week(asked: &Asked) -> Filter {
    Filter { from: Some(asked.at - TimeDelta::days(7)), to: Some(asked.at), ..Filter::newest(50) }
}

fn days(days: i64, filter: Filter) -> Filter {
    let end: DateTime<Utc> = END.parse().expect("the constant is a time");
    Filter { from: Some(end - TimeDelta::days(days)), to: Some(end), ..filter }
}

fn of_department(filter: Filter) -> Filter {
    let departments = ["d7".parse().expect("a department id")].into();
    Filter { visible: VisibleDepartments::Only { departments, unproved: false }, ..filter }
}

async fn ask(database: &Database, kind: &Kind, asked: &Asked, n: usize) -> Result<Duration, Box<dyn Error>> {
    let tenant: TenantId = "city1".parse()?;
    let filter = (kind.filter)(asked, n);
    let begun = Instant::now();
    let mut tx = database.tenant(&tenant).await?;
    search(&mut tx, &filter).await?;
    tx.commit_read_only().await?;
    Ok(begun.elapsed())
}

/// Calls of the last 90 days, at random.
async fn sample(url: &str, questions: u32) -> Result<Vec<Asked>, Box<dyn Error>> {
    let mut db = PgConnection::connect(url).await?;
    let rows: Vec<(String, String, DateTime<Utc>)> = sqlx::query_as(
        "SELECT caller_digits, called_digits, started_at FROM calls
         WHERE tenant_id = 'city1' AND started_at >= $1::timestamptz - interval '90 days'
         ORDER BY random() LIMIT $2",
    )
    .bind(END.parse::<DateTime<Utc>>()?)
    .bind(i64::from(questions))
    .fetch_all(&mut db)
    .await?;
    Ok(rows.into_iter().map(|(caller, called, at)| Asked { caller, called, at }).collect())
}

/// Calls spread over a year; callers of a random tenth of a million numbers under the unassigned prefix 00, 200 city lines.
const CITY: &str = "
INSERT INTO tenants VALUES ('{t}', '{t}', '{t}', '{t}', now());
INSERT INTO policy_versions VALUES ('{t}', 1, '', sha256('{t}'), '2025-01-01', now());
INSERT INTO departments SELECT '{t}', 'd' || n, '課' || n, 'department ' || n, n FROM generate_series(1, 20) n;
INSERT INTO lines SELECT '{t}', 'l' || n, '0125000' || lpad(n::text, 3, '0'), NULL, '電話' || n, 'line ' || n,
    'd' || n % 20 + 1, NULL, NULL, 'policy', true FROM generate_series(0, 199) n;
INSERT INTO connections (tenant_id, connection_id, name, kind, address_user, networks, state, created_at)
    VALUES ('{t}', gen_random_uuid(), 'pbx', 'siprec', '{t}-00000000', '{}', 'active', now());
INSERT INTO calls (tenant_id, call_id, connection_id, sip_call_id, started_at, ended_at, duration_ms, direction,
    caller_digits, called_digits, line_key, department_id, line_proved, decision_rule, decision_article, decision_ja, decision_en)
SELECT '{t}', gen_random_uuid(), c.connection_id, 'call-' || n, s.at, s.at + interval '3 minutes', 180000, 'inbound',
    '00' || lpad((hashint8(floor(random() * 100000)::bigint)::bigint + 2147483648)::text, 9, '0'),
    '0125000' || lpad(l.line::text, 3, '0'), 'l' || l.line, 'd' || l.line % 20 + 1, true, 'recording.line_listed', '2(1)', '対象回線です', 'a listed line'
FROM connections c, generate_series(1, {rows}) n,
    LATERAL (SELECT timestamptz '{end}' - interval '365 days' * ({rows} - n + random()) / {rows} AS at) s,
    LATERAL (SELECT floor(random() * 200 + n * 0)::int AS line) l
WHERE c.tenant_id = '{t}';
INSERT INTO recordings (tenant_id, recording_id, call_id, media, state, started_at, policy_version, epoch, outcome, duration_ms,
    channels, keep_until, retention_article, retention_ja, retention_en, finished_at)
SELECT tenant_id, gen_random_uuid(), call_id, 'call_audio', 'primary', started_at, 1, 1, 'sealed', 180000,
    3, started_at + interval '400 days', '5(2)', '400日', '400 days', ended_at
FROM calls WHERE tenant_id = '{t}';";

/// Says whether there was anything to fill.
async fn fill(url: &str, large: u32, small: u32) -> Result<bool, Box<dyn Error>> {
    let mut db = PgConnection::connect(url).await?;
    let (filled,): (bool,) = sqlx::query_as("SELECT EXISTS (SELECT FROM tenants)").fetch_one(&mut db).await?;
    if filled {
        return Ok(false);
    }
    // Foreign keys are checked by triggers, which this skips: the rows are right by how they are made.
    sqlx::raw_sql("SET session_replication_role = replica; SET synchronous_commit = off")
        .execute(&mut db)
        .await?;
    for city in 1..=CITIES {
        let rows = if city == 1 { large } else { small };
        let sql = CITY
            .replace("{t}", &format!("city{city}"))
            .replace("{rows}", &rows.to_string())
            .replace("{end}", END);
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut db).await?;
    }
    sqlx::raw_sql("VACUUM ANALYZE").execute(&mut db).await?;
    db.close().await?;
    Ok(true)
}
