//! A base backup of the platform's own PostgreSQL, taken while it runs and put in its place later, by PostgreSQL's own programs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A PostgreSQL program beside the server's.
fn tool(name: &str) -> PathBuf {
    let roots = std::fs::read_dir("/usr/lib/postgresql").expect("Debian's PostgreSQL is installed").flatten();
    let found = roots.map(|root| root.path().join("bin").join(name)).filter(|path| path.is_file()).max();
    found.unwrap_or_else(|| panic!("{name} is not installed"))
}

/// The superuser's address, from the owner's and the cluster's own file of passwords.
fn superuser_url(data_dir: &Path, owner_url: &str) -> String {
    let passwords = std::fs::read_to_string(data_dir.join("postgres/passwords")).expect("the cluster's own");
    let password = passwords.lines().next().expect("the first is the superuser's");
    let (_, place) = owner_url.split_once('@').expect("an address with a user");
    format!("postgres://rokuon_superuser:{password}@{place}")
}

/// Takes a base backup with the WAL it needs into `into`.
pub fn take(data_dir: &Path, owner_url: &str, into: &Path) {
    let output = Command::new(tool("pg_basebackup"))
        .arg("--dbname")
        .arg(superuser_url(data_dir, owner_url))
        .args(["--checkpoint=fast", "--wal-method=stream", "--pgdata"])
        .arg(into)
        .stdin(Stdio::null())
        .output()
        .expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Puts a backup where the stopped cluster keeps its data, as its owner.
pub fn put_back(data_dir: &Path, backup: &Path) {
    let data = data_dir.join("postgres/data");
    let aside = data_dir.join("postgres/data-before");
    std::fs::rename(&data, &aside).expect("set aside");
    let run = |command: &mut Command| {
        let output = command.stdin(Stdio::null()).output().expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    run(Command::new("cp").arg("-a").arg(backup).arg(&data));
    run(Command::new("chown").arg("-R").arg("--reference").arg(&aside).arg(&data));
    run(Command::new("chmod").arg("0700").arg(&data));
    std::fs::remove_dir_all(&aside).expect("gone");
}
