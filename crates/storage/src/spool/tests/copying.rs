//! A journal that was copied stretch by stretch is read by the very code that reads the spool.

use std::sync::Arc;

use bytes::Bytes;

use super::*;
use crate::memory::MemoryStore;
use crate::spool_tail::{SpoolTail, TailPlace};

fn found(dir: &TempDir) -> (SpoolReader, Recovered) {
    SpoolReader::scan_found(dir.path()).expect("the copy is read")
}

// rule: F2
#[tokio::test]
async fn what_was_copied_is_read_like_the_spool_and_a_hole_costs_only_itself() {
    let (dir, whole, holed) = (
        tempfile::tempdir().expect("a folder"),
        tempfile::tempdir().expect("a folder"),
        tempfile::tempdir().expect("a folder"),
    );
    let (mut spool, _) = open(&dir);
    let (one, two) = (recorded(1), recorded(2));
    let (mut first, mut second) = (one.open(&mut spool), two.open(&mut spool));
    let tail = SpoolTail::of(Arc::new(MemoryStore::new()), Uuid::from_u128(9));
    let (mut done, mut copied) = (0, 0);
    for number in 0..30 {
        for (call, of) in [(&mut first, 1), (&mut second, 2)] {
            spool.append(call, &entry(of, number, 300)).expect("taken");
        }
        spool.commit().expect("durable");
        let state = spool.reader().journal_state();
        assert_eq!((state.files.len(), state.is_empty), (1, false));
        let file = state.files[0];
        // Two pieces are never copied.
        if !(10..12).contains(&number) {
            let octets = spool.reader().journal_octets(file.number, done..file.len).expect("read");
            assert_eq!(octets.len() as u64, file.len - done);
            let place = TailPlace { file: file.number, offset: done };
            tail.copy(place, Bytes::from(octets.clone())).await.expect("put");
            tail.copy(place, Bytes::from(octets)).await.expect("again");
            copied += file.len - done;
        }
        done = file.len;
    }
    let first_needed = spool.reader().journal_state().first_needed;
    let copy = Arc::new(JournalCopy::in_folder(holed.path()).expect("a folder"));
    assert_eq!(tail.put_together(first_needed, copy).await.expect("read"), copied);
    let (reader, recovered) = found(&holed);
    assert_eq!(recovered.calls.len(), 2);
    let (entries, errors) = one.read(&reader);
    let expected: Vec<_> =
        (0..30).filter(|number| !(10..12).contains(number)).map(|number| entry(1, number, 300)).collect();
    assert_eq!(entries, expected);
    assert!(!errors.is_empty(), "a hole is told");

    // All of it in one piece, after one of the two was released.
    spool.release(one.recording).expect("released");
    spool.commit().expect("durable");
    let state = spool.reader().journal_state();
    let copy = JournalCopy::in_folder(whole.path()).expect("a folder");
    for file in &state.files {
        let octets = spool.reader().journal_octets(file.number, 0..file.len).expect("read");
        copy.place(file.number, 0, &octets).expect("written");
    }
    let (reader, recovered) = found(&whole);
    assert_eq!(recovered.calls.iter().map(|call| call.recording).collect::<Vec<_>>(), [two.recording]);
    let (entries, errors) = two.read(&reader);
    assert_eq!((entries.len(), errors.len()), (30, 0), "{errors:?}");
    spool.release(two.recording).expect("released");
    spool.commit().expect("durable");
    assert!(spool.reader().journal_state().is_empty);
}
