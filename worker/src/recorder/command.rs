//! What the signalling side and the sealers ask of the recording thread, and what it tells them.

use std::net::UdpSocket;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;

use rokuon_capture::counters::Sound;
use rokuon_capture::journal::{CallOpened, CallUpdated};
use rokuon_policy::ids::{RecordingId, TenantId};
use rokuon_storage::key_service::{DataKey, WrappedKey};
use tokio::sync::oneshot;

use super::live_recording::LiveRecording;
use crate::routing::table::ConnectionRoute;
use crate::rtp::ports::bind_rtcp;
use crate::rtp::protection::StreamProtection;
use crate::rtp::receive::Family;

/// One receive socket and the stream it belongs to.
#[derive(Debug)]
pub struct StreamSocket {
    /// The stream's index (its m-line).
    pub stream: u8,
    /// Its socket.
    pub socket: UdpSocket,
    /// The socket's address family.
    pub family: Family,
    /// The socket of its RTCP, on the port after; `None` where that port was not to be had.
    pub rtcp: Option<UdpSocket>,
}

impl StreamSocket {
    /// A stream's socket; its RTCP socket is bound beside it.
    pub fn new(stream: u8, socket: UdpSocket) -> Self {
        Self { stream, family: Family::of(&socket), rtcp: bind_rtcp(&socket).ok(), socket }
    }
}

/// A call to be recorded from now on.
pub struct OpenCall {
    /// Its first journal entry.
    pub opened: CallOpened,
    /// Its data key: the spool's key is derived from it, and it seals the recording in the end.
    pub key: DataKey,
    /// The same key as its tenant's key wrapped it.
    pub wrapped: WrappedKey,
    /// Its receive sockets.
    pub sockets: Vec<StreamSocket>,
    /// Streams that are on hold from the beginning (a call that still rings, or one that was on hold at a restart).
    pub on_hold: Vec<(u8, bool)>,
    /// How streams are protected, by index; the others are not.
    pub protection: Vec<(u8, StreamProtection)>,
    /// Recording waits for somebody to start it: packets are taken from the kernel and dropped until then.
    pub paused: bool,
    /// Where media may come from when it does not come from where it was signalled.
    pub connection: Arc<ConnectionRoute>,
    /// After so long without a packet the call is reported silent.
    pub silent_after: Duration,
}

/// A packet that came by other ways than our own sockets (WHIP), already deciphered.
#[derive(Debug, Clone)]
pub struct FedPacket {
    /// The stream's index.
    pub stream: u8,
    /// When it arrived, by the wall clock.
    pub arrived: SystemTime,
    /// The RTP packet.
    pub datagram: Bytes,
}

/// Why a call was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotOpened {
    /// The spool has no room beyond what live calls need.
    #[error("the spool is full")]
    SpoolFull,
    /// Its first entry could not be made durable.
    #[error("the spool failed")]
    SpoolFailed,
}

/// A live call that has lasted long enough for a segment to be sealed.
#[derive(Debug)]
pub struct LastingCall {
    /// Whose.
    pub tenant: TenantId,
    /// Which recording.
    pub recording: RecordingId,
    /// Its key as its tenant's key wrapped it.
    pub wrapped: WrappedKey,
    /// Its key.
    pub key: DataKey,
    /// What arrived before can be sealed (microseconds since the call's epoch): it is durable, and what came soon after it,
    /// late or out of order, is so too.
    pub settled_until_micros: u64,
    /// How often signalling or staff had changed it.
    pub changes: u64,
}

/// What is asked of the thread that opens calls.
pub enum NewCall {
    /// Record a call; answered once its first entry is durable, so that a call answered 200 survives a kill. By then the
    /// recording thread has been told: whatever is asked of the call after the answer comes after that.
    Open(Box<OpenCall>, oneshot::Sender<Result<(), NotOpened>>),
    /// Open no more.
    Stop,
}

/// What is asked of the recording thread.
pub enum Command {
    /// Record this call, whose first entry is durable.
    Take(Box<LiveRecording>),
    /// Signalling changed something.
    Update {
        /// Which recording.
        recording: RecordingId,
        /// The entry to journal, without its time.
        updated: Box<CallUpdated>,
        /// Sockets of streams that joined.
        sockets: Vec<StreamSocket>,
        /// Streams and whether they are on hold now.
        on_hold: Vec<(u8, bool)>,
        /// Told once media is taken so.
        taken: Option<oneshot::Sender<()>>,
    },
    /// Packets of a call that has no sockets of its own. Whoever feeds them has proved where they come from.
    Feed {
        /// Which recording.
        recording: RecordingId,
        /// In order of arrival.
        packets: Vec<FedPacket>,
    },
    /// How streams are protected from now on, by index; those not named stay as they are.
    Protect {
        /// Which recording.
        recording: RecordingId,
        /// As signalled; the same again changes nothing.
        protection: Vec<(u8, StreamProtection)>,
    },
    /// Recording pauses or goes on; journaled, and a gap of the recording.
    Pause {
        /// Which recording.
        recording: RecordingId,
        /// Pauses, or goes on.
        paused: bool,
    },
    /// Whether this thread holds a call and goes on recording it; answered after every command before it was taken.
    IsLive(RecordingId, oneshot::Sender<bool>),
    /// The call is over and nothing of it is to be kept: its journal entries go, and nothing is told.
    Discard {
        /// Which recording.
        recording: RecordingId,
    },
    /// The call is over.
    Close {
        /// Which recording.
        recording: RecordingId,
        /// `bye`, `session_expired` and the like.
        cause: &'static str,
    },
    /// Segments of a live call are stored ([`Told::Lasts`]): from here on its journal begins anew with `entries`, which say all
    /// that was said of it so far. Answered once durable.
    Cut {
        /// Which recording.
        recording: RecordingId,
        /// As told; if the call has changed since, `entries` miss that, and it is not cut.
        changes: u64,
        /// Whole journal entries in pieces the spool takes, the first `Opened` and repeated.
        entries: Vec<Vec<u8>>,
        /// What may be freed once the segments' rows are committed; `None` if it was not cut.
        answer: oneshot::Sender<Option<FreedByCut>>,
    },
    /// A live call could not be cut; it is tried again later.
    CutFailed(RecordingId),
    /// Free what stands before the cut before the last one.
    FreeCut(FreedByCut),
    /// It is sealed and its rows committed: its journal entries may go.
    Release(RecordingId),
    /// Stop. Live calls stay open in the journal; the next start takes them up again.
    Stop,
    /// Do nothing until this is sent to: a sweep that takes as long as a test likes.
    #[cfg(test)]
    Stand(std::sync::mpsc::Receiver<()>),
}

/// What a cut makes superfluous in the spool. The stretch up to the cut itself stays until the next one: packets that came
/// shortly before it belong behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreedByCut {
    /// Which recording.
    pub recording: RecordingId,
    /// Its runs up to this one.
    pub through_run: u32,
}

/// What the thread tells.
#[derive(Debug)]
pub enum Told {
    /// A call's last entry is durable: it can be sealed.
    Ended {
        /// Whose.
        tenant: TenantId,
        /// Which recording.
        recording: RecordingId,
        /// Its key as its tenant's key wrapped it.
        wrapped: WrappedKey,
        /// Its key.
        key: DataKey,
    },
    /// A call lasts: what it has brought so far can be sealed.
    Lasts(Box<LastingCall>),
    /// How it stands with the sound of a stream, of a call whose connection is tested; told when it changes.
    Sound {
        /// By which connection the call came.
        connection: Arc<ConnectionRoute>,
        /// The stream's index.
        stream: u8,
        /// What was counted says so.
        sound: Sound,
    },
    /// Nothing has been heard for longer than allowed, and nobody is on hold.
    Silent(RecordingId),
}
