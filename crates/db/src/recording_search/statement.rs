//! The SQL of a search, put together from what was asked.
//!
//! Row-level security shapes it: beneath the tenant's policy only leakproof comparisons reach an index, so "begins with" is
//! a range of the digits and "ends in" a range of the reversed digits. A number can be on either side of the call: each side
//! is a branch of its own, which its own index answers newest first, and the branches are merged.

use rokuon_policy::announcement::AnnouncementStatus;
use rokuon_policy::ids::{DepartmentId, RecordingId};
use rokuon_policy::recording_scope::Direction;
use sqlx::{Postgres, QueryBuilder};

use super::{Filter, NumberMatch, VisibleDepartments};

const COLUMNS: &str = "
SELECT
    c.call_id,
    c.connection_id,
    n.name AS connection_name,
    c.sip_call_id,
    c.started_at,
    c.ended_at,
    c.duration_ms,
    c.direction,
    c.caller_digits,
    c.caller_name,
    c.called_digits,
    c.called_name,
    c.line_key,
    l.name_ja AS line_ja,
    l.name_en AS line_en,
    c.department_id,
    d.name_ja AS department_ja,
    d.name_en AS department_en,
    c.device_id,
    v.name AS device_name,
    v.place AS device_place,
    c.line_proved,
    c.decision_rule,
    c.decision_article,
    c.decision_ja,
    c.decision_en,
    c.announcement,
    c.announcement_by,
    c.announcement_exception,
    c.announcement_person,
    c.announcement_at,
    c.canary,
    r.recording_id,
    r.state,
    r.outcome,
    r.gap_count,
    r.lost_ms,
    r.keep_until,
    r.active_holds,
    r.start,
    r.capture
FROM page
JOIN calls c USING (tenant_id, call_id)
JOIN connections n USING (tenant_id, connection_id)
LEFT JOIN recordings r USING (tenant_id, call_id)
LEFT JOIN lines l USING (tenant_id, line_key)
LEFT JOIN departments d ON d.tenant_id = c.tenant_id AND d.department_id = c.department_id
LEFT JOIN devices v ON v.tenant_id = c.tenant_id AND v.device_id = c.device_id
ORDER BY c.started_at DESC, c.call_id DESC";

type Sql = QueryBuilder<Postgres>;

/// The columns a number is looked for in, one branch each.
const SIDES: [Side; 2] = [
    Side { digits: "c.caller_digits", reversed: "c.caller_reversed" },
    Side { digits: "c.called_digits", reversed: "c.called_reversed" },
];

struct Side {
    digits: &'static str,
    reversed: &'static str,
}

/// A page of one more than `limit` calls.
pub(super) fn page(filter: &Filter, limit: u32) -> Sql {
    let mut sql = Sql::new("WITH page AS (");
    match driving(&filter.numbers) {
        Some(driver) => {
            for (place, side) in SIDES.iter().enumerate() {
                sql.push(if place == 0 { "(" } else { " UNION (" });
                branch(&mut sql, filter, Some((driver, side)), limit);
                sql.push(")");
            }
            sql.push(" ORDER BY started_at DESC, call_id DESC LIMIT ").push_bind(i64::from(limit) + 1);
        }
        None => branch(&mut sql, filter, None, limit),
    }
    sql.push(")").push(COLUMNS);
    sql
}

/// The call of one recording.
pub(super) fn one(recording: RecordingId) -> Sql {
    let mut sql = Sql::new("WITH page AS (SELECT tenant_id, call_id FROM recordings WHERE recording_id = ");
    sql.push_bind(recording.0).push(")").push(COLUMNS);
    sql
}

/// The calls of some recordings, newest first.
pub(super) fn some(recordings: &[RecordingId]) -> Sql {
    let ids: Vec<uuid::Uuid> = recordings.iter().map(|id| id.0).collect();
    let mut sql =
        Sql::new("WITH page AS (SELECT tenant_id, call_id FROM recordings WHERE recording_id = ANY (");
    sql.push_bind(ids).push("))").push(COLUMNS);
    sql
}

/// The calls that go on, newest first.
pub(super) fn live(visible: &VisibleDepartments, limit: u32) -> Sql {
    let mut sql = Sql::new(
        "WITH page AS (SELECT c.tenant_id, c.call_id FROM recordings o JOIN calls c USING (tenant_id, call_id)
        WHERE o.state = 'recording'",
    );
    within(&mut sql, visible);
    sql.push(" ORDER BY o.started_at DESC LIMIT ").push_bind(i64::from(limit)).push(")").push(COLUMNS);
    sql
}

/// The number that narrows most, whose index is used; the others are checked on what it finds.
fn driving(numbers: &[NumberMatch]) -> Option<usize> {
    let narrowness = |number: &NumberMatch| match number {
        NumberMatch::Exact(_) => Some(0),
        NumberMatch::Prefix(_) => Some(1),
        NumberMatch::Suffix(_) => Some(2),
        NumberMatch::Anywhere(_) => None,
    };
    let indexed = numbers.iter().enumerate().filter_map(|(place, number)| Some((narrowness(number)?, place)));
    indexed.min().map(|(_, place)| place)
}

fn branch(sql: &mut Sql, filter: &Filter, driver: Option<(usize, &Side)>, limit: u32) {
    sql.push("SELECT c.tenant_id, c.call_id, c.started_at FROM calls c WHERE ");
    // as the index of the usual lists says it
    sql.push(if filter.canary { "c.canary" } else { "NOT c.canary" });
    if let Some(from) = filter.from {
        sql.push(" AND c.started_at >= ").push_bind(from);
    }
    if let Some(to) = filter.to {
        sql.push(" AND c.started_at < ").push_bind(to);
    }
    if let Some(after) = filter.after {
        // The first comparison alone is what the index can begin at.
        sql.push(" AND c.started_at <= ").push_bind(after.started_at);
        sql.push(" AND (c.started_at, c.call_id) < (").push_bind(after.started_at);
        sql.push(", ").push_bind(after.call.0).push(")");
    }
    for (place, number) in filter.numbers.iter().enumerate() {
        match driver {
            Some((driver, side)) if driver == place => {
                sql.push(" AND ");
                on_side(sql, number, side);
            }
            _ => on_either_side(sql, number),
        }
    }
    if filter.numbers.is_empty() {
        // No number finds a call whose log was erased; without one it must be said.
        sql.push(" AND c.log_erased_at IS NULL");
    }
    facts(sql, filter);
    sql.push(" ORDER BY c.started_at DESC, c.call_id DESC LIMIT ").push_bind(i64::from(limit) + 1);
}

fn on_either_side(sql: &mut Sql, number: &NumberMatch) {
    if let NumberMatch::Anywhere(digits) = number {
        let like = format!("%{}%", escaped(digits.reveal()));
        sql.push(" AND c.both_digits LIKE ").push_bind(like);
        return;
    }
    sql.push(" AND (");
    on_side(sql, number, &SIDES[0]);
    sql.push(" OR ");
    on_side(sql, number, &SIDES[1]);
    sql.push(")");
}

fn on_side(sql: &mut Sql, number: &NumberMatch, side: &Side) {
    match number {
        NumberMatch::Exact(digits) => {
            sql.push(side.digits).push(" = ").push_bind(digits.reveal().clone());
        }
        NumberMatch::Prefix(digits) => range(sql, side.digits, digits.reveal().clone()),
        NumberMatch::Suffix(digits) => range(sql, side.reversed, digits.reveal().chars().rev().collect()),
        NumberMatch::Anywhere(digits) => {
            let like = format!("%{}%", escaped(digits.reveal()));
            sql.push(side.digits).push(" LIKE ").push_bind(like);
        }
    }
}

/// `column` begins with `start`: at least that, and below the text with its last byte raised by one (collation "C").
fn range(sql: &mut Sql, column: &str, start: String) {
    let end: String = match start.char_indices().last() {
        Some((at, last)) => {
            format!("{}{}", &start[..at], char::from_u32(u32::from(last) + 1).unwrap_or(char::MAX))
        }
        None => char::MAX.to_string(),
    };
    sql.push("(").push(column).push(" >= ").push_bind(start);
    sql.push(" AND ").push(column).push(" < ").push_bind(end).push(")");
}

fn within(sql: &mut Sql, visible: &VisibleDepartments) {
    if let VisibleDepartments::Only { departments, unproved } = visible {
        let ids: Vec<String> = departments.iter().map(|id| id.as_str().to_owned()).collect();
        sql.push(" AND ((c.line_proved AND c.department_id = ANY (").push_bind(ids).push("))");
        sql.push(if *unproved { " OR NOT c.line_proved)" } else { ")" });
    }
}

fn facts(sql: &mut Sql, filter: &Filter) {
    within(sql, &filter.visible);
    if filter.held {
        sql.push(
            " AND EXISTS (SELECT FROM recordings h WHERE h.tenant_id = c.tenant_id AND h.call_id = c.call_id",
        );
        sql.push(" AND h.active_holds > 0)");
    }
    if let Some(status) = filter.announcement {
        sql.push(" AND c.announcement = ").push_bind(AnnouncementStatus::as_str(status));
    }
    if let Some(department) = &filter.department {
        sql.push(" AND c.department_id = ").push_bind(DepartmentId::as_str(department).to_owned());
    }
    if let Some(direction) = filter.direction {
        sql.push(" AND c.direction = ").push_bind(Direction::as_str(direction));
    }
    if let Some(line) = &filter.line {
        sql.push(" AND c.line_key = ").push_bind(line.clone());
    }
    if let Some(seconds) = filter.min_seconds {
        sql.push(" AND c.duration_ms >= ").push_bind(i64::from(seconds) * 1000);
    }
    if let Some(seconds) = filter.max_seconds {
        // A call of 5.9 s is a call of 5 s to whoever asks for at most five.
        sql.push(" AND c.duration_ms < ").push_bind((i64::from(seconds) + 1) * 1000);
    }
    if let Some(text) = &filter.text {
        let like = format!("%{}%", escaped(text.reveal()));
        sql.push(" AND (c.caller_name ILIKE ").push_bind(like.clone());
        sql.push(" OR c.called_name ILIKE ").push_bind(like.clone());
        sql.push(" OR c.line_key IN (SELECT w.line_key FROM lines w WHERE w.name_ja ILIKE ")
            .push_bind(like.clone());
        sql.push(" OR w.name_en ILIKE ").push_bind(like).push("))");
    }
}

/// What a person typed is no pattern.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
