//! Sealing through a store that fails, hangs and loses answers. Time is counted, not waited for; the figures are printed.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use proptest::prelude::*;
use rokuon_policy::ids::{RecordingId, TenantId};
use rokuon_storage::container_context::ContainerContext;
use rokuon_storage::key_service::{DataKey, KeyContext, KeyService, WrappedKey};
use rokuon_storage::memory::MemoryStore;
use rokuon_storage::memory::faults::{Call, Fault, Operation};
use rokuon_storage::memory_keys::MemoryKeys;
use rokuon_storage::object_store::{Bucket, ObjectStore, StoreErrorKind};
use rokuon_storage::recording_reader::{RecordingReader, SealedPlace};
use rokuon_storage::recording_writer::last_segment::NamedContainer;
use rokuon_storage::recording_writer::{RecordingWriter, SealedObject, WriteError};
use uuid::Uuid;

/// First and longest wait between two tries, as the worker's sealer waits.
const RETRY: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

/// In how many objects a recording is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Key, and one with media, waveform and manifest: a call that ends.
    Two,
    /// Key, media, waveform, manifest: a call whose sound was all stored while it lived.
    Four,
}

struct House {
    store: Arc<MemoryStore>,
    keys: Arc<MemoryKeys>,
    tenant: TenantId,
    form: Form,
}

/// One finished call that waits to be sealed.
#[derive(Clone)]
struct Waiting {
    recording: RecordingId,
    key: DataKey,
    wrapped: WrappedKey,
    media: Bytes,
}

impl House {
    async fn new() -> Self {
        Self::of(Form::Two).await
    }

    async fn of(form: Form) -> Self {
        let (store, keys) = (Arc::new(MemoryStore::new()), Arc::new(MemoryKeys::new()));
        let tenant: TenantId = "toyonaka".parse().expect("a tenant");
        keys.ensure_tenant_key(&tenant).await.expect("a key");
        Self { store, keys, tenant, form }
    }

    async fn waiting(&self, number: u128, octets: usize) -> Waiting {
        let recording = RecordingId(Uuid::from_u128(number));
        let context = KeyContext::recording(self.tenant.clone(), recording);
        let (key, wrapped) = self.keys.generate_data_key(&context).await.expect("a data key");
        let media = (0..octets).map(|at| (at as u128 * 31 + number) as u8).collect();
        Waiting { recording, key, wrapped, media }
    }

    /// What sealing one call puts, in its order.
    async fn seal_once(&self, one: &Waiting) -> Result<SealedObject, WriteError> {
        let writer = RecordingWriter::new(self.store.clone());
        writer.put_key(&self.tenant, one.recording, &one.wrapped).await?;
        let context = ContainerContext::wav(self.tenant.clone(), one.recording, 0, 2);
        let peaks = one.media.slice(..100);
        if self.form == Form::Two {
            let put = writer.put_last_segment(&context, &one.key, one.media.clone(), peaks, &manifest);
            return Ok(put.await?.segment);
        }
        let sealed = writer.put_segment(&context, &one.key, one.media.clone()).await?;
        writer.put_peaks(&self.tenant, one.recording, &one.key, peaks).await?;
        let json = manifest(&NamedContainer::from(&sealed))?;
        writer.put_manifest(&self.tenant, one.recording, &one.key, json).await?;
        Ok(sealed)
    }

    /// Objects a recording.
    const fn objects(&self) -> usize {
        match self.form {
            Form::Two => 2,
            Form::Four => 4,
        }
    }

    /// Tries until it is sealed; answers how long the waits between the tries were.
    async fn seal_in_the_end(&self, one: &Waiting) -> (SealedObject, Duration) {
        let (mut waited, mut wait) = (Duration::ZERO, RETRY.0);
        loop {
            match self.seal_once(one).await {
                Ok(sealed) => return (sealed, waited),
                Err(error) => assert!(error.retryable(), "{error}"),
            }
            waited += wait;
            wait = (wait * 2).min(RETRY.1);
        }
    }

    async fn reads_back(&self, one: &Waiting, sealed: &SealedObject) {
        let reader = RecordingReader::new(self.store.clone(), self.keys.clone());
        let place = SealedPlace {
            bucket: Bucket::Media,
            object_key: sealed.object_key.clone(),
            version_id: Some(sealed.version_id.clone()),
            container_len: Some(sealed.container_len),
        };
        let open = reader.open(&self.tenant, one.recording).await.expect("its key");
        let context = ContainerContext::wav(self.tenant.clone(), one.recording, 0, 2);
        let read = open.read_whole(&place, &context).await.expect("authentic");
        assert!(read == one.media, "what is read is not what was sealed");
    }

    /// Every version there is, of both buckets.
    async fn versions(&self) -> usize {
        let mut all = 0;
        for bucket in Bucket::ALL {
            all += self.store.list_versions(bucket, "", None, 1_000_000).await.expect("listed").len();
        }
        all
    }
}

/// A manifest that names its own object, as ours do.
fn manifest(named: &NamedContainer) -> Result<Bytes, WriteError> {
    Ok(format!("{{\"object\":\"{}\",\"sha256\":{:?}}}", named.object_key, named.container_sha256).into())
}

/// A number that depends on nothing but its own: the same faults in every run.
fn dice(number: u64) -> u64 {
    let mut x = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (x ^ (x >> 31)) % 1_000
}

/// The time that the store's calls took, in milliseconds, told by their plan.
#[derive(Clone, Default)]
struct Spent(Arc<AtomicU64>);

impl Spent {
    fn add(&self, milliseconds: u64) {
        self.0.fetch_add(milliseconds, Ordering::Relaxed);
    }

    fn take(&self) -> Duration {
        Duration::from_millis(self.0.swap(0, Ordering::Relaxed))
    }
}

/// What a call takes on a sound store.
const fn usual_milliseconds(call: &Call) -> u64 {
    match call.operation {
        Operation::Put => 60,
        _ => 20,
    }
}

// rule: F4
#[tokio::test]
async fn a_flaky_store_loses_nothing_and_doubles_nothing() {
    let house = House::new().await;
    let spent = Spent::default();
    house.store.set_plan({
        let spent = spent.clone();
        move |call| {
            spent.add(usual_milliseconds(call));
            // The adapter itself tries four times, and waits a little longer each time.
            let refused = (0..4).take_while(|attempt| dice(call.number * 5 + attempt) < 100).count();
            spent.add((0..refused).map(|attempt| 100 << attempt).sum());
            match dice(call.number * 5 + 4) {
                _ if refused == 4 => vec![Fault::Refuse(StoreErrorKind::Unavailable)],
                100..110 => vec![Fault::BreakAfter],
                110..120 => {
                    spent.add(30_000);
                    Vec::new()
                }
                _ => Vec::new(),
            }
        }
    });
    const CALLS: usize = 2_000;
    let (mut sealed, mut took) = (Vec::new(), Vec::new());
    for number in 0..CALLS {
        let one = house.waiting(number as u128 + 1, 40_000).await;
        spent.take();
        let (object, waited) = house.seal_in_the_end(&one).await;
        took.push(waited + spent.take());
        sealed.push((one, object));
    }
    house.store.clear_plan();
    took.sort_unstable();
    let (p50, p99, worst) = (took[CALLS / 2], took[CALLS * 99 / 100], took[CALLS - 1]);
    println!(
        "F4: {CALLS} calls through 10 % refused, 1 % broken after, 1 % 30 s late: {} puts; seal p50 {p50:?}, p99 {p99:?}, worst {worst:?}",
        house.store.counts().puts
    );
    assert!(p99 <= Duration::from_secs(60), "p99 {p99:?}");
    assert_eq!(house.versions().await, CALLS * house.objects(), "none lost, none twice");
    for (one, object) in &sealed {
        house.reads_back(one, object).await;
    }
}

/// A call that waits to be tried: when, which, and how long it waits after that.
type Due = Reverse<(Duration, usize, Duration)>;

// rule: F3
#[tokio::test]
async fn an_hour_without_the_store_loses_nothing_and_is_caught_up_in_minutes() {
    const LINES: usize = 200;
    const OUTAGE: Duration = Duration::from_secs(3_600);
    const CALLS: usize = LINES * 3_600 / 180;
    for hangs in [false, true] {
        let house = House::new().await;
        let (spent, away) = (Spent::default(), Arc::new(AtomicU64::new(1)));
        house.store.set_plan({
            let (spent, away) = (spent.clone(), Arc::clone(&away));
            move |call| {
                if away.load(Ordering::Relaxed) == 0 {
                    spent.add(usual_milliseconds(call));
                    return Vec::new();
                }
                // The adapter gives up a call that hangs after its limit, one that is refused after its four attempts.
                spent.add(if hangs { 90_000 } else { 1_000 });
                vec![Fault::Refuse(StoreErrorKind::Unavailable)]
            }
        });
        let mut calls = Vec::new();
        for number in 0..CALLS {
            calls.push(house.waiting(number as u128 + 1, 2_000).await);
        }
        // Calls of three minutes end one after the other on every line; two at a time are sealed, as the worker does.
        let ends = |number: usize| OUTAGE * u32::try_from(number).expect("few") / (CALLS as u32);
        let mut due: BinaryHeap<Due> =
            (0..CALLS).map(|number| Reverse((ends(number), number, RETRY.0))).collect();
        let mut places = [Duration::ZERO; 2];
        let (mut sealed, mut tries, mut last) = (Vec::new(), 0, Duration::ZERO);
        while let Some(Reverse((ready, number, wait))) = due.pop() {
            places.sort_unstable();
            let begins = ready.max(places[0]);
            away.store(u64::from(begins < OUTAGE), Ordering::Relaxed);
            spent.take();
            tries += 1;
            let tried = house.seal_once(&calls[number]).await;
            let ended = begins + spent.take();
            places[0] = ended;
            match tried {
                Ok(object) => {
                    assert!(begins >= OUTAGE, "sealed while the store was away");
                    last = last.max(ended);
                    sealed.push((number, object));
                }
                Err(error) => {
                    assert!(error.retryable(), "{error}");
                    due.push(Reverse((ended + wait, number, (wait * 2).min(RETRY.1))));
                }
            }
        }
        house.store.clear_plan();
        let caught_up = last.saturating_sub(OUTAGE);
        let how = if hangs { "hangs" } else { "answers 503" };
        println!(
            "F3: the store {how} for 1 h, {LINES} lines: {CALLS} calls waited in the spool ({:.1} GB at 16 kB/s a line), {tries} tries, all sealed {caught_up:?} after its return",
            (LINES * 16_000 * 3_600) as f64 / 1e9
        );
        assert!(caught_up <= Duration::from_secs(15 * 60), "{caught_up:?}");
        assert_eq!(
            (sealed.len(), house.versions().await),
            (CALLS, CALLS * house.objects()),
            "none lost, none twice"
        );
        for (number, object) in &sealed {
            house.reads_back(&calls[*number], object).await;
        }
    }
}

// rule: F11
#[tokio::test]
async fn killed_at_every_step_of_sealing_it_is_sealed_once_by_the_next_life() {
    let mut deaths = 0;
    for form in [Form::Two, Form::Four] {
        deaths += deaths_while_sealing(form).await;
    }
    println!("F11: {deaths} deaths during sealing: each sealed once, nothing left over");
}

/// Dies at each step of sealing, before it and after; answers how often.
async fn deaths_while_sealing(form: Form) -> usize {
    let mut deaths = 0;
    for step in 0.. {
        for done in [false, true] {
            let house = House::of(form).await;
            let one = house.waiting(7, 50_000).await;
            // The process dies in the call number `step`: before the store acted, or after it did and before it answered.
            house.store.set_plan(move |call| match call.number.cmp(&step) {
                std::cmp::Ordering::Less => Vec::new(),
                std::cmp::Ordering::Equal if done => vec![Fault::BreakAfter],
                _ => vec![Fault::Refuse(StoreErrorKind::Unavailable)],
            });
            let first = house.seal_once(&one).await;
            house.store.clear_plan();
            if first.is_ok() {
                assert!(deaths >= 2 * house.objects(), "every put was died in, before and after: {deaths}");
                return deaths;
            }
            deaths += 1;
            let sealed = house.seal_once(&one).await.expect("the next life seals it");
            house.reads_back(&one, &sealed).await;
            assert_eq!(
                house.versions().await,
                house.objects(),
                "{form:?}, step {step}: something no row will name"
            );
        }
    }
    deaths
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever goes wrong in whatever order, in the end there is one of each, and it is what was said.
    // rule: F4
    #[test]
    fn whatever_goes_wrong_in_the_end_there_is_one_of_each(faults in proptest::collection::vec(0_u8..5, 0..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async move {
            let house = House::new().await;
            let one = house.waiting(3, 20_000).await;
            house.store.set_plan(move |call| match faults.get(call.number as usize) {
                Some(0) => vec![Fault::Refuse(StoreErrorKind::Unavailable)],
                Some(1) => vec![Fault::BreakAfter],
                Some(3) => vec![Fault::Refuse(StoreErrorKind::Full)],
                _ => Vec::new(),
            });
            let (sealed, _) = house.seal_in_the_end(&one).await;
            house.store.clear_plan();
            house.reads_back(&one, &sealed).await;
            assert_eq!(house.versions().await, house.objects());
        });
    }
}
