//! The file the spool is writing now, and the lock on its directory.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rokuon_policy::clock::{Clock as _, SystemClock};

use super::begun::Begun;
use super::frame::{self, FORMAT_VERSION, Kind};
use super::{SpoolError, SpoolLimits};

/// Writes one journal file after the other.
pub struct Journal {
    dir: PathBuf,
    current: Option<Current>,
    /// The number of the current file, or of the one the next commit makes.
    next_file: u32,
    _lock: File,
}

struct Current {
    file: File,
    end: u64,
    since: Instant,
    begun: Begun,
    /// When something was last written into it.
    written: Instant,
}

/// Where a commit was written.
pub struct Written {
    /// The file's number.
    pub file: u32,
    /// Where the buffer begins in it.
    pub start: u64,
    /// The file's length now.
    pub end: u64,
    /// When the file was begun.
    pub begun: Begun,
}

/// The path of a journal file.
pub fn path(dir: &Path, file: u32) -> PathBuf {
    dir.join(format!("journal-{file:010}.spool"))
}

/// The number of the journal file of this name.
pub fn file_number(name: &str) -> Option<u32> {
    name.strip_prefix("journal-")?.strip_suffix(".spool")?.parse().ok()
}

/// Makes the directory if need be and locks it for this process's life.
pub fn lock(dir: &Path) -> Result<File, SpoolError> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(false).mode(0o600).open(dir.join("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(SpoolError::InUse(dir.to_owned())),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

impl Journal {
    /// Will write into `dir`, beginning with a new file of this number.
    pub fn new(dir: &Path, next_file: u32, lock: File) -> Self {
        Self { dir: dir.to_owned(), current: None, next_file, _lock: lock }
    }

    /// The number of the file the next commit goes into.
    pub const fn next_file(&self) -> u32 {
        self.next_file
    }

    /// Writes and syncs a buffer. A write that fails may be tried again with the same octets (and more after them).
    pub fn write(&mut self, buffer: &[u8]) -> Result<Written, SpoolError> {
        if self.current.is_none() {
            self.current = Some(create(&path(&self.dir, self.next_file), self.next_file)?);
            File::open(&self.dir)?.sync_all()?;
        }
        let current = self.current.as_mut().expect("it was just made");
        let start = current.end;
        current.file.write_all_at(buffer, start).map_err(full_or_io)?;
        if let Err(error) = current.file.sync_data() {
            // The kernel may now believe these pages clean: a second sync would promise nothing. Begin a new file.
            self.finish();
            return Err(full_or_io(error));
        }
        (current.end, current.written) = (start + buffer.len() as u64, Instant::now());
        Ok(Written { file: self.next_file, start, end: current.end, begun: current.begun })
    }

    /// Whether the current file is large or old enough.
    pub fn is_finished(&self, limits: &SpoolLimits) -> bool {
        let old_or_large = |current: &Current| {
            current.end >= limits.file_bytes || current.since.elapsed() >= limits.file_age
        };
        self.current.as_ref().is_some_and(old_or_large)
    }

    /// For how long nothing was written into the current file, if there is one.
    pub fn rests_for(&self) -> Option<Duration> {
        self.current.as_ref().map(|current| current.written.elapsed())
    }

    /// Ends the current file; the next commit makes a new one.
    pub fn finish(&mut self) {
        if self.current.take().is_some() {
            self.next_file += 1;
        }
    }

    /// Removes a finished file.
    pub fn remove(&self, file: u32) -> Result<(), SpoolError> {
        match fs::remove_file(path(&self.dir, file)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        Ok(File::open(&self.dir)?.sync_all()?)
    }
}

fn create(path: &Path, number: u32) -> Result<Current, SpoolError> {
    let file = match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(file) => file,
        Err(error) => return Err(full_or_io(error)),
    };
    let begun = Begun::now(SystemClock.now());
    let mut header = Vec::new();
    let facts = [&FORMAT_VERSION.to_le_bytes()[..], &number.to_le_bytes(), &begun.to_octets()];
    frame::push(&mut header, Kind::File, 0, &facts.concat());
    if let Err(error) = file.write_all_at(&header, 0) {
        // Nothing of value is in it; leave the name free for the next try.
        let _ = fs::remove_file(path);
        return Err(full_or_io(error));
    }
    let now = Instant::now();
    Ok(Current { file, end: header.len() as u64, since: now, begun, written: now })
}

fn full_or_io(error: io::Error) -> SpoolError {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => SpoolError::Full,
        _ => SpoolError::Io(error),
    }
}
