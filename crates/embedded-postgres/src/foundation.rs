//! What is laid once per data directory: `initdb`, the passwords, our roles and our database.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::binaries::Binaries;
use crate::cluster_error::ClusterError;
use crate::server_user::ServerUser;

/// Written last: a directory without it was left half made and is made again.
const MARK: &str = "rokuon-cluster";

/// The cluster's own superuser; used for nothing but making the other two.
pub(crate) const SUPERUSER: &str = "rokuon_superuser";
/// Owns the database and its tables, runs the migrations; no superuser, does not bypass row-level security.
pub(crate) const OWNER: &str = "rokuon_owner";
/// What api and worker sign in as.
pub(crate) const APP: &str = "rokuon_app";

/// The passwords of one cluster, 256 random bits each.
#[derive(Clone)]
pub(crate) struct Passwords {
    pub(crate) superuser: String,
    pub(crate) owner: String,
    pub(crate) app: String,
}

/// A data directory that is ready to be served.
pub(crate) struct Foundation {
    pub(crate) data: PathBuf,
    pub(crate) passwords: Passwords,
}

/// Opens the cluster under `base`, making it first if it is not there.
pub(crate) fn lay(
    base: &Path,
    user: ServerUser,
    binaries: &Binaries,
    fsync: bool,
) -> Result<Foundation, ClusterError> {
    let data = base.join("data");
    if base.join(MARK).is_file() {
        let passwords = read_passwords(&base.join("passwords"))?;
        return Ok(Foundation { data, passwords });
    }
    if data.exists() {
        // Only ever our own half-made one: `refuse_foreign` has looked at `base` before.
        fs::remove_dir_all(&data).map_err(ClusterError::io("remove", &data))?;
    }
    let passwords = Passwords { superuser: random_hex()?, owner: random_hex()?, app: random_hex()? };
    write_private(
        &base.join("passwords"),
        &format!("{}\n{}\n{}\n", passwords.superuser, passwords.owner, passwords.app),
    )?;
    user.own_directory(&data, 0o700)?;
    run_initdb(base, &data, user, binaries, fsync, &passwords.superuser)?;
    make_roles(&data, user, binaries, &passwords)?;
    fs::write(base.join(MARK), "1\n").map_err(ClusterError::io("write", base.join(MARK)))?;
    Ok(Foundation { data, passwords })
}

/// Refuses a directory that holds files and is not ours; creates a missing one, enterable by the server's user.
pub(crate) fn refuse_foreign(base: &Path, user: ServerUser) -> Result<(), ClusterError> {
    fs::create_dir_all(base).map_err(ClusterError::io("create", base))?;
    let mut entries = fs::read_dir(base).map_err(ClusterError::io("read", base))?;
    let ours = base.join(MARK).is_file() || base.join(LOCK).is_file();
    if entries.next().is_some() && !ours {
        return Err(ClusterError::ForeignDirectory(base.to_owned()));
    }
    if user != ServerUser::Ourselves {
        // Walk through, no listing: what lies inside is closed by its own mode.
        fs::set_permissions(base, fs::Permissions::from_mode(0o711))
            .map_err(ClusterError::io("chmod", base))?;
    }
    Ok(())
}

/// The file whose lock says that a process of ours uses the directory.
pub(crate) const LOCK: &str = "rokuon-cluster.lock";

fn run_initdb(
    base: &Path,
    data: &Path,
    user: ServerUser,
    binaries: &Binaries,
    fsync: bool,
    password: &str,
) -> Result<(), ClusterError> {
    let password_file = base.join("initdb-password");
    write_private(&password_file, &format!("{password}\n"))?;
    user.own(&password_file, 0o600)?;
    let mut initdb = Command::new(binaries.initdb());
    user.apply(&mut initdb);
    initdb
        .args(["--username", SUPERUSER, "--encoding=UTF8", "--no-locale", "--no-instructions"])
        .args(["--auth-local=scram-sha-256", "--auth-host=scram-sha-256"])
        .arg("--pgdata")
        .arg(data)
        .arg("--pwfile")
        .arg(&password_file)
        .env("TZ", "UTC")
        .env_remove("PGDATA")
        .stdin(Stdio::null());
    if !fsync {
        initdb.arg("--no-sync");
    }
    let output = initdb.output().map_err(ClusterError::io("run", binaries.initdb()));
    fs::remove_file(&password_file).map_err(ClusterError::io("remove", &password_file))?;
    let output = output?;
    if output.status.success() { Ok(()) } else { Err(failed("initdb", &output.stderr)) }
}

/// Our roles and the database, made in single-user mode: no socket, no client, nothing listening yet.
fn make_roles(
    data: &Path,
    user: ServerUser,
    binaries: &Binaries,
    passwords: &Passwords,
) -> Result<(), ClusterError> {
    let mut postgres = Command::new(binaries.postgres());
    user.apply(&mut postgres);
    postgres
        .args(["--single", "-j", "-c", "fsync=off", "-c", "exit_on_error=on", "-D"])
        .arg(data)
        .arg("postgres");
    postgres.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = postgres.spawn().map_err(ClusterError::io("run", binaries.postgres()))?;
    let statements = format!(
        "CREATE ROLE {OWNER} LOGIN CREATEROLE CREATEDB NOBYPASSRLS PASSWORD '{}';\n\n\
         CREATE ROLE {APP} LOGIN NOBYPASSRLS PASSWORD '{}';\n\n\
         CREATE DATABASE rokuon OWNER {OWNER};\n\n",
        passwords.owner, passwords.app
    );
    if let Some(mut stdin) = child.stdin.take() {
        // A server that ended early shows in its exit status below, with what it said.
        let _ = stdin.write_all(statements.as_bytes());
    }
    let output = child.wait_with_output().map_err(ClusterError::io("run", binaries.postgres()))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() && !said.contains("ERROR:") {
        Ok(())
    } else {
        Err(failed("postgres", &output.stderr))
    }
}

fn read_passwords(path: &Path) -> Result<Passwords, ClusterError> {
    let text = fs::read_to_string(path).map_err(ClusterError::io("read", path))?;
    let mut lines = text.lines().map(str::to_owned);
    let mut next = || {
        lines.next().ok_or_else(|| {
            let source = std::io::Error::new(std::io::ErrorKind::InvalidData, "the file is not whole");
            ClusterError::Io { action: "read", path: path.to_owned(), source }
        })
    };
    Ok(Passwords { superuser: next()?, owner: next()?, app: next()? })
}

fn write_private(path: &Path, text: &str) -> Result<(), ClusterError> {
    if path.exists() {
        fs::remove_file(path).map_err(ClusterError::io("remove", path))?;
    }
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(ClusterError::io("create", path))?;
    file.write_all(text.as_bytes()).map_err(ClusterError::io("write", path))
}

fn random_hex() -> Result<String, ClusterError> {
    use std::fmt::Write as _;
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|e| ClusterError::Io {
        action: "read randomness from",
        path: PathBuf::from("the system"),
        source: std::io::Error::other(e.to_string()),
    })?;
    let mut hex = String::with_capacity(64);
    for byte in bytes {
        let _ = write!(hex, "{byte:02x}");
    }
    Ok(hex)
}

/// The last lines of what a program wrote, on one line.
pub(crate) fn failed(program: &'static str, stderr: &[u8]) -> ClusterError {
    let text = String::from_utf8_lossy(stderr);
    let lines: Vec<&str> = text.lines().filter(|l| !l.trim().is_empty()).collect();
    let last = lines[lines.len().saturating_sub(4)..].join(" | ");
    ClusterError::Program { program, said: if last.is_empty() { "it said nothing".to_owned() } else { last } }
}
