//! Recording devices: what the document names, what may be entered in the register, and what a device records.

use chrono::{NaiveTime, Weekday};
use serde::Serialize;

use crate::announcement::AnnouncementDuty;
use crate::article::Article;
use crate::closed_list::closed_list;
use crate::decision::Decision;
use crate::ids::DepartmentId;
use crate::media_kind::MediaKind;
use crate::policy::Policy;
use crate::recording_scope::RecordingStart;
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

/// What is known of a device of the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceFacts<'a> {
    /// The document's device it is one of.
    pub rule: &'a str,
    /// The department it stands in.
    pub department: Option<&'a DepartmentId>,
    /// Whether it runs by itself or only when needed.
    pub start: RecordingStart,
}

/// What a device records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeviceJudgement {
    /// It is kept.
    Record {
        /// As this kind of media.
        media: MediaKind,
        /// Nothing before the people in front of it were told.
        notice_first: bool,
        /// Why.
        decision: Decision,
    },
    /// Nothing of it is kept.
    DoNotKeep {
        /// Why.
        decision: Decision,
    },
}

/// Whether a device may be entered in the register as these facts say.
pub fn may_register(policy: &Policy, facts: &DeviceFacts<'_>) -> Decision {
    let Some(device) = named(policy, facts.rule) else { return not_named(policy) };
    if !device.registered {
        return Decision::refuse(
            "device.not_registered",
            device.article.clone(),
            Text::new(
                "この種類の装置は台帳に載せるものとされていません。",
                "Devices of this kind are not entered in the register.",
            ),
        );
    }
    if device.bound_to_department && facts.department.is_none() {
        return Decision::refuse(
            "device.department_missing",
            device.article.clone(),
            Text::new(
                "この種類の装置は、設置した所属を記載する必要があります。",
                "A device of this kind must name the department it stands in.",
            ),
        );
    }
    if facts.start == RecordingStart::OnDemand && !knows_on_demand(policy) {
        return Decision::refuse(
            "device.not_on_demand",
            policy.recording.article.clone(),
            Text::new(
                "この規程は、必要なときだけ動かす装置を定めていません。",
                "The document knows no devices that run only when needed.",
            ),
        );
    }
    Decision::allow(
        "device.named",
        device.article.clone(),
        Text::new("規程に定める装置です。", "The document names devices of this kind."),
    )
}

/// Whether what a device sends is kept, as what, and whether the people in front of it must be told first.
pub fn judge(policy: &Policy, facts: &DeviceFacts<'_>) -> DeviceJudgement {
    let Some(device) = named(policy, facts.rule) else {
        return DeviceJudgement::DoNotKeep { decision: not_named(policy) };
    };
    let Some(media) = device.media else {
        return DeviceJudgement::DoNotKeep {
            decision: Decision::refuse(
                "device.records_nothing",
                device.article.clone(),
                Text::new(
                    "この種類の装置は記録するものではありません。",
                    "Devices of this kind do not record.",
                ),
            ),
        };
    };
    let on_demand = facts.start == RecordingStart::OnDemand;
    let told_by = policy.announcement.on_demand.as_ref().filter(|_| on_demand);
    let before = on_demand && policy.announcement.duty == AnnouncementDuty::BeforeRecording;
    let sentence = Text::new(
        format!("台帳に載せた「{}」の記録です。", device.name.ja),
        format!("A recording of a registered device: {}.", device.name.en),
    );
    DeviceJudgement::Record {
        media,
        notice_first: told_by.is_some() || before,
        decision: Decision::allow("device.named", device.article.clone(), sentence),
    }
}

/// The document's devices that are entered in the register.
pub fn registrable(policy: &Policy) -> impl Iterator<Item = &Device> {
    policy.devices.iter().filter(|device| device.registered)
}

/// Whether devices that run only when needed are known to the document at all.
pub fn knows_on_demand(policy: &Policy) -> bool {
    policy.announcement.on_demand.is_some() || policy.recording.starts.contains(&RecordingStart::OnDemand)
}

fn named<'p>(policy: &'p Policy, rule: &str) -> Option<&'p Device> {
    policy.devices.iter().find(|device| device.key == rule)
}

fn not_named(policy: &Policy) -> Decision {
    Decision::refuse(
        "device.not_named",
        policy.recording.article.clone(),
        Text::new("規程に定めのない装置です。", "The document names no such device."),
    )
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

#[cfg(test)]
mod tests;
