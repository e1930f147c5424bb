//! Holds on versions, as empty files that are safe on disk before anyone relies on them.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::files::{make_directories, sync_directory};

fn mark(root: &Path, version: Uuid) -> PathBuf {
    root.join(".holds").join(version.to_string())
}

/// Whether a version is held. A mark that cannot be looked at counts as one.
pub fn is_set(root: &Path, version: Uuid) -> bool {
    mark(root, version).try_exists().unwrap_or(true)
}

/// Sets or removes the mark of a version.
pub fn set(root: &Path, version: Uuid, held: bool) -> io::Result<()> {
    let (directory, mark) = (root.join(".holds"), mark(root, version));
    if held {
        make_directories(&directory)?;
        OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&mark)?;
    } else {
        match fs::remove_file(&mark) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ if !directory.exists() => return Ok(()),
            _ => {}
        }
    }
    sync_directory(&directory)
}
