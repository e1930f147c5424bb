//! What happens in two years in five cities, by chance: calls, holds, releases, erasures.

use chrono::{DateTime, TimeDelta, Utc};
use rokuon_policy::ids::RecordingId;
use rokuon_policy::keeping::erasure_rules;
use rokuon_policy::media_kind::MediaKind;
use rokuon_policy::policy::Policy;
use uuid::Uuid;

use crate::city::Sealed;
use crate::dice::Dice;

/// A recording and all that people will do to it.
#[derive(Debug, Clone)]
pub struct Story {
    pub sealed: Sealed,
    /// Placed at, released at.
    pub holds: Vec<(DateTime<Utc>, Option<DateTime<Utc>>)>,
    /// Asked at, approved at.
    pub erasure: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

/// One thing people do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deed {
    Seal,
    Hold(usize),
    Release(usize),
    AskErasure,
    ApproveErasure,
}

/// The calls of one city over so many days, and what becomes of them.
pub fn stories(policy: &Policy, dice: &mut Dice, begins: DateTime<Utc>, days: u64, calls: u64) -> Vec<Story> {
    let has_cameras = policy.retention.iter().any(|rule| rule.kind == MediaKind::Camera);
    let rule = policy.retention.iter().find(|rule| rule.kind == MediaKind::CallAudio).unwrap();
    let keeps = rule.maximum.map_or(40, |maximum| maximum.days_range().1);
    // Where the shortest period allows it before the end of everything.
    let erases =
        erasure_rules::application(policy).map_or(rule.minimum.is_none(), |form| form.before_minimum);
    let day = 24 * 3_600;
    let after =
        |from: DateTime<Utc>, seconds: u64| from + TimeDelta::seconds(i64::try_from(seconds).unwrap());
    let one = |dice: &mut Dice| {
        // Every fortieth call begins at midnight in Japan exactly (the proviso of art. 140); not where the oldest must be told apart.
        let second = if rule.capacity.is_none() && dice.one_in(40) { 0 } else { 1 + dice.roll(day - 1) };
        let started_at = after(begins, dice.roll(days) * day + second);
        let kind = if has_cameras && dice.one_in(3) { MediaKind::Camera } else { MediaKind::CallAudio };
        let sealed =
            Sealed { id: RecordingId(Uuid::now_v7()), kind, started_at, octets: (1 + dice.roll(4)) << 30 };
        let mut holds = Vec::new();
        if dice.one_in(12) {
            for _ in 0..=dice.roll(3) {
                let placed = after(started_at, 3_600 + dice.roll(keeps * day * 12 / 10));
                let released = (!dice.one_in(4)).then(|| after(placed, 60 + dice.roll(200 * day)));
                holds.push((placed, released));
            }
        }
        let erasure = (erases && kind == MediaKind::CallAudio && dice.one_in(60)).then(|| {
            let asked = after(started_at, 3_600 + dice.roll(10 * day));
            (asked, after(asked, day / 2 + dice.roll(3 * day)))
        });
        Story { sealed, holds, erasure }
    };
    let mut stories: Vec<Story> = (0..calls).map(|_| one(dice)).collect();
    stories.sort_by_key(|story| story.sealed.started_at);
    stories
}

/// Everything that happens, in its order: when, to which story, what.
pub fn deeds(stories: &[Story]) -> Vec<(DateTime<Utc>, usize, Deed)> {
    let mut deeds = Vec::new();
    for (story, told) in stories.iter().enumerate() {
        deeds.push((told.sealed.started_at, story, Deed::Seal));
        for (hold, (placed, released)) in told.holds.iter().enumerate() {
            deeds.push((*placed, story, Deed::Hold(hold)));
            deeds.extend(released.map(|released| (released, story, Deed::Release(hold))));
        }
        if let Some((asked, approved)) = told.erasure {
            deeds.extend([(asked, story, Deed::AskErasure), (approved, story, Deed::ApproveErasure)]);
        }
    }
    deeds.sort();
    deeds
}
