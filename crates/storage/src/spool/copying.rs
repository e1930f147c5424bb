//! The journal as it lies on the disk, for whoever copies it elsewhere: every octet of it is encrypted or says whose it is.

use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::ops::Range;
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::{SpoolReader, journal};

/// A journal file, and how far it is committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JournalFile {
    /// Its number.
    pub number: u32,
    /// Octets that are durable.
    pub len: u64,
}

/// The whole journal at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JournalState {
    /// Its files, oldest first.
    pub files: Vec<JournalFile>,
    /// The first file that anything not released needs; the one that is written next where nothing does. Older ones tell nothing any
    /// more.
    pub first_needed: u32,
    /// Whether nothing is left to be sealed.
    pub is_empty: bool,
}

impl SpoolReader {
    /// What lies where now.
    pub fn journal_state(&self) -> JournalState {
        let index = self.shared.index();
        let files = index.files.iter().map(|(number, facts)| JournalFile { number: *number, len: facts.len });
        let files: Vec<_> = files.collect();
        let needed = index.files.iter().find(|(_, facts)| !facts.needed_by.is_empty());
        JournalState {
            first_needed: needed.map_or(index.next_file, |(number, _)| *number),
            is_empty: index.recordings.is_empty(),
            files,
        }
    }

    /// Nothing that lies in the journal is older than this, by a wall clock that says `now`; none where no file is left. What was
    /// sealed before is in none of them.
    pub fn frames_since(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.shared.index().files.values().map(|facts| facts.begun.not_after(now)).min()
    }

    /// Octets of a journal file as they lie there; fewer where the file ends before.
    ///
    /// # Errors
    /// It cannot be read; [`io::ErrorKind::NotFound`] once it was freed.
    pub fn journal_octets(&self, file: u32, range: Range<u64>) -> io::Result<Vec<u8>> {
        let open = std::fs::File::open(journal::path(&self.shared.dir, file))?;
        let len = usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(usize::MAX);
        let mut octets = vec![0; len];
        let read = super::spool_reader::read_at(&open, &mut octets, range.start)?;
        octets.truncate(read);
        Ok(octets)
    }
}

/// A journal put together from copies of its files, in a folder of its own.
#[derive(Debug)]
pub struct JournalCopy {
    dir: PathBuf,
}

impl JournalCopy {
    /// In this folder, made if it is not there; what lies there already stays.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn in_folder(dir: &Path) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        Ok(Self { dir: dir.to_owned() })
    }

    /// Puts octets at their place. Placed twice they are the same; a stretch that never comes reads as damage.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn place(&self, file: u32, offset: u64, octets: &[u8]) -> io::Result<()> {
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(false).mode(0o600);
        options.open(journal::path(&self.dir, file))?.write_all_at(octets, offset)
    }

    /// Where it lies.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Forgets it.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn remove(&self) -> io::Result<()> {
        std::fs::remove_dir_all(&self.dir)
    }
}
