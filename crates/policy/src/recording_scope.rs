//! Which calls are recorded: numbers, lines, directions (T-2, O-2, I-2, KB-1).

use serde::Serialize;

use crate::article::Article;
use crate::closed_list::closed_list;
use crate::decision::Decision;
use crate::ids::DepartmentId;
use crate::policy::Policy;
use crate::text::Text;

closed_list! {
    /// Which way a call goes, seen from the tenant.
    pub enum Direction {
        /// From outside to a line.
        Inbound = "inbound",
        /// From a line to outside.
        Outbound = "outbound",
        /// Between lines or sites of the tenant.
        Internal = "internal",
    }
}

closed_list! {
    /// Where a line comes from.
    pub enum LineSource {
        /// The document lists it.
        Policy = "policy",
        /// The tenant's register lists it.
        Register = "register",
    }
}

closed_list! {
    /// Where the list of recorded lines is kept.
    pub enum LinesFrom {
        /// In the document: nothing else is recorded.
        Policy = "policy",
        /// In the tenant's register, which the document leaves to a post.
        Register = "register",
    }
}

closed_list! {
    /// How a recording starts.
    pub enum RecordingStart {
        /// By itself, with the call.
        Automatic = "automatic",
        /// By hand, when needed.
        OnDemand = "on_demand",
    }
}

/// What is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordingRules {
    /// The article.
    pub article: Article,
    /// The rule in one sentence.
    pub sentence: Text,
    /// Where the list of lines is kept.
    pub lines_from: LinesFrom,
    /// Directions that are recorded.
    pub directions: Vec<Direction>,
    /// How recording starts.
    pub starts: Vec<RecordingStart>,
    /// Facts that are kept of a call.
    pub facts: Vec<CallFact>,
}

closed_list! {
    /// A fact kept of a call.
    pub enum CallFact {
        /// Its sound.
        Audio = "audio",
        /// When it began.
        StartedAt = "started_at",
        /// How long it was.
        Duration = "duration",
        /// The caller's number.
        CallerNumber = "caller_number",
        /// The called number.
        CalledNumber = "called_number",
        /// How long the caller waited.
        WaitingTime = "waiting_time",
        /// Which keys were pressed during the call. Not listed: that a key was pressed is kept, which one is not.
        PressedKeys = "pressed_keys",
    }
}

/// A recorded line: a number, or all numbers of a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Its key.
    pub key: String,
    /// The number as listed, digits only, national form; the pattern's fixed digits for a pattern.
    pub number: String,
    /// Digits with a final `*` (any rest) or `?` (any one digit), instead of the exact number.
    pub pattern: Option<String>,
    /// Its name.
    pub name: Text,
    /// Its department.
    pub department: Option<DepartmentId>,
    /// Its group.
    pub group: Option<String>,
    /// The purpose its recordings are collected for.
    pub purpose: Option<String>,
    /// How recording of its calls starts; see [`start_of`].
    pub start: RecordingStart,
    /// Whether its callers hear an announcement before they are put through.
    pub announces: bool,
    /// Where it is listed.
    pub source: LineSource,
}

/// What is known of a call when it begins. Numbers as received; they are normalised here.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct CallFacts {
    /// The caller.
    pub caller: Option<String>,
    /// The called party.
    pub called: Option<String>,
    /// The direction, when the exchange says so.
    pub direction: Option<Direction>,
}

/// Whether a call is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "judgement", rename_all = "snake_case")]
pub enum Judgement {
    /// It is kept.
    Record {
        /// The line's key.
        line: String,
        /// Its direction.
        direction: Direction,
        /// The line's department.
        department: Option<DepartmentId>,
        /// Why.
        decision: Decision,
    },
    /// It is not kept, only counted.
    DoNotKeep {
        /// Why.
        decision: Decision,
    },
    /// Not enough is known: kept, shown only to those who see all departments, and marked.
    Unproved {
        /// Why.
        decision: Decision,
    },
}

/// Brings a number as received into the form lines are listed in: national digits (`0668585050`), short extensions as they are,
/// foreign numbers as `+` and digits. Takes plain numbers, `tel:` and `sip:` addresses, name-addresses, `+81`, hyphens and full-width
/// digits. `None` when there is no number (anonymous, a name, nothing). Normalising twice changes nothing.
pub fn normalise_number(raw: &str) -> Option<String> {
    number::normalise(raw)
}

/// Judges whether a call is kept.
///
/// `lines` are the tenant's lines as stored: for a policy that lists its lines itself they only add departments and names to those
/// lines (a line the policy does not list is never recorded); for a register they are the list. The most specific line wins:
/// an exact number before a pattern, more digits before fewer.
///
/// An unknown number is tried both ways, as listed and as not listed: when both ways give the same answer, that is the answer;
/// otherwise the call is [`Judgement::Unproved`]. Where the exchange's direction contradicts both numbers, the numbers decide.
pub fn judge(policy: &Policy, lines: &[Line], facts: &CallFacts) -> Judgement {
    matching::judge(policy, lines, facts)
}

/// How recording starts on a line of the tenant's: by hand only where the line says so *and* the policy knows such recording.
/// An unknown line records by itself: what is not known is never a reason to lose audio.
pub fn start_of(policy: &Policy, lines: &[Line], key: Option<&str>) -> RecordingStart {
    let by_hand = line_of(lines, key).is_some_and(|line| line.start == RecordingStart::OnDemand);
    if by_hand && policy.recording.starts.contains(&RecordingStart::OnDemand) {
        RecordingStart::OnDemand
    } else {
        RecordingStart::Automatic
    }
}

/// Whether callers of a line hear an announcement before they are put through.
pub fn announces(lines: &[Line], key: Option<&str>) -> bool {
    line_of(lines, key).is_some_and(|line| line.announces)
}

fn line_of<'l>(lines: &'l [Line], key: Option<&str>) -> Option<&'l Line> {
    key.and_then(|key| lines.iter().find(|line| line.key == key))
}

/// Whether a listed line covers a normalised number.
pub fn covers(line: &Line, number: &str) -> bool {
    matching::covers(line, number)
}

/// Whether two lines cover a same number and neither is more specific.
pub(crate) fn overlap(a: &Line, b: &Line) -> bool {
    matching::overlap(a, b)
}

mod matching;
mod number;

#[cfg(test)]
mod tests;
