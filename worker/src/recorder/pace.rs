//! How often the recorder ticks: oftener while few calls are live, since what a kill takes is what came since the last tick.

use std::time::Duration;

use crate::config::WorkerConfig;

/// The tick by the number of live calls.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    few: Duration,
    many: Duration,
    many_from: usize,
}

impl Pace {
    /// As the settings have it.
    pub fn of(config: &WorkerConfig) -> Self {
        Self { few: config.commit_every, many: config.commit_every_when_many, many_from: config.many_calls }
    }

    /// The tick with so many live calls.
    pub const fn for_calls(&self, calls: usize) -> Duration {
        if calls < self.many_from { self.few } else { self.many }
    }
}
