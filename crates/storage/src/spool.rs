//! The crash-proof spool: an encrypted, append-only journal of what live calls brought in, committed as one.

//!
//! One directory a worker, locked. Journal files are never appended to by a later run of the program, and no run uses an
//! earlier run's key: each derives its own from the data key and a fresh salt, so a counter can never meet the same key twice.
//! The wrapped key, the salt and the ids stand in the clear; everything else is AES-256-GCM (frames: [`frame`]).

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rokuon_policy::ids::{RecordingId, TenantId};

use crate::key_service::{DataKey, WrappedKey};
pub use copying::{JournalCopy, JournalFile, JournalState};
pub use error::SpoolError;
use frame::{CallHeader, Kind};
use index::Index;
use journal::{Journal, Written};
pub use limits::SpoolLimits;
pub use scan::{Recovered, RecoveredCall};
pub use spool_call::SpoolCall;
pub use spool_reader::{SpoolEntries, SpoolReader};

mod begun;
mod copying;
mod error;
pub mod frame;
mod index;
mod journal;
mod limits;
mod scan;
mod spool_call;
mod spool_reader;

/// Most that is left for what frees room.
const MOST_RESERVE: u64 = 4 << 20;

/// The longest entry, in octets of plaintext.
pub const MAX_ENTRY_LEN: usize = 1 << 20;

/// What a commit made safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// Octets written and synced; 0 if nothing waited.
    pub bytes: u64,
}

/// The spool of one worker. Synchronous: use it from a thread of its own.
pub struct Spool {
    journal: Journal,
    limits: SpoolLimits,
    shared: Arc<Shared>,
    /// Frames that wait for a commit, one after the other.
    buffer: Vec<u8>,
    pending: Vec<Pending>,
    next_run: u32,
    /// Room that only [`Spool::commit_into_reserve`] may use.
    reserve: u64,
}

/// What the spool shares with its readers.
struct Shared {
    dir: PathBuf,
    index: Mutex<Index>,
}

impl Shared {
    fn index(&self) -> std::sync::MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A frame in the buffer that the index will know once it is committed.
enum Pending {
    Call { run: u32, header: CallHeader },
    Entry { run: u32, at: usize },
    Release { recording: RecordingId, through_run: u32 },
}

impl Spool {
    /// Opens the spool in `dir` (made if it is not there) and finds what an earlier run left.
    pub fn open(dir: &Path, limits: SpoolLimits) -> Result<(Self, Recovered), SpoolError> {
        let limits = SpoolLimits {
            file_bytes: limits.file_bytes.min(1 << 31),
            buffer_bytes: limits.buffer_bytes.min(1 << 30),
            ..limits
        };
        let lock = journal::lock(dir)?;
        let (index, recovered, next) = scan::directory(dir)?;
        let shared = Arc::new(Shared { dir: dir.to_owned(), index: Mutex::new(index) });
        let journal = Journal::new(dir, next.file, lock);
        let mut spool = Self {
            journal,
            limits,
            shared,
            buffer: Vec::new(),
            pending: Vec::new(),
            next_run: next.run,
            reserve: 0,
        };
        spool.sweep()?;
        // On a small disk smaller files: only a finished one can be freed.
        let room = spool.used_bytes().saturating_add(spool.available_bytes()?);
        spool.limits.file_bytes = limits.file_bytes.min((room / 16).max(1 << 20));
        spool.reserve = (room / 16).min(MOST_RESERVE);
        Ok((spool, recovered))
    }

    /// Opens a call under a fresh key derived from the data key; an old run's key is never used again.
    pub fn open_call(
        &mut self,
        tenant: &TenantId,
        recording: RecordingId,
        wrapped: &WrappedKey,
        key: &DataKey,
    ) -> SpoolCall {
        let run = self.next_run;
        self.next_run += 1;
        let mut call = SpoolCall::new(run, tenant.clone(), recording, wrapped.clone(), key);
        // If there is no room now, the first entry writes it.
        if self.has_room(0).is_ok() {
            self.push_call(&mut call);
        }
        call
    }

    /// Encrypts an entry into the buffer. It is safe once [`Self::commit`] has returned.
    ///
    /// A call is not appended to after its recording was released: open it again for that.
    pub fn append(&mut self, call: &mut SpoolCall, plaintext: &[u8]) -> Result<(), SpoolError> {
        if plaintext.len() > MAX_ENTRY_LEN {
            return Err(SpoolError::EntryTooLong(plaintext.len()));
        }
        self.has_room(plaintext.len())?;
        if call.wants_header(self.journal.next_file()) {
            self.push_call(call);
        }
        self.pending.push(Pending::Entry { run: call.run(), at: self.buffer.len() });
        call.encrypt_into(&mut self.buffer, plaintext);
        Ok(())
    }

    /// Whether an entry of so many octets would be taken now.
    pub fn takes(&self, plaintext: usize) -> bool {
        plaintext <= MAX_ENTRY_LEN && self.has_room(plaintext).is_ok()
    }

    fn has_room(&self, plaintext: usize) -> Result<(), SpoolError> {
        let room = self.limits.buffer_bytes.saturating_sub(self.buffer.len());
        if room < plaintext + frame::HEADER_LEN + frame::TAG_LEN {
            Err(SpoolError::BufferFull)
        } else {
            Ok(())
        }
    }

    fn push_call(&mut self, call: &mut SpoolCall) {
        call.header_written(self.journal.next_file());
        frame::push(&mut self.buffer, Kind::Call, call.run(), &call.header().to_octets());
        self.pending.push(Pending::Call { run: call.run(), header: call.header().clone() });
    }

    /// Writes and syncs everything that waits, of all calls. On failure nothing that waits is lost; try again.
    ///
    /// [`SpoolError::Full`] comes a little before the disk is full: what then frees room must itself be written.
    pub fn commit(&mut self) -> Result<Committed, SpoolError> {
        self.commit_leaving(self.reserve)
    }

    /// The same to the last octet: for entries that free more than they take.
    pub fn commit_into_reserve(&mut self) -> Result<Committed, SpoolError> {
        self.commit_leaving(0)
    }

    fn commit_leaving(&mut self, leave: u64) -> Result<Committed, SpoolError> {
        let mut bytes = 0;
        if !self.buffer.is_empty() {
            bytes = self.commit_buffer(leave)?;
        }
        let rests = self.journal.rests_for().is_some_and(|idle| idle >= self.limits.idle_age);
        if self.journal.is_finished(&self.limits) || rests && self.is_current_unneeded() {
            self.finish_file();
        }
        self.sweep()?;
        Ok(Committed { bytes })
    }

    /// Ends in order: what nothing needs leaves the disk now and not after the next start.
    pub fn end(&mut self) -> Result<(), SpoolError> {
        self.commit_into_reserve()?;
        if self.is_current_unneeded() {
            self.finish_file();
        }
        self.sweep()?;
        self.commit_into_reserve().map(|_| ())
    }

    /// Whether nothing in the current file matters: no recording, and no release that must be remembered for another file.
    fn is_current_unneeded(&self) -> bool {
        let (index, current) = (self.shared.index(), self.journal.next_file());
        self.buffer.is_empty()
            && index.files.get(&current).is_some_and(|facts| facts.needed_by.is_empty())
            && index.releases_only_in(current).is_empty()
    }

    /// Ends the current file; the next commit makes a new one.
    fn finish_file(&mut self) {
        self.journal.finish();
        self.shared.index().next_file = self.journal.next_file();
    }

    fn commit_buffer(&mut self, leave: u64) -> Result<u64, SpoolError> {
        let waiting = self.buffer.len();
        frame::push(&mut self.buffer, Kind::Commit, 0, &[]);
        let mut written = self.write_buffer(leave);
        if matches!(written, Err(SpoolError::Full)) && self.make_room()? {
            written = self.write_buffer(leave);
        }
        let written = written.inspect_err(|_| self.buffer.truncate(waiting))?;
        let mut index = self.shared.index();
        index.written(written.file, written.end, written.begun);
        for pending in self.pending.drain(..) {
            match pending {
                Pending::Call { run, header } => index.call(written.file, run, header),
                Pending::Entry { run, at } => {
                    let offset = u32::try_from(written.start + at as u64).expect("a file is below 4 GiB");
                    index.entry(written.file, offset, run);
                }
                Pending::Release { recording, through_run } => {
                    index.release(written.file, recording, through_run)
                }
            }
        }
        drop(index);
        self.buffer.clear();
        self.buffer.shrink_to(4 << 20);
        Ok(written.end - written.start)
    }

    fn write_buffer(&mut self, leave: u64) -> Result<Written, SpoolError> {
        let room = self.available_bytes()?;
        if (self.buffer.len() as u64).saturating_add(leave) > room {
            Err(SpoolError::Full)
        } else {
            let (file, written) = (self.journal.next_file(), self.journal.write(&self.buffer));
            self.note_given_up(file);
            written
        }
    }

    /// What could not be made durable goes into another file; this one is there all the same, to be removed.
    fn note_given_up(&self, file: u32) {
        let next = self.journal.next_file();
        if next > file {
            let mut index = self.shared.index();
            index.files.entry(file).or_default();
            index.next_file = next;
        }
    }

    /// There is no room for the buffer: frees what the waiting releases free. They are noted first, alone, which mostly
    /// still fits where the buffer did not. If not, they take effect without a note; killed in between, the rest of such a
    /// recording is found again at start, and its row says that it is sealed.
    fn make_room(&mut self) -> Result<bool, SpoolError> {
        let releases = self.pending.iter().filter_map(|pending| match pending {
            Pending::Release { recording, through_run } => Some((*recording, *through_run)),
            _ => None,
        });
        let releases: Vec<_> = releases.collect();
        if releases.is_empty() {
            return Ok(false);
        }
        let mut note = Vec::new();
        for (recording, through_run) in &releases {
            frame::push(&mut note, Kind::Release, *through_run, recording.0.as_bytes());
        }
        frame::push(&mut note, Kind::Commit, 0, &[]);
        let (file, noted) = (self.journal.next_file(), self.journal.write(&note));
        self.note_given_up(file);
        let current = self.journal.next_file();
        let mut index = self.shared.index();
        if let Ok(written) = noted {
            index.written(written.file, written.end, written.begun);
        }
        for (recording, through_run) in releases {
            index.release(current, recording, through_run);
        }
        if index.files.get(&current).is_some_and(|facts| facts.needed_by.is_empty()) {
            self.journal.finish();
            index.next_file = self.journal.next_file();
        }
        let unneeded = index.unneeded(self.journal.next_file());
        drop(index);
        for file in &unneeded {
            self.journal.remove(*file)?;
            self.shared.index().removed(*file);
        }
        Ok(!unneeded.is_empty())
    }

    /// Removes finished files no recording needs. A release that such a file notes for others is noted again first, and
    /// the file goes after the next commit.
    fn sweep(&mut self) -> Result<(), SpoolError> {
        let current = self.journal.next_file();
        let unneeded = self.shared.index().unneeded(current);
        for file in unneeded {
            let again = self.shared.index().releases_only_in(file);
            if again.is_empty() {
                self.journal.remove(file)?;
                self.shared.index().removed(file);
            } else {
                again
                    .into_iter()
                    .for_each(|(recording, through_run)| self.push_release(recording, through_run));
            }
        }
        Ok(())
    }

    fn push_release(&mut self, recording: RecordingId, through_run: u32) {
        let waits = |pending: &Pending| {
            matches!(pending, Pending::Release { recording: other, through_run: through }
                if *other == recording && *through >= through_run)
        };
        if !self.pending.iter().any(waits) {
            frame::push(&mut self.buffer, Kind::Release, through_run, recording.0.as_bytes());
            self.pending.push(Pending::Release { recording, through_run });
        }
    }

    /// Octets waiting for a commit.
    pub fn waiting_bytes(&self) -> usize {
        self.buffer.len()
    }

    /// Octets all journal files take.
    pub fn used_bytes(&self) -> u64 {
        self.shared.index().used()
    }

    /// Octets that may still be written: the smaller of the file system's room and the limit's.
    pub fn available_bytes(&self) -> Result<u64, SpoolError> {
        let about = nix::sys::statvfs::statvfs(&self.shared.dir).map_err(std::io::Error::from)?;
        let on_disk = about.blocks_available().saturating_mul(about.fragment_size());
        Ok(on_disk.min(self.limits.max_bytes.saturating_sub(self.used_bytes())))
    }

    /// Whether more than `threshold` (0–1) of the room this spool has or can still get is taken.
    pub fn is_nearly_full(&self, threshold: f64) -> Result<bool, SpoolError> {
        let (used, available) = (self.used_bytes(), self.available_bytes()?);
        #[expect(clippy::cast_precision_loss, reason = "a share of the room, not a count")]
        let share = used as f64 / (used + available).max(1) as f64;
        Ok(share >= threshold || available < MAX_ENTRY_LEN as u64)
    }

    /// Frees a recording: call it only once it is sealed and its row committed. Takes effect with the next commit.
    ///
    /// Everything appended so far is freed. If the call goes on, open it again and append to that.
    pub fn release(&mut self, recording: RecordingId) -> Result<(), SpoolError> {
        let waiting = self.pending.iter().filter_map(|pending| match pending {
            Pending::Call { run, header } if header.recording == recording => Some(*run),
            _ => None,
        });
        let through_run = waiting.chain(self.shared.index().last_run_of(recording)).max();
        if let Some(through_run) = through_run {
            self.push_release(recording, through_run);
        }
        Ok(())
    }

    /// Frees what a recording appended in its runs up to `through_run` ([`SpoolCall::run`]); later runs stay. Takes effect with
    /// the next commit.
    pub fn release_through(&mut self, recording: RecordingId, through_run: u32) {
        self.push_release(recording, through_run);
    }

    /// A handle that reads committed entries, from any thread, while this goes on writing.
    pub fn reader(&self) -> SpoolReader {
        SpoolReader::of(&self.shared)
    }
}

#[cfg(test)]
mod tests;
