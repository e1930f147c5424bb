//! The race of holds against destruction, small enough to be looked at whole: two recordings, two destroying workers, one sweeper,
//! three holds, each transaction cut where PostgreSQL can let another one in.
//!
//! A statement that changes a row takes its lock; another one that wants it waits and then looks at the row anew, but what it reads
//! elsewhere (a sub-query) stays as it was when the statement began: READ COMMITTED as PostgreSQL does it. Two of the three guards
//! below are wrong on purpose: a model that cannot find their mistake would prove nothing.

pub mod claims;
pub mod row;

use row::{Life, Row};
use stateright::{Model, Property};

/// What the one statement that commits a destruction asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommitGuard {
    /// The product's: the counter on the row, the state, the dates, the day after the last hold, all in the statement itself.
    CounterAndDates,
    /// Known to be wrong: the row is locked, and a sub-query looks whether a hold exists.
    LockAndNotExists,
    /// Known to be wrong: the counter, but not the dates, so that a period lengthened since the row was read is not seen.
    CounterOnly,
}

/// Where a hold stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hold {
    /// Not asked for, or its transaction was lost before it committed.
    Unplaced,
    /// Its transaction holds the row's lock.
    Placing,
    /// Answered 201.
    Placed,
    /// Answered 409.
    TooLate,
    /// Its release holds the row's lock.
    Releasing,
    /// Released.
    Released,
}

/// What a destroying worker is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Worker {
    /// Nothing.
    Idle,
    /// It read a row and found that it may be destroyed.
    Chose {
        /// Which.
        row: u8,
    },
    /// Its statement has begun and may wait for the row's lock.
    Waits {
        /// Which.
        row: u8,
        /// Whether a hold existed when the statement began.
        saw_hold: bool,
    },
    /// The statement changed the row; the transaction is open.
    Changed {
        /// Which.
        row: u8,
    },
    /// It erases: 0 keys, 1 media, 2 looks whether all is gone and writes the certificate.
    Erases {
        /// Which.
        row: u8,
        /// Which step.
        step: u8,
    },
}

/// What the sweeper is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sweeper {
    /// Nothing.
    Idle,
    /// It read a row that is to become due, or to be kept after all.
    Read {
        /// Which.
        row: u8,
        /// Whether it is to become due.
        due: bool,
    },
}

/// The whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Platform {
    /// The recordings.
    pub rows: [Row; 2],
    /// The holds.
    pub holds: [Hold; 3],
    /// The workers, in order: which is which makes no difference.
    pub workers: [Worker; 2],
    /// The sweeper.
    pub sweeper: Sweeper,
}

/// On which recording each hold is.
pub const HOLD_ON: [usize; 3] = [0, 0, 1];

/// One step of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is a sentence with who or which as its number")]
pub enum Act {
    PeriodEnds(usize),
    PeriodIsLengthened(usize),
    GraceEnds(usize),
    HoldBegins(usize),
    HoldCommits(usize),
    HoldIsLost(usize),
    ReleaseBegins(usize),
    ReleaseCommits(usize),
    ReleaseIsLost(usize),
    SweeperReads(usize),
    SweeperActs,
    WorkerChooses(usize, usize),
    WorkerBegins(usize),
    WorkerChanges(usize),
    WorkerCommits(usize),
    WorkerTakesOver(usize, usize),
    WorkerErases(usize),
    WorkerDies(usize),
}

/// The model under one guard.
#[derive(Debug, Clone, Copy)]
pub struct Race {
    /// What the committing statement asks.
    pub guard: CommitGuard,
}

impl Platform {
    fn hold_exists(&self, row: usize) -> bool {
        (0..3).any(|hold| HOLD_ON[hold] == row && matches!(self.holds[hold], Hold::Placed | Hold::Releasing))
    }

    fn holds_on(&self, row: usize) -> u8 {
        let standing = |hold: &&usize| {
            HOLD_ON[**hold] == row && matches!(self.holds[**hold], Hold::Placed | Hold::Releasing)
        };
        u8::try_from([0, 1, 2].iter().filter(standing).count()).unwrap_or(u8::MAX)
    }
}

impl Model for Race {
    type State = Platform;
    type Action = Act;

    fn init_states(&self) -> Vec<Platform> {
        vec![Platform {
            rows: [Row::sealed(Life::Primary); 2],
            holds: [Hold::Unplaced; 3],
            workers: [Worker::Idle; 2],
            sweeper: Sweeper::Idle,
        }]
    }

    fn actions(&self, now: &Platform, acts: &mut Vec<Act>) {
        for (index, row) in now.rows.iter().enumerate() {
            acts.extend((!row.over).then_some(Act::PeriodEnds(index)));
            let changeable = matches!(row.life, Life::Primary | Life::Due) && !row.locked;
            acts.extend(
                (row.over && !row.lengthened && changeable).then_some(Act::PeriodIsLengthened(index)),
            );
            acts.extend(row.grace.then_some(Act::GraceEnds(index)));
        }
        for (index, hold) in now.holds.iter().enumerate() {
            let free = !now.rows[HOLD_ON[index]].locked;
            match hold {
                Hold::Unplaced => acts.extend(free.then_some(Act::HoldBegins(index))),
                Hold::Placing => acts.extend([Act::HoldCommits(index), Act::HoldIsLost(index)]),
                Hold::Placed => acts.extend(free.then_some(Act::ReleaseBegins(index))),
                Hold::Releasing => acts.extend([Act::ReleaseCommits(index), Act::ReleaseIsLost(index)]),
                Hold::TooLate | Hold::Released => {}
            }
        }
        match now.sweeper {
            Sweeper::Idle => acts.extend([Act::SweeperReads(0), Act::SweeperReads(1)]),
            Sweeper::Read { row, .. } => {
                acts.extend((!now.rows[usize::from(row)].locked).then_some(Act::SweeperActs));
            }
        }
        for (index, worker) in now.workers.iter().enumerate() {
            match *worker {
                Worker::Idle => {
                    for (row, there) in now.rows.iter().enumerate() {
                        acts.extend(there.may_be_destroyed().then_some(Act::WorkerChooses(index, row)));
                        let begun = there.life == Life::Destroying;
                        acts.extend(begun.then_some(Act::WorkerTakesOver(index, row)));
                    }
                    continue;
                }
                Worker::Chose { .. } => acts.push(Act::WorkerBegins(index)),
                Worker::Waits { row, .. } => {
                    acts.extend((!now.rows[usize::from(row)].locked).then_some(Act::WorkerChanges(index)));
                }
                Worker::Changed { .. } => acts.push(Act::WorkerCommits(index)),
                Worker::Erases { .. } => acts.push(Act::WorkerErases(index)),
            }
            acts.push(Act::WorkerDies(index));
        }
    }

    fn next_state(&self, before: &Platform, act: Act) -> Option<Platform> {
        let mut now = *before;
        match act {
            Act::PeriodEnds(row) => now.rows[row].over = true,
            Act::PeriodIsLengthened(row) => {
                let row = &mut now.rows[row];
                (row.over, row.lengthened) = (false, true);
            }
            Act::GraceEnds(row) => now.rows[row].grace = false,
            Act::SweeperReads(row) => now.sweeper = sweeper_reads(&now.rows[row], row)?,
            Act::SweeperActs => sweeper_acts(&mut now),
            Act::HoldBegins(hold)
            | Act::HoldCommits(hold)
            | Act::HoldIsLost(hold)
            | Act::ReleaseBegins(hold)
            | Act::ReleaseCommits(hold)
            | Act::ReleaseIsLost(hold) => hold_goes_on(&mut now, act, hold),
            Act::WorkerChooses(worker, row) => {
                now.workers[worker] = Worker::Chose { row: small(row) };
            }
            Act::WorkerTakesOver(worker, row) => {
                now.workers[worker] = Worker::Erases { row: small(row), step: 0 };
            }
            Act::WorkerBegins(worker)
            | Act::WorkerChanges(worker)
            | Act::WorkerCommits(worker)
            | Act::WorkerErases(worker)
            | Act::WorkerDies(worker) => self.worker_goes_on(&mut now, act, worker),
        }
        // Which worker is which makes no difference: one order stands for both.
        now.workers.sort_unstable();
        Some(now)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        claims::all()
    }
}

fn small(row: usize) -> u8 {
    u8::try_from(row).unwrap_or(u8::MAX)
}

fn sweeper_reads(row: &Row, index: usize) -> Option<Sweeper> {
    let due = row.becomes_due();
    (due || row.is_kept_after_all()).then_some(Sweeper::Read { row: small(index), due })
}

fn sweeper_acts(now: &mut Platform) {
    if let Sweeper::Read { row, due } = now.sweeper {
        let row = &mut now.rows[usize::from(row)];
        let (from, to) = if due { (Life::Primary, Life::Due) } else { (Life::Due, Life::Primary) };
        if row.life == from && row.active_holds == 0 {
            row.life = to;
        }
    }
    now.sweeper = Sweeper::Idle;
}

fn hold_goes_on(now: &mut Platform, act: Act, hold: usize) {
    let row = &mut now.rows[HOLD_ON[hold]];
    let (phase, locked) = match act {
        Act::HoldBegins(_) if matches!(row.life, Life::Destroying | Life::Destroyed) => {
            (Hold::TooLate, false)
        }
        Act::HoldBegins(_) => (Hold::Placing, true),
        Act::HoldCommits(_) => {
            row.active_holds += 1;
            (Hold::Placed, false)
        }
        Act::ReleaseBegins(_) => (Hold::Releasing, true),
        Act::ReleaseCommits(_) => {
            row.active_holds -= 1;
            row.grace = row.active_holds == 0;
            (Hold::Released, false)
        }
        Act::ReleaseIsLost(_) => (Hold::Placed, false),
        _ => (Hold::Unplaced, false),
    };
    row.locked = locked;
    now.holds[hold] = phase;
}

impl Race {
    fn worker_goes_on(&self, now: &mut Platform, act: Act, worker: usize) {
        let after = match (now.workers[worker], act) {
            (Worker::Chose { row }, Act::WorkerBegins(_)) => {
                // Only one of the guards looks at what the statement's snapshot shows of the holds.
                let saw_hold =
                    self.guard == CommitGuard::LockAndNotExists && now.hold_exists(usize::from(row));
                Worker::Waits { row, saw_hold }
            }
            (Worker::Waits { row, saw_hold }, Act::WorkerChanges(_)) => {
                let there = &mut now.rows[usize::from(row)];
                let due = there.life == Life::Due && !there.grace;
                let passes = due
                    && match self.guard {
                        CommitGuard::CounterAndDates => there.active_holds == 0 && there.over,
                        CommitGuard::LockAndNotExists => !saw_hold && there.over,
                        CommitGuard::CounterOnly => there.active_holds == 0,
                    };
                there.locked = passes;
                if passes { Worker::Changed { row } } else { Worker::Idle }
            }
            (Worker::Changed { row }, Act::WorkerCommits(_)) => {
                let there = &mut now.rows[usize::from(row)];
                (there.life, there.locked) = (Life::Destroying, false);
                Worker::Erases { row, step: 0 }
            }
            (Worker::Changed { row }, Act::WorkerDies(_)) => {
                now.rows[usize::from(row)].locked = false;
                Worker::Idle
            }
            (Worker::Erases { row, step: 0 }, Act::WorkerErases(_)) => {
                now.rows[usize::from(row)].keys = false;
                Worker::Erases { row, step: 1 }
            }
            (Worker::Erases { row, step: 1 }, Act::WorkerErases(_)) => {
                now.rows[usize::from(row)].media = false;
                Worker::Erases { row, step: 2 }
            }
            (Worker::Erases { row, .. }, Act::WorkerErases(_)) => {
                let there = &mut now.rows[usize::from(row)];
                if there.life == Life::Destroying && !there.keys && !there.media {
                    there.life = Life::Destroyed;
                    there.certificates += 1;
                }
                Worker::Idle
            }
            _ => Worker::Idle,
        };
        now.workers[worker] = after;
    }
}
