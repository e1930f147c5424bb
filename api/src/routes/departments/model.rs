//! A department (課) of the tenant.

use serde::Serialize;
use utoipa::ToSchema;

use crate::text::Text;

/// A department by name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DepartmentName {
    /// Its key.
    #[schema(example = "tax")]
    pub id: String,
    /// Its name.
    pub name: Text,
}

/// All departments.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = DepartmentList)]
pub struct List {
    /// In the tenant's order.
    pub items: Vec<DepartmentName>,
}
