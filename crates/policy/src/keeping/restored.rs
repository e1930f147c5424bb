//! After a restore from a backup: rows are compared with what the log and the stores say before anything is served (I20, F17).

use crate::recording_state::{RecordingState, Tier};

/// What a restored row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RestoredRow {
    /// Where it stands.
    pub state: RecordingState,
    /// Where its media would lie.
    pub tier: Tier,
    /// Holds on it.
    pub active_holds: u32,
}

/// What is known of a recording outside the restored database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Witness {
    /// Whether a certificate of its destruction exists, in the log or beside the keys.
    pub certificate: bool,
    /// Whether the log says that its destruction was committed.
    pub committed: bool,
    /// Whether any version of its wrapped key exists.
    pub key: bool,
    /// The tier on which every object of it was found: the row's own if it is there.
    pub media: Option<Tier>,
    /// Holds that the log says stand.
    pub holds: u32,
}

/// What becomes of a restored row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is served as it stands.
    Serve,
    /// It was moved after the backup was taken: the row follows its media to this tier.
    FollowMedia(Tier),
    /// It had been destroyed: it is marked destroyed again, from its certificate.
    MarkDestroyed,
    /// Its destruction had been committed: it is carried on to its end.
    FinishDestruction,
    /// Its key or media is missing and nothing says why: it is set aside and somebody is told.
    Quarantine,
}

/// What is done with a restored row before it is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RestoredStep {
    /// What becomes of it.
    pub fate: Fate,
    /// Holds on it from then on: those placed after the backup stand again.
    pub active_holds: u32,
}

/// What is done with a restored row.
///
/// A destruction is never undone by a restore, even though the row says otherwise; a hold that the log knows is never lost by one, and
/// what the row counts beyond the log stays: it can be released again, and a recording that is gone cannot be brought back.
pub fn step(row: &RestoredRow, witness: &Witness) -> RestoredStep {
    let fate = fate(row, witness);
    let gone = matches!(fate, Fate::MarkDestroyed | Fate::FinishDestruction)
        || row.state == RecordingState::Destroyed;
    RestoredStep { fate, active_holds: if gone { 0 } else { row.active_holds.max(witness.holds) } }
}

fn fate(row: &RestoredRow, witness: &Witness) -> Fate {
    use RecordingState as S;
    match row.state {
        S::Destroyed => Fate::Serve,
        _ if witness.certificate => Fate::MarkDestroyed,
        _ if witness.committed => Fate::FinishDestruction,
        // The backup was taken while it was being destroyed.
        S::Destroying => Fate::FinishDestruction,
        S::Recording | S::Sealing | S::Failed => Fate::Serve,
        S::Primary | S::Secondary | S::Due | S::Quarantined => match witness.media {
            Some(tier) if witness.key && tier == row.tier => Fate::Serve,
            Some(tier) if witness.key => Fate::FollowMedia(tier),
            _ => Fate::Quarantine,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: I20, F17
    #[test]
    fn a_restore_neither_brings_back_what_was_destroyed_nor_loses_a_hold() {
        use RecordingState as S;
        let there = Witness { key: true, media: Some(Tier::Primary), ..Witness::default() };
        let held = Witness { holds: 2, ..there };
        let moved = Witness { media: Some(Tier::Secondary), ..held };
        let committed = Witness { committed: true, ..there };
        let certified = Witness { certificate: true, committed: true, ..Witness::default() };
        for (state, holds, witness, fate, active_holds) in [
            (S::Primary, 0, there, Fate::Serve, 0),
            (S::Primary, 1, there, Fate::Serve, 1),
            (S::Primary, 0, certified, Fate::MarkDestroyed, 0),
            (S::Due, 3, certified, Fate::MarkDestroyed, 0),
            (S::Destroying, 0, certified, Fate::MarkDestroyed, 0),
            (S::Destroyed, 0, certified, Fate::Serve, 0),
            (S::Primary, 0, committed, Fate::FinishDestruction, 0),
            (S::Destroying, 0, there, Fate::FinishDestruction, 0),
            (S::Due, 1, held, Fate::Serve, 2),
            (S::Due, 3, held, Fate::Serve, 3),
            (S::Primary, 1, moved, Fate::FollowMedia(Tier::Secondary), 2),
            (S::Primary, 0, Witness { key: false, ..there }, Fate::Quarantine, 0),
            (S::Primary, 1, Witness { media: None, ..held }, Fate::Quarantine, 2),
            (S::Recording, 0, Witness::default(), Fate::Serve, 0),
            (S::Failed, 0, Witness::default(), Fate::Serve, 0),
        ] {
            let row = RestoredRow { state, tier: Tier::Primary, active_holds: holds };
            assert_eq!(step(&row, &witness), RestoredStep { fate, active_holds }, "{row:?} {witness:?}");
        }
    }
}
