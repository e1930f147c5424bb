//! What the twin in memory can be made to do wrong, call by call, and what it remembers of the calls.

use std::time::Duration;

use crate::object_store::{Bucket, StoreErrorKind};

/// What was asked of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// `put` and `put_new`.
    Put,
    /// `get`.
    Get,
    /// `get_range`.
    GetRange,
    /// `head`.
    Head,
    /// `list`.
    List,
    /// `list_versions`.
    ListVersions,
    /// `erase_version` and `erase_versions`.
    Erase,
    /// `set_held`.
    SetHeld,
    /// `is_held`.
    IsHeld,
    /// `set_backstop`.
    SetBackstop,
}

/// One call, as the plan of faults and the record see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Counts from 0.
    pub number: u64,
    /// What was asked.
    pub operation: Operation,
    /// Of which bucket.
    pub bucket: Bucket,
    /// The object's key, or the prefix of a listing; of a batch the first key.
    pub key: String,
    /// Octets it carries to the store.
    pub octets: u64,
    /// How it ended; `None` until it has, and for a call whose caller gave up.
    pub ended: Option<Result<(), StoreErrorKind>>,
}

/// Something that goes wrong with one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is refused with this kind, and nothing is done.
    Refuse(StoreErrorKind),
    /// It is done, but the line breaks before the answer: [`StoreErrorKind::Unavailable`].
    BreakAfter,
    /// It takes this much longer, by the runtime's clock.
    Delay(Duration),
    /// It never answers.
    Hang,
    /// One octet of what is read arrives with these bits flipped; of what is put it is found when read back.
    Flip {
        /// Which octet, counted round the length.
        octet: usize,
        /// Which bits.
        mask: u8,
    },
}

/// Decides what goes wrong with each call.
pub type FaultPlan = Box<dyn FnMut(&Call) -> Vec<Fault> + Send>;

/// Flips bits of one octet.
pub fn flip(octets: &[u8], octet: usize, mask: u8) -> Vec<u8> {
    let mut altered = octets.to_vec();
    if !altered.is_empty() {
        let place = octet % altered.len();
        altered[place] ^= mask;
    }
    altered
}
