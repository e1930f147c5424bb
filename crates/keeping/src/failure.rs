//! Why a job did not get through. All of it is tried again.

use rokuon_db::error::DbError;
use rokuon_policy::keeping::clocks::ClockDoubt;
use rokuon_storage::key_service::KeyError;
use rokuon_storage::object_store::StoreError;

/// Why a job did not get through.
#[derive(Debug, thiserror::Error)]
pub enum KeepingError {
    /// The database refused or failed.
    #[error(transparent)]
    Database(#[from] DbError),
    /// The store refused or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key service refused or failed.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The time is not believed; nothing was destroyed by it.
    #[error("the time is not believed: {0}")]
    Time(#[from] ClockDoubt),
    /// Another process took the job over.
    #[error("another process took the job over")]
    LeaseLost,
    /// The tenant has no policy in force that can be read.
    #[error("no policy is in force")]
    NoPolicy,
    /// What should be gone is still there.
    #[error("{left} versions are still there after they were erased")]
    StillThere {
        /// How many.
        left: usize,
    },
    /// A note beside the media is not what we would have written.
    #[error("the witness note {note} is not good: {why}")]
    Witness {
        /// Its name in the store.
        note: String,
        /// What is wrong with it.
        why: String,
    },
    /// A test stopped it here, as a crash would.
    #[error("stopped at {0}")]
    Interrupted(&'static str),
}
