//! The data directory: made ours by a marker file, held by a lock, refused when it is somebody else's.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use nix::fcntl::{Flock, FlockArg};
use serde::Deserialize;

use crate::failure::Failure;

/// What this program writes and reads; a later form gets the next number and a migration.
const FORMAT: u32 = 1;
const MARKER: &str = "rokuon-data.toml";
/// Less free space than this and nothing is started: PostgreSQL and the spool would fail in worse places.
const LEAST_FREE: u64 = 128 * 1024 * 1024;

/// A data directory that is ours, for as long as this value lives.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    _lock: Flock<File>,
}

#[derive(Deserialize)]
struct Marker {
    format: u32,
}

impl DataDir {
    /// Makes the directory if it is missing, and takes it: alone, or beside the other part of the same platform.
    pub fn take(path: &Path, alone: bool) -> Result<Self, Failure> {
        let path = &std::path::absolute(path).map_err(|error| Failure::file(path, &error))?;
        // others may pass through (PostgreSQL runs as its own user when we are root) but not look
        DirBuilder::new()
            .recursive(true)
            .mode(0o711)
            .create(path)
            .map_err(|error| Failure::file(path, &error))?;
        Self::check_marker(path)?;
        check_space(path)?;
        let lock = path.join("rokuon.lock");
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(&lock);
        let file = file.map_err(|error| Failure::file(&lock, &error))?;
        let lock = Flock::lock(file, if alone { FlockArg::LockExclusiveNonblock } else { FlockArg::LockSharedNonblock }).map_err(|_| {
            let path = path.display();
            Failure::new(
                format!("{path} は動いている別の rokuon が使っています。それを止めるか、--data-dir で別の場所を選んでください。"),
                format!("{path} is in use by another running rokuon: stop that one, or choose another --data-dir"),
            )
        })?;
        Ok(Self { path: path.clone(), _lock: lock })
    }

    /// A file or folder inside.
    pub fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    fn check_marker(path: &Path) -> Result<(), Failure> {
        let marker = path.join(MARKER);
        match fs::read_to_string(&marker) {
            Ok(text) => match toml::from_str::<Marker>(&text) {
                Ok(Marker { format: FORMAT }) => Ok(()),
                Ok(Marker { format }) => {
                    let path = path.display();
                    Err(Failure::new(
                        format!(
                            "{path} は形式 {format} で、この rokuon は形式 {FORMAT} を扱います。対応する版で開いてください。"
                        ),
                        format!(
                            "{path} has format {format}, this rokuon knows format {FORMAT}: open it with the release that made it"
                        ),
                    ))
                }
                Err(_) => Err(foreign(path)),
            },
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let empty = fs::read_dir(path).map_err(|error| Failure::file(path, &error))?.next().is_none();
                if !empty {
                    return Err(foreign(path));
                }
                let text = format!("# A data directory of Rokuon. Do not edit.\nformat = {FORMAT}\n");
                let file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&marker);
                let written =
                    file.and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
                written.map_err(|error| Failure::file(&marker, &error))
            }
            Err(error) => Err(Failure::file(&marker, &error)),
        }
    }
}

fn foreign(path: &Path) -> Failure {
    let path = path.display();
    Failure::new(
        format!("{path} には rokuon のものでないファイルがあります。--data-dir で空の場所を選んでください。"),
        format!("{path} holds files that are not rokuon's: choose an empty --data-dir"),
    )
}

fn check_space(path: &Path) -> Result<(), Failure> {
    let space = nix::sys::statvfs::statvfs(path).map_err(|error| Failure::file(path, &error.into()))?;
    let free = space.blocks_available() * space.fragment_size();
    if free < LEAST_FREE {
        let (path, free, least) = (path.display(), free >> 20, LEAST_FREE >> 20);
        return Err(Failure::new(
            format!("{path} の空きが {free} MiB しかありません。{least} MiB 以上の空きを作ってください。"),
            format!("only {free} MiB free at {path}: the disk is full, make room for at least {least} MiB"),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_taken_once_and_taken_again_later() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a/b");
        let first = DataDir::take(&path, true).expect("made");
        assert!(DataDir::take(&path, true).expect_err("held").to_string().contains("another running rokuon"));
        drop(first);
        DataDir::take(&path, true).expect("taken again");
    }

    #[test]
    fn a_foreign_one_and_one_of_a_later_form_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("thesis.txt"), "mine").expect("written");
        assert!(DataDir::take(folder.path(), true).expect_err("foreign").to_string().contains("--data-dir"));
        fs::write(folder.path().join(MARKER), "format = 7\n").expect("written");
        assert!(DataDir::take(folder.path(), true).expect_err("later").to_string().contains("format 7"));
    }
}
