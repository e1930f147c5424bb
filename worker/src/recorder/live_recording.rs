//! One live recording on the recording thread: its sockets, its pending packets, its clock.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, TimeDelta, Utc};
use rokuon_capture::counters::Sound;
use rokuon_capture::journal::CallOpened;
use rokuon_capture::live_call::LiveCall;
use rokuon_capture::stream::StreamSetup;
use rokuon_policy::ids::{RecordingId, TenantId};
use rokuon_secure_media::dtls::identity::DtlsIdentity;
use rokuon_storage::key_service::{DataKey, WrappedKey};
use rokuon_storage::spool::SpoolCall;

use super::command::{FedPacket, LastingCall, OpenCall, StreamSocket};
use super::guarded::{Guarded, note_protection};
use crate::routing::table::ConnectionRoute;
use crate::rtp::protection::{Guard, Opened, StreamProtection};
use crate::rtp::receive::Receiver;
use crate::rtp::reports::Reporter;

/// The two clocks read at one moment. Durations come from the monotonic one, so that setting the machine's clock in
/// mid-call bends no timeline.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Since the thread began, monotonic.
    pub monotonic: Duration,
    /// Since the UNIX epoch, by the wall clock.
    pub wall: Duration,
}

impl Moment {
    /// Now, on a monotonic clock that began then.
    pub fn since(began: Instant) -> Self {
        Self {
            monotonic: began.elapsed(),
            wall: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
        }
    }

    /// The wall clock as a date.
    pub fn date(&self) -> DateTime<Utc> {
        let micros = i64::try_from(self.wall.as_micros()).unwrap_or(i64::MAX);
        DateTime::from_timestamp_micros(micros).unwrap_or_default()
    }
}

/// A call's own clock.
#[derive(Debug, Clone, Copy)]
struct CallClock {
    /// The call's epoch on the monotonic clock; before the thread's own start for a call taken up again.
    epoch: TimeDelta,
}

impl CallClock {
    fn since_epoch(self, monotonic: Duration) -> Duration {
        (delta(monotonic) - self.epoch).to_std().unwrap_or_default()
    }

    /// An arrival stamped by the wall clock: how long ago that was holds on every clock.
    fn arrival(self, arrived: Duration, now: Moment) -> Duration {
        self.since_epoch(now.monotonic - now.wall.saturating_sub(arrived).min(now.monotonic))
    }
}

pub struct LiveRecording {
    pub tenant: TenantId,
    pub recording: RecordingId,
    pub live: LiveCall,
    pub spool: SpoolCall,
    pub wrapped: WrappedKey,
    pub key: DataKey,
    pub sockets: Vec<StreamSocket>,
    guards: Vec<(u8, Guard)>,
    connection: std::sync::Arc<ConnectionRoute>,
    clock: CallClock,
    opened: Duration,
    silent_after: Duration,
    pub said_silent: bool,
    /// What was told of each stream's sound.
    told_sound: Vec<(u8, Sound)>,
    next_report: Duration,
    /// When it was opened, or last cut.
    pub cut_at: Duration,
    /// When the next segment is to be sealed; `None` while one is.
    pub next_cut: Option<Duration>,
    /// How often signalling or staff changed it.
    pub changes: u64,
    /// When the last packets are swept up and the call is journaled as ended.
    pub closing: Option<(Duration, &'static str)>,
}

/// A stream that has brought nothing by then is told to be silent: exchanges begin to send within a second or two.
const SOUND_BY: Duration = Duration::from_secs(5);

/// Whether a source may be learned there.
fn fence(connection: &ConnectionRoute, from: std::net::IpAddr) -> bool {
    connection.security.learns_source && connection.networks.iter().any(|network| network.contains(&from))
}

fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

impl LiveRecording {
    pub fn new(
        call: OpenCall,
        spool: SpoolCall,
        now: Moment,
        seal_every: Duration,
        identity: Option<&DtlsIdentity>,
    ) -> (Self, CallOpened) {
        let since_opened = now.date() - call.opened.opened_at;
        let mut recording = Self {
            tenant: call.opened.tenant.clone(),
            recording: call.opened.recording,
            live: LiveCall::new(&call.opened.streams),
            spool,
            wrapped: call.wrapped,
            key: call.key,
            sockets: call.sockets,
            guards: Vec::new(),
            connection: call.connection,
            clock: CallClock { epoch: delta(now.monotonic) - since_opened },
            opened: now.monotonic,
            silent_after: call.silent_after,
            said_silent: false,
            told_sound: Vec::new(),
            next_report: now.monotonic + Reporter::interval(),
            cut_at: now.monotonic,
            next_cut: Some(now.monotonic + seal_every),
            changes: 0,
            closing: None,
        };
        recording.close_idle_rtcp(&call.opened.streams);
        recording.protect(call.protection, identity);
        for (stream, held) in call.on_hold {
            recording.live.set_on_hold(stream, held, recording.since_epoch(now.monotonic));
        }
        if call.paused {
            recording.live.set_paused(true, recording.since_epoch(now.monotonic));
        }
        (recording, call.opened)
    }

    /// A moment of the monotonic clock on the call's own.
    pub fn since_epoch(&self, monotonic: Duration) -> Duration {
        self.clock.since_epoch(monotonic)
    }

    /// Takes everything the kernel holds for this call. Returns how many datagrams there were.
    pub fn sweep(&mut self, receiver: &mut Receiver, now: Moment) -> usize {
        let mut total = 0;
        let at = self.since_epoch(now.monotonic);
        for StreamSocket { stream, socket, family, .. } in &self.sockets {
            let guard = self.guards.iter_mut().find(|(index, _)| index == stream).map(|(_, guard)| guard);
            if let Some(guard) = guard {
                let mut guarded = Guarded { live: &mut self.live, guard, stream: *stream, socket };
                total += receiver.drain(socket, *family, |source, arrived, datagram| {
                    let arrival = self.clock.arrival(arrived, now);
                    guarded.take(source, arrival, datagram, |from| fence(&self.connection, from));
                });
                guarded.go_on(at);
                continue;
            }
            total += receiver.drain(socket, *family, |source, arrived, datagram| {
                let arrival = self.clock.arrival(arrived, now);
                self.live
                    .on_datagram(*stream, source, arrival, datagram, |from| fence(&self.connection, from));
            });
        }
        total
    }

    /// Takes what came on its RTCP ports.
    pub fn sweep_rtcp(&mut self, receiver: &mut Receiver, now: Moment) {
        for StreamSocket { stream, rtcp, family, .. } in &self.sockets {
            let Some(socket) = rtcp else { continue };
            let mut guard = self.guards.iter_mut().find(|(index, _)| index == stream).map(|(_, guard)| guard);
            receiver.drain(socket, *family, |source, arrived, datagram| {
                let arrival = self.clock.arrival(arrived, now);
                match guard.as_mut().map(|guard| guard.open(datagram, true)) {
                    None => self.live.on_rtcp(*stream, source, arrival, datagram),
                    Some(Opened::Packet(packet)) => self.live.on_rtcp(*stream, source, arrival, packet),
                    Some(Opened::Refused(reason)) => self.live.count_refused(*stream, reason),
                };
            });
        }
    }

    /// Sends a receiver report of each stream, if it is time for that. Some clients end a session in which they hear none.
    pub fn report(&mut self, reporter: &mut Reporter, now: Moment) {
        if self.closing.is_some() || now.monotonic < self.next_report {
            return;
        }
        self.next_report = now.monotonic + Reporter::interval();
        let at = self.since_epoch(now.monotonic);
        for socket in &self.sockets {
            let mut guard = self.guards.iter_mut().find(|(index, _)| *index == socket.stream);
            if let Some(due) = self.live.report_on(socket.stream, at) {
                reporter.send(socket, &due, guard.as_mut().map(|(_, guard)| guard));
            }
        }
    }

    /// A stream whose RTCP shares the port of RTP needs no second socket.
    pub fn close_idle_rtcp(&mut self, streams: &[StreamSetup]) {
        let muxed = |index: u8| streams.iter().any(|setup| setup.index == index && setup.rtcp_mux);
        self.sockets.iter_mut().filter(|socket| muxed(socket.stream)).for_each(|socket| socket.rtcp = None);
    }

    /// Streams are protected so from now on; those not named stay as they are.
    pub fn protect(&mut self, protection: Vec<(u8, StreamProtection)>, identity: Option<&DtlsIdentity>) {
        let now = Instant::now();
        for (stream, terms) in protection {
            match self.guards.iter_mut().find(|(index, _)| *index == stream) {
                Some((_, guard)) => guard.change(terms, identity, now),
                None => self.guards.push((stream, Guard::new(terms, identity, now))),
            }
        }
        // Durable with the promise of an answer: after a kill, what is protected must not be taken for plain.
        for (stream, guard) in &self.guards {
            note_protection(&mut self.live, *stream, guard.terms());
        }
    }

    /// Whether a handshake is on: its ports are then swept more often.
    pub fn shakes_hands(&self) -> bool {
        self.guards.iter().any(|(_, guard)| guard.shakes_hands())
    }

    /// Why its media cannot be had, if so; said once.
    pub fn media_fails(&mut self) -> Option<&'static str> {
        let why = self.guards.iter().find_map(|(_, guard)| guard.failure())?;
        (!std::mem::replace(&mut self.said_silent, true)).then_some(why)
    }

    /// Takes packets that came by other ways. `arrived` is told by the wall clock, like the kernel's stamps.
    pub fn feed(&mut self, packets: &[FedPacket], now: Moment) {
        for FedPacket { stream, arrived, datagram } in packets {
            let arrived = arrived.duration_since(UNIX_EPOCH).unwrap_or(now.wall);
            let arrival = self.clock.arrival(arrived, now);
            self.live.on_fed(*stream, arrival, datagram);
        }
    }

    /// Whether a segment is due to be sealed; asked once, it is not due again until [`Self::next_cut`] is set anew.
    pub fn lasts(
        &mut self,
        now: Moment,
        settled_until: Duration,
        pressed: Option<Duration>,
    ) -> Option<LastingCall> {
        let early = pressed.map(|every| self.cut_at + every);
        let at = self.next_cut.map(|at| early.map_or(at, |early| at.min(early)));
        let due = self.closing.is_none() && at.is_some_and(|at| now.monotonic >= at);
        due.then(|| {
            self.next_cut = None;
            LastingCall {
                tenant: self.tenant.clone(),
                recording: self.recording,
                wrapped: self.wrapped.clone(),
                key: self.key.clone(),
                settled_until_micros: u64::try_from(self.since_epoch(settled_until).as_micros())
                    .unwrap_or(u64::MAX),
                changes: self.changes,
            }
        })
    }

    /// Streams whose sound stands otherwise than was told last, while its connection is tested.
    pub fn changed_sounds(&mut self, now: Moment) -> Vec<(u8, Sound)> {
        if self.closing.is_some() || !self.connection.is_tested(now.date()) {
            return Vec::new();
        }
        let waited = now.monotonic.saturating_sub(self.opened) >= SOUND_BY;
        let told = |stream: u8| self.told_sound.iter().find(|(one, _)| *one == stream).map(|(_, told)| *told);
        let changed: Vec<_> = self
            .live
            .sounds()
            .filter(|(_, sound, on_hold)| *sound != Sound::Nothing || (waited && !on_hold))
            .map(|(stream, sound, _)| (stream, sound))
            .filter(|(stream, sound)| told(*stream) != Some(*sound))
            .collect();
        self.told_sound.retain(|(stream, _)| changed.iter().all(|(one, _)| one != stream));
        self.told_sound.extend(&changed);
        changed
    }

    /// By which connection it came.
    pub const fn connection(&self) -> &std::sync::Arc<ConnectionRoute> {
        &self.connection
    }

    /// Nothing is expected to come: every stream is on hold.
    pub fn is_idle(&self) -> bool {
        self.closing.is_none() && self.live.all_on_hold()
    }

    /// Whether to tell that nothing has come for too long.
    pub fn falls_silent(&mut self, now: Moment) -> bool {
        if self.said_silent || self.closing.is_some() || self.live.all_on_hold() {
            return false;
        }
        let heard = self.live.last_packet_at().unwrap_or_default().max(self.since_epoch(self.opened));
        self.said_silent = self.since_epoch(now.monotonic).saturating_sub(heard) > self.silent_after;
        self.said_silent
    }
}
