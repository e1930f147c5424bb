//! The spool loses nothing that was committed, whatever happens to the process or to single octets.

use std::collections::BTreeMap;
use std::ops::Range;

use proptest::prelude::*;
use tempfile::TempDir;
use uuid::Uuid;

use super::*;

mod copying;
mod crash;
mod frames;
mod killed;
mod life;

/// A call the tests record, with its own key.
struct Recorded {
    tenant: TenantId,
    recording: RecordingId,
    wrapped: WrappedKey,
    key: DataKey,
}

fn recorded(number: u8) -> Recorded {
    Recorded {
        tenant: "takikawa".parse().expect("a tenant"),
        recording: RecordingId(Uuid::from_u128(u128::from(number) + 1)),
        wrapped: WrappedKey::from_bytes(vec![number | 0x80; 80]),
        key: DataKey::from_bytes([number; 32]),
    }
}

impl Recorded {
    fn open(&self, spool: &mut Spool) -> SpoolCall {
        spool.open_call(&self.tenant, self.recording, &self.wrapped, &self.key)
    }

    /// The sound entries, and how many items were errors.
    fn read(&self, reader: &SpoolReader) -> (Vec<Vec<u8>>, Vec<SpoolError>) {
        let (mut entries, mut errors) = (Vec::new(), Vec::new());
        for item in reader.read(self.recording, &self.key).expect("a reader") {
            match item {
                Ok(entry) => entries.push(entry),
                Err(error) => errors.push(error),
            }
        }
        (entries, errors)
    }
}

fn open(dir: &TempDir) -> (Spool, Recovered) {
    Spool::open(dir.path(), SpoolLimits::default()).expect("the spool opens")
}

fn entry(call: u8, number: u16, len: usize) -> Vec<u8> {
    let mut entry = vec![call; len.max(3)];
    entry[1..3].copy_from_slice(&number.to_be_bytes());
    entry
}

fn journals(dir: &TempDir) -> Vec<PathBuf> {
    let names =
        std::fs::read_dir(dir.path()).expect("the directory").map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<_> =
        names.filter(|path| path.extension().is_some_and(|ending| ending == "spool")).collect();
    paths.sort();
    paths
}
