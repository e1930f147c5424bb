//! A device of the register.

use chrono::{DateTime, NaiveDate, Utc};
use rokuon_db::devices::Device as DbDevice;
use rokuon_policy::device::{self, DeviceKind};
use rokuon_policy::media_kind::MediaKind;
use rokuon_policy::recording_scope::RecordingStart;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::routes::departments::model::DepartmentName;
use crate::tenant_rules::TenantRules;
use crate::text::Text;

/// A device by name and place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeviceName {
    /// The device.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// Where it stands.
    pub place: String,
}

/// What a device is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DeviceKind)]
pub enum Kind {
    /// Records at the exchange.
    Exchange,
    /// Records at a single telephone.
    Telephone,
    /// A server.
    Server,
    /// A workstation that plays back.
    Workstation,
    /// A mobile handset.
    Handset,
    /// A camera at a counter.
    Camera,
}

impl From<DeviceKind> for Kind {
    fn from(kind: DeviceKind) -> Self {
        match kind {
            DeviceKind::Exchange => Self::Exchange,
            DeviceKind::Telephone => Self::Telephone,
            DeviceKind::Server => Self::Server,
            DeviceKind::Workstation => Self::Workstation,
            DeviceKind::Handset => Self::Handset,
            DeviceKind::Camera => Self::Camera,
        }
    }
}

/// When a device runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DeviceStart)]
pub enum Start {
    /// By itself.
    Automatic,
    /// Only when needed; people are told first.
    OnDemand,
}

impl From<RecordingStart> for Start {
    fn from(start: RecordingStart) -> Self {
        match start {
            RecordingStart::Automatic => Self::Automatic,
            RecordingStart::OnDemand => Self::OnDemand,
        }
    }
}

impl From<Start> for RecordingStart {
    fn from(start: Start) -> Self {
        match start {
            Start::Automatic => Self::Automatic,
            Start::OnDemand => Self::OnDemand,
        }
    }
}

/// A device that the rules name, of which the register holds the single ones.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeviceRule {
    /// Its key.
    #[schema(example = "counter-camera")]
    pub key: String,
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: Text,
    /// Where the rules place it.
    pub place: Text,
    /// The article, as it is written.
    #[schema(example = "第2条第3号")]
    pub article_label: String,
    /// Whether each one names its department.
    pub department_needed: bool,
    /// Whether it takes pictures as well.
    pub takes_pictures: bool,
}

impl DeviceRule {
    fn of(rule: &device::Device) -> Self {
        Self {
            key: rule.key.clone(),
            kind: rule.kind.into(),
            name: (&rule.name).into(),
            place: (&rule.place).into(),
            article_label: rule.article.label_ja(),
            department_needed: rule.bound_to_department,
            takes_pictures: rule.media == Some(MediaKind::Camera),
        }
    }
}

/// A device.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Device {
    /// The device.
    pub id: Uuid,
    /// Its number in the register.
    #[schema(example = "1-3")]
    pub number: String,
    /// What it is.
    pub kind: Kind,
    /// The rules' name of such devices.
    pub rule: Text,
    /// The rules' key of such devices.
    pub rule_key: String,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub place: String,
    /// The department it stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<DepartmentName>,
    /// The telephone number or extension behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digits: Option<String>,
    /// When it runs.
    pub start: Start,
    /// What the notice beside it says.
    pub notice: String,
    /// Where that notice hangs.
    pub notice_place: String,
    /// The connection it publishes by, once it has a token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<Uuid>,
    /// First day in use.
    pub in_use_from: NaiveDate,
    /// First day no longer in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_use_until: Option<NaiveDate>,
    /// Counts changes; a change names the version it was made on.
    pub version: i32,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
}

impl Device {
    /// A device as people see it.
    pub fn of(device: DbDevice, rules: &TenantRules) -> Self {
        let rule = rules.policy.devices.iter().find(|rule| rule.key == device.rule);
        let (entry, kind) = (device.entry, device.kind);
        Self {
            id: device.id.0,
            kind: kind.into(),
            rule: rule.map_or_else(
                || Text { ja: device.rule.clone(), en: device.rule.clone() },
                |rule| (&rule.name).into(),
            ),
            rule_key: device.rule,
            department: entry.department.as_ref().map(|id| rules.department(id)),
            digits: entry.digits.map(|digits| digits.reveal().clone()),
            start: entry.start.into(),
            number: entry.number,
            name: entry.name,
            place: entry.place,
            notice: entry.notice,
            notice_place: entry.notice_place,
            connection: device.connection.map(|id| id.0),
            in_use_from: entry.in_use_from,
            in_use_until: device.in_use_until,
            version: device.version,
            created_at: device.created_at,
        }
    }
}

/// The register.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = DeviceList)]
pub struct List {
    /// By number; devices out of use included.
    pub items: Vec<Device>,
    /// What may be entered.
    pub rules: Vec<DeviceRule>,
    /// Whether the rules know devices that run only when needed.
    pub on_demand: bool,
    /// What people must be told first where such a device runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told_first: Option<Text>,
}

impl List {
    /// The register as people see it.
    pub fn of(devices: Vec<DbDevice>, rules: &TenantRules) -> Self {
        let policy = &rules.policy;
        Self {
            items: devices.into_iter().map(|one| Device::of(one, rules)).collect(),
            rules: device::registrable(policy).map(DeviceRule::of).collect(),
            on_demand: device::knows_on_demand(policy),
            told_first: policy.announcement.on_demand.as_ref().map(|ground| (&ground.sentence).into()),
        }
    }
}

/// What is entered of a device, and may be changed.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeviceEntry)]
pub struct EntryRequest {
    /// Its number in the register; no two devices have the same.
    #[schema(min_length = 1, max_length = 20)]
    pub number: String,
    /// Its name.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Where it stands.
    #[schema(min_length = 1, max_length = 200)]
    pub place: String,
    /// The department it stands in.
    #[serde(default)]
    pub department: Option<String>,
    /// The telephone number or extension behind it.
    #[serde(default)]
    pub digits: Option<String>,
    /// When it runs.
    pub start: Start,
    /// What the notice beside it says.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub notice: String,
    /// Where that notice hangs.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub notice_place: String,
    /// First day in use.
    pub in_use_from: NaiveDate,
}

/// A device to be entered.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeviceRegisterRequest)]
pub struct RegisterRequest {
    /// The rules' key of such devices.
    #[schema(example = "counter-camera")]
    pub rule: String,
    /// What is entered.
    pub entry: EntryRequest,
}

/// A change of a device.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeviceChangeRequest)]
pub struct ChangeRequest {
    /// The version it was made on.
    pub version: i32,
    /// What stands there from now on.
    pub entry: EntryRequest,
}

/// A device that goes out of use.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeviceRetireRequest)]
pub struct RetireRequest {
    /// First day no longer in use.
    pub from: NaiveDate,
}

/// How long the token before may still be used.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeviceTokenRequest)]
pub struct TokenRequest {
    /// In hours; 0 ends it at once.
    #[schema(minimum = 0, maximum = 336)]
    pub previous_valid_hours: u32,
}

/// A device's token; this answer is the only place where it ever stands.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = DeviceToken)]
pub struct Token {
    /// Where the device publishes (WHIP, RFC 9725); more than one where the platform has more addresses.
    #[schema(example = json!(["https://rokuon.example/whip/a1b2c3"]))]
    pub endpoint: Vec<String>,
    /// Its bearer token.
    pub token: String,
    /// Until when the token before may still be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_until: Option<DateTime<Utc>>,
}
