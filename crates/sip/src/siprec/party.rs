//! The parties of a recorded call as the metadata tells them.

use serde::{Deserialize, Serialize};

/// Which way the recorded subscriber's call went, where a vendor says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DirectionHint {
    /// The recorded subscriber placed the call.
    Originating,
    /// The recorded subscriber was called.
    Terminating,
}

/// One party of the call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// The participant's id as written; made up (`participant 0`) where there is none.
    pub participant_id: String,
    /// The user part of the address of record, escapes undone, URI parameters cut; `None` for empty or dummy ones.
    pub number_raw: Option<String>,
    /// The address of record as written.
    pub aor: Option<String>,
    /// The display name, blanks trimmed; `None` when empty.
    pub name: Option<String>,
    /// The labels of the streams this party speaks on, by the associations (never by order).
    pub labels_sent: Vec<String>,
    /// Position among the participants as first listed, from 0.
    pub first_listed: usize,
    /// Whether a vendor says this party placed (`true`) or received (`false`) the call.
    pub calling: Option<bool>,
    /// Whether it stands in for a party not yet known.
    pub dummy: bool,
    /// When it joined the session, as written; not to be trusted for retention.
    pub associate_time: Option<String>,
    /// When it left, as written; `Some` means it has left.
    pub disassociate_time: Option<String>,
}
