//! Recording devices and where they stand, and the hours in which recording is owed.

use chrono::{NaiveTime, Weekday};
use serde::Serialize;

use crate::article::Article;
use crate::closed_list::closed_list;
use crate::ids::DepartmentId;
use crate::media_kind::MediaKind;
use crate::text::Text;

closed_list! {
    /// What a device is.
    pub enum DeviceKind {
        /// Records at the exchange: the whole PBX.
        Exchange = "exchange",
        /// Records at a single telephone.
        Telephone = "telephone",
        /// A server of the tenant.
        Server = "server",
        /// A workstation that plays back.
        Workstation = "workstation",
        /// Mobile handsets on a cloud PBX.
        Handset = "handset",
        /// A camera at a counter.
        Camera = "camera",
    }
}

/// A kind of device the document names, and its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Device {
    /// Its key.
    pub key: String,
    /// The article.
    pub article: Article,
    /// What it is.
    pub kind: DeviceKind,
    /// Its name.
    pub name: Text,
    /// Where it stands.
    pub place: Text,
    /// How it is secured.
    pub security: Option<Text>,
    /// What it records; nothing for a workstation.
    pub media: Option<MediaKind>,
    /// Whether media is bound to the department it stands in.
    pub bound_to_department: bool,
    /// Each one is entered in the device register with its place.
    pub registered: bool,
    /// Its department, when the document names it.
    pub department: Option<DepartmentId>,
}

/// Hours in which recording is owed; gaps within them are shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OperatingCalendar {
    /// The article.
    pub article: Article,
    /// The rule in one sentence.
    pub sentence: Text,
    /// Weekly hours, in JST.
    pub hours: Vec<OperatingHours>,
    /// Closed days: yearly `MM-DD` to `MM-DD`, both inclusive (may cross New Year).
    pub closed: Vec<ClosedDays>,
    /// Whether national holidays are closed.
    pub holidays_closed: bool,
}

/// Opening hours on some weekdays; `until` 24:00 is written 00:00 of the next day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OperatingHours {
    /// The weekdays.
    pub days: Vec<Weekday>,
    /// From.
    pub from: NaiveTime,
    /// Until (exclusive).
    pub until: NaiveTime,
}

/// A yearly closing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClosedDays {
    /// First closed month and day.
    pub from: (u32, u32),
    /// Last closed month and day.
    pub until: (u32, u32),
}
