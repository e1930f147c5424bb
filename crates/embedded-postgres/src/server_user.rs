//! Who the server runs as: PostgreSQL refuses root, so root hands it to `postgres` or to nobody (65534).

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::unistd::{Gid, Uid, User, geteuid};

use crate::binaries::Binaries;
use crate::cluster_error::ClusterError;

/// The user id that exists everywhere and owns nothing.
const NOBODY: u32 = 65534;

/// The user the server programs run as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ServerUser {
    /// We are not root: as ourselves.
    Ourselves,
    /// We are root: as this user and group.
    Dropped { uid: u32, gid: u32 },
}

impl ServerUser {
    /// Chooses by our own effective user.
    pub(crate) fn choose() -> Self {
        if !geteuid().is_root() {
            return Self::Ourselves;
        }
        let (uid, gid) = match User::from_name("postgres") {
            Ok(Some(user)) => (user.uid, user.gid),
            _ => (Uid::from_raw(NOBODY), Gid::from_raw(NOBODY)),
        };
        Self::Dropped { uid: uid.as_raw(), gid: gid.as_raw() }
    }

    /// Makes `command` run as this user, in a process group of its own so that Ctrl-C in the terminal reaches us first.
    pub(crate) fn apply(self, command: &mut Command) {
        command.process_group(0).current_dir("/");
        if let Self::Dropped { uid, gid } = self {
            command.uid(uid).gid(gid);
        }
    }

    /// Creates `directory` with `mode` if it is missing and gives it to this user.
    pub(crate) fn own_directory(self, directory: &Path, mode: u32) -> Result<(), ClusterError> {
        fs::create_dir_all(directory).map_err(ClusterError::io("create", directory))?;
        self.own(directory, mode)
    }

    /// Gives `path` to this user with `mode`.
    pub(crate) fn own(self, path: &Path, mode: u32) -> Result<(), ClusterError> {
        if let Self::Dropped { uid, gid } = self {
            chown(path, Some(uid), Some(gid)).map_err(ClusterError::io("chown", path))?;
        }
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(ClusterError::io("chmod", path))
    }

    /// Fails when this user could not walk down to `path` (root's home is mode 700, for example).
    pub(crate) fn can_enter(self, path: &Path) -> Result<(), ClusterError> {
        match (self, self.closed_ancestor(path)) {
            (Self::Dropped { uid, .. }, Some(closed)) => Err(ClusterError::ClosedParent { closed, uid }),
            _ => Ok(()),
        }
    }

    fn closed_ancestor(self, path: &Path) -> Option<PathBuf> {
        let Self::Dropped { uid, gid } = self else { return None };
        let open = |m: &fs::Metadata| {
            let bit = if m.uid() == uid {
                0o100
            } else if m.gid() == gid {
                0o010
            } else {
                0o001
            };
            m.mode() & bit != 0
        };
        path.ancestors()
            .skip(1)
            .find(|above| fs::metadata(above).is_ok_and(|m| !open(&m)))
            .map(Path::to_owned)
    }

    /// The programs, copied under `base` when this user could not reach them where they lie (an npm tree under /root).
    pub(crate) fn reachable(self, found: Binaries, base: &Path) -> Result<Binaries, ClusterError> {
        if self.can_enter(&found.postgres()).is_ok() {
            return Ok(found);
        }
        let tree = found.directory().parent().unwrap_or(found.directory());
        let copy = base.join("server");
        if !copy.join("bin/postgres").is_file() {
            tracing::info!(from = %tree.display(), to = %copy.display(), "copying the database programs");
            copy_tree(tree, &copy)?;
        }
        Binaries::in_directory(&copy.join("bin"))
            .ok_or(ClusterError::NoBinaries { looked: copy.join("bin").display().to_string() })
    }
}

fn copy_tree(from: &Path, to: &Path) -> Result<(), ClusterError> {
    fs::create_dir_all(to).map_err(ClusterError::io("create", to))?;
    fs::set_permissions(to, fs::Permissions::from_mode(0o755)).map_err(ClusterError::io("chmod", to))?;
    for entry in fs::read_dir(from).map_err(ClusterError::io("read", from))? {
        let entry = entry.map_err(ClusterError::io("read", from))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        // `metadata` follows links: the copies are whole files, whatever the package linked.
        let kind = fs::metadata(&source).map_err(ClusterError::io("read", &source))?;
        if kind.is_dir() {
            copy_tree(&source, &target)?;
        } else {
            fs::copy(&source, &target).map_err(ClusterError::io("copy", &target))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_parent_is_named() {
        let root = tempfile::tempdir().unwrap();
        let closed = root.path().join("home");
        fs::create_dir_all(closed.join("data")).unwrap();
        fs::set_permissions(root.path(), fs::Permissions::from_mode(0o755)).unwrap();
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
        let other = ServerUser::Dropped { uid: 54_321, gid: 54_321 };
        match other.can_enter(&closed.join("data")) {
            Err(ClusterError::ClosedParent { closed: named, uid }) => {
                assert_eq!((named, uid), (closed, 54_321))
            }
            other => panic!("{other:?}"),
        }
        assert!(ServerUser::Ourselves.can_enter(&root.path().join("home/data")).is_ok());
    }

    #[test]
    fn programs_out_of_reach_are_copied_with_their_links_resolved() {
        let root = tempfile::tempdir().unwrap();
        let base = root.path().join("base");
        let native = root.path().join("home/native");
        fs::create_dir_all(native.join("bin")).unwrap();
        fs::create_dir_all(native.join("lib")).unwrap();
        fs::write(native.join("bin/initdb"), "i").unwrap();
        fs::write(native.join("bin/postgres"), "p").unwrap();
        fs::write(native.join("lib/libpq.so.5.18"), "l").unwrap();
        std::os::unix::fs::symlink("libpq.so.5.18", native.join("lib/libpq.so.5")).unwrap();
        fs::set_permissions(root.path().join("home"), fs::Permissions::from_mode(0o700)).unwrap();
        let found = Binaries::in_directory(&native.join("bin")).unwrap();
        let other = ServerUser::Dropped { uid: 54_321, gid: 54_321 };
        let copied = other.reachable(found, &base).unwrap();
        assert_eq!(copied.directory(), base.join("server/bin"));
        assert_eq!(fs::read(base.join("server/lib/libpq.so.5")).unwrap(), b"l");
    }
}
