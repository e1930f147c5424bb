//! How large a spool may grow.

use std::time::Duration;

/// How large a spool may grow, and when its journal begins a new file.
#[derive(Debug, Clone, Copy)]
pub struct SpoolLimits {
    /// A journal file is finished at this many octets, or (from 1 MiB on) at a sixteenth of the room there is.
    pub file_bytes: u64,
    /// … or at this age.
    pub file_age: Duration,
    /// … or once nothing in it is needed any more and nothing was written for so long.
    pub idle_age: Duration,
    /// Octets that may wait for a commit; beyond it entries are refused.
    pub buffer_bytes: usize,
    /// Octets all journal files together may take; `u64::MAX` leaves it to the file system.
    pub max_bytes: u64,
}

impl Default for SpoolLimits {
    fn default() -> Self {
        let file_age = Duration::from_secs(600);
        let idle_age = Duration::from_secs(1);
        Self { file_bytes: 64 << 20, file_age, idle_age, buffer_bytes: 32 << 20, max_bytes: u64::MAX }
    }
}
