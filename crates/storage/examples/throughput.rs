//! Prints what encryption and the spool cost on this machine: `cargo run --release -p rokuon-storage --example throughput`.

#![expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "a benchmark prints its figures")]

use std::time::{Duration, Instant};

use rokuon_policy::ids::{RecordingId, TenantId};
use rokuon_storage::container::{CHUNK_LEN, ContainerReader, seal, unseal};
use rokuon_storage::container_context::ContainerContext;
use rokuon_storage::key_service::{DataKey, WrappedKey};
use rokuon_storage::spool::{Spool, SpoolLimits};
use uuid::Uuid;

const MEDIA_LEN: usize = 32 << 20;

fn main() {
    container();
    let spooled = std::env::args().nth(1).map_or_else(std::env::temp_dir, Into::into);
    for calls in [50, 200, 400] {
        spool(&spooled.join(format!("rokuon-throughput-{}", std::process::id())), calls);
    }
}

fn best_of(times: u32, mut work: impl FnMut()) -> Duration {
    let timed = |_| {
        let begin = Instant::now();
        work();
        begin.elapsed()
    };
    (0..times).map(timed).min().unwrap_or_default()
}

fn megabytes(len: usize, took: Duration) -> f64 {
    len as f64 / 1e6 / took.as_secs_f64()
}

fn container() {
    let tenant: TenantId = "toyonaka".parse().expect("a tenant");
    let context = ContainerContext::wav(tenant, RecordingId(Uuid::from_u128(1)), 0, 2);
    let (key, media) = (DataKey::generate(), vec![0x55; MEDIA_LEN]);
    let container = seal(&key, &context, &media);
    let sealing = best_of(5, || drop(seal(&key, &context, &media)));
    let opening = best_of(5, || drop(unseal(&key, &context, &container)));
    println!("container encrypt  {:8.0} MB/s", megabytes(MEDIA_LEN, sealing));
    println!("container decrypt  {:8.0} MB/s", megabytes(MEDIA_LEN, opening));
    println!("container overhead {:8.3} %", (container.len() - MEDIA_LEN) as f64 * 100.0 / MEDIA_LEN as f64);
    let reader = ContainerReader::open(&key, &context, &container, container.len() as u64).expect("opens");
    let chunk = &container[56..56 + CHUNK_LEN + 16];
    let one = best_of(1_000, || drop(reader.decrypt(100..200, chunk)));
    let open =
        best_of(1_000, || drop(ContainerReader::open(&key, &context, &container, container.len() as u64)));
    println!(
        "container open     {:8.1} us, one chunk {:.1} us",
        open.as_secs_f64() * 1e6,
        one.as_secs_f64() * 1e6
    );
}

/// Ten seconds of calls in virtual time: two legs, a 172-octet packet each 20 ms, batched and committed every 200 ms.
fn spool(dir: &std::path::Path, calls: u16) {
    const COMMITS: u32 = 50;
    const PACKETS: usize = 20;
    let (mut spool, _) = Spool::open(dir, SpoolLimits::default()).expect("a spool");
    let tenant: TenantId = "toyonaka".parse().expect("a tenant");
    let (key, wrapped) = (DataKey::generate(), WrappedKey::from_bytes(vec![1; 80]));
    let recording = |number: u16| RecordingId(Uuid::from_u128(u128::from(number) + 1));
    let mut open: Vec<_> =
        (0..calls).map(|number| spool.open_call(&tenant, recording(number), &wrapped, &key)).collect();
    let batch = vec![0x55; 172 * PACKETS];
    let (mut appending, mut committing, mut slowest) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    for _ in 0..COMMITS {
        let begin = Instant::now();
        for call in &mut open {
            spool.append(call, &batch).expect("append");
        }
        appending += begin.elapsed();
        let begin = Instant::now();
        spool.commit().expect("commit");
        committing += begin.elapsed();
        slowest = slowest.max(begin.elapsed());
    }
    let batches = f64::from(COMMITS) * f64::from(calls);
    let per_batch = appending.as_secs_f64() * 1e9 / batches;
    println!(
        "spool {calls:3} calls: append {per_batch:.0} ns a batch of {PACKETS} packets ({:.0} ns a packet), \
         commit mean {:.1} ms, slowest {:.1} ms",
        per_batch / PACKETS as f64,
        committing.as_secs_f64() * 1e3 / f64::from(COMMITS),
        slowest.as_secs_f64() * 1e3,
    );
    let reader = spool.reader();
    let begin = Instant::now();
    let read: usize =
        reader.read(recording(0), &key).expect("a reader").map(|entry| entry.expect("sound").len()).sum();
    println!("spool {calls:3} calls: one call read back at {:.0} MB/s", megabytes(read, begin.elapsed()));
    drop(spool);
    let begin = Instant::now();
    let (_, recovered) = Spool::open(dir, SpoolLimits::default()).expect("opens again");
    println!(
        "spool {calls:3} calls: {} recovered in {:.0} ms",
        recovered.calls.len(),
        begin.elapsed().as_secs_f64() * 1e3
    );
    std::fs::remove_dir_all(dir).expect("removed");
}
