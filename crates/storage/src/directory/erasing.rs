//! Erases versions in batches: each file unlinked, each directory that keeps something synced once.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::files::{Files, store_error, sync_directory};
use super::hold_marks;
use crate::object_store::{ObjectKey, StoreError, StoreErrorKind};

/// See [`crate::object_store::ObjectStore::erase_versions`]. An answer is `Ok` only once the disk has it.
pub fn erase(
    files: &Files,
    versions: &[(ObjectKey, String)],
) -> Result<Vec<Result<(), StoreError>>, StoreError> {
    // One erasure at a time, over all processes: nothing may be put and erased anew between look and unlink, nor held.
    let alone = files.alone()?;
    let mut touched: BTreeMap<PathBuf, Vec<usize>> = BTreeMap::new();
    let mut answers = Vec::with_capacity(versions.len());
    for (at, (key, version)) in versions.iter().enumerate() {
        let unlinked = unlink(files, key, version);
        if let Ok(Some(directory)) = &unlinked {
            touched.entry(directory.clone()).or_default().push(at);
        }
        answers.push(unlinked.map(drop));
    }
    drop(alone);
    // What holds nothing more goes too; the directory above it is then the one whose names changed.
    let mut left = Vec::new();
    while !touched.is_empty() {
        let mut above: BTreeMap<PathBuf, Vec<usize>> = BTreeMap::new();
        for (directory, of) in touched {
            match directory.parent().filter(|_| is_gone(files.root(), &directory)) {
                Some(parent) => above.entry(parent.to_owned()).or_default().extend(of),
                None => left.push((directory, of)),
            }
        }
        touched = above;
    }
    for (directory, of) in left {
        if let Err(error) = sync_what_is_there(files.root(), &directory) {
            for at in of {
                answers[at] = Err(store_error(io::Error::new(error.kind(), error.to_string())));
            }
        }
    }
    Ok(answers)
}

/// Takes one file away; says which directory lost a name, if any did.
fn unlink(files: &Files, key: &ObjectKey, version: &str) -> Result<Option<PathBuf>, StoreError> {
    let version = match files.named_version(key, version) {
        Ok(version) => version,
        Err(error) if error.kind == StoreErrorKind::NotFound => {
            return Ok(there(files.root(), &files.path(key)));
        }
        Err(error) => return Err(error),
    };
    if hold_marks::is_set(files.root(), version) {
        return Err(StoreError::new(StoreErrorKind::Held, "a hold keeps this version"));
    }
    let place = files.path(key);
    fs::remove_file(&place).map_err(store_error)?;
    Ok(place.parent().map(Path::to_owned))
}

/// The lowest directory above `place` that is there. What is not there any more may have been unlinked by a process that was killed
/// before the disk had it.
fn there(root: &Path, place: &Path) -> Option<PathBuf> {
    place
        .ancestors()
        .skip(1)
        .take_while(|above| above.starts_with(root))
        .find(|above| above.is_dir())
        .map(Path::to_owned)
}

/// Removes a directory of the bucket if it is empty; says whether it is gone.
fn is_gone(root: &Path, directory: &Path) -> bool {
    let removed = || fs::remove_dir(directory);
    directory != root && removed().map_or_else(|error| error.kind() == ErrorKind::NotFound, |()| true)
}

/// Makes the names of a directory safe on disk, or of the one above it where it went meanwhile.
fn sync_what_is_there(root: &Path, directory: &Path) -> io::Result<()> {
    let mut directory = directory;
    loop {
        match sync_directory(directory) {
            Err(error) if error.kind() == ErrorKind::NotFound && directory != root => {
                directory = directory.parent().expect("the bucket's directory is above");
            }
            done => return done,
        }
    }
}
