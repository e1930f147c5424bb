//! Finds out at start what earlier runs left in the directory.

use std::fs;
use std::path::Path;

use rokuon_policy::ids::{RecordingId, TenantId};
use uuid::Uuid;

use super::begun::Begun;
use super::frame::{self, CallHeader, Frame, Kind, Met};
use super::index::Index;
use super::{SpoolError, journal};
use crate::key_service::WrappedKey;

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

/// What was found at start. A call whose row says it is sealed is to be released again, not sealed anew: its release may
/// not have reached the disk.
#[derive(Debug, Default)]
pub struct Recovered {
    /// Calls to be sealed, in the order they began.
    pub calls: Vec<RecoveredCall>,
    /// Octets at the ends of files that were never committed whole.
    pub torn_bytes: u64,
    /// Stretches inside files that are damaged ([`SpoolError::Damaged`]).
    pub damaged: Vec<SpoolError>,
    /// Entries whose call frames are all damaged: nothing says whose they are.
    pub orphans: u64,
}

/// The numbers the next file and the next run take.
pub struct Next {
    /// File.
    pub file: u32,
    /// Run.
    pub run: u32,
}

/// Reads every journal file, one at a time, in their order.
pub fn directory(dir: &Path) -> Result<(Index, Recovered, Next), SpoolError> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(dir)? {
        numbers.extend(entry?.file_name().to_str().and_then(journal::file_number));
    }
    numbers.sort_unstable();
    let mut scan = Scan { index: Index::default(), recovered: Recovered::default(), last_run: 0 };
    for number in &numbers {
        let path = journal::path(dir, *number);
        scan.file(*number, &path, &fs::read(&path)?);
    }
    let next = Next { file: numbers.last().map_or(1, |last| last + 1), run: scan.last_run + 1 };
    scan.index.next_file = next.file;
    let mut found: Vec<_> = scan.index.recordings.iter().collect();
    found.sort_by_key(|(_, entries)| entries.order);
    let calls = found.into_iter().map(|(recording, entries)| RecoveredCall {
        tenant: entries.tenant.clone(),
        recording: *recording,
        wrapped: entries.wrapped.clone(),
        entries: entries.count(),
    });
    scan.recovered.calls = calls.collect();
    Ok((scan.index, scan.recovered, next))
}

struct Scan {
    index: Index,
    recovered: Recovered,
    last_run: u32,
}

impl Scan {
    fn file(&mut self, number: u32, path: &Path, octets: &[u8]) {
        self.index.files.entry(number).or_default().len = octets.len() as u64;
        // A call's first frame may be damaged and its second lie behind some entries: those are looked at again.
        let mut early = Vec::new();
        frame::walk(octets, |met| match met {
            Met::Frame(at, frame) => self.frame(number, at, &frame, &mut early),
            Met::Damaged(from) => {
                self.recovered
                    .damaged
                    .push(SpoolError::Damaged { file: path.to_owned(), offset: from as u64 });
            }
            Met::Torn(from) => self.recovered.torn_bytes += (octets.len() - from) as u64,
        });
        if !early.is_empty() {
            let found = early.iter().filter(|(at, run)| self.index.entry(number, *at, *run)).count();
            self.recovered.orphans += (early.len() - found) as u64;
            self.index.sort_file(number);
        }
    }

    fn frame(&mut self, file: u32, at: usize, frame: &Frame<'_>, early: &mut Vec<(u32, u32)>) {
        self.last_run = self.last_run.max(frame.run);
        match frame.kind {
            Kind::Call => {
                if let Some(header) = CallHeader::parse(frame.payload) {
                    self.index.call(file, frame.run, header);
                }
            }
            Kind::Entry => {
                // Only a file far larger than we ever write has such an offset.
                let Ok(at) = u32::try_from(at) else { return };
                if !self.index.entry(file, at, frame.run) {
                    early.push((at, frame.run));
                }
            }
            Kind::Release => {
                if let Ok(recording) = frame.payload.try_into() {
                    self.index.release(file, RecordingId(Uuid::from_bytes(recording)), frame.run);
                }
            }
            // Its first frame; anything else that looks like one says nothing of the file.
            Kind::File if at == 0 => {
                self.index.files.entry(file).or_default().begun = Begun::of_head(frame.payload);
            }
            Kind::File | Kind::Commit | Kind::Unknown => {}
        }
    }
}
