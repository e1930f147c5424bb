//! Lists a bucket's files in the order of their keys.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::files::{Files, store_error};
use crate::object_store::{ObjectKey, ObjectVersion, StoreError};

/// See [`crate::object_store::ObjectStore::list_versions`]: a key has one version, so that a page begins after a key.
pub fn list_versions(
    files: &Files,
    prefix: &str,
    after: &str,
    limit: usize,
) -> Result<Vec<ObjectVersion>, StoreError> {
    let keys = list(files.root(), prefix, after, limit)?;
    // One erased since is left out.
    keys.into_iter().filter_map(|key| files.version_of(&key).transpose()).collect()
}

/// Up to `limit` keys that begin with `prefix` and come after `after`, in octet order.
pub fn list(root: &Path, prefix: &str, after: &str, limit: usize) -> Result<Vec<ObjectKey>, StoreError> {
    let mut walk = Walk { root, prefix, after, limit, found: Vec::new() };
    let below = prefix.rsplit_once('/').map_or("", |(directory, _)| directory);
    // A prefix that is no key's beginning finds nothing; above all it does not climb.
    if below.is_empty() || below.parse::<ObjectKey>().is_ok() {
        walk.descend(below)?;
    }
    Ok(walk.found)
}

struct Walk<'a> {
    root: &'a Path,
    prefix: &'a str,
    after: &'a str,
    limit: usize,
    found: Vec<ObjectKey>,
}

impl Walk<'_> {
    fn descend(&mut self, directory: &str) -> Result<(), StoreError> {
        let entries = match fs::read_dir(self.root.join(directory)) {
            Ok(entries) => entries,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(());
            }
            Err(error) => return Err(store_error(error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(store_error)?;
            let Ok(mut name) = entry.file_name().into_string() else { continue };
            if name.starts_with('.') {
                continue;
            }
            // With its slash a directory sorts where its keys do.
            if entry.file_type().map_err(store_error)?.is_dir() {
                name.push('/');
            }
            let key = if directory.is_empty() { name } else { format!("{directory}/{name}") };
            if self.may_hold(&key) {
                names.push(key);
            }
        }
        names.sort_unstable();
        for key in names {
            if self.found.len() >= self.limit {
                break;
            }
            match key.strip_suffix('/') {
                Some(directory) => self.descend(directory)?,
                None => self.found.extend(key.parse().ok()),
            }
        }
        Ok(())
    }

    /// Whether a key (or, ending in `/`, some key beneath it) can be wanted.
    fn may_hold(&self, key: &str) -> bool {
        if key.ends_with('/') {
            (key.starts_with(self.prefix) || self.prefix.starts_with(key))
                && (key > self.after || self.after.starts_with(key))
        } else {
            key.starts_with(self.prefix) && key > self.after
        }
    }
}
