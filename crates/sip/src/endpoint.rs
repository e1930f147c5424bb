//! A SIP user agent server for recordings, without sockets or clocks: feed it, then poll it (RFC 3261, RFC 7866).
//!
//! Times are `Duration`s since any fixed start of the shell's monotonic clock.

pub mod config;
pub mod counters;
pub mod dialog;
pub mod event;

use std::collections::VecDeque;
use std::time::Duration;

use crate::transport::Flow;
use config::EndpointConfig;
use counters::Counters;
use dialog::DialogSnapshot;
use event::{DialogId, InviteId, Output};

/// One endpoint: all dialogs and transactions of one recorder.
pub struct Endpoint {
    config: EndpointConfig,
    entropy: Box<dyn FnMut(&mut [u8]) + Send>,
    outputs: VecDeque<Output>,
    counters: Counters,
    draining: Option<u32>,
}

impl Endpoint {
    /// An endpoint without dialogs. `entropy` fills a buffer with unpredictable octets (tags, branches).
    pub fn new(config: EndpointConfig, entropy: Box<dyn FnMut(&mut [u8]) + Send>) -> Endpoint {
        Endpoint { config, entropy, outputs: VecDeque::new(), counters: Counters::default(), draining: None }
    }

    /// Takes one message (a datagram, or what the framer cut). Any octets will do.
    pub fn receive(&mut self, now: Duration, flow: Flow, message: &[u8]) {
        let _ = (now, flow, message);
    }

    /// Takes note that a stream is gone. Dialogs live on; INVITEs not yet answered end as `FlowLost`.
    pub fn flow_closed(&mut self, now: Duration, flow: Flow) {
        let _ = (now, flow);
    }

    /// Does what is due at `now`.
    pub fn handle_timeout(&mut self, now: Duration) {
        let _ = now;
    }

    /// When `handle_timeout` must be called next.
    pub fn next_timeout(&self) -> Option<Duration> {
        None
    }

    /// The next thing to do; call until `None` after each input.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Answers 200 with SDP (our answer, or our offer where the INVITE had none). No-op for an INVITE that is gone.
    pub fn accept(&mut self, now: Duration, invite: InviteId, answer_sdp: &str) {
        let _ = (now, invite, answer_sdp);
    }

    /// Refuses with a final status of 300..=699 and, if given, a Retry-After in seconds.
    pub fn refuse(
        &mut self,
        now: Duration,
        invite: InviteId,
        status: u16,
        reason: &str,
        retry_after: Option<u32>,
    ) {
        let _ = (now, invite, status, reason, retry_after);
    }

    /// Stays silent and forgets the INVITE.
    pub fn ignore(&mut self, invite: InviteId) {
        let _ = invite;
    }

    /// Ends a dialog by BYE; says `Ended` with `HungUp` at once.
    pub fn hang_up(&mut self, now: Duration, dialog: &DialogId, reason: &str) {
        let _ = (now, dialog, reason);
    }

    /// All that is needed to go on with a dialog after a crash.
    pub fn snapshot(&self, dialog: &DialogId) -> Option<DialogSnapshot> {
        let _ = dialog;
        None
    }

    /// Takes up a dialog again. Its session timer starts anew; a stream's flow counts as lost until the peer speaks.
    pub fn restore(&mut self, now: Duration, snapshot: DialogSnapshot) {
        let _ = (now, snapshot);
    }

    /// From now on new INVITEs and OPTIONS get 503 with Retry-After; live dialogs go on.
    pub fn drain(&mut self, retry_after: u32) {
        self.draining = Some(retry_after);
    }

    /// Counts since the endpoint was made.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }
}
