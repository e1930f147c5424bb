//! The device register: recorders, telephones, handsets and cameras, each with its place.

use chrono::{DateTime, NaiveDate, Utc};
use rokuon_policy::device::{DeviceFacts, DeviceKind};
use rokuon_policy::ids::{CallId, ConnectionId, DepartmentId, DeviceId};
use rokuon_policy::pii::Pii;
use rokuon_policy::recording_scope::RecordingStart;
use uuid::Uuid;

use crate::error::DbError;
use crate::row::{Place, revealed};
use crate::tenant_tx::TenantTx;

/// What people enter of a device, and may change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceEntry {
    /// Its number in the register.
    pub number: String,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub place: String,
    /// The department it stands in.
    pub department: Option<DepartmentId>,
    /// The telephone number or extension behind it, national digits.
    pub digits: Option<Pii<String>>,
    /// Whether it runs by itself or only when needed.
    pub start: RecordingStart,
    /// What the notice beside it says; may be empty.
    pub notice: String,
    /// Where that notice hangs; may be empty.
    pub notice_place: String,
    /// First day in use.
    pub in_use_from: NaiveDate,
}

/// A device of the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// The policy's device it is one of.
    pub rule: String,
    /// What it is.
    pub kind: DeviceKind,
    /// What was entered.
    pub entry: DeviceEntry,
    /// The connection it sends by, where it has one of its own.
    pub connection: Option<ConnectionId>,
    /// First day no longer in use.
    pub in_use_until: Option<NaiveDate>,
    /// Counts changes.
    pub version: i32,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
}

impl Device {
    /// Whether it is in use on a day.
    pub fn is_in_use(&self, day: NaiveDate) -> bool {
        self.entry.in_use_from <= day && self.in_use_until.is_none_or(|until| day < until)
    }

    /// What the policy asks about.
    pub fn facts(&self) -> DeviceFacts<'_> {
        DeviceFacts { rule: &self.rule, department: self.entry.department.as_ref(), start: self.entry.start }
    }
}

/// Enters a device.
///
/// # Errors
/// [`DbError::Conflict`] `devices_number_once` for a number that is taken, `devices_department` for an unknown department.
pub async fn register(
    tx: &mut TenantTx,
    id: DeviceId,
    rule: &str,
    kind: DeviceKind,
    entry: &DeviceEntry,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "INSERT INTO devices (
            tenant_id,
            device_id,
            number,
            rule,
            kind,
            name,
            place,
            department_id,
            digits,
            start,
            notice,
            notice_place,
            in_use_from,
            created_at
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(tenant)
    .bind(id.0)
    .bind(&entry.number)
    .bind(rule)
    .bind(kind.as_str())
    .bind(&entry.name)
    .bind(&entry.place)
    .bind(entry.department.as_ref().map(DepartmentId::as_str))
    .bind(revealed(&entry.digits))
    .bind(entry.start.as_str())
    .bind(&entry.notice)
    .bind(&entry.notice_place)
    .bind(entry.in_use_from)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Changes a device that is still at `version`; says whether it was.
///
/// # Errors
/// As [`register`].
pub async fn change(
    tx: &mut TenantTx,
    id: DeviceId,
    version: i32,
    entry: &DeviceEntry,
) -> Result<bool, DbError> {
    let (tenant, connection) = tx.parts();
    let changed = sqlx::query(
        "UPDATE devices SET
            number = $4,
            name = $5,
            place = $6,
            department_id = $7,
            digits = $8,
            start = $9,
            notice = $10,
            notice_place = $11,
            in_use_from = $12,
            version = version + 1
        WHERE tenant_id = $1 AND device_id = $2 AND version = $3",
    )
    .bind(tenant)
    .bind(id.0)
    .bind(version)
    .bind(&entry.number)
    .bind(&entry.name)
    .bind(&entry.place)
    .bind(entry.department.as_ref().map(DepartmentId::as_str))
    .bind(revealed(&entry.digits))
    .bind(entry.start.as_str())
    .bind(&entry.notice)
    .bind(&entry.notice_place)
    .bind(entry.in_use_from)
    .execute(connection)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Takes a device out of use from a day on; says whether it was in use.
///
/// # Errors
/// [`DbError::Conflict`] `devices_in_order` for a day before it came into use.
pub async fn retire(tx: &mut TenantTx, id: DeviceId, from: NaiveDate) -> Result<bool, DbError> {
    let (tenant, connection) = tx.parts();
    let retired = sqlx::query(
        "UPDATE devices SET in_use_until = $3, version = version + 1
        WHERE tenant_id = $1 AND device_id = $2 AND in_use_until IS NULL",
    )
    .bind(tenant)
    .bind(id.0)
    .bind(from)
    .execute(connection)
    .await?;
    Ok(retired.rows_affected() == 1)
}

/// Gives a device the connection it sends by.
///
/// # Errors
/// [`DbError::Conflict`] `devices_connection_once` when another device has it.
pub async fn connect(tx: &mut TenantTx, id: DeviceId, by: ConnectionId) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "UPDATE devices SET connection_id = $3, version = version + 1 WHERE tenant_id = $1 AND device_id = $2",
    )
    .bind(tenant)
    .bind(id.0)
    .bind(by.0)
    .execute(connection)
    .await?;
    Ok(())
}

/// Notes with which device a call was recorded; says whether there is such a call.
///
/// # Errors
/// [`DbError::Conflict`] `calls_device` for an unknown device.
pub async fn note_call(tx: &mut TenantTx, call: CallId, device: DeviceId) -> Result<bool, DbError> {
    let (tenant, connection) = tx.parts();
    let noted = sqlx::query("UPDATE calls SET device_id = $3 WHERE tenant_id = $1 AND call_id = $2")
        .bind(tenant)
        .bind(call.0)
        .bind(device.0)
        .execute(connection)
        .await?;
    Ok(noted.rows_affected() == 1)
}

#[derive(sqlx::FromRow)]
struct Row {
    device_id: Uuid,
    number: String,
    rule: String,
    kind: String,
    name: String,
    place: String,
    department_id: Option<String>,
    digits: Option<String>,
    start: String,
    notice: String,
    notice_place: String,
    connection_id: Option<Uuid>,
    in_use_from: NaiveDate,
    in_use_until: Option<NaiveDate>,
    version: i32,
    created_at: DateTime<Utc>,
}

/// The whole register by number, devices out of use included.
///
/// # Errors
/// [`DbError`].
pub async fn list(tx: &mut TenantTx) -> Result<Vec<Device>, DbError> {
    select(tx, None).await
}

/// One device.
///
/// # Errors
/// [`DbError`].
pub async fn find(tx: &mut TenantTx, id: DeviceId) -> Result<Option<Device>, DbError> {
    Ok(select(tx, Some(id)).await?.pop())
}

async fn select(tx: &mut TenantTx, id: Option<DeviceId>) -> Result<Vec<Device>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT
            device_id,
            number,
            rule,
            kind,
            name,
            place,
            department_id,
            digits,
            start,
            notice,
            notice_place,
            connection_id,
            in_use_from,
            in_use_until,
            version,
            created_at
        FROM devices
        WHERE tenant_id = $1 AND ($2::uuid IS NULL OR device_id = $2)
        ORDER BY number, device_id",
    )
    .bind(tenant)
    .bind(id.map(|id| id.0))
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Device::try_from).collect()
}

impl TryFrom<Row> for Device {
    type Error = DbError;
    fn try_from(row: Row) -> Result<Self, DbError> {
        let place = Place { table: "devices", row: &row.device_id };
        Ok(Self {
            id: DeviceId(row.device_id),
            kind: place.parse("kind", &row.kind)?,
            entry: DeviceEntry {
                department: place.parse_optional("department_id", row.department_id.as_deref())?,
                start: place.parse("start", &row.start)?,
                number: row.number,
                name: row.name,
                place: row.place,
                digits: row.digits.map(Pii::new),
                notice: row.notice,
                notice_place: row.notice_place,
                in_use_from: row.in_use_from,
            },
            rule: row.rule,
            connection: row.connection_id.map(ConnectionId),
            in_use_until: row.in_use_until,
            version: row.version,
            created_at: row.created_at,
        })
    }
}
