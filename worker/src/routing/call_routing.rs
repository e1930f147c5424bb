//! The judgement on one call: whose it is, which line, who speaks on which channel, and what is doubtful about that.

use rokuon_policy::announcement::{self, AnnouncementStatus, NotedBy};
use rokuon_policy::article::Article;
use rokuon_policy::ids::{ConnectionId, DepartmentId, DeviceId, TenantId};
use rokuon_policy::media_kind::MediaKind;
use rokuon_policy::pii::Pii;
use rokuon_policy::recording_scope::{
    CallFact, CallFacts, Direction, Judgement, RecordingStart, announces, judge, normalise_number, start_of,
};
use rokuon_policy::text::Text;
use rokuon_sip::siprec::metadata::Metadata;
use rokuon_sip::siprec::party::Party;
use serde::{Deserialize, Serialize};

use super::doubts;
use super::speakers::place;
use super::table::{ConnectionRoute, TenantRoutes};

/// One party as shown to clerks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyFacts {
    /// National digits; `None` when withheld or unknown.
    pub number: Option<Pii<String>>,
    /// The display name.
    pub name: Option<Pii<String>>,
    /// Whether the metadata's labels prove which channel this party speaks on.
    pub proved: bool,
}

/// The whole judgement; kept in the spool with the call, so that a restart judges nothing anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRouting {
    /// Whose call.
    pub tenant: TenantId,
    /// The connection it came by.
    pub connection: ConnectionId,
    /// The policy version that was applied.
    pub policy_version: i32,
    /// The listed line's key.
    pub line: Option<String>,
    /// Whether the line is proved rather than assumed.
    pub line_proved: bool,
    /// Its direction.
    pub direction: Option<Direction>,
    /// Its department.
    pub department: Option<DepartmentId>,
    /// The caller: channel 0.
    pub caller: PartyFacts,
    /// The called party: channel 1.
    pub called: PartyFacts,
    /// The channel of each m-line, in the offer's order; `None` for one that is not recorded.
    pub channels: Vec<Option<u8>>,
    /// One stream carries both voices.
    pub mixed: bool,
    /// Whether the call is kept at all.
    pub kept: bool,
    /// The policy's decision as shown and audited.
    pub decision: serde_json::Value,
    /// The article of that decision.
    pub article: Article,
    /// The rule of that decision.
    pub rule: String,
    /// What is doubtful.
    pub doubts: Vec<Text>,
    /// How recording of it starts.
    #[serde(default = "by_itself")]
    pub start: RecordingStart,
    /// What line, connection and policy say of telling the other party.
    #[serde(default = "nothing_noted")]
    pub announcement: (AnnouncementStatus, NotedBy),
    /// What is kept.
    #[serde(default = "call_audio")]
    pub media: MediaKind,
    /// The registered device it is recorded with.
    #[serde(default)]
    pub device: Option<DeviceId>,
    /// Whether the policy lists the keys pressed among the facts it keeps.
    #[serde(default)]
    pub keeps_keys: bool,
}

/// A judgement of a release that recorded nothing else.
const fn call_audio() -> MediaKind {
    MediaKind::CallAudio
}

/// A judgement of a release that knew no other start.
const fn by_itself() -> RecordingStart {
    RecordingStart::Automatic
}

const fn nothing_noted() -> (AnnouncementStatus, NotedBy) {
    (AnnouncementStatus::NotNoted, NotedBy::Nobody)
}

/// What the offer says of one m-line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferedLabel {
    /// Its `a=label`.
    pub label: Option<String>,
    /// Whether we take it.
    pub recorded: bool,
}

/// What tells of a call's parties.
#[derive(Debug, Clone, Copy)]
pub enum Told<'a> {
    /// Recording metadata.
    Metadata(&'a Metadata),
    /// SIP headers alone.
    Headers(&'a [Party]),
    /// Nothing.
    Nothing,
}

impl<'a> Told<'a> {
    /// Metadata before headers before nothing.
    pub const fn of(metadata: Option<&'a Metadata>, headers: &'a [Party]) -> Self {
        match (metadata, headers) {
            (Some(metadata), _) => Self::Metadata(metadata),
            (None, []) => Self::Nothing,
            (None, headers) => Self::Headers(headers),
        }
    }

    /// The parties; where several calls share the recording session, those of the first.
    fn parties(&self) -> Vec<Party> {
        match self {
            Self::Metadata(metadata) => {
                let of_first = metadata.participants_of_first_session();
                let parties = metadata.parties().into_iter();
                parties
                    .filter(|p| of_first.as_ref().is_none_or(|ids| ids.contains(&p.participant_id)))
                    .collect()
            }
            Self::Headers(parties) => parties.to_vec(),
            Self::Nothing => Vec::new(),
        }
    }
}

impl CallRouting {
    /// Keeps the line, and the decision that rests on it, of an earlier judgement.
    pub fn stay_on_line(&mut self, earlier: &Self) {
        let Self { line, line_proved, direction, department, kept, decision, article, rule, .. } =
            earlier.clone();
        *self = Self {
            line,
            line_proved,
            direction,
            department,
            kept,
            decision,
            article,
            rule,
            tenant: self.tenant.clone(),
            connection: self.connection,
            policy_version: earlier.policy_version,
            caller: self.caller.clone(),
            called: self.called.clone(),
            channels: std::mem::take(&mut self.channels),
            mixed: self.mixed,
            doubts: std::mem::take(&mut self.doubts),
            start: earlier.start,
            announcement: earlier.announcement,
            media: self.media,
            device: self.device,
            // of the rules the decision stands on
            keeps_keys: earlier.keeps_keys,
        };
    }
}

/// Judges a call from what is known now. Nothing here refuses audio: what is unknown becomes a doubt.
pub fn judge_call(
    routes: &TenantRoutes,
    connection: &ConnectionRoute,
    told: Told<'_>,
    mut doubts: Vec<Text>,
    streams: &[OfferedLabel],
) -> CallRouting {
    let parties = told.parties();
    let present = parties.iter().filter(|p| !p.dummy && p.disassociate_time.is_none()).collect::<Vec<_>>();
    let (caller, called) = caller_and_called(&present);
    match told {
        Told::Metadata(metadata) if metadata.live_sessions().count() > 1 => {
            doubts.push(doubts::several_calls())
        }
        Told::Metadata(_) | Told::Headers(_) => {}
        Told::Nothing => doubts.push(doubts::no_metadata()),
    }
    let facts = CallFacts {
        caller: caller.and_then(|p| p.number_raw.clone()),
        called: called.and_then(|p| p.number_raw.clone()),
        direction: None,
    };
    let judgement = judge(&routes.policy, &routes.lines, &facts);
    let (mut line, mut direction, mut department, mut line_proved, mut kept) =
        (None, None, None, false, true);
    let decision = match judgement {
        Judgement::Record { line: key, direction: way, department: owner, decision } => {
            (line, direction, department, line_proved) = (Some(key), Some(way), owner, true);
            decision
        }
        Judgement::DoNotKeep { decision } => {
            kept = false;
            decision
        }
        Judgement::Unproved { decision } => {
            let usual = connection.default_line.as_ref();
            match usual.and_then(|key| routes.lines.iter().find(|l| l.key == *key)) {
                Some(usual) => {
                    (line, department) = (Some(usual.key.clone()), usual.department.clone());
                    doubts.push(doubts::default_line_assumed());
                }
                None => doubts.push(doubts::line_unknown()),
            }
            decision
        }
    };
    let placed = place(caller, called, &present, streams);
    if !parties.is_empty() {
        doubts.extend(placed.unproved.iter().map(|why| doubts::channel_unproved(*why)));
    }
    if placed.more_speakers {
        doubts.push(doubts::more_channels());
    }
    doubts.dedup();
    let start = start_of(&routes.policy, &routes.lines, line.as_deref());
    let told_by_line = announces(&routes.lines, line.as_deref());
    let announcement = announcement::at_start(&routes.policy, start, told_by_line, false);
    CallRouting {
        tenant: connection.tenant.clone(),
        connection: connection.id,
        policy_version: routes.policy_version,
        line,
        line_proved,
        direction,
        department,
        caller: party_facts(caller, placed.caller_proved),
        called: party_facts(called, placed.called_proved),
        channels: placed.channels,
        mixed: placed.mixed,
        kept,
        article: decision.article.clone(),
        rule: decision.rule.to_owned(),
        decision: serde_json::to_value(&decision).unwrap_or_default(),
        doubts,
        start,
        announcement,
        media: MediaKind::CallAudio,
        device: None,
        keeps_keys: routes.policy.recording.facts.contains(&CallFact::PressedKeys),
    }
}

/// Who placed the call: the vendor's own word where there is one, else the order of the list (RFC 7865 gives no other
/// sign; clients list the one who called first).
fn caller_and_called<'a>(present: &[&'a Party]) -> (Option<&'a Party>, Option<&'a Party>) {
    let mut ordered = present.to_vec();
    ordered.sort_by_key(|p| p.first_listed);
    let said_calling = ordered.iter().position(|p| p.calling == Some(true));
    let said_called = ordered.iter().position(|p| p.calling == Some(false));
    let caller = said_calling.or_else(|| (0..ordered.len()).find(|i| Some(*i) != said_called));
    let called = said_called
        .filter(|i| Some(*i) != caller)
        .or_else(|| (0..ordered.len()).find(|i| Some(*i) != caller));
    (caller.and_then(|i| ordered.get(i).copied()), called.and_then(|i| ordered.get(i).copied()))
}

fn party_facts(party: Option<&Party>, proved: bool) -> PartyFacts {
    let Some(party) = party else { return PartyFacts { proved: false, ..PartyFacts::default() } };
    PartyFacts {
        number: party.number_raw.as_deref().and_then(normalise_number).map(Pii::new),
        name: party.name.as_deref().and_then(shown_name).map(Pii::new),
        proved,
    }
}

/// A name as it can be stored and shown: no control characters, at most 120 characters. The original stays sealed.
fn shown_name(raw: &str) -> Option<String> {
    let name = raw.chars().filter(|c| !c.is_control()).take(120).collect::<String>();
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests;
