//! The departments (課) of a tenant.

use rokuon_policy::ids::DepartmentId;
use rokuon_policy::text::Text;

use crate::error::DbError;
use crate::row::Place;
use crate::tenant_tx::TenantTx;

/// A department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Department {
    /// Its key.
    pub id: DepartmentId,
    /// Its name.
    pub name: Text,
}

/// Writes the departments in their order; those already there take the new name and place. None is removed.
///
/// # Errors
/// [`DbError`].
pub async fn put_all(tx: &mut TenantTx, departments: &[Department]) -> Result<(), DbError> {
    for (position, department) in (0_i32..).zip(departments) {
        let (tenant, connection) = tx.parts();
        sqlx::query(
            "INSERT INTO departments (
                tenant_id,
                department_id,
                name_ja,
                name_en,
                position
            )
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (tenant_id, department_id) DO UPDATE SET
                name_ja = excluded.name_ja,
                name_en = excluded.name_en,
                position = excluded.position",
        )
        .bind(tenant)
        .bind(department.id.as_str())
        .bind(&department.name.ja)
        .bind(&department.name.en)
        .bind(position)
        .execute(connection)
        .await?;
    }
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    department_id: String,
    name_ja: String,
    name_en: String,
}

/// All departments in their order.
///
/// # Errors
/// [`DbError`].
pub async fn list(tx: &mut TenantTx) -> Result<Vec<Department>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT
            department_id,
            name_ja,
            name_en
        FROM departments
        WHERE tenant_id = $1
        ORDER BY position, department_id",
    )
    .bind(tenant)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Department::try_from).collect()
}

impl TryFrom<Row> for Department {
    type Error = DbError;
    fn try_from(row: Row) -> Result<Self, DbError> {
        let place = Place { table: "departments", row: &row.department_id };
        Ok(Self {
            id: place.parse("department_id", &row.department_id)?,
            name: Text::new(row.name_ja, row.name_en),
        })
    }
}
