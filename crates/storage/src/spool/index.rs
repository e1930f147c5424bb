//! What lies where: which files hold which recording's entries, and what was released.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rokuon_policy::ids::{RecordingId, TenantId};

use super::begun::Begun;
use super::frame::{CallHeader, SALT_LEN};
use crate::key_service::WrappedKey;

/// The committed contents of a spool. Four octets an entry.
#[derive(Default)]
pub struct Index {
    /// Recordings not released, and their entries.
    pub recordings: HashMap<RecordingId, Entries>,
    /// Every journal file, by number.
    pub files: BTreeMap<u32, FileFacts>,
    /// The file that the next commit goes into.
    pub next_file: u32,
    /// Released recordings whose frames still lie in some file.
    releases: HashMap<RecordingId, Release>,
    /// Which recording a run belongs to.
    runs: HashMap<u32, RecordingId>,
    met: u64,
}

/// One recording's entries.
#[derive(Clone)]
pub struct Entries {
    /// Whose.
    pub tenant: TenantId,
    /// Its wrapped key.
    pub wrapped: WrappedKey,
    /// Its runs, oldest first.
    pub runs: Vec<Run>,
    /// In which order recordings were first met.
    pub order: u64,
}

/// What one run of the program wrote of a recording, under one key.
#[derive(Clone)]
pub struct Run {
    /// Its number, rising through the life of the spool.
    pub number: u32,
    /// What its key is derived with.
    pub salt: [u8; SALT_LEN],
    /// Per file, where its entries begin; in the order they were written.
    pub places: Vec<(u32, Vec<u32>)>,
}

impl Run {
    fn place(&mut self, file: u32) -> &mut Vec<u32> {
        if self.places.last().is_none_or(|(last, _)| *last != file) {
            self.places.push((file, Vec::new()));
        }
        &mut self.places.last_mut().expect("one was just pushed").1
    }
}

impl Entries {
    /// How many entries there are.
    pub fn count(&self) -> u64 {
        let places = self.runs.iter().flat_map(|run| &run.places);
        places.map(|(_, offsets)| offsets.len() as u64).sum()
    }

    fn files(&self) -> BTreeSet<u32> {
        self.runs.iter().flat_map(|run| &run.places).map(|(file, _)| *file).collect()
    }
}

/// One journal file.
#[derive(Default)]
pub struct FileFacts {
    /// Octets it takes.
    pub len: u64,
    /// When it was begun.
    pub begun: Begun,
    /// Recordings not released that have frames in it.
    pub needed_by: BTreeSet<RecordingId>,
}

/// A release that must be remembered until the last frame it speaks of is gone.
struct Release {
    through_run: u32,
    /// The file its newest release frame lies in.
    noted_in: u32,
    /// Files with frames of the released runs.
    files: BTreeSet<u32>,
}

impl Index {
    /// Notes a call frame.
    pub fn call(&mut self, file: u32, run: u32, header: CallHeader) {
        let recording = header.recording;
        self.runs.insert(run, recording);
        if self.noted_as_released(recording, run, file) {
            return;
        }
        self.met += 1;
        let entries = self.recordings.entry(recording).or_insert_with(|| Entries {
            tenant: header.tenant,
            wrapped: header.wrapped,
            runs: Vec::new(),
            order: self.met,
        });
        let at = entries.runs.iter().position(|known| known.number == run).unwrap_or_else(|| {
            entries.runs.push(Run { number: run, salt: header.salt, places: Vec::new() });
            entries.runs.len() - 1
        });
        entries.runs[at].place(file);
        self.files.entry(file).or_default().needed_by.insert(recording);
    }

    /// Notes an entry; `false` if no call frame of its run was seen.
    pub fn entry(&mut self, file: u32, offset: u32, run: u32) -> bool {
        let Some(&recording) = self.runs.get(&run) else { return false };
        if self.noted_as_released(recording, run, file) {
            return true;
        }
        let entries = self.recordings.get_mut(&recording);
        let Some(run) =
            entries.and_then(|entries| entries.runs.iter_mut().rev().find(|known| known.number == run))
        else {
            return false;
        };
        let place = run.place(file);
        if place.len() == place.capacity() {
            // Ten a second and call: room for twice as many would be most of what a live call holds.
            place.reserve_exact((place.len() / 8).max(32));
        }
        place.push(offset);
        self.files.entry(file).or_default().needed_by.insert(recording);
        true
    }

    /// Puts the entries of a file back into their order after some were noted late.
    pub fn sort_file(&mut self, file: u32) {
        let runs = self.recordings.values_mut().flat_map(|entries| &mut entries.runs);
        for (_, offsets) in runs.flat_map(|run| &mut run.places).filter(|(number, _)| *number == file) {
            offsets.sort_unstable();
        }
    }

    /// Notes a release frame.
    pub fn release(&mut self, file: u32, recording: RecordingId, through_run: u32) {
        let fresh = Release { through_run, noted_in: file, files: BTreeSet::new() };
        let release = self.releases.entry(recording).or_insert(fresh);
        release.through_run = release.through_run.max(through_run);
        release.noted_in = release.noted_in.max(file);
        let Some(entries) = self.recordings.get_mut(&recording) else { return };
        let before = entries.files();
        entries.runs.retain(|run| run.number > through_run);
        let still = entries.files();
        for number in before.difference(&still) {
            self.files.entry(*number).or_default().needed_by.remove(&recording);
        }
        release.files.extend(before);
        if entries.runs.is_empty() {
            self.recordings.remove(&recording);
        }
    }

    /// Whether this run was released; if so the file is noted as holding some of it.
    fn noted_as_released(&mut self, recording: RecordingId, run: u32, file: u32) -> bool {
        let release = self.releases.get_mut(&recording).filter(|release| run <= release.through_run);
        release.map(|release| release.files.insert(file)).is_some()
    }

    /// The newest run of a recording that is not released.
    pub fn last_run_of(&self, recording: RecordingId) -> Option<u32> {
        self.recordings.get(&recording)?.runs.iter().map(|run| run.number).max()
    }

    /// Files before `current` that no recording needs.
    pub fn unneeded(&self, current: u32) -> Vec<u32> {
        let before = self.files.range(..current);
        before.filter(|(_, facts)| facts.needed_by.is_empty()).map(|(number, _)| *number).collect()
    }

    /// Releases noted last in `file` that speak of frames in other files: to be noted again before it goes.
    pub fn releases_only_in(&self, file: u32) -> Vec<(RecordingId, u32)> {
        let noted = self.releases.iter().filter(|(_, release)| release.noted_in == file);
        let needed = noted.filter(|(_, release)| release.files.iter().any(|other| *other != file));
        needed.map(|(recording, release)| (*recording, release.through_run)).collect()
    }

    /// Forgets a file that was removed, and the releases nothing is left of.
    pub fn removed(&mut self, file: u32) {
        self.files.remove(&file);
        let runs = &mut self.runs;
        self.releases.retain(|recording, release| {
            release.files.remove(&file);
            let needed = !release.files.is_empty();
            if !needed {
                runs.retain(|run, of| of != recording || *run > release.through_run);
            }
            needed
        });
    }

    /// Notes how far a file goes.
    pub fn written(&mut self, file: u32, end: u64, begun: Begun) {
        let facts = self.files.entry(file).or_default();
        (facts.len, facts.begun) = (end, begun);
    }

    /// Octets of all files.
    pub fn used(&self) -> u64 {
        self.files.values().map(|facts| facts.len).sum()
    }
}
