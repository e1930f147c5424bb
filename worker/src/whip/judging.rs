//! The judgement on what a WHIP client sends: which device it is, whether its media is kept, as what, and whose voices it holds.

use rokuon_capture::stream::{PayloadKind, StreamSetup};
use rokuon_db::devices::Device;
use rokuon_media::codec::Codec;
use rokuon_policy::announcement::{self, AnnouncementStatus, NotedBy};
use rokuon_policy::decision::Decision;
use rokuon_policy::device::{self, DeviceJudgement};
use rokuon_policy::media_kind::MediaKind;
use rokuon_policy::pii::Pii;
use rokuon_policy::recording_scope::{
    CallFact, CallFacts, Direction, Judgement, RecordingStart, judge, normalise_number,
};
use rokuon_whip::codecs::Encoding;
use rokuon_whip::offer::Offer;

use crate::routing::call_routing::{CallRouting, PartyFacts};
use crate::routing::doubts;
use crate::routing::table::{ConnectionRoute, TenantRoutes};

/// What a client may say of its call beside the offer. WHIP has no words for it, so a client that knows them sets headers;
/// none is ever required (WI10).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SaidByClient {
    /// The other party's number.
    pub other_party: Option<Pii<String>>,
    /// Which way the call goes.
    pub direction: Option<Direction>,
    /// The people in front of the device were told.
    pub notice_given: bool,
}

/// What is kept, and how it begins.
pub struct Judged {
    /// The judgement.
    pub routing: CallRouting,
    /// Held until somebody starts it: the people in front of the device were not told yet.
    pub waits: bool,
}

/// Judges a session. `device` is the register's, where the connection belongs to one.
pub fn judge_session(
    routes: &TenantRoutes,
    connection: &ConnectionRoute,
    device: Option<&Device>,
    said: &SaidByClient,
    offer: &Offer,
) -> Result<Judged, Decision> {
    let (caller, called) = parties(device, said);
    let facts = CallFacts {
        caller: caller.number.as_ref().map(|n| n.reveal().clone()),
        called: called.number.as_ref().map(|n| n.reveal().clone()),
        direction: said.direction,
    };
    let mut routing = CallRouting {
        tenant: connection.tenant.clone(),
        connection: connection.id,
        policy_version: routes.policy_version,
        line: None,
        line_proved: device.is_some(),
        direction: said.direction,
        department: device.and_then(|device| device.entry.department.clone()),
        channels: offer.media.iter().map(|media| media.taken.is_some().then_some(0)).collect(),
        mixed: true,
        kept: true,
        decision: serde_json::Value::Null,
        article: routes.policy.recording.article.clone(),
        rule: String::new(),
        doubts: Vec::new(),
        start: device.map_or(RecordingStart::Automatic, |device| device.entry.start),
        announcement: (AnnouncementStatus::NotNoted, NotedBy::Nobody),
        media: MediaKind::CallAudio,
        device: device.map(|device| device.id),
        keeps_keys: routes.policy.recording.facts.contains(&CallFact::PressedKeys),
        caller,
        called,
    };
    let (decision, notice_first) = match device {
        Some(device) => judge_device(routes, device, &facts, &mut routing)?,
        None => (judge_line(routes, connection, &facts, &mut routing)?, false),
    };
    routing.article = decision.article.clone();
    routing.rule = decision.rule.to_owned();
    routing.decision = serde_json::to_value(&decision).unwrap_or_default();
    routing.announcement = announcement::at_start(&routes.policy, routing.start, false, said.notice_given);
    let waits = routing.start == RecordingStart::OnDemand && notice_first && !said.notice_given;
    Ok(Judged { routing, waits })
}

/// A registered device: the document's word on its kind, and for one with a number also its word on the call.
fn judge_device(
    routes: &TenantRoutes,
    device: &Device,
    facts: &CallFacts,
    routing: &mut CallRouting,
) -> Result<(Decision, bool), Decision> {
    let (media, notice_first, decision) = match device::judge(&routes.policy, &device.facts()) {
        DeviceJudgement::Record { media, notice_first, decision } => (media, notice_first, decision),
        DeviceJudgement::DoNotKeep { decision } => return Err(decision),
    };
    routing.media = media;
    if device.entry.digits.is_none() {
        return Ok((decision, notice_first));
    }
    match judge(&routes.policy, &routes.lines, facts) {
        Judgement::Record { line, direction, department, decision } => {
            (routing.line, routing.direction) = (Some(line), Some(direction));
            routing.department = routing.department.take().or(department);
            Ok((decision, notice_first))
        }
        // The number itself is no line; that the device is in the register is what lists it.
        Judgement::DoNotKeep { decision: refused } if refused.rule != "recording_scope.line_not_listed" => {
            Err(refused)
        }
        Judgement::DoNotKeep { .. } | Judgement::Unproved { .. } => Ok((decision, notice_first)),
    }
}

/// A connection without a device: its usual line stands for it.
fn judge_line(
    routes: &TenantRoutes,
    connection: &ConnectionRoute,
    facts: &CallFacts,
    routing: &mut CallRouting,
) -> Result<Decision, Decision> {
    let usual =
        connection.default_line.as_ref().and_then(|key| routes.lines.iter().find(|line| line.key == *key));
    let facts = CallFacts {
        called: facts
            .called
            .clone()
            .or_else(|| usual.filter(|l| l.pattern.is_none()).map(|l| l.number.clone())),
        ..facts.clone()
    };
    match judge(&routes.policy, &routes.lines, &facts) {
        Judgement::Record { line, direction, department, decision } => {
            (routing.line, routing.direction, routing.department) = (Some(line), Some(direction), department);
            routing.line_proved = true;
            Ok(decision)
        }
        Judgement::DoNotKeep { decision } => Err(decision),
        Judgement::Unproved { decision } => {
            match usual {
                Some(usual) => {
                    (routing.line, routing.department) = (Some(usual.key.clone()), usual.department.clone());
                    routing.doubts.push(doubts::default_line_assumed());
                }
                None => routing.doubts.push(doubts::line_unknown()),
            }
            Ok(decision)
        }
    }
}

/// Who speaks: the device by its register's name and number, the other party as far as the client says.
fn parties(device: Option<&Device>, said: &SaidByClient) -> (PartyFacts, PartyFacts) {
    let own = device.map_or_else(PartyFacts::default, |device| PartyFacts {
        number: device.entry.digits.clone(),
        name: Some(Pii::new(format!("{}（{}）", device.entry.name, device.entry.place))),
        proved: true,
    });
    let number = said.other_party.as_ref().and_then(|n| normalise_number(n.reveal())).map(Pii::new);
    let other = PartyFacts { proved: number.is_some(), number, name: None };
    if said.direction == Some(Direction::Outbound) { (own, other) } else { (other, own) }
}

/// The streams as the recorder takes them: one audio stream holds every voice, pictures stand beside it.
pub fn setups(offer: &Offer) -> Vec<StreamSetup> {
    offer
        .taken()
        .map(|(index, taken)| StreamSetup {
            index,
            label: None,
            channel: Some(0),
            mixed: true,
            payload_types: taken
                .formats
                .iter()
                .map(|format| (format.payload_type, payload_kind(format.encoding, format.clock_rate)))
                .collect(),
            expected_remote: None,
            learn_remote: false,
            rtcp: None,
            rtcp_mux: false,
        })
        .collect()
}

const fn payload_kind(encoding: Encoding, clock_rate: u32) -> PayloadKind {
    match encoding {
        Encoding::Opus => PayloadKind::Audio(Codec::Opus),
        Encoding::G722 => PayloadKind::Audio(Codec::G722),
        Encoding::Pcmu => PayloadKind::Audio(Codec::Pcmu),
        Encoding::Pcma => PayloadKind::Audio(Codec::Pcma),
        Encoding::Vp8 => PayloadKind::Video(Codec::Vp8),
        Encoding::H264 => PayloadKind::Video(Codec::H264),
        Encoding::TelephoneEvent if clock_rate == 8_000 => PayloadKind::TelephoneEvent,
        Encoding::TelephoneEvent => PayloadKind::TelephoneEventAt(clock_rate),
        Encoding::ComfortNoise => PayloadKind::ComfortNoise,
    }
}
