//! After a restore: the rows of an older database are compared with the stores and with what was witnessed, and brought to it (I20, F17).
//!
//! [`compare`](compare::compare) only reads. [`finish`](finish::finish) carries out what it found, may be cut short and run again, and
//! ends with a mark of a new generation: only then are jobs begun again.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rokuon_db::database::Database;
use rokuon_db::kept_segments::Switched;
use rokuon_policy::ids::{RecordingId, TenantId};
use rokuon_policy::recording_state::Tier;
use rokuon_storage::object_store::ObjectStore;

use crate::certificate::CertificateBody;
use crate::signed_note::NoteSigner;
use crate::witness::destruction::Committed;
use crate::witness::hold::WitnessedHold;
use crate::witness::mark::Standing;

pub mod compare;
pub mod finish;

/// What a comparison stands on.
pub struct Restoring<'a> {
    /// The restored database.
    pub db: &'a Database,
    /// The stores, which were not restored.
    pub store: &'a dyn ObjectStore,
    /// The key the witness notes were signed with.
    pub signer: &'a NoteSigner,
    /// The time.
    pub now: DateTime<Utc>,
}

/// What a comparison of one tenant found.
#[derive(Debug)]
pub struct Comparison {
    /// Whose.
    pub tenant: TenantId,
    /// How the audit trail stands to the newest mark.
    pub standing: Standing,
    /// Rows of sealed recordings that were compared.
    pub rows: u64,
    /// Versions the stores listed.
    pub objects: u64,
    /// Destroyed since, with their certificates.
    pub destroyed: BTreeMap<RecordingId, (CertificateBody, String)>,
    /// Destruction committed since, and not known to have come to its end.
    pub committed: BTreeMap<RecordingId, Committed>,
    /// Moved to another tier since.
    pub moved: BTreeMap<RecordingId, (Tier, Vec<Switched>)>,
    /// Key or media missing, and nothing says why.
    pub missing: BTreeSet<RecordingId>,
    /// Holds placed since.
    pub holds: Vec<WitnessedHold>,
    /// Recordings in the store of which there is no row: made since.
    pub strays: BTreeSet<RecordingId>,
    /// Certificates of recordings that were made *and* destroyed since: there is no row to mark.
    pub certificates_without_row: u64,
}

impl Comparison {
    /// Whether everything is as it was when the database was last worked on.
    pub fn is_even(&self) -> bool {
        !matches!(self.standing, Standing::Older { .. })
            && self.destroyed.is_empty()
            && self.committed.is_empty()
            && self.moved.is_empty()
            && self.missing.is_empty()
            && self.holds.is_empty()
            && self.strays.is_empty()
    }
}
