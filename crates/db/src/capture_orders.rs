//! What people order of live recordings, from placing to carrying out. Workers are told by NOTIFY and ask by themselves.

use chrono::{DateTime, Utc};
use rokuon_policy::capture_order::{Capture, CaptureOrder, PauseReason};
use rokuon_policy::ids::{PersonId, RecordingId, TenantId};
use rokuon_policy::recording_scope::RecordingStart;
use rokuon_policy::recording_state::RecordingState;
use sqlx::postgres::PgListener;
use uuid::Uuid;

use crate::database::Database;
use crate::error::DbError;
use crate::row::Place;
use crate::tenant_tx::TenantTx;

/// The channel that says "an order was placed", and nothing else.
const CHANNEL: &str = "capture_orders";

/// How far an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderState {
    /// Nobody has carried it out yet.
    Placed,
    /// It was carried out.
    Done,
    /// The call was over first.
    TooLate,
}

impl OrderState {
    /// Its spelling in the database and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Placed => "placed",
            Self::Done => "done",
            Self::TooLate => "too_late",
        }
    }
}

impl std::str::FromStr for OrderState {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Placed, Self::Done, Self::TooLate].into_iter().find(|state| state.as_str() == text).ok_or(())
    }
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedOrder {
    /// Its id.
    pub id: Uuid,
    /// Of which recording.
    pub recording: RecordingId,
    /// What.
    pub order: CaptureOrder,
    /// Why, where a reason is needed.
    pub reason: Option<PauseReason>,
    /// Who.
    pub person: PersonId,
    /// When.
    pub placed_at: DateTime<Utc>,
    /// How far it is.
    pub state: OrderState,
    /// When it was carried out or found too late.
    pub settled_at: Option<DateTime<Utc>>,
}

/// A live recording as orders find it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderedRecording {
    /// Where it stands.
    pub state: RecordingState,
    /// How it starts.
    pub start: RecordingStart,
    /// Its capture once every placed order is carried out.
    pub capture: Capture,
}

/// Locks a recording for ordering, so that two people who press at once are judged one after the other.
///
/// # Errors
/// [`DbError`].
pub async fn lock(tx: &mut TenantTx, id: RecordingId) -> Result<Option<OrderedRecording>, DbError> {
    let (tenant, connection) = tx.parts();
    let row: Option<(String, String, String)> = sqlx::query_as(
        "SELECT state, start, capture
        FROM recordings
        WHERE tenant_id = $1 AND recording_id = $2
        FOR NO KEY UPDATE",
    )
    .bind(tenant)
    .bind(id.0)
    .fetch_optional(&mut *connection)
    .await?;
    let Some((state, start, capture)) = row else { return Ok(None) };
    let waiting: Vec<(String,)> = sqlx::query_as(
        "SELECT kind
        FROM capture_orders
        WHERE tenant_id = $1 AND recording_id = $2 AND state = 'placed'
        ORDER BY placed_at, order_id",
    )
    .bind(tenant)
    .bind(id.0)
    .fetch_all(connection)
    .await?;
    let place = Place { table: "recordings", row: &id };
    let mut capture: Capture = place.parse("capture", &capture)?;
    for (kind,) in waiting {
        capture = capture.after(place.parse("kind", &kind)?).unwrap_or(capture);
    }
    Ok(Some(OrderedRecording {
        state: place.parse("state", &state)?,
        start: place.parse("start", &start)?,
        capture,
    }))
}

/// Places an order; workers hear of it when the transaction commits.
///
/// # Errors
/// [`DbError`].
pub async fn place(tx: &mut TenantTx, order: &PlacedOrder) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "INSERT INTO capture_orders (
            tenant_id,
            order_id,
            recording_id,
            kind,
            reason,
            person_id,
            placed_at,
            state
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, 'placed')",
    )
    .bind(tenant)
    .bind(order.id)
    .bind(order.recording.0)
    .bind(order.order.as_str())
    .bind(order.reason.map(PauseReason::as_str))
    .bind(order.person.0)
    .bind(order.placed_at)
    .execute(&mut *connection)
    .await?;
    sqlx::query("SELECT pg_notify($1, '')").bind(CHANNEL).execute(connection).await?;
    Ok(())
}

/// Writes that an order was carried out, and what the recording's capture is now. A repeated write changes nothing.
///
/// # Errors
/// [`DbError`].
pub async fn carried_out(
    tx: &mut TenantTx,
    order: Uuid,
    recording: RecordingId,
    kind: CaptureOrder,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    if !settle(tx, order, OrderState::Done, now).await? {
        return Ok(());
    }
    let capture = match kind {
        CaptureOrder::Start | CaptureOrder::Resume => Capture::Running,
        CaptureOrder::Pause => Capture::Paused,
        CaptureOrder::Stop => Capture::Stopped,
    };
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "UPDATE recordings
        SET capture = $3
        WHERE tenant_id = $1 AND recording_id = $2",
    )
    .bind(tenant)
    .bind(recording.0)
    .bind(capture.as_str())
    .execute(connection)
    .await?;
    Ok(())
}

/// Closes an order whose call was over first. Says whether this write did it.
///
/// # Errors
/// [`DbError`].
pub async fn too_late(tx: &mut TenantTx, order: Uuid, now: DateTime<Utc>) -> Result<bool, DbError> {
    settle(tx, order, OrderState::TooLate, now).await
}

async fn settle(
    tx: &mut TenantTx,
    order: Uuid,
    state: OrderState,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let (tenant, connection) = tx.parts();
    let done = sqlx::query(
        "UPDATE capture_orders
        SET state = $3, settled_at = $4
        WHERE tenant_id = $1 AND order_id = $2 AND state = 'placed'",
    )
    .bind(tenant)
    .bind(order)
    .bind(state.as_str())
    .bind(now)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

#[derive(sqlx::FromRow)]
struct Row {
    order_id: Uuid,
    recording_id: Uuid,
    kind: String,
    reason: Option<String>,
    person_id: Uuid,
    placed_at: DateTime<Utc>,
    state: String,
    settled_at: Option<DateTime<Utc>>,
}

/// The orders of some recordings, in the order of placing.
///
/// # Errors
/// [`DbError`].
pub async fn of_recordings(
    tx: &mut TenantTx,
    recordings: &[RecordingId],
) -> Result<Vec<PlacedOrder>, DbError> {
    let ids: Vec<Uuid> = recordings.iter().map(|id| id.0).collect();
    let (tenant, connection) = tx.parts();
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT
            order_id,
            recording_id,
            kind,
            reason,
            person_id,
            placed_at,
            state,
            settled_at
        FROM capture_orders
        WHERE tenant_id = $1 AND recording_id = ANY ($2)
        ORDER BY placed_at, order_id",
    )
    .bind(tenant)
    .bind(ids)
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let place = Place { table: "capture_orders", row: &row.order_id };
            Ok(PlacedOrder {
                id: row.order_id,
                recording: RecordingId(row.recording_id),
                order: place.parse("kind", &row.kind)?,
                reason: place.parse_optional("reason", row.reason.as_deref())?,
                person: PersonId(row.person_id),
                placed_at: row.placed_at,
                state: place.parse("state", &row.state)?,
                settled_at: row.settled_at,
            })
        })
        .collect()
}

/// An order that waits for the worker that holds its call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingOrder {
    /// Whose.
    pub tenant: TenantId,
    /// Its id.
    pub id: Uuid,
    /// Of which recording.
    pub recording: RecordingId,
    /// What.
    pub order: CaptureOrder,
    /// When it was placed.
    pub placed_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct WaitingRow {
    tenant_id: String,
    order_id: Uuid,
    recording_id: Uuid,
    kind: String,
    placed_at: DateTime<Utc>,
}

/// Every order that waits, of all tenants, in the order of placing: a worker carries out those of the calls it holds.
///
/// # Errors
/// [`DbError`].
pub async fn waiting(database: &Database) -> Result<Vec<WaitingOrder>, DbError> {
    let rows: Vec<WaitingRow> = sqlx::query_as(
        "SELECT
            tenant_id,
            order_id,
            recording_id,
            kind,
            placed_at
        FROM placed_capture_orders()",
    )
    .fetch_all(database.pool())
    .await?;
    rows.into_iter()
        .map(|row| {
            let place = Place { table: "capture_orders", row: &row.order_id };
            Ok(WaitingOrder {
                tenant: place.parse("tenant_id", &row.tenant_id)?,
                id: row.order_id,
                recording: RecordingId(row.recording_id),
                order: place.parse("kind", &row.kind)?,
                placed_at: row.placed_at,
            })
        })
        .collect()
}

/// Hears that orders were placed.
pub struct OrderBell(PgListener);

impl OrderBell {
    /// Listens on a connection of its own.
    ///
    /// # Errors
    /// [`DbError::Driver`].
    pub async fn listen(database: &Database) -> Result<Self, DbError> {
        let mut listener = PgListener::connect_with(database.pool()).await?;
        listener.listen(CHANNEL).await?;
        Ok(Self(listener))
    }

    /// Waits until one was placed. What was placed while the connection was lost is not told: ask now and then as well.
    ///
    /// # Errors
    /// [`DbError::Driver`] when the database is away.
    pub async fn rings(&mut self) -> Result<(), DbError> {
        self.0.recv().await?;
        Ok(())
    }
}
