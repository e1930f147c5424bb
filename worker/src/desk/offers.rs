//! An SDP offer turned into streams we receive on, and back into an answer.

use std::net::{IpAddr, UdpSocket};

use rokuon_capture::stream::{PayloadKind, StreamSetup};
use rokuon_sip::sdp::answer::{StreamAnswer, recording_answer};
use rokuon_sip::sdp::direction::Direction;
use rokuon_sip::sdp::format::{Encoding, Format};
use rokuon_sip::sdp::offered_stream::{OfferedStream, negotiate};
use rokuon_sip::sdp::own_session::OwnSession;
use rokuon_sip::sdp::session_description::SessionDescription;

use crate::routing::call_routing::OfferedLabel;
use crate::rtp::ports::{NoFreePort, PortPool};

/// How many streams of one call are recorded: the caller's and the called party's.
const CHANNELS: usize = 2;

/// The m-lines of an offer and which of them we take.
#[derive(Debug, Clone)]
pub struct Offer {
    sdp: SessionDescription,
    streams: Vec<OfferedStream>,
    taken: Vec<bool>,
}

impl Offer {
    /// Reads an offer; at most two supported audio streams are taken.
    pub fn read(sdp: &SessionDescription) -> Self {
        let streams = negotiate(sdp);
        let mut left = CHANNELS;
        let taken = streams
            .iter()
            .map(|s| {
                let take = s.supported && !wanted(s).is_empty() && !s.secure_profile && left > 0;
                left -= usize::from(take);
                take
            })
            .collect();
        Self { sdp: sdp.clone(), streams, taken }
    }

    /// Whether nothing in it can be recorded.
    pub fn is_unsupported(&self) -> bool {
        !self.taken.contains(&true)
    }

    /// Labels, for the judgement of who speaks where.
    pub fn labels(&self) -> Vec<OfferedLabel> {
        let both = self.streams.iter().zip(&self.taken);
        both.map(|(s, taken)| OfferedLabel { label: s.label.clone(), recorded: *taken }).collect()
    }

    /// Streams on hold or not, by index.
    pub fn on_hold(&self) -> Vec<(u8, bool)> {
        self.taken_streams().map(|(index, s)| (index, s.on_hold)).collect()
    }

    /// A port for each stream taken: the one it has, or a new one with its socket.
    #[expect(clippy::type_complexity, reason = "ports in m-line order beside the sockets that are new")]
    pub fn bind(
        &self,
        pool: &mut PortPool,
        known: impl Fn(u8) -> Option<u16>,
    ) -> Result<(Vec<Option<u16>>, Vec<(u8, UdpSocket)>), NoFreePort> {
        let (mut ports, mut sockets) = (vec![None; self.streams.len()], Vec::new());
        for (index, _) in self.taken_streams() {
            let port = match known(index) {
                Some(port) => port,
                None => {
                    let (socket, port) = pool.bind_next()?;
                    sockets.push((index, socket));
                    port
                }
            };
            if let Some(slot) = ports.get_mut(usize::from(index)) {
                *slot = Some(port);
            }
        }
        Ok((ports, sockets))
    }

    /// The streams as the recorder wants them; channels come from the judgement.
    pub fn setups(&self, channels: &[Option<u8>], mixed: bool) -> Vec<StreamSetup> {
        self.taken_streams()
            .map(|(index, stream)| StreamSetup {
                index,
                label: stream.label.clone(),
                channel: channels.get(usize::from(index)).copied().flatten(),
                mixed,
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

    /// Our answer: receive what we take, refuse the rest.
    pub fn answer(&self, address: IpAddr, ports: &[Option<u16>], session: u64, version: u64) -> String {
        answer(&self.sdp, OwnSession { address, session_id: session, version }, ports)
    }

    /// Our answer to a call that is not kept: answered, but no media wanted.
    pub fn answer_without_media(&self, address: IpAddr, port: u16, session: u64, version: u64) -> String {
        let mut sdp = self.sdp.clone();
        sdp.direction = Some(Direction::Inactive);
        for media in &mut sdp.media {
            media.direction = Some(Direction::Inactive);
        }
        let ports = self.taken.iter().map(|taken| taken.then_some(port)).collect::<Vec<_>>();
        answer(&sdp, OwnSession { address, session_id: session, version }, &ports)
    }

    fn taken_streams(&self) -> impl Iterator<Item = (u8, &OfferedStream)> {
        let both = self.streams.iter().zip(&self.taken).enumerate();
        both.filter(|(_, (_, taken))| **taken).filter_map(|(i, (s, _))| u8::try_from(i).ok().map(|i| (i, s)))
    }
}

/// The payload types of a stream that we keep.
fn wanted(stream: &OfferedStream) -> Vec<u8> {
    stream.payload_types(|encoding| matches!(encoding, Encoding::Pcmu | Encoding::Pcma))
}

fn answer(sdp: &SessionDescription, own: OwnSession, ports: &[Option<u16>]) -> String {
    let take = |(stream, port): (OfferedStream, &Option<u16>)| {
        let port = (*port)?;
        Some(StreamAnswer { port, payload_types: wanted(&stream), ..StreamAnswer::default() })
    };
    let streams: Vec<_> = negotiate(sdp).into_iter().zip(ports).map(take).collect();
    recording_answer(sdp, own, &streams)
}

fn payload_type(format: &Format) -> (u8, PayloadKind) {
    (format.payload_type, PayloadKind::of_encoding(&format.encoding, format.clock_rate))
}
