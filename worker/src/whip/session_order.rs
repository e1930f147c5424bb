//! What the HTTP side asks of the media thread.

use rokuon_policy::ids::RecordingId;
use rokuon_whip::ice::IceCredentials;
use rokuon_whip::whip_session::WhipSession;
use tokio::sync::oneshot;

use super::bearer::TokenHash;

/// A session's secret name, the last part of its URL (WI11: at least 128 bits).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SessionName(String);

impl SessionName {
    /// From 24 random octets.
    pub fn from_entropy(octets: &[u8; 24]) -> Self {
        Self(octets.iter().map(|octet| format!("{octet:02x}")).collect())
    }

    /// As a client sent it.
    pub fn received(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// As it stands in the URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for SessionName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionName(REDACTED)")
    }
}

/// A session whose recording is open.
pub struct NewSession {
    /// Its name.
    pub name: SessionName,
    /// The token it was opened with.
    pub token: TokenHash,
    /// Its recording.
    pub recording: RecordingId,
    /// Its media side.
    pub session: WhipSession,
    /// Our user fragment, which finds it.
    pub ufrag: String,
    /// Its version, as ETag without quotes.
    pub etag: String,
    /// The answer's BUNDLE, for restarts.
    pub mids: Vec<String>,
}

/// `If-Match`, as far as it means something here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IfMatch {
    /// `*`: whatever the version.
    Any,
    /// These versions, without quotes.
    These(Vec<String>),
}

/// How a PATCH ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Patched {
    /// Candidates were taken note of.
    Trickled,
    /// ICE begins anew: our credentials, the new version, the bundle.
    Restarted {
        /// Our new credentials.
        ours: IceCredentials,
        /// The new version.
        etag: String,
        /// The bundle.
        mids: Vec<String>,
    },
    /// The version is an old one.
    Stale,
    /// There is no such session for this token.
    Gone,
}

/// What is asked. Everything is answered; a thread that is gone drops the sender.
pub enum SessionOrder {
    /// Whether this token may begin a session now: no other of it is alive, and there is room.
    MayBegin(TokenHash, oneshot::Sender<Result<(), Occupied>>),
    /// Serve a session from now on.
    Begin(Box<NewSession>, oneshot::Sender<()>),
    /// A PATCH.
    Patch {
        /// Of which session.
        name: SessionName,
        /// By which token.
        token: TokenHash,
        /// On which version.
        if_match: IfMatch,
        /// The credentials it names.
        theirs: Option<IceCredentials>,
        /// Ours, should it be a restart.
        ours: IceCredentials,
        /// How it ended.
        answer: oneshot::Sender<Patched>,
    },
    /// A DELETE: `false` when there is no such session for this token.
    End(SessionName, TokenHash, oneshot::Sender<bool>),
    /// Whether there is such a session.
    Exists(SessionName, oneshot::Sender<bool>),
    /// End every session and stop.
    Stop,
}

/// Why no session can begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occupied {
    /// The token's session is alive: one at a time (WI11).
    TokenInUse,
    /// As many sessions as there may be.
    Full,
}
