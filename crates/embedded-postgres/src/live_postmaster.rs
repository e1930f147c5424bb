//! A postmaster that is already there: read from its pid file, recognised, stopped.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// The state file of a postmaster: line 1 its pid, line 8 its state.
const PID_FILE: &str = "postmaster.pid";

/// The process that serves `data` at this moment: alive and truly a server of this directory (not a reused pid).
pub(crate) fn find(data: &Path) -> Option<Pid> {
    let pid = noted_pid(data)?;
    let works_in = fs::read_link(format!("/proc/{pid}/cwd")).ok()?;
    (fs::canonicalize(data).ok()? == works_in).then(|| Pid::from_raw(pid))
}

/// Whether the postmaster `pid` of `data` says it takes connections.
pub(crate) fn is_ready(data: &Path, pid: u32) -> bool {
    noted_pid(data).and_then(|p| u32::try_from(p).ok()) == Some(pid)
        && fs::read_to_string(data.join(PID_FILE))
            .is_ok_and(|text| text.lines().nth(7).is_some_and(|state| state.trim() == "ready"))
}

/// Ends a postmaster: fast shutdown (SIGINT), after `patience` immediate (SIGQUIT), at last SIGKILL.
/// `gone` tells whether it has ended.
pub(crate) fn end(pid: Pid, patience: Duration, mut gone: impl FnMut() -> bool) {
    for (signal, wait) in [
        (Signal::SIGINT, patience),
        (Signal::SIGQUIT, Duration::from_secs(2)),
        (Signal::SIGKILL, Duration::from_secs(2)),
    ] {
        if gone() {
            return;
        }
        if kill(pid, signal).is_err() {
            return;
        }
        let until = Instant::now() + wait;
        while Instant::now() < until {
            if gone() {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        tracing::warn!(pid = pid.as_raw(), %signal, "the database does not stop");
    }
}

/// Stops what serves `data`, if anything does: what a killed process of ours left behind.
pub(crate) fn end_left_behind(data: &Path, patience: Duration) {
    if let Some(pid) = find(data) {
        tracing::info!(pid = pid.as_raw(), "stopping a database server left behind");
        end(pid, patience, || find(data) != Some(pid));
    }
}

fn noted_pid(data: &Path) -> Option<i32> {
    fs::read_to_string(data.join(PID_FILE)).ok()?.lines().next()?.trim().parse().ok().filter(|pid| *pid > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_pid_file_names_no_server_even_if_the_pid_lives() {
        let data = tempfile::tempdir().unwrap();
        fs::write(data.path().join(PID_FILE), format!("{}\n", std::process::id())).unwrap();
        assert_eq!(find(data.path()), None);
        fs::write(data.path().join(PID_FILE), "garbage").unwrap();
        assert_eq!(find(data.path()), None);
        assert!(!is_ready(data.path(), std::process::id()));
    }
}
