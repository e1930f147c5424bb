//! Writing, reading, rotating, releasing, and refusing.

use std::os::unix::fs::PermissionsExt;

use super::*;

#[test]
fn entries_come_back_in_order_while_the_spool_goes_on() {
    let dir = TempDir::new().expect("a directory");
    let (mut spool, recovered) = open(&dir);
    assert!(recovered.calls.is_empty());
    let (a, b) = (recorded(1), recorded(2));
    let (mut call_a, mut call_b) = (a.open(&mut spool), b.open(&mut spool));
    let reader = spool.reader();
    let mut expected = Vec::new();
    for number in 0..300 {
        spool.append(&mut call_a, &entry(1, number, 172)).expect("append");
        spool.append(&mut call_b, &entry(2, number, 6_000)).expect("append");
        expected.push(entry(1, number, 172));
        assert_eq!(a.read(&reader).0.len(), usize::from(number), "what is not committed is not read");
        let committed = spool.commit().expect("commit");
        assert!(committed.bytes > 6_172);
    }
    let (entries, errors) = a.read(&reader);
    assert!(errors.is_empty() && entries == expected);
    assert_eq!(b.read(&reader).0.len(), 300);
    assert_eq!(spool.commit().expect("nothing waits").bytes, 0);
    assert_eq!(reader.recordings(), [a.recording, b.recording]);
}

#[test]
fn another_key_opens_nothing() {
    let dir = TempDir::new().expect("a directory");
    let (mut spool, _) = open(&dir);
    let (a, b) = (recorded(1), recorded(2));
    let mut call = a.open(&mut spool);
    spool.append(&mut call, b"secret").expect("append");
    spool.commit().expect("commit");
    let stolen = Recorded { key: b.key, ..recorded(1) };
    let (entries, errors) = stolen.read(&spool.reader());
    assert!(entries.is_empty() && matches!(errors[..], [SpoolError::Damaged { .. }]));
}

// rule: F7
#[test]
fn no_plaintext_reaches_the_disk_and_only_the_owner_can_read() {
    let marker = b"MARKER-TONE-MARKER-TONE";
    let parent = TempDir::new().expect("a directory");
    let path = parent.path().join("spool");
    let (mut spool, _) = Spool::open(&path, SpoolLimits::default()).expect("the spool opens");
    let a = recorded(1);
    let mut call = a.open(&mut spool);
    for _ in 0..50 {
        spool.append(&mut call, &marker.repeat(20)).expect("append");
    }
    spool.commit().expect("commit");
    assert_eq!(a.read(&spool.reader()).0[0], marker.repeat(20), "the marker is what we would find");
    assert_eq!(std::fs::metadata(&path).expect("the directory").permissions().mode() & 0o777, 0o700);
    for file in std::fs::read_dir(&path).expect("the directory") {
        let file = file.expect("a file").path();
        assert_eq!(
            std::fs::metadata(&file).expect("a file").permissions().mode() & 0o777,
            0o600,
            "{}",
            file.display()
        );
        let octets = std::fs::read(&file).expect("a file");
        assert!(!octets.windows(8).any(|window| window == &marker[..8]), "plaintext in {}", file.display());
        assert!(!octets.windows(32).any(|window| window == a.key.expose()), "the key in {}", file.display());
    }
}

// rule: F12, F13
#[test]
fn two_workers_never_share_a_spool() {
    let dir = TempDir::new().expect("a directory");
    let (spool, _) = open(&dir);
    let error = Spool::open(dir.path(), SpoolLimits::default()).err().expect("it is in use");
    assert!(matches!(error, SpoolError::InUse(_)) && error.to_string().contains("another worker"), "{error}");
    drop(spool);
    open(&dir);
}

#[test]
fn a_release_frees_the_files_and_is_remembered() {
    let dir = TempDir::new().expect("a directory");
    let limits = SpoolLimits { file_bytes: 4_000, ..SpoolLimits::default() };
    let (mut spool, _) = Spool::open(dir.path(), limits).expect("the spool opens");
    let (a, b) = (recorded(1), recorded(2));
    let (mut call_a, mut call_b) = (a.open(&mut spool), b.open(&mut spool));
    for number in 0..60 {
        spool.append(&mut call_a, &entry(1, number, 500)).expect("append");
        if number < 3 {
            spool.append(&mut call_b, &entry(2, number, 100)).expect("append");
        }
        spool.commit().expect("commit");
    }
    assert!(journals(&dir).len() > 5, "the journal rotates");
    spool.release(a.recording).expect("release");
    spool.commit().expect("commit");
    let left = journals(&dir).len();
    assert!(left <= 2, "{left} files are left for one recording of 3 entries");
    assert_eq!(
        spool.used_bytes(),
        journals(&dir).iter().map(|path| path.metadata().expect("a file").len()).sum::<u64>()
    );
    assert!(a.read(&spool.reader()).0.is_empty());

    // Through many restarts, with the file that notes the release being swept in between.
    for round in 0..5 {
        drop(spool);
        let (again, recovered) = Spool::open(dir.path(), limits).expect("the spool opens");
        spool = again;
        assert_eq!(
            recovered.calls.iter().map(|call| call.recording).collect::<Vec<_>>(),
            [b.recording],
            "round {round}"
        );
        assert_eq!(b.read(&spool.reader()).0.len(), 3);
        let other = recorded(10 + round);
        let mut call = other.open(&mut spool);
        spool.append(&mut call, &[0; 5_000]).expect("append");
        spool.commit().expect("commit");
        spool.release(other.recording).expect("release");
        spool.commit().expect("commit");
        spool.commit().expect("commit");
    }
    spool.release(b.recording).expect("release");
    spool.commit().expect("commit");
    drop(spool);
    let (spool, recovered) = Spool::open(dir.path(), limits).expect("the spool opens");
    assert!(recovered.calls.is_empty());
    assert!(journals(&dir).is_empty(), "{:?}", journals(&dir));
    assert_eq!(spool.used_bytes(), 0);
}

#[test]
fn a_recording_goes_on_after_its_release_and_after_a_restart() {
    let dir = TempDir::new().expect("a directory");
    let a = recorded(1);
    let (mut spool, _) = open(&dir);
    let mut call = a.open(&mut spool);
    spool.append(&mut call, b"sealed already").expect("append");
    spool.commit().expect("commit");
    spool.release(a.recording).expect("release");
    let mut call = a.open(&mut spool);
    spool.append(&mut call, b"second part").expect("append");
    spool.commit().expect("commit");
    assert_eq!(a.read(&spool.reader()).0, [b"second part"]);
    drop((spool, call));

    let (mut spool, recovered) = open(&dir);
    let expected = RecoveredCall {
        tenant: a.tenant.clone(),
        recording: a.recording,
        wrapped: a.wrapped.clone(),
        entries: 1,
    };
    assert_eq!(recovered.calls, [expected]);
    let mut call = a.open(&mut spool);
    spool.append(&mut call, b"third part").expect("append");
    spool.commit().expect("commit");
    assert_eq!(a.read(&spool.reader()).0, [&b"second part"[..], b"third part"], "in order across runs");
}

#[test]
fn a_full_spool_refuses_the_commit_keeps_the_buffer_and_recovers_unaided() {
    let dir = TempDir::new().expect("a directory");
    let limits =
        SpoolLimits { max_bytes: 20_000, file_bytes: 5_000, buffer_bytes: 8_000, ..SpoolLimits::default() };
    let (mut spool, _) = Spool::open(dir.path(), limits).expect("the spool opens");
    let (old, live) = (recorded(1), recorded(2));
    let mut call = old.open(&mut spool);
    for number in 0..3 {
        spool.append(&mut call, &entry(1, number, 5_000)).expect("append");
        spool.commit().expect("commit");
    }
    assert!(spool.is_nearly_full(0.7).expect("room"));
    assert!(spool.available_bytes().expect("room") < 5_000);
    let mut call = live.open(&mut spool);
    spool.append(&mut call, &entry(2, 0, 6_000)).expect("it is taken into the buffer");
    for _ in 0..3 {
        assert!(matches!(spool.commit(), Err(SpoolError::Full)));
    }
    assert!(
        matches!(spool.append(&mut call, &[0; 3_000]), Err(SpoolError::BufferFull)),
        "the buffer is bounded"
    );
    spool.append(&mut call, &entry(2, 1, 1_000)).expect("a refused entry used no counter");
    assert!(live.read(&spool.reader()).0.is_empty());

    spool.release(old.recording).expect("release");
    spool.commit().expect("a release makes room although there was none to note it");
    assert!(spool.used_bytes() < 20_000, "what was released is gone");
    assert_eq!(live.read(&spool.reader()).0, [entry(2, 0, 6_000), entry(2, 1, 1_000)]);
}

#[test]
fn an_entry_that_is_too_long_is_refused() {
    let dir = TempDir::new().expect("a directory");
    let (mut spool, _) = open(&dir);
    let a = recorded(1);
    let mut call = a.open(&mut spool);
    let error = spool.append(&mut call, &vec![0; MAX_ENTRY_LEN + 1]).expect_err("too long");
    assert!(matches!(error, SpoolError::EntryTooLong(_)));
    spool.append(&mut call, &vec![7; MAX_ENTRY_LEN]).expect("the longest");
    spool.append(&mut call, b"").expect("the shortest");
    spool.commit().expect("commit");
    assert_eq!(a.read(&spool.reader()).0, [vec![7; MAX_ENTRY_LEN], Vec::new()]);
}

#[test]
fn a_file_that_reads_while_it_is_written_gives_whole_entries_only() {
    let dir = TempDir::new().expect("a directory");
    let (mut spool, _) =
        Spool::open(dir.path(), SpoolLimits { file_bytes: 30_000, ..SpoolLimits::default() }).expect("open");
    let a = recorded(1);
    let mut call = a.open(&mut spool);
    let reader = spool.reader();
    let reading = std::thread::spawn(move || {
        let a = recorded(1);
        let mut most = 0;
        while most < 400 {
            let (entries, errors) = a.read(&reader);
            assert!(errors.is_empty(), "{errors:?}");
            assert!(
                entries.len() >= most && entries.iter().zip(0..).all(|(found, n)| *found == entry(1, n, 300))
            );
            most = entries.len();
        }
    });
    for number in 0..400 {
        spool.append(&mut call, &entry(1, number, 300)).expect("append");
        spool.commit().expect("commit");
    }
    reading.join().expect("the reader saw only whole entries");
}

#[test]
fn a_full_spool_of_one_file_is_freed_too() {
    let dir = TempDir::new().expect("a directory");
    let (mut spool, _) =
        Spool::open(dir.path(), SpoolLimits { max_bytes: 20_000, ..SpoolLimits::default() }).expect("opens");
    let (old, fresh) = (recorded(1), recorded(2));
    let mut call = old.open(&mut spool);
    spool.append(&mut call, &entry(1, 0, 15_000)).expect("append");
    spool.commit().expect("commit");
    spool.release(old.recording).expect("release");
    let mut call = fresh.open(&mut spool);
    spool.append(&mut call, &entry(2, 0, 15_000)).expect("append");
    spool.commit().expect("what was released makes room");
    assert_eq!((fresh.read(&spool.reader()).0.len(), journals(&dir).len()), (1, 1));
    drop((spool, call));
    let (spool, recovered) = open(&dir);
    assert_eq!(recovered.calls.len(), 1);
    assert_eq!(fresh.read(&spool.reader()).0, [entry(2, 0, 15_000)]);
}
