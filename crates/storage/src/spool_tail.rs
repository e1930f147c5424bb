//! Tails: copies of a spool's journal in the object store, so that a host that is lost takes seconds of its calls with it and not
//! all of them. They are the journal's own octets, as encrypted as they lie on the disk.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use rokuon_policy::backstop::BackstopClass;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::object_key::{TAILS, tail, tail_sign, tails_of};
use crate::object_store::{Bucket, ObjectKey, ObjectStore, StoreError, StoreErrorKind};
use crate::spool::JournalCopy;

/// Tails read at one time when a journal is put together again.
const AT_ONCE: usize = 16;
/// Names a listing asks for.
const LISTED: usize = 1_000;

/// Which stretch of which journal a tail holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TailPlace {
    /// The journal file's number.
    pub file: u32,
    /// Where in it the stretch begins.
    pub offset: u64,
}

/// What lies under the tails' prefix, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TailName {
    /// Of which life of a spool.
    pub life: Uuid,
    /// Its place; none of a mere sign of life.
    pub place: Option<TailPlace>,
}

impl TailName {
    /// Reads a name; `None` if it is no tail's.
    pub fn parse(key: &ObjectKey) -> Option<Self> {
        let (life, what) = key.as_str().strip_prefix(TAILS)?.split_once('/')?;
        let life = life.parse().ok()?;
        if what.starts_with("alive-") {
            return Some(Self { life, place: None });
        }
        let (file, offset) = what.split_once('-')?;
        let place = TailPlace { file: file.parse().ok()?, offset: offset.parse().ok()? };
        Some(Self { life, place: Some(place) })
    }
}

/// Why a journal could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum TailError {
    /// The store refused or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The copy cannot be written.
    #[error("the copy of a journal cannot be written: {0}")]
    Io(#[from] io::Error),
    /// It was stopped with the runtime.
    #[error("putting a journal together was interrupted")]
    Interrupted,
}

/// The tails of one life of a spool.
#[derive(Clone)]
pub struct SpoolTail {
    store: Arc<dyn ObjectStore>,
    life: Uuid,
}

impl SpoolTail {
    /// Those of this life.
    pub fn of(store: Arc<dyn ObjectStore>, life: Uuid) -> Self {
        Self { store, life }
    }

    /// Copies a stretch; says how many octets lie at its place now. Copied twice it is there once, and where an earlier try whose
    /// answer was lost had fewer, those count.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn copy(&self, place: TailPlace, octets: Bytes) -> Result<u64, StoreError> {
        let key = tail(self.life, place.file, place.offset);
        match self.store.put(Bucket::Media, &key, octets, Some(BackstopClass::TAILS)).await {
            Ok(put) => Ok(put.len),
            Err(error) if error.kind == StoreErrorKind::AlreadyExists => {
                let there = self.store.head(Bucket::Media, &key).await?;
                there.map(|there| there.len).ok_or(error)
            }
            Err(error) => Err(error),
        }
    }

    /// Leaves a sign of life.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn say_alive(&self, number: u64) -> Result<(), StoreError> {
        let key = tail_sign(self.life, number);
        let octets = Bytes::from(number.to_string());
        self.store.put(Bucket::Media, &key, octets, Some(BackstopClass::TAILS)).await.map(|_| ())
    }

    /// Every name there is, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn names(&self) -> Result<Vec<ObjectKey>, StoreError> {
        let (prefix, mut names) = (tails_of(self.life), Vec::<ObjectKey>::new());
        loop {
            let after = names.last().map(|last| last.as_str().to_owned());
            let page = self.store.list(Bucket::Media, &prefix, after.as_deref(), LISTED).await?;
            let whole = page.len() < LISTED;
            names.extend(page);
            if whole {
                return Ok(names);
            }
        }
    }

    /// Puts the journal together in `copy`, from file `first` on; older files tell nothing any more. Says how many octets came.
    ///
    /// # Errors
    /// [`TailError`]. Safe to run again.
    pub async fn put_together(&self, first: u32, copy: Arc<JournalCopy>) -> Result<u64, TailError> {
        let names = self.names().await?;
        let places = names.iter().filter_map(|key| Some((key, TailName::parse(key)?.place?)));
        let mut wanted = places.filter(|(_, place)| place.file >= first);
        let (mut reading, mut total) = (JoinSet::new(), 0);
        loop {
            while reading.len() < AT_ONCE
                && let Some((key, place)) = wanted.next()
            {
                let (store, copy, key) = (self.store.clone(), copy.clone(), key.clone());
                reading.spawn(async move {
                    let octets = store.get(Bucket::Media, &key, None).await?;
                    let len = octets.len() as u64;
                    let written =
                        tokio::task::spawn_blocking(move || copy.place(place.file, place.offset, &octets));
                    written.await.map_err(|_| TailError::Interrupted)??;
                    Ok::<u64, TailError>(len)
                });
            }
            match reading.join_next().await {
                Some(read) => total += read.map_err(|_| TailError::Interrupted)??,
                None => return Ok(total),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_whose_and_which_stretch() {
        let life = Uuid::from_u128(7);
        let place = TailPlace { file: 12, offset: 34_567 };
        let key = tail(life, place.file, place.offset);
        assert_eq!(TailName::parse(&key), Some(TailName { life, place: Some(place) }));
        assert_eq!(TailName::parse(&tail_sign(life, 3)), Some(TailName { life, place: None }));
        assert!(key < tail(life, 12, 100_000_000_000) && tail(life, 12, 100_000_000_000) < tail(life, 13, 0));
        for other in ["takikawa/019a00/x/segment-00000.e0", "_tails/x/1-2", "_tails/x"] {
            assert_eq!(TailName::parse(&other.parse().expect("a key")), None, "{other}");
        }
    }
}
