//! Reads committed entries back while the spool goes on writing.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::vec;

use rokuon_policy::ids::RecordingId;

use super::frame::{Frame, HEADER_LEN, Kind};
use super::index::Run;
use super::spool_call::RunCipher;
use super::{Recovered, Shared, SpoolError, journal, scan};
use crate::key_service::DataKey;

/// Octets read at once; most frames fit.
const GUESS: usize = 4 * 1024;

/// Reads committed entries; cheap to clone, usable from any thread.
#[derive(Clone)]
pub struct SpoolReader {
    pub(super) shared: Arc<Shared>,
}

impl SpoolReader {
    pub(super) fn of(shared: &Arc<Shared>) -> Self {
        Self { shared: Arc::clone(shared) }
    }

    /// Reads a directory as it is now, without its lock: for looking into a spool nobody has open.
    pub fn scan(dir: &Path) -> Result<Self, SpoolError> {
        Ok(Self::scan_found(dir)?.0)
    }

    /// The same, with what was found in it.
    pub fn scan_found(dir: &Path) -> Result<(Self, Recovered), SpoolError> {
        let (index, recovered, _) = scan::directory(dir)?;
        let shared = Arc::new(Shared { dir: dir.to_owned(), index: Mutex::new(index) });
        Ok((Self { shared }, recovered))
    }

    /// The entries of a recording that are committed now, in order across runs. A damaged or missing stretch is an `Err`
    /// item, after which the iterator goes on.
    pub fn read(&self, recording: RecordingId, key: &DataKey) -> Result<SpoolEntries, SpoolError> {
        let entries = self.shared.index().recordings.get(&recording).cloned();
        let mut runs = VecDeque::new();
        if let Some(entries) = entries {
            for Run { salt, places, .. } in entries.runs {
                let cipher = RunCipher::derive(key, &salt, &entries.tenant, recording);
                runs.push_back(RunLeft { cipher, places: places.into(), next: 0, damaged: 0 });
            }
        }
        Ok(SpoolEntries { dir: self.shared.dir.clone(), recording, runs, file: None, held: None })
    }

    /// Octets of the committed entries that are not released.
    pub fn octets(&self) -> u64 {
        let index = self.shared.index();
        let runs = index.recordings.values().flat_map(|entries| &entries.runs);
        let places = runs.flat_map(|run| &run.places);
        let mut octets = 0;
        for (number, offsets) in places {
            let Ok(file) = File::open(journal::path(&self.shared.dir, *number)) else { continue };
            let lens = offsets.iter().filter_map(|at| frame_octets(&file, u64::from(*at)).ok());
            octets += lens.map(|frame| frame.len() as u64).sum::<u64>();
        }
        octets
    }

    /// Recordings that have committed entries and are not released.
    pub fn recordings(&self) -> Vec<RecordingId> {
        let index = self.shared.index();
        let mut found: Vec<_> = index.recordings.iter().map(|(id, entries)| (entries.order, *id)).collect();
        found.sort_unstable();
        found.into_iter().map(|(_, recording)| recording).collect()
    }
}

/// The entries of one recording.
pub struct SpoolEntries {
    dir: PathBuf,
    recording: RecordingId,
    runs: VecDeque<RunLeft>,
    file: Option<OpenFile>,
    /// An entry that waits behind the report of those missing before it.
    held: Option<Vec<u8>>,
}

/// What is left to read of a run.
struct RunLeft {
    cipher: RunCipher,
    places: VecDeque<(u32, Vec<u32>)>,
    /// The counter the next entry should have.
    next: u64,
    /// Entries reported as damaged since the last sound one.
    damaged: u64,
}

struct OpenFile {
    number: u32,
    path: PathBuf,
    file: File,
    offsets: vec::IntoIter<u32>,
}

impl Iterator for SpoolEntries {
    type Item = Result<Vec<u8>, SpoolError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(entry) = self.held.take() {
            return Some(Ok(entry));
        }
        loop {
            let run = self.runs.front_mut()?;
            let Some(offset) = self.file.as_mut().and_then(|file| file.offsets.next()) else {
                self.file = None;
                let Some((number, offsets)) = run.places.pop_front() else {
                    self.runs.pop_front();
                    continue;
                };
                let path = journal::path(&self.dir, number);
                match File::open(&path) {
                    Ok(file) => {
                        self.file = Some(OpenFile { number, path, file, offsets: offsets.into_iter() })
                    }
                    Err(error) => return Some(Err(error.into())),
                }
                continue;
            };
            let file = self.file.as_ref().expect("an offset came from it");
            match run.entry_at(file, offset) {
                Err(error) => return Some(Err(error)),
                // Written twice: a sync failed in between and the commit went into another file.
                Ok((counter, _)) if counter < run.next => {}
                Ok((counter, entry)) => {
                    let missing = (counter - run.next).saturating_sub(run.damaged);
                    (run.next, run.damaged) = (counter + 1, 0);
                    if missing == 0 {
                        return Some(Ok(entry));
                    }
                    self.held = Some(entry);
                    return Some(Err(SpoolError::Missing { recording: self.recording, count: missing }));
                }
            }
        }
    }
}

impl RunLeft {
    fn entry_at(&mut self, file: &OpenFile, offset: u32) -> Result<(u64, Vec<u8>), SpoolError> {
        let octets = frame_octets(&file.file, offset.into())?;
        let frame = Frame::parse(&octets).filter(|frame| frame.kind == Kind::Entry);
        let entry =
            frame.and_then(|frame| Some((frame.counter, self.cipher.decrypt(frame.counter, frame.payload)?)));
        entry.ok_or_else(|| {
            self.damaged += 1;
            tracing::warn!(file = file.number, offset, "a spooled entry is damaged");
            SpoolError::Damaged { file: file.path.clone(), offset: offset.into() }
        })
    }
}

/// The octets of the frame at `offset`, as far as they are there.
fn frame_octets(file: &File, offset: u64) -> io::Result<Vec<u8>> {
    let mut octets = vec![0; GUESS];
    let read = read_at(file, &mut octets, offset)?;
    octets.truncate(read);
    let len = Frame::len_at(&octets).unwrap_or(HEADER_LEN);
    if len > octets.len() {
        let had = octets.len();
        octets.resize(len, 0);
        let read = read_at(file, &mut octets[had..], offset + had as u64)?;
        octets.truncate(had + read);
    }
    octets.truncate(len);
    Ok(octets)
}

pub(super) fn read_at(file: &File, into: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut done = 0;
    while done < into.len() {
        match file.read_at(&mut into[done..], offset + done as u64) {
            Ok(0) => break,
            Ok(read) => done += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}
