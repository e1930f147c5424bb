//! What was odd about recording metadata; odd metadata is flagged, never refused.

use serde::{Deserialize, Serialize};

/// One thing that makes us trust metadata less.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", content = "detail", rename_all = "snake_case")]
pub enum Doubt {
    /// Larger than 64 KiB: nothing was read.
    #[error("metadata is larger than 64 KiB and was not read")]
    TooLarge,
    /// Elements nested deeper than 32: what is deeper was left out.
    #[error("metadata is nested too deeply")]
    TooDeep,
    /// More than 2,000 elements: the rest was left out.
    #[error("metadata has too many elements")]
    TooManyNodes,
    /// A document type declaration: nothing was read.
    #[error("metadata holds a document type declaration and was not read")]
    DoctypeRefused,
    /// Not UTF-8: what could not be read was replaced.
    #[error("metadata is not UTF-8")]
    NotUtf8,
    /// Not well-formed XML; says where, in octets from the start.
    #[error("metadata is not well-formed XML at octet {0}")]
    NotWellFormed(usize),
    /// No root element at all.
    #[error("metadata has no root element")]
    NoRoot,
    /// The root element is not `recording`.
    #[error("metadata's root element is {0}")]
    OtherRoot(String),
    /// The namespace is not that of RFC 7865.
    #[error("metadata's namespace is not that of RFC 7865: {0}")]
    OtherNamespace(String),
    /// Neither `complete` nor `partial`; complete is assumed.
    #[error("metadata's datamode is {0}")]
    UnknownDataMode(String),
    /// An element lacks the id others would refer to.
    #[error("a {0} has no id")]
    MissingId(String),
    /// An association names a participant that is not described.
    #[error("an association names an unknown participant")]
    UnknownParticipant(String),
    /// An association names a stream that is not described.
    #[error("an association names an unknown stream")]
    UnknownStream(String),
}
