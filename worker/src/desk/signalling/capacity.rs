//! How much more the desk can take, and what it looks after every second: truth for OPTIONS, sources of live calls.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use nix::sys::statvfs::statvfs;

use super::{Desk, RETRY_AFTER};
use crate::config::WorkerConfig;
use crate::routing::source_index::SourceIndex;
use crate::routing::table::ConnectionRoute;

/// What limits new calls.
pub(super) struct Capacity {
    max_calls: usize,
    opening: usize,
    spool_dir: PathBuf,
    reserve: u64,
    spool_is_short: bool,
}

impl Capacity {
    pub(super) fn new(config: &WorkerConfig) -> Self {
        Self {
            max_calls: config.max_calls,
            opening: 0,
            spool_dir: config.spool_dir.clone(),
            reserve: config.spool_reserve_bytes,
            spool_is_short: false,
        }
    }

    /// Calls the recorder is asked for and has not answered yet.
    pub(super) const fn opening(&self) -> usize {
        self.opening
    }

    pub(super) fn begin_opening(&mut self) {
        self.opening += 1;
    }

    pub(super) fn end_opening(&mut self) {
        self.opening = self.opening.saturating_sub(1);
    }

    /// Whether a further call would be too many.
    pub(super) const fn is_full(&self, calls: usize) -> bool {
        calls >= self.max_calls
    }

    fn look_at_spool(&mut self) {
        let free = statvfs(&self.spool_dir).map(|fs| fs.blocks_available() * fs.fragment_size());
        self.spool_is_short = free.is_ok_and(|free| free < self.reserve);
    }
}

impl Desk {
    pub(super) fn keep_house(&mut self) {
        self.capacity.look_at_spool();
        let unavailable = self.capacity.spool_is_short || self.capacity.is_full(self.calls.len());
        self.parts.endpoint.set_unavailable(unavailable.then_some(RETRY_AFTER));
        if !self.is_draining {
            let table = self.parts.routes.load_full();
            self.registrations.follow(self.began.elapsed(), &table);
        }
        self.keep_live_calls_heard();
    }

    /// Sources of live calls stay heard though their connection was changed or switched off meanwhile.
    pub(super) fn keep_live_calls_heard(&self) {
        let table = self.parts.routes.load();
        let live: HashMap<_, _> =
            self.calls.values().map(|call| (call.connection.id, &call.connection)).collect();
        let lost =
            |c: &&Arc<ConnectionRoute>| table.connection(c.id).is_none_or(|now| now.networks != c.networks);
        let networks = live.into_values().filter(lost).flat_map(|c| &c.networks);
        let registrars = self.registrations.registrars();
        self.parts.sockets.gate().hear_also(SourceIndex::of(networks.chain(&registrars)));
    }
}
