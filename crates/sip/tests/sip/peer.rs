//! A peer for the endpoint: writes requests, reads what comes back, moves the clock.

use std::time::Duration;

use rokuon_sip::endpoint::config::EndpointConfig;
use rokuon_sip::endpoint::event::{DialogId, EndCause, Event, Invite, MetadataBody, Output};
use rokuon_sip::endpoint::{Endpoint, Entropy};
use rokuon_sip::sdp::answer::{StreamAnswer, recording_answer};
use rokuon_sip::sdp::offered_stream::{OfferedStream, negotiate};
use rokuon_sip::sdp::own_session::OwnSession;
use rokuon_sip::sdp::session_description::SessionDescription;
use rokuon_sip::transport::{Flow, Transport};

pub const OFFER: &str = "v=0\r\no=src 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\na=label:1\r\na=sendonly\r\nm=audio 40002 RTP/AVP 0 8\r\na=label:2\r\na=sendonly\r\n";

pub const METADATA: &str =
    "<recording xmlns=\"urn:ietf:params:xml:ns:recording:1\"><datamode>complete</datamode></recording>";

pub struct Peer {
    pub endpoint: Endpoint,
    pub now: Duration,
    pub flow: Flow,
    pub sent: Vec<String>,
    pub events: Vec<Event>,
}

pub fn flow(transport: Transport) -> Flow {
    let connection = if transport == Transport::Udp { 0 } else { 7 };
    let local = "192.0.2.9:5060".parse().unwrap();
    Flow { transport, local, remote: "192.0.2.1:5062".parse().unwrap(), connection }
}

pub fn entropy(seed: u64) -> Entropy {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    Box::new(move |buffer| {
        for octet in buffer {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            *octet = state.to_le_bytes()[3];
        }
    })
}

impl Peer {
    pub fn new(transport: Transport) -> Peer {
        Peer::with(transport, EndpointConfig::default())
    }

    pub fn with(transport: Transport, config: EndpointConfig) -> Peer {
        let endpoint = Endpoint::new(config, entropy(1));
        Peer {
            endpoint,
            now: Duration::from_secs(100),
            flow: flow(transport),
            sent: Vec::new(),
            events: Vec::new(),
        }
    }

    pub fn collect(&mut self) {
        while let Some(output) = self.endpoint.poll_output() {
            match output {
                Output::Send { bytes, .. } => self.sent.push(String::from_utf8(bytes).unwrap()),
                Output::Event(event) => self.events.push(event),
            }
        }
    }

    /// Hands over a message; line feeds become CRLF.
    pub fn send(&mut self, message: &str) {
        self.send_raw(message.replace("\r\n", "\n").replace('\n', "\r\n").as_bytes());
    }

    pub fn send_raw(&mut self, octets: &[u8]) {
        self.endpoint.receive(self.now, self.flow, octets);
        self.collect();
    }

    /// Lets time pass, stopping at each due time.
    pub fn wait(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(due) = self.endpoint.next_timeout().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.endpoint.handle_timeout(self.now);
            self.collect();
        }
        self.now = end;
    }

    pub fn take_sent(&mut self) -> Vec<String> {
        std::mem::take(&mut self.sent)
    }

    /// The status lines' codes and request methods sent since the last call.
    pub fn said(&mut self) -> Vec<String> {
        let word = |message: &String| {
            let mut words = message.split_ascii_whitespace();
            let first = words.next().unwrap().to_owned();
            if first == "SIP/2.0" { words.next().unwrap().to_owned() } else { first }
        };
        self.take_sent().iter().map(word).collect()
    }

    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    #[track_caller]
    pub fn invited(&mut self) -> Invite {
        match self.take_events().as_slice() {
            [Event::Invite(invite)] | [Event::Reinvite(invite)] => (**invite).clone(),
            other => panic!("no invite: {other:?}"),
        }
    }

    #[track_caller]
    pub fn ended(&mut self) -> EndCause {
        match self.take_events().as_slice() {
            [Event::Ended { cause, .. }] => *cause,
            other => panic!("not ended: {other:?}"),
        }
    }

    #[track_caller]
    pub fn metadata(&mut self) -> (u32, MetadataBody) {
        match self.take_events().as_slice() {
            [Event::Metadata { cseq, body, .. }] => (*cseq, body.clone()),
            other => panic!("no metadata: {other:?}"),
        }
    }

    /// Accepts with ports 30000, 30002 … for every stream that can be recorded.
    pub fn accept(&mut self, invite: &Invite) -> String {
        let offer = invite.offer.as_ref().unwrap();
        let answer = answer_all(offer);
        self.endpoint.accept(self.now, invite.id, &answer);
        self.collect();
        answer
    }

    /// Sets up a dialog with two streams and acknowledges it.
    pub fn establish(&mut self, extra: &str) -> DialogId {
        self.send(&invite("1", extra));
        let invite = self.invited();
        self.accept(&invite);
        self.send(&in_dialog("ACK", 1, &invite.dialog, "", ""));
        self.take_sent();
        assert!(matches!(self.take_events().as_slice(), [Event::Confirmed { late_answer: None, .. }]));
        invite.dialog
    }
}

/// The answer that takes every stream plainly, on ports 30000, 30002 …
pub fn answer_all(offer: &SessionDescription) -> String {
    let own = OwnSession { address: "192.0.2.9".parse().unwrap(), session_id: 1, version: 1 };
    let take = |(port, stream): (u16, OfferedStream)| {
        let payload_types = stream.payload_types(|_| true);
        stream.supported.then_some(StreamAnswer { port, payload_types, ..StreamAnswer::default() })
    };
    let streams: Vec<_> = (30_000u16..).step_by(2).zip(negotiate(offer)).map(take).collect();
    recording_answer(offer, own, &streams)
}

/// An INVITE with [`OFFER`] whose call and branch bear a name.
pub fn invite(name: &str, extra: &str) -> String {
    request("INVITE", name, &format!("{extra}Content-Type: application/sdp\n"), OFFER)
}

/// A request outside dialogs.
pub fn request(method: &str, name: &str, extra: &str, body: &str) -> String {
    let body = body.replace("\r\n", "\n").replace('\n', "\r\n");
    format!(
        "{method} sip:rec@192.0.2.9 SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1:5062;rport;branch=z9hG4bK{name}\nMax-Forwards: 70\nFrom: <sip:src@192.0.2.1>;tag=f{name}\nTo: <sip:rec@192.0.2.9>\nCall-ID: call-{name}\nCSeq: 1 {method}\nContact: <sip:src@192.0.2.1:5062>;+sip.src\n{extra}Content-Length: {}\n\n{body}",
        body.len()
    )
}

/// A request inside a dialog; the branch is made of method and number.
pub fn in_dialog(method: &str, cseq: u32, dialog: &DialogId, extra: &str, body: &str) -> String {
    let body = body.replace("\r\n", "\n").replace('\n', "\r\n");
    let DialogId { call_id, local_tag, remote_tag } = dialog;
    format!(
        "{method} sip:rec@192.0.2.9 SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1:5062;branch=z9hG4bK{method}{cseq}\nFrom: <sip:src@192.0.2.1>;tag={remote_tag}\nTo: <sip:rec@192.0.2.9>;tag={local_tag}\nCall-ID: {call_id}\nCSeq: {cseq} {method}\nContact: <sip:src@192.0.2.1:5062>;+sip.src\n{extra}Content-Length: {}\n\n{body}",
        body.len()
    )
}

/// The answer of a peer to a request of ours.
pub fn response_to(request: &str, status: &str, extra: &str) -> String {
    let keep =
        |line: &&str| ["Via:", "From:", "To:", "Call-ID:", "CSeq:"].iter().any(|name| line.starts_with(name));
    let heads: Vec<&str> = request.split("\r\n").filter(keep).collect();
    format!("SIP/2.0 {status}\n{}\n{extra}Content-Length: 0\n\n", heads.join("\n"))
}

/// A header's value in a message.
pub fn header<'a>(message: &'a str, name: &str) -> Option<&'a str> {
    let head = message.split("\r\n\r\n").next()?;
    head.split("\r\n").find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

pub fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
