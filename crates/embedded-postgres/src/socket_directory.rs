//! A directory for the server's socket whose path is short enough for the kernel.

use std::path::{Path, PathBuf};

use crate::cluster_error::ClusterError;
use crate::server_user::ServerUser;

/// `sun_path` holds 108 bytes with the final NUL (unix(7)).
const LONGEST_SOCKET_PATH: usize = 107;

/// The socket's name; the number is only part of it, TCP is off.
const SOCKET_NAME: &str = ".s.PGSQL.5432";

/// `base/run` if the socket's path fits there, else a directory under the temporary directory named after `base`.
/// Created 0700 for the server's user.
pub(crate) fn prepare(base: &Path, user: ServerUser) -> Result<PathBuf, ClusterError> {
    let directory = choose(base, &std::env::temp_dir());
    user.own_directory(&directory, 0o700)?;
    Ok(directory)
}

fn choose(base: &Path, temporary: &Path) -> PathBuf {
    let beside = base.join("run");
    if beside.join(SOCKET_NAME).as_os_str().len() <= LONGEST_SOCKET_PATH {
        return beside;
    }
    // FNV-1a over the path: only to keep two data directories apart, nothing rests on it.
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in base.as_os_str().as_encoded_bytes() {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    temporary.join(format!("rokuon-pg-{hash:016x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_data_directory_gets_a_short_socket() {
        let long = PathBuf::from(format!("/srv/{}", "a".repeat(120)));
        let other = PathBuf::from(format!("/srv/{}", "b".repeat(120)));
        let chosen = choose(&long, Path::new("/tmp"));
        assert!(chosen.starts_with("/tmp") && chosen.as_os_str().len() < 50, "{chosen:?}");
        assert_ne!(chosen, choose(&other, Path::new("/tmp")));
        assert_eq!(choose(Path::new("/srv/x"), Path::new("/tmp")), Path::new("/srv/x/run"));
    }
}
