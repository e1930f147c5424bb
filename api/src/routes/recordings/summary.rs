//! From what the database finds to what the API writes of a call and its recording.

use rokuon_db::recording_search::{FoundCall, FoundParty};
use rokuon_policy::announcement::owed;
use rokuon_policy::pii::Pii;
use rokuon_policy::policy::Policy;

use crate::routes::departments::model::DepartmentName;
use crate::routes::devices::model::DeviceName;
use crate::routes::lines::model::LineName;
use crate::routes::recordings::model::{Party, Summary};

impl From<&FoundParty> for Party {
    fn from(party: &FoundParty) -> Self {
        let shown = |text: &Option<Pii<String>>| text.as_ref().map(|text| text.reveal().clone());
        Self { number: shown(&party.number), name: shown(&party.name) }
    }
}

/// Milliseconds as seconds.
pub fn seconds(milliseconds: u64) -> f64 {
    let milliseconds = milliseconds as f64;
    milliseconds / 1000.0
}

/// Samples of the timeline (8,000 Hz) as seconds.
pub fn seconds_of_samples(samples: u64) -> f64 {
    let samples = samples as f64;
    samples / 8000.0
}

/// The line of a found call, by name.
pub fn line_of(call: &FoundCall) -> Option<LineName> {
    call.line.as_ref().map(|(key, name)| LineName { key: key.clone(), name: name.into() })
}

/// The department of a found call, by name.
pub fn department_of(call: &FoundCall) -> Option<DepartmentName> {
    call.department.as_ref().map(|(id, name)| DepartmentName { id: id.to_string(), name: name.into() })
}

/// The device of a found call, by name and place.
pub fn device_of(call: &FoundCall) -> Option<DeviceName> {
    let device = call.device.as_ref()?;
    Some(DeviceName { id: device.id.0, name: device.name.clone(), place: device.place.clone() })
}

impl Summary {
    /// A found call's recording; `None` when nothing is kept of the call.
    pub fn of(policy: &Policy, call: &FoundCall) -> Option<Self> {
        let recording = call.recording.as_ref()?;
        Some(Self {
            id: recording.id.0,
            call_id: call.id.0,
            state: recording.state.into(),
            started_at: call.started_at,
            ended_at: call.ended_at,
            duration_seconds: call.duration_ms.map(seconds),
            direction: call.direction.map(Into::into),
            caller: (&call.caller).into(),
            called: (&call.called).into(),
            line: line_of(call),
            department: department_of(call),
            device: device_of(call),
            gap_count: recording.gap_count,
            lost_seconds: seconds(recording.lost_ms),
            line_proved: call.line_proved,
            keep_until: recording.keep_until,
            active_holds: recording.active_holds,
            canary: call.canary,
            announcement_status: call.announcement.status.into(),
            announcement_owed: owed(policy, recording.start, call.announcement.status).is_some(),
        })
    }
}
