//! An object store in memory, with versions, holds, and knobs that make it fail: the twin of the real ones for tests.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use rokuon_policy::backstop::BackstopClass;
use sha2::{Digest, Sha256};

use crate::object_store::{Bucket, ObjectKey, StoreError, StoreErrorKind};

mod adapter;
pub mod faults;
mod shelf;

use faults::{Call, Fault, FaultPlan, Operation};
use shelf::Shelf;

/// Objects in memory.
#[derive(Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    shelf: Shelf,
    faults: Faults,
    counts: Counts,
    asked: u64,
    record: Option<Vec<Call>>,
}

#[derive(Default)]
struct Faults {
    next: Vec<StoreErrorKind>,
    down: bool,
    full: bool,
    latency: Duration,
    plan: Option<FaultPlan>,
}

/// What was asked of the store so far, failures included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Calls of `put` and `put_new`.
    pub puts: u64,
    /// Calls of `get` and `get_range`.
    pub gets: u64,
    /// Octets answered by them.
    pub octets_fetched: u64,
    /// Calls of `erase_version` and `erase_versions`.
    pub erasures: u64,
}

impl MemoryStore {
    /// An empty store without faults.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next `count` calls fail with this kind, before they do anything.
    pub fn fail_next(&self, count: usize, kind: StoreErrorKind) {
        self.state().faults.next = vec![kind; count];
    }

    /// While set, every call fails as [`StoreErrorKind::Unavailable`].
    pub fn set_down(&self, down: bool) {
        self.state().faults.down = down;
    }

    /// While set, puts fail as [`StoreErrorKind::Full`].
    pub fn set_full(&self, full: bool) {
        self.state().faults.full = full;
    }

    /// Every call takes at least this long (by the runtime's clock).
    pub fn set_latency(&self, latency: Duration) {
        self.state().faults.latency = latency;
    }

    /// Every call is shown to `plan`, which says what goes wrong with it.
    pub fn set_plan(&self, plan: impl FnMut(&Call) -> Vec<Fault> + Send + 'static) {
        self.state().faults.plan = Some(Box::new(plan));
    }

    /// Nothing planned goes wrong any more.
    pub fn clear_plan(&self) {
        self.state().faults.plan = None;
    }

    /// Listings do not show the latest `versions` put.
    pub fn set_list_lag(&self, versions: u64) {
        self.state().shelf.list_lag = versions;
    }

    /// Sets the store's clock; without one nothing has a date and no rule acts.
    pub fn set_now(&self, now: DateTime<Utc>) {
        self.state().shelf.now = Some(now);
    }

    /// Carries out the lifecycle rules of every backstop class at the store's time; answers how many versions were erased.
    pub fn run_lifecycle(&self) -> usize {
        self.state().shelf.run_lifecycle()
    }

    /// Flips the bits `mask` of one octet of an object, as a bad disk would; the stored hash stays as it was.
    pub fn damage(&self, bucket: Bucket, key: &ObjectKey, octet: usize, mask: u8) {
        if let Some(octets) = self.state().shelf.current_mut(bucket, key)
            && octet < octets.len()
        {
            *octets = faults::flip(octets, octet, mask).into();
        }
    }

    /// Puts a version on top of what is there, as somebody with rights of their own could.
    pub fn overwrite(&self, bucket: Bucket, key: &ObjectKey, bytes: Bytes) -> String {
        let sha256 = Sha256::digest(&bytes).into();
        let stored = self.state().shelf.add(bucket, key, Some((bytes, sha256)), None);
        stored.map(|stored| stored.version_id).unwrap_or_default()
    }

    /// Hides an object by a delete marker, as a deletion without a version does.
    pub fn hide(&self, bucket: Bucket, key: &ObjectKey) {
        self.state().shelf.add(bucket, key, None, None);
    }

    /// What was asked so far.
    pub fn counts(&self) -> Counts {
        self.state().counts
    }

    /// From now on every call is remembered.
    pub fn record_calls(&self) {
        self.state().record.get_or_insert_default();
    }

    /// The calls remembered.
    pub fn calls(&self) -> Vec<Call> {
        self.state().record.clone().unwrap_or_default()
    }

    /// Every object of a bucket that is there, as it lies there.
    pub fn objects(&self, bucket: Bucket) -> Vec<(ObjectKey, Bytes)> {
        let state = self.state();
        let newest = state.shelf.of_bucket(bucket).filter_map(|(key, versions)| {
            let (octets, _) = versions.last()?.object.as_ref()?;
            Some((key.clone(), octets.clone()))
        });
        newest.collect()
    }

    /// The class of the version that is there.
    pub fn class_of(&self, bucket: Bucket, key: &ObjectKey) -> Option<BackstopClass> {
        let state = self.state();
        let found = state.shelf.of_bucket(bucket).find(|(found, _)| *found == key);
        found.and_then(|(_, versions)| versions.last()?.class)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One call: its faults, then `act`. `act` is handed the bits to flip, if any.
    async fn call<T>(
        &self,
        operation: Operation,
        place: (Bucket, &str, u64),
        act: impl FnOnce(&mut State, Option<(usize, u8)>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let (number, remembered, planned, latency) = self.begin(operation, place);
        let wait = planned.iter().fold(latency, |wait, fault| match fault {
            Fault::Delay(more) => wait + *more,
            _ => wait,
        });
        if planned.contains(&Fault::Hang) {
            std::future::pending::<()>().await;
        }
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        let mut state = self.state();
        let refused = planned.iter().find_map(|fault| match fault {
            Fault::Refuse(kind) => Some(*kind),
            _ => None,
        });
        let flip = planned.iter().find_map(|fault| match fault {
            Fault::Flip { octet, mask } => Some((*octet, *mask)),
            _ => None,
        });
        let injected = refused
            .or_else(|| state.faults.next.pop())
            .or(state.faults.down.then_some(StoreErrorKind::Unavailable));
        let mut result = match injected {
            Some(kind) => Err(StoreError::new(kind, "a fault the test asked for")),
            None => act(&mut state, flip),
        };
        if planned.contains(&Fault::BreakAfter) {
            result = Err(StoreError::new(StoreErrorKind::Unavailable, "the line broke before the answer"));
        }
        let ended = result.as_ref().map(drop).map_err(|error| error.kind);
        if let Some(call) = state.record.as_mut().zip(remembered).and_then(|(all, at)| all.get_mut(at)) {
            debug_assert_eq!(call.number, number, "the record only grows");
            call.ended = Some(ended);
        }
        result
    }

    fn begin(
        &self,
        operation: Operation,
        (bucket, key, octets): (Bucket, &str, u64),
    ) -> (u64, Option<usize>, Vec<Fault>, Duration) {
        let mut state = self.state();
        let number = state.asked;
        state.asked += 1;
        match operation {
            Operation::Put => state.counts.puts += 1,
            Operation::Get | Operation::GetRange => state.counts.gets += 1,
            Operation::Erase => state.counts.erasures += 1,
            _ => {}
        }
        let call = Call { number, operation, bucket, key: key.to_owned(), octets, ended: None };
        let planned = state.faults.plan.as_mut().map(|plan| plan(&call)).unwrap_or_default();
        let remembered = state.record.as_mut().map(|all| {
            all.push(call);
            all.len() - 1
        });
        (number, remembered, planned, state.faults.latency)
    }
}

#[cfg(test)]
mod tests;
