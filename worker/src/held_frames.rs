//! How old what lies on this host's disk of calls can be: in the spool's journal, and in those of lost workers that are put together
//! here. Said with every beat, so that a certificate of destruction can tell when nothing of a recording is left anywhere.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use rokuon_storage::spool::SpoolReader;
use uuid::Uuid;

/// What a worker holds of calls.
pub struct HeldFrames {
    spool: SpoolReader,
    folder: PathBuf,
    /// Journals of lost workers that lie here, each under a name of its own: nothing in it was written before; none where that is not
    /// known.
    found: Mutex<BTreeMap<Uuid, Option<DateTime<Utc>>>>,
}

/// What is said of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Nothing that lies here was written before this; none where that is not known.
    pub since: Option<DateTime<Utc>>,
    /// Whether nothing lies here at all.
    pub is_gone: bool,
}

impl HeldFrames {
    /// Of the spool in this folder. What an earlier life of the process put together of others' goes: whoever takes over begins anew.
    pub fn begin(spool: SpoolReader, dir: &Path) -> Self {
        let held = Self { spool, folder: dir.join("taken-over"), found: Mutex::default() };
        match std::fs::remove_dir_all(&held.folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                tracing::error!(%error, "what was put together of a lost worker's journal cannot be removed");
                held.found(None);
            }
            _ => {}
        }
        held
    }

    /// Where journals of lost workers are put together.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A lost worker's journal is put together here from now on. Gives the name under which it is let go.
    pub fn found(&self, since: Option<DateTime<Utc>>) -> Uuid {
        let name = Uuid::now_v7();
        self.lock().insert(name, since);
        name
    }

    /// It is removed.
    pub fn let_go(&self, name: Uuid) {
        self.lock().remove(&name);
    }

    /// As of `now`, which was read before: what comes after it is younger.
    pub fn said(&self, now: DateTime<Utc>) -> Held {
        let own = self.spool.frames_since(now);
        let found = self.lock();
        let since = found.values().try_fold(own.unwrap_or(now), |since, found| Some(since.min((*found)?)));
        Held { since, is_gone: own.is_none() && found.is_empty() }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<Uuid, Option<DateTime<Utc>>>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use rokuon_storage::spool::{Spool, SpoolLimits};

    use super::*;

    // rule: I7
    #[test]
    fn what_is_held_of_others_counts_like_our_own() {
        let folder = tempfile::tempdir().expect("a folder");
        let left_over = folder.path().join("taken-over").join("journal");
        std::fs::create_dir_all(&left_over).expect("made");
        let (spool, _) = Spool::open(folder.path(), SpoolLimits::default()).expect("a spool");
        let held = HeldFrames::begin(spool.reader(), folder.path());
        assert!(!left_over.exists(), "nobody goes on with it");
        let at = |minute: u32| -> DateTime<Utc> {
            format!("2026-11-30T10:{minute:02}:00Z").parse().expect("a time")
        };
        assert_eq!(held.said(at(30)), Held { since: Some(at(30)), is_gone: true });
        let (one, other) = (held.found(Some(at(10))), held.found(Some(at(20))));
        assert_eq!(held.said(at(30)), Held { since: Some(at(10)), is_gone: false });
        held.let_go(one);
        assert_eq!(held.said(at(30)), Held { since: Some(at(20)), is_gone: false });
        let unknown = held.found(None);
        assert_eq!(held.said(at(30)), Held { since: None, is_gone: false }, "an older worker did not say it");
        held.let_go(unknown);
        held.let_go(other);
        assert_eq!(held.said(at(31)), Held { since: Some(at(31)), is_gone: true });
    }
}
