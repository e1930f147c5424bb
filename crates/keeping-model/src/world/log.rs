//! The model's log: what happened, kept outside the database, so that a restore can be compared with it.

use std::collections::{BTreeMap, BTreeSet};

use rokuon_policy::keeping::Cause;
use rokuon_policy::recording_state::{RecordingState, Tier};

use super::rows::HoldId;

/// One event of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Sealed on the first tier.
    Sealed,
    /// Moved to the second.
    Moved,
    /// Due, and why.
    Due(Cause),
    /// Not due any more.
    KeptAfterAll(Tier),
    /// Destruction committed.
    Committed,
    /// Destroyed, with its certificate.
    Destroyed,
    /// A hold stands.
    Held(HoldId),
    /// A hold was released.
    Released(HoldId),
    /// Restored from a backup and made this.
    Restored(RecordingState, BTreeSet<HoldId>),
}

/// All events, by recording, in order.
#[derive(Debug, Clone, Default)]
pub struct Log(BTreeMap<usize, Vec<Event>>);

impl Log {
    /// Writes one event.
    pub fn write(&mut self, recording: usize, event: Event) {
        self.0.entry(recording).or_default().push(event);
    }

    /// The events of a recording.
    pub fn of(&self, recording: usize) -> &[Event] {
        self.0.get(&recording).map_or(&[], Vec::as_slice)
    }

    /// How many certificates there are.
    pub fn certificates(&self, recording: usize) -> usize {
        self.of(recording).iter().filter(|event| **event == Event::Destroyed).count()
    }

    /// Whether destruction was committed.
    pub fn committed(&self, recording: usize) -> bool {
        self.of(recording).contains(&Event::Committed)
    }

    /// The holds that stand by the events alone, and the state.
    pub fn replayed(&self, recording: usize) -> (Option<RecordingState>, BTreeSet<HoldId>) {
        let mut state = None;
        let mut holds = BTreeSet::new();
        for event in self.of(recording) {
            match event {
                Event::Sealed => state = Some(RecordingState::Primary),
                Event::Moved => state = Some(RecordingState::Secondary),
                Event::Due(_) => state = Some(RecordingState::Due),
                Event::KeptAfterAll(tier) => state = Some(tier.state()),
                Event::Committed => state = Some(RecordingState::Destroying),
                Event::Destroyed => state = Some(RecordingState::Destroyed),
                Event::Held(id) => {
                    holds.insert(*id);
                }
                Event::Released(id) => {
                    holds.remove(id);
                }
                Event::Restored(restored, standing) => {
                    state = Some(*restored);
                    holds.clone_from(standing);
                }
            }
        }
        (state, holds)
    }
}
