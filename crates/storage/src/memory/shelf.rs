//! The objects of the twin in memory, every version of them, as an S3 bucket with versions and holds keeps them.

use std::collections::BTreeMap;
use std::ops::Bound;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use rokuon_policy::backstop::BackstopClass;

use crate::object_store::{Bucket, ObjectKey, ObjectVersion, StoreError, StoreErrorKind, StoredObject};

/// One version of an object, or a delete marker.
#[derive(Debug, Clone)]
pub struct Version {
    /// Counts up over all versions of all objects.
    pub number: u64,
    /// Its octets and what was said of them; `None` for a marker.
    pub object: Option<(Bytes, StoredObject)>,
    /// Whether a legal hold is on it.
    pub held: bool,
    /// Its tag.
    pub class: Option<BackstopClass>,
    /// When it was put.
    pub at: Option<DateTime<Utc>>,
}

impl Version {
    fn id(&self) -> String {
        format!("v{}", self.number)
    }
}

/// Every version of every object, oldest first.
#[derive(Default)]
pub struct Shelf {
    versions: BTreeMap<(Bucket, ObjectKey), Vec<Version>>,
    made: u64,
    /// The store's clock.
    pub now: Option<DateTime<Utc>>,
    /// How many of the latest versions listings do not show yet.
    pub list_lag: u64,
}

/// The least key there can be.
const LEAST: &str = "-";

fn not_found() -> StoreError {
    StoreError::new(StoreErrorKind::NotFound, "the object is not there")
}

impl Shelf {
    /// Adds a version on top of the others.
    pub fn add(
        &mut self,
        bucket: Bucket,
        key: &ObjectKey,
        octets: Option<(Bytes, [u8; 32])>,
        class: Option<BackstopClass>,
    ) -> Option<StoredObject> {
        self.made += 1;
        let number = self.made;
        let object = octets.map(|(octets, sha256)| {
            let stored = StoredObject { version_id: format!("v{number}"), len: octets.len() as u64, sha256 };
            (octets, stored)
        });
        let stored = object.as_ref().map(|(_, stored)| stored.clone());
        let version = Version { number, object, held: false, class, at: self.now };
        self.versions.entry((bucket, key.clone())).or_default().push(version);
        stored
    }

    /// The version that is there: the newest, unless that is a marker.
    pub fn current(&self, bucket: Bucket, key: &ObjectKey) -> Option<&(Bytes, StoredObject)> {
        self.versions.get(&(bucket, key.clone()))?.last()?.object.as_ref()
    }

    /// The octets of the version that is there, to be damaged.
    pub fn current_mut(&mut self, bucket: Bucket, key: &ObjectKey) -> Option<&mut Bytes> {
        let newest = self.versions.get_mut(&(bucket, key.clone()))?.last_mut()?;
        newest.object.as_mut().map(|(octets, _)| octets)
    }

    /// One version's octets, or those that are there.
    pub fn object(
        &self,
        bucket: Bucket,
        key: &ObjectKey,
        version: Option<&str>,
    ) -> Result<&(Bytes, StoredObject), StoreError> {
        match version {
            None => self.current(bucket, key).ok_or_else(not_found),
            Some(wanted) => {
                let versions = self.versions.get(&(bucket, key.clone())).ok_or_else(not_found)?;
                let found = versions.iter().filter_map(|version| version.object.as_ref());
                found.into_iter().find(|(_, stored)| stored.version_id == wanted).ok_or_else(not_found)
            }
        }
    }

    /// A version that holds something, to be changed.
    pub fn version_mut(
        &mut self,
        bucket: Bucket,
        key: &ObjectKey,
        version: &str,
    ) -> Result<&mut Version, StoreError> {
        let versions = self.versions.get_mut(&(bucket, key.clone())).ok_or_else(not_found)?;
        let found = versions.iter_mut().find(|one| one.object.is_some() && one.id() == version);
        found.ok_or_else(not_found)
    }

    /// Erases one version or marker; nothing if it is not there.
    pub fn erase(&mut self, bucket: Bucket, key: &ObjectKey, version: &str) -> Result<(), StoreError> {
        let place = (bucket, key.clone());
        let Some(versions) = self.versions.get_mut(&place) else { return Ok(()) };
        if versions.iter().any(|one| one.held && one.id() == version) {
            return Err(StoreError::new(StoreErrorKind::Held, "a legal hold keeps this version"));
        }
        versions.retain(|one| one.id() != version);
        if versions.is_empty() {
            self.versions.remove(&place);
        }
        Ok(())
    }

    /// Keys of what is there.
    pub fn keys(&self, bucket: Bucket, prefix: &str, after: Option<&str>, limit: usize) -> Vec<ObjectKey> {
        let shown = self.made.saturating_sub(self.list_lag);
        let there = self.beginning_with(bucket, prefix).filter(|(key, versions)| {
            let newest = versions.iter().rev().find(|version| version.number <= shown);
            after.is_none_or(|after| key.as_str() > after)
                && newest.is_some_and(|version| version.object.is_some())
        });
        there.take(limit).map(|(key, _)| key.clone()).collect()
    }

    /// Versions and markers.
    pub fn list_versions(
        &self,
        bucket: Bucket,
        prefix: &str,
        after: Option<&(String, String)>,
        limit: usize,
    ) -> Vec<ObjectVersion> {
        let shown = self.made.saturating_sub(self.list_lag);
        let all = self.beginning_with(bucket, prefix);
        let all = all.flat_map(|(key, versions)| versions.iter().rev().map(move |version| (key, version)));
        let wanted = all.filter(|(key, version)| {
            let passed = |(last, id): &(String, String)| match key.as_str().cmp(last) {
                std::cmp::Ordering::Less => false,
                std::cmp::Ordering::Greater => true,
                // Newest first: older ones of the same key come after it, whether it is still there or not.
                std::cmp::Ordering::Equal => {
                    let number = id.strip_prefix('v').and_then(|number| number.parse().ok());
                    number.is_some_and(|number: u64| version.number < number)
                }
            };
            version.number <= shown && after.is_none_or(passed)
        });
        let seen = wanted.take(limit).map(|(key, version)| ObjectVersion {
            key: key.clone(),
            version_id: version.id(),
            is_delete_marker: version.object.is_none(),
            len: version.object.as_ref().map_or(0, |(_, stored)| stored.len),
            last_modified: version.at,
        });
        seen.collect()
    }

    /// Every object of a bucket that is there.
    pub fn of_bucket(&self, bucket: Bucket) -> impl Iterator<Item = (&ObjectKey, &Vec<Version>)> {
        self.from(bucket, LEAST)
    }

    /// Those whose keys begin so.
    fn beginning_with(
        &self,
        bucket: Bucket,
        prefix: &str,
    ) -> impl Iterator<Item = (&ObjectKey, &Vec<Version>)> {
        // A prefix that ends in a slash is no key; without it, it is one that comes before all of them.
        let all = self.from(bucket, prefix.trim_end_matches('/'));
        let all = all.skip_while(move |(key, _)| key.as_str() < prefix);
        all.take_while(move |(key, _)| key.as_str().starts_with(prefix))
    }

    /// From `least` on; from the first where that is no key.
    fn from(&self, bucket: Bucket, least: &str) -> impl Iterator<Item = (&ObjectKey, &Vec<Version>)> {
        let least = least.parse::<ObjectKey>().or_else(|_| LEAST.parse()).expect("the least key is one");
        let from = Bound::Included((bucket, least));
        let all = self.versions.range((from, Bound::Unbounded));
        all.take_while(move |((place, _), _)| *place == bucket).map(|((_, key), versions)| (key, versions))
    }

    /// The store's rules at its clock's time: a version past its class is hidden by a marker, or erased if it was hidden a day
    /// ago or longer; a marker that hides nothing goes. Held versions stay. Answers how many versions were erased.
    pub fn run_lifecycle(&mut self) -> usize {
        let Some(now) = self.now else { return 0 };
        let (mut erased, mut to_hide) = (0, Vec::new());
        for (place, versions) in &mut self.versions {
            let hidden_at: Vec<_> = versions.iter().skip(1).map(|newer| newer.at).collect();
            let mut at = 0;
            versions.retain(|version| {
                let hidden = hidden_at.get(at).copied().flatten();
                at += 1;
                let ripe = version.class.is_some() && !version.held;
                let goes = ripe && hidden.is_some_and(|hidden| hidden + TimeDelta::days(1) <= now);
                erased += usize::from(goes);
                !goes
            });
            if versions.iter().all(|version| version.object.is_none()) {
                versions.clear();
            }
            let newest = versions.last().filter(|newest| newest.object.is_some() && !newest.held);
            let past =
                newest.and_then(|newest| Some(newest.at? + TimeDelta::days(newest.class?.days().into())));
            if past.is_some_and(|past| past <= now) {
                to_hide.push(place.clone());
            }
        }
        self.versions.retain(|_, versions| !versions.is_empty());
        for (bucket, key) in to_hide {
            self.add(bucket, &key, None, None);
        }
        erased
    }
}
