//! A process that is really killed, and a file system that is really full.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use std::time::Duration;

use super::*;

const CHILD: &str = "spool::tests::killed::child_that_spools_until_killed";
const DIR: &str = "ROKUON_TEST_SPOOL_UNTIL_KILLED";
const CALLS: u8 = 20;

/// The child of the test below: twenty calls, a commit after every round; each finished commit is told on the output.
#[test]
fn child_that_spools_until_killed() {
    let Some(dir) = std::env::var_os(DIR) else { return };
    let limits = SpoolLimits { file_bytes: 300_000, ..SpoolLimits::default() };
    let (mut spool, recovered) = Spool::open(Path::new(&dir), limits).expect("the spool opens");
    assert!(recovered.damaged.is_empty() && recovered.orphans == 0, "{recovered:?}");
    let calls: Vec<_> = (0..CALLS).map(recorded).collect();
    let had: Vec<_> = calls.iter().map(|call| call.read(&spool.reader()).0.len()).collect();
    // Of a commit that was cut off in its middle the first calls' entries may be there and the last ones' not.
    let every_call_had = had.iter().min().expect("twenty calls");
    let mut open: Vec<_> = calls.iter().map(|call| call.open(&mut spool)).collect();
    for round in 0.. {
        for (number, call) in (0..).zip(&mut open) {
            let next = u16::try_from(had[usize::from(number)] + round).expect("few");
            spool.append(call, &entry(number, next, 200 + usize::from(number) * 31)).expect("append");
        }
        spool.commit().expect("commit");
        let mut output = std::io::stdout().lock();
        writeln!(output, "committed {}", every_call_had + round + 1)
            .and_then(|()| output.flush())
            .expect("told");
    }
}

#[test]
fn killed_at_any_instant_nothing_that_was_committed_is_lost() {
    let dir = TempDir::new().expect("a directory");
    for life in 0..8_u64 {
        let mut child = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", CHILD, "--nocapture"])
            .env(DIR, dir.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a child");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let (told, telling) = std::sync::mpsc::channel();
        let listening = std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Some(count) =
                    line.strip_prefix("committed ").and_then(|count| count.parse::<usize>().ok())
                {
                    let _ = told.send(count);
                }
            }
        });
        let mut committed = telling.recv().expect("the child committed something");
        std::thread::sleep(Duration::from_micros(3_000 + life * 4_321));
        child.kill().expect("it is killed");
        child.wait().expect("it is gone");
        listening.join().expect("all it told is heard");
        committed = telling.try_iter().last().unwrap_or(committed);

        let (spool, recovered) = open(&dir);
        assert_eq!(recovered.calls.len(), usize::from(CALLS));
        assert!(recovered.damaged.is_empty() && recovered.orphans == 0, "life {life}: {recovered:?}");
        for number in 0..CALLS {
            let (entries, errors) = recorded(number).read(&spool.reader());
            assert!(errors.is_empty(), "life {life}: {errors:?}");
            assert!(
                entries.len() >= committed,
                "life {life}: {committed} were committed, {} are there",
                entries.len()
            );
            let whole = (0..)
                .zip(&entries)
                .all(|(n, found)| *found == entry(number, n, 200 + usize::from(number) * 31));
            assert!(whole, "life {life}: call {number} has other entries than were written");
        }
    }
}

// F8: a spool of 16 MiB fills while calls are live.
#[test]
fn a_file_system_that_fills_up_costs_no_committed_entry_and_recovers_when_a_call_is_sealed() {
    let dir = TempDir::new().expect("a directory");
    let mount = ["-t", "tmpfs", "-o", "size=16m", "tmpfs"];
    let made = Command::new("mount").args(mount).arg(dir.path()).stderr(Stdio::null()).status();
    if !made.is_ok_and(|status| status.success()) {
        // Only root can make one; the limit's own test covers the same path.
        return;
    }
    let outcome = std::panic::catch_unwind(|| fills_and_recovers(dir.path()));
    let gone = Command::new("umount").arg(dir.path()).status();
    assert!(gone.is_ok_and(|status| status.success()), "{} is still mounted", dir.path().display());
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}

fn fills_and_recovers(dir: &Path) {
    let limits = SpoolLimits { buffer_bytes: 1 << 20, ..SpoolLimits::default() };
    let (mut spool, _) = Spool::open(dir, limits).expect("the spool opens");
    let (done, live) = (recorded(1), recorded(2));
    let (mut done_call, mut live_call) = (done.open(&mut spool), live.open(&mut spool));
    let (mut appended, mut full) = (0, 0);
    while full == 0 {
        for (number, call) in [(1, &mut done_call), (2, &mut live_call)] {
            spool.append(call, &entry(number, appended, 20_000)).expect("the buffer has room");
        }
        appended += 1;
        full += usize::from(matches!(spool.commit(), Err(SpoolError::Full)));
    }
    assert!(spool.is_nearly_full(0.8).expect("room"));
    let safe = live.read(&spool.reader()).0.len();
    assert_eq!(safe, usize::from(appended) - 1);
    // The live call goes on into the buffer; the other one is sealed.
    spool.append(&mut live_call, &entry(2, appended, 20_000)).expect("the buffer has room");
    assert!(matches!(spool.commit(), Err(SpoolError::Full)), "still full");
    spool.release(done.recording).expect("release");
    // Both calls lie in the same files, so nothing becomes free yet, but nothing is lost either.
    let _ = spool.commit();
    spool.release(live.recording).expect("release");
    spool.commit().expect("there is room again");
    let fresh = recorded(3);
    let mut call = fresh.open(&mut spool);
    spool.append(&mut call, &entry(3, 0, 500_000)).expect("append");
    spool.commit().expect("a new call is taken");
    drop((spool, call));
    let (spool, recovered) = Spool::open(dir, limits).expect("opens again");
    assert_eq!(recovered.calls.iter().map(|call| call.recording).collect::<Vec<_>>(), [fresh.recording]);
    assert_eq!(fresh.read(&spool.reader()).0, [entry(3, 0, 500_000)]);
}
