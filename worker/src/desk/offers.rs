//! An SDP offer turned into streams we receive on, and back into an answer.

use std::net::{IpAddr, Ipv4Addr, UdpSocket};

use rokuon_capture::stream::{PayloadKind, StreamSetup};
use rokuon_sip::sdp::answer::{StreamAnswer, recording_answer};
use rokuon_sip::sdp::format::{Encoding, Format};
use rokuon_sip::sdp::offer::{StreamOffer, recording_offer};
use rokuon_sip::sdp::offered_stream::{OfferedStream, negotiate};
use rokuon_sip::sdp::own_session::OwnSession;
use rokuon_sip::sdp::session_description::SessionDescription;

use super::protection::{Chosen, Means, choose};
use crate::routing::call_routing::{CallRouting, OfferedLabel};
use crate::rtp::ports::{NoFreePort, PortPool};
use crate::rtp::protection::StreamProtection;

/// Why nothing of an offer can be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsupported {
    /// No stream has a codec that we keep.
    NoCodec,
    /// Streams are encrypted in a way, or over a transport, that we cannot take.
    Encryption,
}

/// The codecs our own offer lists. G.711 first: nearly every call is in it, and nobody is to transcode for us; not G.729, which
/// only a licensed decoder makes audible.
const OFFERED: [Encoding; 4] = [Encoding::Pcmu, Encoding::Pcma, Encoding::G722, Encoding::Opus];

/// The m-lines of an offer: the peer's, or our own where an INVITE came without one.
#[derive(Debug, Clone)]
pub struct Offer {
    sdp: SessionDescription,
    streams: Vec<OfferedStream>,
    /// How each is protected; `None` where it insists on what cannot be had.
    chosen: Vec<Option<Chosen>>,
    is_ours: bool,
}

/// Receive ports of an offer's streams, and the sockets that are new.
#[derive(Debug)]
pub struct Bound {
    /// By m-line; `None` for one that is not recorded.
    pub ports: Vec<Option<u16>>,
    /// By stream number.
    pub sockets: Vec<(u8, UdpSocket)>,
}

impl Offer {
    /// Reads an offer that can be answered with these means.
    pub fn read(sdp: &SessionDescription, means: Means<'_>) -> Self {
        let streams = negotiate(sdp);
        let chosen = streams.iter().map(|stream| choose(stream, means)).collect();
        Self { sdp: sdp.clone(), streams, chosen, is_ours: false }
    }

    /// Our own, of one stream for each label: a late offer (RFC 3261 §13.2.1), whose answer comes with the ACK.
    pub fn of_ours(labels: &[Option<String>]) -> Self {
        let own = OwnSession { address: Ipv4Addr::LOCALHOST.into(), session_id: 0, version: 0 };
        let offered = recording_offer(own, &streams_of_ours(labels, |_| Some(9)));
        let sdp = SessionDescription::parse(offered.as_bytes()).expect("we can read what we write");
        let mut streams = negotiate(&sdp);
        for stream in &mut streams {
            // What the peer sends from, and whether at all, is not known before its answer.
            (stream.remote, stream.on_hold) = (None, false);
        }
        let chosen = streams.iter().map(|_| Some(Chosen::default())).collect();
        Self { sdp, streams, chosen, is_ours: true }
    }

    /// Whether it has no m-line at all: a recording session that waits for its first call (RFC 7866 §6.1).
    pub fn is_empty(&self) -> bool {
        self.streams.is_empty()
    }

    /// Why nothing in it can be recorded; `None` when something can, or when there is nothing yet.
    pub fn unsupported(&self) -> Option<Unsupported> {
        if self.is_empty() || (0..self.streams.len()).any(|at| self.can_record(at)) {
            return None;
        }
        let encrypted = self.streams.iter().any(|s| s.supported && !wanted(s).is_empty());
        Some(if encrypted { Unsupported::Encryption } else { Unsupported::NoCodec })
    }

    /// Whether any stream that could be recorded would come in the clear; our own offer is plain.
    pub fn is_plain(&self) -> bool {
        let protected =
            |at: usize| self.chosen.get(at).and_then(Option::as_ref).is_some_and(|c| c.protection.is_some());
        (0..self.streams.len()).any(|at| self.can_record(at) && !protected(at))
    }

    /// The codecs it names, each once, as it spells them: at most eight.
    pub fn codecs(&self) -> Vec<String> {
        let mut codecs: Vec<String> = Vec::new();
        for name in self.streams.iter().flat_map(|s| &s.formats).map(|format| format.encoding.as_str()) {
            let name: String = name.chars().filter(char::is_ascii_graphic).take(24).collect();
            if !name.eq_ignore_ascii_case("telephone-event") && !codecs.contains(&name) && codecs.len() < 8 {
                codecs.push(name);
            }
        }
        codecs
    }

    /// Whether every stream of it is inactive.
    pub fn is_inactive(&self) -> bool {
        self.streams.iter().enumerate().all(|(at, s)| s.on_hold || !self.can_record(at))
    }

    /// Labels, for the judgement of who speaks where.
    pub fn labels(&self) -> Vec<OfferedLabel> {
        let label = |(at, s): (usize, &OfferedStream)| OfferedLabel {
            label: s.label.clone(),
            recorded: self.can_record(at),
        };
        self.streams.iter().enumerate().map(label).collect()
    }

    /// Streams on hold or not, by number.
    pub fn on_hold(&self, routing: &CallRouting, first: u8) -> Vec<(u8, bool)> {
        self.taken(routing, first).map(|(_, number, stream)| (number, stream.on_hold)).collect()
    }

    /// A port for each stream that is recorded: the one it has, or a new one with its socket.
    pub fn bind(
        &self,
        routing: &CallRouting,
        first: u8,
        pool: &mut PortPool,
        known: &[(u8, u16)],
    ) -> Result<Bound, NoFreePort> {
        let mut bound = Bound { ports: vec![None; self.streams.len()], sockets: Vec::new() };
        for (at, number, _) in self.taken(routing, first) {
            let port = match known.iter().find(|(one, _)| *one == number) {
                Some((_, port)) => *port,
                None => {
                    let (socket, port) = pool.bind_next()?;
                    bound.sockets.push((number, socket));
                    port
                }
            };
            if let Some(slot) = bound.ports.get_mut(at) {
                *slot = Some(port);
            }
        }
        Ok(bound)
    }

    /// The streams as the recorder wants them; channels come from the judgement.
    pub fn setups(&self, routing: &CallRouting, first: u8) -> Vec<StreamSetup> {
        self.taken(routing, first)
            .map(|(at, index, stream)| StreamSetup {
                index,
                label: stream.label.clone(),
                channel: routing.channels.get(at).copied().flatten(),
                mixed: routing.mixed,
                payload_types: stream.formats.iter().map(payload_type).collect(),
                expected_remote: stream.remote,
                rtcp: stream.rtcp,
                rtcp_mux: stream.rtcp_mux,
                // Offered addresses are false behind some proxies. Whether that is allowed, and the networks that are the
                // fence then, the recorder asks of the connection.
                learn_remote: true,
            })
            .collect()
    }

    /// How the recorder is to open the streams that are protected.
    pub fn protection(&self, routing: &CallRouting, first: u8) -> Vec<(u8, StreamProtection)> {
        let of = |at: usize| self.chosen.get(at)?.as_ref()?.protection.clone();
        self.taken(routing, first).filter_map(|(at, number, _)| Some((number, of(at)?))).collect()
    }

    /// Our answer: receive what is recorded, nothing of what is not wanted (a mix of voices that come by themselves as
    /// well), and refuse the rest. The version of `previous` stands while nothing changes.
    pub fn answer(
        &self,
        address: IpAddr,
        session_id: u64,
        previous: &str,
        ports: &[Option<u16>],
        sink: u16,
    ) -> String {
        let own = OwnSession { address, session_id, version: 1 };
        let previous = (!previous.is_empty()).then_some(previous);
        if self.is_ours {
            let labels: Vec<Option<String>> =
                self.streams.iter().map(|stream| stream.label.clone()).collect();
            let port = |at: usize| ports.get(at).copied().flatten();
            return own.next(previous, |own| recording_offer(own, &streams_of_ours(&labels, port)));
        }
        own.next(previous, |own| {
            let streams = self.streams.iter().enumerate().map(|(at, stream)| {
                let port = ports.get(at).copied().flatten();
                let chosen = self.chosen.get(at).and_then(Option::as_ref)?;
                self.can_record(at).then(|| StreamAnswer {
                    port: port.unwrap_or(sink),
                    payload_types: wanted(stream),
                    inactive: port.is_none(),
                    security: chosen.own.clone(),
                    ..StreamAnswer::default()
                })
            });
            recording_answer(&self.sdp, own, &streams.collect::<Vec<_>>())
        })
    }

    /// M-line, stream number and stream of what is recorded.
    fn taken<'a>(
        &'a self,
        routing: &'a CallRouting,
        first: u8,
    ) -> impl Iterator<Item = (usize, u8, &'a OfferedStream)> {
        let streams = self.streams.iter().zip(&routing.channels).enumerate();
        streams.filter(|(at, (_, channel))| channel.is_some() && self.can_record(*at)).filter_map(
            move |(at, (stream, _))| Some((at, u8::try_from(at).ok()?.checked_add(first)?, stream)),
        )
    }

    fn can_record(&self, at: usize) -> bool {
        let protected = self.chosen.get(at).is_some_and(Option::is_some);
        protected && self.streams.get(at).is_some_and(|stream| stream.supported && !wanted(stream).is_empty())
    }
}

fn streams_of_ours(labels: &[Option<String>], port: impl Fn(usize) -> Option<u16>) -> Vec<StreamOffer> {
    let stream = |(at, label): (usize, &Option<String>)| StreamOffer {
        port: port(at).unwrap_or_default(),
        encodings: OFFERED.into(),
        label: label.clone(),
        ..StreamOffer::default()
    };
    labels.iter().enumerate().map(stream).collect()
}

/// The payload types of a stream that we keep.
fn wanted(stream: &OfferedStream) -> Vec<u8> {
    stream.payload_types(Encoding::is_audio)
}

fn payload_type(format: &Format) -> (u8, PayloadKind) {
    (format.payload_type, PayloadKind::of_encoding(&format.encoding, format.clock_rate))
}
