//! The posts (職) people hold, from-until.

use chrono::{DateTime, NaiveDate, Utc};
use rokuon_policy::appointment::Appointment;
use rokuon_policy::ids::{AppointmentId, DepartmentId, PersonId};
use uuid::Uuid;

use crate::error::DbError;
use crate::row::Place;
use crate::tenant_tx::TenantTx;

/// Gives a person a post. `by` is empty only for the appointments a new tenant starts with.
///
/// # Errors
/// [`DbError::Conflict`] `appointments_person` or `appointments_department` for an unknown one, `appointments_in_order`
/// when it ends before it begins.
pub async fn appoint(
    tx: &mut TenantTx,
    person: PersonId,
    appointment: &Appointment,
    by: Option<PersonId>,
) -> Result<(), DbError> {
    let (tenant, connection) = tx.parts();
    sqlx::query(
        "INSERT INTO appointments (
            tenant_id,
            appointment_id,
            person_id,
            post,
            department_id,
            valid_from,
            valid_until,
            trained_on,
            appointed_by
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(tenant)
    .bind(appointment.id.0)
    .bind(person.0)
    .bind(&appointment.post)
    .bind(appointment.department.as_ref().map(DepartmentId::as_str))
    .bind(appointment.from)
    .bind(appointment.until)
    .bind(appointment.trained_on)
    .bind(by.map(|by| by.0))
    .execute(connection)
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    appointment_id: Uuid,
    person_id: Uuid,
    post: String,
    department_id: Option<String>,
    valid_from: DateTime<Utc>,
    valid_until: Option<DateTime<Utc>>,
    trained_on: Option<NaiveDate>,
}

/// All appointments of a person, past and future too: the policy decides which hold now.
///
/// # Errors
/// [`DbError`].
pub async fn of_person(tx: &mut TenantTx, person: PersonId) -> Result<Vec<Appointment>, DbError> {
    let found = select(tx, Some(person), None).await?;
    Ok(found.into_iter().map(|(_, appointment)| appointment).collect())
}

/// All appointments of everybody, by person.
///
/// # Errors
/// [`DbError`].
pub async fn list(tx: &mut TenantTx) -> Result<Vec<(PersonId, Appointment)>, DbError> {
    select(tx, None, None).await
}

/// One appointment and whose it is.
///
/// # Errors
/// [`DbError`].
pub async fn find(tx: &mut TenantTx, id: AppointmentId) -> Result<Option<(PersonId, Appointment)>, DbError> {
    Ok(select(tx, None, Some(id)).await?.pop())
}

async fn select(
    tx: &mut TenantTx,
    person: Option<PersonId>,
    id: Option<AppointmentId>,
) -> Result<Vec<(PersonId, Appointment)>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT
            appointment_id,
            person_id,
            post,
            department_id,
            valid_from,
            valid_until,
            trained_on
        FROM appointments
        WHERE tenant_id = $1
            AND ($2::uuid IS NULL OR person_id = $2)
            AND ($3::uuid IS NULL OR appointment_id = $3)
        ORDER BY person_id, valid_from, appointment_id",
    )
    .bind(tenant)
    .bind(person.map(|person| person.0))
    .bind(id.map(|id| id.0))
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(appointment_of).collect()
}

/// Who gave a person this post, of the appointments that hold at `now`: whose delegate they are.
///
/// # Errors
/// [`DbError`].
pub async fn given_by(
    tx: &mut TenantTx,
    person: PersonId,
    post: &str,
    now: DateTime<Utc>,
) -> Result<Option<PersonId>, DbError> {
    let (tenant, connection) = tx.parts();
    let row: Option<(Option<Uuid>,)> = sqlx::query_as(
        "SELECT appointed_by
        FROM appointments
        WHERE tenant_id = $1
            AND person_id = $2
            AND post = $3
            AND valid_from <= $4
            AND (valid_until IS NULL OR $4 < valid_until)
        ORDER BY valid_from DESC
        LIMIT 1",
    )
    .bind(tenant)
    .bind(person.0)
    .bind(post)
    .bind(now)
    .fetch_optional(connection)
    .await?;
    Ok(row.and_then(|(by,)| by).map(PersonId))
}

/// Ends an appointment that still holds (or has yet to begin) at `now`. Says whether one was ended.
///
/// # Errors
/// [`DbError`].
pub async fn end(tx: &mut TenantTx, id: AppointmentId, now: DateTime<Utc>) -> Result<bool, DbError> {
    let (tenant, connection) = tx.parts();
    let done = sqlx::query(
        "UPDATE appointments
        SET valid_until = greatest($3, valid_from)
        WHERE tenant_id = $1
            AND appointment_id = $2
            AND (valid_until IS NULL OR valid_until > greatest($3, valid_from))",
    )
    .bind(tenant)
    .bind(id.0)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

fn appointment_of(row: Row) -> Result<(PersonId, Appointment), DbError> {
    let place = Place { table: "appointments", row: &row.appointment_id };
    let appointment = Appointment {
        id: AppointmentId(row.appointment_id),
        department: place.parse_optional("department_id", row.department_id.as_deref())?,
        post: row.post,
        from: row.valid_from,
        until: row.valid_until,
        trained_on: row.trained_on,
    };
    Ok((PersonId(row.person_id), appointment))
}
