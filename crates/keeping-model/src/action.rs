//! What can happen, in any order: calls, people, time, clocks, workers, crashes, repeats, restores.

use proptest::prelude::*;
use rokuon_policy::keeping::open_request::RequestEnd;

/// How many recordings a sequence speaks of; numbers beyond what exists fall on those that do.
pub const RECORDINGS: u8 = 6;

/// One thing that happens. Numbers choose among what there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// A call is sealed that began just now.
    Call,
    /// Time passes for everybody.
    Pass {
        /// How long.
        hours: u16,
    },
    /// Both wall clocks jump.
    ClocksJump {
        /// By how much.
        hours: i16,
    },
    /// The process's own clock leaves the database's behind.
    OwnClockRuns {
        /// By how much.
        minutes: i16,
    },
    /// Somebody puts the clocks right.
    ClocksPutRight,
    /// The process is down for a while and begins anew; what it had in mind is lost.
    Restart {
        /// How long it is down.
        hours: u16,
    },
    /// A person asks for a hold; the same number again is the same request sent twice.
    PlaceHold {
        /// On which.
        recording: u8,
        /// Its id.
        hold: u8,
    },
    /// A person asks for a release.
    ReleaseHold {
        /// On which.
        recording: u8,
        /// Of which hold.
        hold: u8,
        /// Who asks.
        by: u8,
    },
    /// A request is opened on it.
    OpenRequest {
        /// On which.
        recording: u8,
        /// Its id.
        request: u8,
    },
    /// A request is closed.
    CloseRequest {
        /// On which.
        recording: u8,
        /// Its id.
        request: u8,
        /// How.
        end: RequestEnd,
    },
    /// Somebody asks for erasure: an open request of its own.
    AskErasure {
        /// Of which.
        recording: u8,
    },
    /// Somebody approves it.
    ApproveErasure {
        /// Of which.
        recording: u8,
        /// Who.
        by: u8,
    },
    /// An amended policy is decided: longer periods at once, shorter ones in seven days.
    Amend {
        /// Which.
        longer: bool,
    },
    /// A worker reads what there is to do.
    Look {
        /// Which worker.
        worker: u8,
    },
    /// A worker does one thing of what it read, perhaps long ago.
    Work {
        /// Which worker.
        worker: u8,
        /// Of which recording, among those it has work for.
        nth: u8,
    },
    /// What a worker did last arrives a second time.
    Again {
        /// Which worker.
        worker: u8,
    },
    /// A worker is killed: what it had in mind is lost.
    Kill {
        /// Which worker.
        worker: u8,
    },
    /// Objects that no row names are looked for.
    EraseOrphans,
    /// The database is backed up.
    BackUp,
    /// The database is lost and restored from the backup, then compared with log and stores.
    Restore,
}

fn hold() -> impl Strategy<Value = (u8, u8)> {
    (0..RECORDINGS, 0..4_u8)
}

fn request_end() -> impl Strategy<Value = RequestEnd> {
    prop_oneof![Just(RequestEnd::Granted), Just(RequestEnd::Withdrawn), Just(RequestEnd::Refused)]
}

/// Any action, those that move recordings on more often than those that break things.
pub fn any_action() -> BoxedStrategy<Action> {
    let worker = 0..2_u8;
    prop_oneof![
        4 => Just(Action::Call),
        3 => (1..48_u16).prop_map(|hours| Action::Pass { hours }),
        4 => (100..3_000_u16).prop_map(|hours| Action::Pass { hours }),
        1 => prop_oneof![-48..=-1_i16, 1..=48_i16, 200..=9_000_i16].prop_map(|hours| Action::ClocksJump { hours }),
        1 => prop_oneof![-90..=-2_i16, 2..=90_i16].prop_map(|minutes| Action::OwnClockRuns { minutes }),
        1 => Just(Action::ClocksPutRight),
        1 => (0..30_u16).prop_map(|hours| Action::Restart { hours }),
        5 => hold().prop_map(|(recording, hold)| Action::PlaceHold { recording, hold }),
        4 => (hold(), 0..2_u8).prop_map(|((recording, hold), by)| Action::ReleaseHold { recording, hold, by }),
        2 => hold().prop_map(|(recording, request)| Action::OpenRequest { recording, request }),
        2 => (hold(), request_end())
            .prop_map(|((recording, request), end)| Action::CloseRequest { recording, request, end }),
        2 => (0..RECORDINGS).prop_map(|recording| Action::AskErasure { recording }),
        2 => (0..RECORDINGS, 0..2_u8).prop_map(|(recording, by)| Action::ApproveErasure { recording, by }),
        1 => any::<bool>().prop_map(|longer| Action::Amend { longer }),
        6 => worker.clone().prop_map(|worker| Action::Look { worker }),
        20 => (worker.clone(), any::<u8>()).prop_map(|(worker, nth)| Action::Work { worker, nth }),
        3 => worker.clone().prop_map(|worker| Action::Again { worker }),
        1 => worker.prop_map(|worker| Action::Kill { worker }),
        1 => Just(Action::EraseOrphans),
        1 => Just(Action::BackUp),
        1 => Just(Action::Restore),
    ]
    .boxed()
}
