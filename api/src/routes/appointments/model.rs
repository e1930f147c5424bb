//! An appointment: a person holds a post, from–to.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::routes::departments::model::DepartmentName;
use crate::tenant_rules::TenantRules;
use crate::text::Text;

/// A post by name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PostName {
    /// The post's key in the tenant's rules.
    #[schema(example = "operations-manager")]
    pub key: String,
    /// Its name.
    pub name: Text,
}

/// A person holds a post.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Appointment {
    /// The appointment.
    pub id: Uuid,
    /// The post.
    pub post: PostName,
    /// The department it is limited to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<DepartmentName>,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when; absent when open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// The day the person was trained, where the rules demand training.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trained_on: Option<NaiveDate>,
}

impl Appointment {
    /// An appointment with the names of its post and department.
    pub fn of(appointment: &rokuon_policy::appointment::Appointment, rules: &TenantRules) -> Self {
        let key = &appointment.post;
        let name = rules
            .policy
            .post(key)
            .map_or_else(|| Text { ja: key.clone(), en: key.clone() }, |post| (&post.name).into());
        Self {
            id: appointment.id.0,
            post: PostName { key: key.clone(), name },
            department: appointment.department.as_ref().map(|id| rules.department(id)),
            from: appointment.from,
            until: appointment.until,
            trained_on: appointment.trained_on,
        }
    }
}

/// What is needed to appoint somebody.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppointRequest {
    /// The post's key.
    #[schema(min_length = 1, max_length = 64, example = "operations-manager")]
    pub post: String,
    /// The department, for posts of one department.
    #[serde(default)]
    pub department: Option<String>,
    /// From when; now when absent.
    #[serde(default)]
    pub from: Option<DateTime<Utc>>,
    /// Until when; open when absent.
    #[serde(default)]
    pub until: Option<DateTime<Utc>>,
    /// The day the person was trained.
    #[serde(default)]
    pub trained_on: Option<NaiveDate>,
}
