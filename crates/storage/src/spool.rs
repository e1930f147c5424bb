//! The crash-proof spool: an encrypted, append-only journal of what live calls brought in, committed as one.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rokuon_policy::ids::{RecordingId, TenantId};

use crate::key_service::{DataKey, WrappedKey};

/// How large a spool may grow, and when its journal begins a new file.
#[derive(Debug, Clone, Copy)]
pub struct SpoolLimits {
    /// A journal file is finished at this many octets.
    pub file_bytes: u64,
    /// … or at this age.
    pub file_age: Duration,
    /// Octets that may wait for a commit; beyond it entries are refused.
    pub buffer_bytes: usize,
    /// Octets all journal files together may take; `u64::MAX` leaves it to the file system.
    pub max_bytes: u64,
}

impl Default for SpoolLimits {
    fn default() -> Self {
        let file_age = Duration::from_secs(600);
        Self { file_bytes: 64 << 20, file_age, buffer_bytes: 32 << 20, max_bytes: u64::MAX }
    }
}

/// Why the spool refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// Another process has this spool.
    #[error("the spool {0} is in use by another worker: give each worker a directory of its own")]
    InUse(PathBuf),
    /// No room; what waits in the buffer is kept, try the commit again.
    #[error("the spool is full")]
    Full,
    /// Too much waits for a commit; this entry was not taken.
    #[error("too much waits for a commit; the entry was not taken")]
    BufferFull,
    /// One entry may have at most [`MAX_ENTRY_LEN`] octets.
    #[error("an entry of {0} octets is too long")]
    EntryTooLong(usize),
    /// Stored octets are damaged; only this stretch is lost.
    #[error("{file} is damaged at octet {offset}")]
    Damaged {
        /// The journal file.
        file: PathBuf,
        /// Where the damaged stretch begins.
        offset: u64,
    },
    /// Entries of a call are missing between those around them.
    #[error("{count} entries of recording {recording} are missing")]
    Missing {
        /// Whose.
        recording: RecordingId,
        /// How many.
        count: u64,
    },
    /// The file system failed.
    #[error("spool: {0}")]
    Io(#[from] std::io::Error),
}

/// The longest entry, in octets of plaintext.
pub const MAX_ENTRY_LEN: usize = 1 << 20;

/// What a commit made safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// Octets written and synced; 0 if nothing waited.
    pub bytes: u64,
}

/// A call found in the spool at start that was not released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveredCall {
    /// Whose.
    pub tenant: TenantId,
    /// Which recording.
    pub recording: RecordingId,
    /// Its wrapped key.
    pub wrapped: WrappedKey,
    /// Entries that can be read.
    pub entries: u64,
}

/// What was found at start.
#[derive(Debug, Default)]
pub struct Recovered {
    /// Calls to be sealed, in the order they began.
    pub calls: Vec<RecoveredCall>,
    /// Octets at the ends of files that were never committed whole.
    pub torn_bytes: u64,
    /// Stretches inside files that are damaged ([`SpoolError::Damaged`]).
    pub damaged: Vec<SpoolError>,
}

/// The spool of one worker. Synchronous: use it from a thread of its own.
pub struct Spool {}

/// One call's way into the spool for this run of the program.
pub struct SpoolCall {}

impl Spool {
    /// Opens the spool in `dir` (made if it is not there) and finds what an earlier run left.
    pub fn open(_dir: &Path, _limits: SpoolLimits) -> Result<(Self, Recovered), SpoolError> {
        unimplemented!()
    }

    /// Opens a call under a fresh key derived from the data key; an old run's key is never used again.
    pub fn open_call(
        &mut self,
        _tenant: &TenantId,
        _recording: RecordingId,
        _wrapped: &WrappedKey,
        _key: &DataKey,
    ) -> SpoolCall {
        unimplemented!()
    }

    /// Encrypts an entry into the buffer. It is safe once [`Self::commit`] has returned.
    pub fn append(&mut self, _call: &mut SpoolCall, _plaintext: &[u8]) -> Result<(), SpoolError> {
        unimplemented!()
    }

    /// Writes and syncs everything that waits, of all calls. On failure nothing that waits is lost; try again.
    pub fn commit(&mut self) -> Result<Committed, SpoolError> {
        unimplemented!()
    }

    /// Octets waiting for a commit.
    pub fn waiting_bytes(&self) -> usize {
        unimplemented!()
    }

    /// Octets all journal files take.
    pub fn used_bytes(&self) -> u64 {
        unimplemented!()
    }

    /// Octets that may still be written: the smaller of the file system's room and the limit's.
    pub fn available_bytes(&self) -> Result<u64, SpoolError> {
        unimplemented!()
    }

    /// Whether more than `threshold` (0–1) of the room is taken.
    pub fn is_nearly_full(&self, _threshold: f64) -> Result<bool, SpoolError> {
        unimplemented!()
    }

    /// Frees a recording: call it only once it is sealed and its row committed. Takes effect with the next commit.
    pub fn release(&mut self, _recording: RecordingId) -> Result<(), SpoolError> {
        unimplemented!()
    }

    /// A handle that reads committed entries, from any thread, while this goes on writing.
    pub fn reader(&self) -> SpoolReader {
        unimplemented!()
    }
}

/// Reads committed entries; cheap to clone, usable from any thread.
#[derive(Clone)]
pub struct SpoolReader {}

impl SpoolReader {
    /// The entries of a recording that are committed now, in order across runs. A damaged or missing stretch is an `Err`
    /// item, after which the iterator goes on.
    pub fn read(&self, _recording: RecordingId, _key: &DataKey) -> Result<SpoolEntries, SpoolError> {
        unimplemented!()
    }

    /// Recordings that have committed entries and are not released.
    pub fn recordings(&self) -> Vec<RecordingId> {
        unimplemented!()
    }
}

/// The entries of one recording.
pub struct SpoolEntries {}

impl Iterator for SpoolEntries {
    type Item = Result<Vec<u8>, SpoolError>;
    fn next(&mut self) -> Option<Self::Item> {
        unimplemented!()
    }
}
