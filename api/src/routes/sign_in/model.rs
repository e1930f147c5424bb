//! Signing in, and who is signed in.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::routes::appointments::model::Appointment;
use crate::routes::policy::model::Purpose;
use crate::text::Text;

/// An issued ID and its password.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInRequest {
    /// The tenant's key.
    #[schema(example = "aozora", max_length = 64)]
    pub tenant: String,
    /// The issued ID.
    #[schema(example = "a01234", max_length = 128)]
    pub login_id: String,
    /// The password.
    #[schema(format = Password, max_length = 512)]
    pub password: String,
}

/// The old password and the new one.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The present password.
    #[schema(format = Password, max_length = 512)]
    pub current_password: String,
    /// The new password: at least as long as the tenant's rules say, at most 128 characters.
    #[schema(format = Password, max_length = 512)]
    pub new_password: String,
}

/// The tenant a person works for.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TenantName {
    /// Its key.
    #[schema(example = "aozora")]
    pub id: String,
    /// Its name.
    pub name: Text,
    /// Its short name.
    pub name_short: Text,
}

/// The person signed in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SignedInPerson {
    /// The person.
    pub id: Uuid,
    /// The issued ID.
    pub login_id: String,
    /// Their name.
    pub display_name: String,
}

/// Who is signed in, and what they may do.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Me {
    /// The tenant.
    pub tenant: TenantName,
    /// The person.
    pub person: SignedInPerson,
    /// The posts they hold now.
    pub appointments: Vec<Appointment>,
    /// What their posts give them.
    #[schema(example = json!(["recording.search", "recording.play"]))]
    pub capabilities: Vec<String>,
    /// Send this as `X-CSRF-Token` with every POST.
    pub csrf_token: String,
    /// While true, everything but this, the password and sign-out answers 403.
    pub password_change_required: bool,
    /// When the password must be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_expires_at: Option<DateTime<Utc>>,
    /// The session locks itself when idle this long.
    pub idle_lock_minutes: u32,
    /// The session ends then in any case.
    pub session_expires_at: DateTime<Utc>,
    /// The purposes this person may state for playing a recording.
    pub purposes: Vec<Purpose>,
}
