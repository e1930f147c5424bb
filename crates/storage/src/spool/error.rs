//! Why the spool failed.

use std::path::PathBuf;

use rokuon_policy::ids::RecordingId;

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
    /// One entry may have at most [`super::MAX_ENTRY_LEN`] octets.
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
