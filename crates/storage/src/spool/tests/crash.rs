//! Files cut at every octet, and flipped bits.

use super::*;

/// A journal of three calls, committed in groups: its octets, and after which length how many entries of each are safe.
struct Written {
    octets: Vec<u8>,
    safe: Vec<(u64, [usize; 3])>,
    name: PathBuf,
}

fn written(groups: &[Vec<(u8, usize)>]) -> (Written, Vec<Vec<Vec<u8>>>) {
    let dir = TempDir::new().expect("a directory");
    let (mut spool, _) = open(&dir);
    let calls: Vec<_> = (0..3).map(recorded).collect();
    let mut open_calls: Vec<_> = calls.iter().map(|call| call.open(&mut spool)).collect();
    let mut entries = vec![Vec::new(); 3];
    let mut safe = vec![(0, [0; 3])];
    for group in groups {
        for (call, len) in group {
            let index = usize::from(*call);
            let octets = entry(*call, u16::try_from(entries[index].len()).expect("few"), *len);
            spool.append(&mut open_calls[index], &octets).expect("append");
            entries[index].push(octets);
        }
        spool.commit().expect("commit");
        safe.push((spool.used_bytes(), [entries[0].len(), entries[1].len(), entries[2].len()]));
    }
    let path = journals(&dir).remove(0);
    let name = path.file_name().expect("a name").into();
    (Written { octets: std::fs::read(path).expect("the journal"), safe, name }, entries)
}

/// Reads a journal of these octets as after a crash, and answers every call's entries and the number of reports.
fn reopened(name: &Path, octets: &[u8]) -> ([Vec<Vec<u8>>; 3], Recovered, usize) {
    let dir = TempDir::new().expect("a directory");
    std::fs::write(dir.path().join(name), octets).expect("the journal");
    let (mut spool, recovered) = open(&dir);
    let mut reports = 0;
    let found = [0, 1, 2].map(|number| {
        let (entries, errors) = recorded(number).read(&spool.reader());
        reports += errors.len();
        entries
    });
    // And the spool is fit for use.
    let fresh = recorded(9);
    let mut call = fresh.open(&mut spool);
    spool.append(&mut call, b"after the crash").expect("append");
    spool.commit().expect("commit");
    assert_eq!(fresh.read(&spool.reader()).0, [b"after the crash"]);
    (found, recovered, reports)
}

fn groups() -> Vec<Vec<(u8, usize)>> {
    vec![vec![(0, 40), (1, 60), (0, 3)], vec![(2, 120), (0, 30)], vec![(1, 5), (2, 70), (0, 55), (1, 90)]]
}

fn check_cut(whole: &Written, entries: &[Vec<Vec<u8>>], cut: usize) {
    let (found, recovered, reports) = reopened(&whole.name, &whole.octets[..cut]);
    let (_, safe) = whole.safe.iter().rev().find(|(len, _)| *len <= cut as u64).expect("the first is at 0");
    for call in 0..3 {
        assert!(found[call].len() >= safe[call], "cut at {cut}: a committed entry of call {call} is lost");
        assert_eq!(
            found[call],
            entries[call][..found[call].len()],
            "cut at {cut}: other entries than were written"
        );
    }
    assert_eq!((reports, recovered.damaged.len(), recovered.orphans), (0, 0, 0), "cut at {cut}");
    let sound: u64 = recovered.calls.iter().map(|call| call.entries).sum();
    assert_eq!(sound, found.iter().map(|entries| entries.len() as u64).sum::<u64>());
}

// rule: F1
#[test]
fn a_journal_cut_at_any_octet_gives_back_every_committed_entry() {
    let (whole, entries) = written(&groups());
    for cut in 0..=whole.octets.len() {
        check_cut(&whole, &entries, cut);
    }
}

#[test]
fn one_flipped_bit_is_reported_and_costs_at_most_one_entry() {
    let (whole, entries) = written(&groups());
    let mut lost_at = BTreeMap::new();
    for octet in 0..whole.octets.len() {
        let mut flipped = whole.octets.clone();
        flipped[octet] ^= 1 << (octet % 8);
        let (found, recovered, reports) = reopened(&whole.name, &flipped);
        let mut lost = 0;
        for call in 0..3 {
            assert!(
                found[call].iter().all(|entry| entries[call].contains(entry)),
                "octet {octet}: wrong data"
            );
            assert!(
                found[call].is_sorted_by_key(|entry| entry[1..3].to_vec()),
                "octet {octet}: out of order"
            );
            lost += entries[call].len() - found[call].len();
        }
        let told = !recovered.damaged.is_empty() || recovered.torn_bytes > 0 || reports > 0;
        assert!(lost <= 1, "octet {octet}: {lost} entries lost");
        assert!(told, "octet {octet}: not reported");
        *lost_at.entry(lost).or_insert(0) += 1;
    }
    assert!(lost_at[&1] > 0, "no flip hit an entry: the test looks at nothing");
}

#[test]
fn a_bit_that_flips_while_the_spool_is_open_is_reported_and_costs_one_entry() {
    let dir = TempDir::new().expect("a directory");
    let (mut spool, _) = open(&dir);
    let a = recorded(1);
    let mut call = a.open(&mut spool);
    for number in 0..10 {
        spool.append(&mut call, &entry(1, number, 100)).expect("append");
    }
    spool.commit().expect("commit");
    let path = journals(&dir).remove(0);
    let mut octets = std::fs::read(&path).expect("the journal");
    let middle = octets.len() / 2;
    octets[middle] ^= 4;
    std::fs::write(&path, octets).expect("the journal");
    let (entries, errors) = a.read(&spool.reader());
    assert_eq!(entries.len(), 9);
    assert!(matches!(errors[..], [SpoolError::Damaged { .. }]), "{errors:?}");
}

#[test]
fn an_old_runs_key_is_never_used_again() {
    let dir = TempDir::new().expect("a directory");
    let a = recorded(1);
    for _ in 0..4 {
        let (mut spool, _) = open(&dir);
        let mut call = a.open(&mut spool);
        spool.append(&mut call, &[0; 64]).expect("append");
        spool.commit().expect("commit");
    }
    let mut bodies = Vec::new();
    for path in journals(&dir) {
        frame::walk(&std::fs::read(path).expect("a journal"), |met| {
            if let frame::Met::Frame(_, frame) = met
                && frame.kind == Kind::Entry
            {
                assert_eq!(frame.counter, 0);
                bodies.push(frame.payload[..64].to_vec());
            }
        });
    }
    assert_eq!(bodies.len(), 4);
    bodies.sort();
    bodies.dedup();
    assert_eq!(bodies.len(), 4, "the same key stream twice");
}

#[test]
fn a_commit_whose_write_came_twice_gives_every_entry_once() {
    let (whole, entries) = written(&groups());
    let dir = TempDir::new().expect("a directory");
    // A sync failed after the write; the same buffer went into the next file.
    for file in [1, 2] {
        std::fs::write(journal::path(dir.path(), file), &whole.octets).expect("a journal");
    }
    let (spool, _) = open(&dir);
    for number in 0..3 {
        let (found, errors) = recorded(number).read(&spool.reader());
        assert!(errors.is_empty() && found == entries[usize::from(number)]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn whatever_was_written_survives_a_cut_anywhere(
        groups in prop::collection::vec(prop::collection::vec((0_u8..3, 3_usize..3_000), 0..6), 1..8),
        cuts in prop::collection::vec(0.0..1.0_f64, 12),
    ) {
        let (whole, entries) = written(&groups);
        for cut in cuts {
            #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some place")]
            let cut = (whole.octets.len() as f64 * cut) as usize;
            check_cut(&whole, &entries, cut);
        }
    }

    #[test]
    fn garbage_is_never_read_as_entries_and_never_panics(
        mut octets in prop::collection::vec(any::<u8>(), 0..4_000),
        splices in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..6),
    ) {
        let (whole, entries) = written(&groups());
        // Sound frames at odd places between garbage.
        for (from, to) in splices {
            let from = from.index(whole.octets.len());
            let part: Range<usize> = from..(from + 400).min(whole.octets.len());
            let at = to.index(octets.len() + 1);
            octets.splice(at..at, whole.octets[part].iter().copied());
        }
        let (found, ..) = reopened(&whole.name, &octets);
        for call in 0..3 {
            prop_assert!(found[call].iter().all(|entry| entries[call].contains(entry)));
        }
    }
}
