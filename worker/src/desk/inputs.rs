//! What reaches the desk besides the network.

use chrono::{DateTime, Utc};
use rokuon_policy::ids::{CallId, RecordingId};
use rokuon_sip::endpoint::event::{DialogId, InviteId};

use crate::recorder::command::NotOpened;

/// Why a call could not be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenFailure {
    /// The recorder did not take it.
    #[error(transparent)]
    Recorder(#[from] NotOpened),
    /// No data key: the key service is away and the tenant's prefetched keys are used up.
    #[error("no data key")]
    NoKey,
}

/// A call whose first journal entry is durable.
#[derive(Debug, Clone, Copy)]
pub struct OpenedCall {
    /// Its recording.
    pub recording: RecordingId,
    /// The call.
    pub call: CallId,
    /// When it was answered, as journaled.
    pub at: DateTime<Utc>,
}

/// What the recorder has done for an INVITE that waits for its answer.
#[derive(Debug)]
pub enum Settled {
    /// A call was opened, or was not.
    Opened(Opened),
    /// It listens as a change of a live call has it.
    Changed {
        /// The INVITE or UPDATE.
        invite: InviteId,
        /// Its dialog.
        dialog: DialogId,
    },
}

/// A call's opening has finished, one way or the other.
#[derive(Debug)]
pub struct Opened {
    /// The INVITE that waits for its answer.
    pub invite: InviteId,
    /// Its dialog.
    pub dialog: DialogId,
    /// The call, once its first journal entry is durable.
    pub result: Result<OpenedCall, OpenFailure>,
}
