//! What was sealed leaves the disk, and until it has the spool says how old what it holds can be.

use chrono::{DateTime, TimeDelta, Utc};
use rokuon_policy::clock::{Clock as _, SystemClock};

use super::*;

fn now() -> DateTime<Utc> {
    SystemClock.now()
}

/// When what the spool holds was begun. By two clocks, and so not twice the same microsecond.
fn since(reader: &SpoolReader) -> Option<i64> {
    reader.frames_since(now()).map(|since| since.timestamp_millis())
}

fn is_same(one: Option<i64>, other: Option<i64>) -> bool {
    one.zip(other).is_some_and(|(one, other)| (one - other).abs() < 50)
}

/// Resting files go at once.
fn restless() -> SpoolLimits {
    SpoolLimits { idle_age: std::time::Duration::ZERO, ..SpoolLimits::default() }
}

fn write(spool: &mut Spool, call: &mut SpoolCall) {
    spool.append(call, &entry(1, 1, 300)).expect("taken");
    spool.commit().expect("durable");
}

// rule: I7
#[test]
fn a_file_that_rests_and_that_nothing_needs_leaves_the_disk() {
    let dir = TempDir::new().expect("a directory");
    let (mut spool, _) = Spool::open(dir.path(), restless()).expect("the spool opens");
    let reader = spool.reader();
    assert_eq!(reader.frames_since(now()), None);
    let (one, two) = (recorded(1), recorded(2));
    let before = now();
    let (mut first, mut second) = (one.open(&mut spool), two.open(&mut spool));
    write(&mut spool, &mut first);
    write(&mut spool, &mut second);
    let begun = reader.frames_since(now()).expect("a file");
    assert!(before - TimeDelta::milliseconds(50) <= begun && begun <= now(), "{begun}");
    let begun = since(&reader);
    std::thread::sleep(std::time::Duration::from_millis(200));

    // It holds frames of the first until the second is released as well.
    spool.release(one.recording).expect("released");
    spool.commit().expect("durable");
    spool.commit().expect("a tick");
    assert_eq!(journals(&dir).len(), 1);
    assert!(is_same(since(&reader), begun));
    spool.release(two.recording).expect("released");
    spool.commit().expect("durable");
    assert!(journals(&dir).is_empty(), "no tick more than that of the release");
    assert_eq!(reader.frames_since(now()), None);
    let state = reader.journal_state();
    assert_eq!((state.first_needed, state.is_empty, state.files.len()), (2, true, 0));

    let mut third = recorded(3).open(&mut spool);
    write(&mut spool, &mut third);
    assert_eq!(reader.journal_state().first_needed, 2, "what was said before it began is true of it");
    assert!(since(&reader) > begun && !is_same(since(&reader), begun));
}

// rule: I7
#[test]
fn a_file_that_must_remember_a_release_stays_and_is_not_written_over_and_over() {
    let dir = TempDir::new().expect("a directory");
    let limits = SpoolLimits { file_bytes: 4_000, ..restless() };
    let (mut spool, _) = Spool::open(dir.path(), limits).expect("the spool opens");
    let (long, short) = (recorded(1), recorded(2));
    let (mut first, mut second) = (long.open(&mut spool), short.open(&mut spool));
    write(&mut spool, &mut first);
    for number in 0..15 {
        spool.append(&mut second, &entry(2, number, 500)).expect("taken");
        spool.commit().expect("durable");
    }
    spool.release(short.recording).expect("released");
    spool.commit().expect("durable");
    let left = journals(&dir);
    for _ in 0..20 {
        spool.commit().expect("a tick");
    }
    assert_eq!(journals(&dir), left, "ticks make no new files");
    drop(spool);
    let (_, recovered) = Spool::open(dir.path(), limits).expect("the spool opens");
    let found: Vec<_> = recovered.calls.iter().map(|call| call.recording).collect();
    assert_eq!(found, [long.recording], "what was released is not sealed again");
}

// rule: I7
#[test]
fn a_spool_that_ends_in_order_leaves_only_what_is_needed() {
    let dir = TempDir::new().expect("a directory");
    let (mut spool, _) = open(&dir);
    let (one, two) = (recorded(1), recorded(2));
    let mut first = one.open(&mut spool);
    write(&mut spool, &mut first);
    spool.release(one.recording).expect("released");
    spool.end().expect("ended");
    assert!(journals(&dir).is_empty(), "though nothing rested for a second");

    let mut second = two.open(&mut spool);
    write(&mut spool, &mut second);
    let begun = since(&spool.reader());
    spool.end().expect("ended");
    assert_eq!(journals(&dir).len(), 1);
    drop(spool);
    let (mut spool, _) = open(&dir);
    assert!(is_same(since(&spool.reader()), begun), "it stands at its head when it was begun");
    std::thread::sleep(std::time::Duration::from_millis(200));
    let mut second = two.open(&mut spool);
    write(&mut spool, &mut second);
    assert!(is_same(since(&spool.reader()), begun), "the oldest counts");
    spool.release(two.recording).expect("released");
    spool.end().expect("ended");
    assert_eq!((journals(&dir).len(), spool.reader().frames_since(now())), (0, None));
}
