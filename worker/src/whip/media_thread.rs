//! The thread that serves the one media port: datagrams in, checks and reports out, plain RTP to the recorder.
//!
//! It drains the socket in batches like the recorder does and feeds every 60 ms, so that the recorder is not woken for each
//! packet. What one packet costs here: a share of one `recvmmsg`, one look-up by address, one AES call, one copy.

use std::net::{SocketAddr, SocketAddrV6, UdpSocket};
use std::os::fd::AsFd;
use std::sync::mpsc::{Receiver as Orders, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, UNIX_EPOCH};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use rokuon_policy::ids::RecordingId;
use rokuon_whip::datagram::{Protocol, protocol};
use rokuon_whip::ice::addressed_ufrag;
use rokuon_whip::taken::Taken;
use tokio::sync::{oneshot, watch};

use super::session_order::{Occupied, Patched, SessionOrder};
use super::sessions::{Key, Sessions};
use crate::recorder::command::{Command, FedPacket};
use crate::rtp::receive::{Family, Receiver};

/// How long the thread waits for a datagram before it looks at orders and timers again.
const WAIT: u16 = 20;
/// Packets are fed this often.
const FEED_EVERY: Duration = Duration::from_millis(60);
/// How often it is asked whether the recorder goes on with each recording; staff may have stopped one.
const ASK_EVERY: Duration = Duration::from_secs(2);
/// A token whose session brought a packet or check within this time is in use; an older one's client has begun anew.
const IN_USE: Duration = Duration::from_secs(8);

/// The thread's handle.
pub struct MediaThread {
    orders: Sender<SessionOrder>,
    thread: Option<JoinHandle<()>>,
}

impl MediaThread {
    /// Starts the thread on a bound socket.
    pub fn start(
        socket: UdpSocket,
        max_sessions: usize,
        recorder: Sender<Command>,
        live: watch::Sender<usize>,
    ) -> std::io::Result<Self> {
        socket.set_nonblocking(true)?;
        let (orders, inbox) = channel();
        let body = move || {
            let port = MediaPort {
                family: Family::of(&socket),
                socket,
                receiver: Receiver::default(),
                sessions: Sessions::default(),
                recorder,
                max_sessions,
                live,
                next_feed: Instant::now(),
                next_ask: Instant::now() + ASK_EVERY,
                asked: Vec::new(),
            };
            port.run(&inbox);
        };
        let thread = std::thread::Builder::new().name("whip-media".into()).spawn(body)?;
        Ok(Self { orders, thread: Some(thread) })
    }

    /// A way to give the thread orders.
    pub fn orders(&self) -> Sender<SessionOrder> {
        self.orders.clone()
    }

    /// Ends every session and stops.
    pub fn stop(&mut self) {
        let _gone = self.orders.send(SessionOrder::Stop);
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

impl Drop for MediaThread {
    fn drop(&mut self) {
        self.stop();
    }
}

struct MediaPort {
    socket: UdpSocket,
    family: Family,
    receiver: Receiver,
    sessions: Sessions,
    recorder: Sender<Command>,
    max_sessions: usize,
    live: watch::Sender<usize>,
    next_feed: Instant,
    next_ask: Instant,
    asked: Vec<(Key, oneshot::Receiver<bool>)>,
}

impl MediaPort {
    fn run(mut self, inbox: &Orders<SessionOrder>) {
        loop {
            // Without sessions there is nothing to receive: what strangers send waits in the kernel until it is dropped.
            let idle = self.sessions.is_empty();
            let wait = if idle { Duration::from_secs(3_600) } else { Duration::ZERO };
            match inbox.recv_timeout(wait) {
                Ok(first) => {
                    for order in std::iter::once(first).chain(inbox.try_iter()) {
                        if matches!(order, SessionOrder::Stop) {
                            return self.end_all("worker_stopped");
                        }
                        self.carry_out(order);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return self.end_all("worker_stopped"),
            }
            self.receive();
            self.pass_time();
            self.send();
            if !self.sessions.is_empty() {
                let mut waited_for = [PollFd::new(self.socket.as_fd(), PollFlags::POLLIN)];
                let _interrupted = poll(&mut waited_for, PollTimeout::from(WAIT));
            }
        }
    }

    fn carry_out(&mut self, order: SessionOrder) {
        let now = Instant::now();
        match order {
            SessionOrder::MayBegin(token, answer) => {
                let _gone = answer.send(self.may_begin(&token, now));
            }
            SessionOrder::Begin(new, answer) => {
                self.sessions.begin(*new);
                self.count();
                let _gone = answer.send(());
            }
            SessionOrder::Patch { name, token, if_match, theirs, ours, answer } => {
                let patched = match self.sessions.named(&name, &token) {
                    Some(key) => self.patch(key, &if_match, theirs, ours),
                    None => Patched::Gone,
                };
                let _gone = answer.send(patched);
            }
            SessionOrder::End(name, token, answer) => {
                let key = self.sessions.named(&name, &token);
                if let Some(key) = key {
                    self.end(key, "bye");
                }
                let _gone = answer.send(key.is_some());
            }
            SessionOrder::Exists(name, answer) => {
                let _gone = answer.send(self.sessions.exists(&name));
            }
            SessionOrder::Stop => {}
        }
    }

    fn may_begin(&mut self, token: &super::bearer::TokenHash, now: Instant) -> Result<(), Occupied> {
        if let Some((key, live)) = self.sessions.of_token(token) {
            if now.saturating_duration_since(live.session.alive_at()) < IN_USE {
                return Err(Occupied::TokenInUse);
            }
            self.end(key, "replaced");
        }
        if self.sessions.len() >= self.max_sessions { Err(Occupied::Full) } else { Ok(()) }
    }

    fn patch(
        &mut self,
        key: Key,
        if_match: &super::session_order::IfMatch,
        theirs: Option<rokuon_whip::ice::IceCredentials>,
        ours: rokuon_whip::ice::IceCredentials,
    ) -> Patched {
        let Some(live) = self.sessions.get_mut(key) else { return Patched::Gone };
        if !live.matches(if_match) {
            return Patched::Stale;
        }
        let theirs = match theirs.filter(|theirs| theirs != live.session.peer_credentials()) {
            Some(theirs) => theirs,
            None => return Patched::Trickled,
        };
        if *if_match != super::session_order::IfMatch::Any {
            // Candidates of another ICE session than the version's (RFC 9725 §4.3.1).
            return Patched::Stale;
        }
        live.session.restart(theirs, ours.clone());
        let (etag, mids) = (ours.ufrag.clone(), live.mids().to_vec());
        self.sessions.restarted(key, ours.ufrag.clone(), etag.clone());
        Patched::Restarted { ours, etag, mids }
    }

    fn receive(&mut self) {
        let Self { socket, family, receiver, sessions, .. } = self;
        let now = Instant::now();
        receiver.drain(socket, *family, |source, arrived, datagram| {
            let source = canonical(source);
            let kind = protocol(datagram);
            let key = match kind {
                Protocol::Stun => addressed_ufrag(datagram).and_then(|ufrag| sessions.of_ufrag(&ufrag)),
                _ => sessions.of_address(source),
            };
            let Some((key, live)) = key.and_then(|key| Some((key, sessions.get_mut(key)?))) else {
                metrics::counter!("rokuon_whip_stray_datagrams_total").increment(1);
                return;
            };
            match live.session.handle(now, source, datagram) {
                Taken::Media { stream, packet } => {
                    live.waiting.push(FedPacket { stream, arrived: UNIX_EPOCH + arrived, datagram: packet })
                }
                Taken::Nothing if kind == Protocol::Stun && live.session.is_proved(source) => {
                    sessions.proved(key, source);
                }
                Taken::Nothing | Taken::Dropped => {}
            }
        });
    }

    fn pass_time(&mut self) {
        let now = Instant::now();
        let mut over = Vec::new();
        for (key, live) in self.sessions.iter_mut() {
            if live.session.next_timeout() <= now {
                live.session.handle_timeout(now);
            }
            if let Some(cause) = live.session.ended() {
                over.push((key, cause.as_str()));
            }
        }
        if now >= self.next_feed {
            self.next_feed = now + FEED_EVERY;
            for (_, live) in self.sessions.iter_mut() {
                feed(&self.recorder, live.recording, &mut live.waiting);
            }
        }
        self.ask_recorder(now, &mut over);
        for (key, cause) in over {
            self.end(key, cause);
        }
    }

    /// A recording that staff stopped, or that the recorder gave up, needs no session any more.
    fn ask_recorder(&mut self, now: Instant, over: &mut Vec<(Key, &'static str)>) {
        self.asked.retain_mut(|(key, answer)| match answer.try_recv() {
            Ok(true) => false,
            Ok(false) => {
                over.push((*key, "stopped"));
                false
            }
            Err(oneshot::error::TryRecvError::Empty) => true,
            Err(oneshot::error::TryRecvError::Closed) => false,
        });
        if now < self.next_ask {
            return;
        }
        self.next_ask = now + ASK_EVERY;
        for (key, live) in self.sessions.iter_mut() {
            let (answer, answered) = oneshot::channel();
            if self.recorder.send(Command::IsLive(live.recording, answer)).is_ok() {
                self.asked.push((key, answered));
            }
        }
    }

    fn send(&mut self) {
        let Self { socket, family, sessions, .. } = self;
        for (_, live) in sessions.iter_mut() {
            while let Some((to, datagram)) = live.session.poll_transmit() {
                // What cannot be sent now is sent again by whoever misses it.
                let _full = socket.send_to(&datagram, in_family(to, *family));
            }
        }
    }

    fn end(&mut self, key: Key, cause: &'static str) {
        let Some(live) = self.sessions.get_mut(key) else { return };
        live.session.close(Instant::now());
        let dropped = live.session.dropped();
        feed(&self.recorder, live.recording, &mut live.waiting);
        let _stopping = self.recorder.send(Command::Close { recording: live.recording, cause });
        metrics::counter!("rokuon_whip_dropped_datagrams_total").increment(dropped);
        metrics::counter!("rokuon_whip_sessions_ended_total", "cause" => cause).increment(1);
        self.send();
        self.sessions.remove(key);
        self.count();
    }

    fn count(&self) {
        metrics::gauge!("rokuon_whip_sessions").set(self.sessions.len() as f64);
        self.live.send_replace(self.sessions.len());
    }

    fn end_all(mut self, cause: &'static str) {
        let keys = self.sessions.iter_mut().map(|(key, _)| key).collect::<Vec<_>>();
        for key in keys {
            self.end(key, cause);
        }
    }
}

fn feed(recorder: &Sender<Command>, recording: RecordingId, waiting: &mut Vec<FedPacket>) {
    if !waiting.is_empty() {
        let packets = std::mem::take(waiting);
        let _stopping = recorder.send(Command::Feed { recording, packets });
    }
}

/// IPv4 as it is, also where a dual-stack socket shows it mapped.
fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

fn in_family(address: SocketAddr, family: Family) -> SocketAddr {
    match (address, family) {
        (SocketAddr::V4(v4), Family::V6) => {
            SocketAddr::V6(SocketAddrV6::new(v4.ip().to_ipv6_mapped(), v4.port(), 0, 0))
        }
        _ => address,
    }
}
