//! A recording client that says exactly what a template says, over UDP: one dialog, its streams, its retransmissions.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use rokuon_fixtures::dialog::Target;
use rokuon_fixtures::g711::Law;
use rokuon_fixtures::metadata::answered_ports;
use rokuon_fixtures::payload::Payload;
use rokuon_fixtures::rtp_pump::{Bundle, Faults, RtpPump, SentStream, Stream, bind_stream};
use rokuon_fixtures::sip_message::SipMessage;
use tokio::net::UdpSocket;
use tokio::time::timeout;
use uuid::Uuid;

/// What a template calls its own address, the recorder's, its dialog, its branch and its ports.
const OWN: &str = "192.0.2.1";
const OWN_SIP: &str = "192.0.2.1:5062";
const RECORDER: &str = "rec@192.0.2.9";
const FIRST_PORT: u16 = 40_000;
/// The most streams a template has.
const MOST_STREAMS: u16 = 4;

/// One dialog of a recording client.
pub struct RecordingClient {
    socket: UdpSocket,
    target: Target,
    call_id: String,
    to: String,
    uri: String,
    media: Vec<Option<std::net::UdpSocket>>,
    ports: Vec<u16>,
    law: Law,
    bundle: Option<Bundle>,
}

impl RecordingClient {
    /// A client with a port for each stream a template may have, all of them sending `law`.
    pub async fn at(target: Target, law: Law) -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        socket.connect(target.server).await.expect("loopback");
        let media: Vec<_> =
            (0..MOST_STREAMS).map(|_| bind_stream(Ipv4Addr::LOCALHOST.into()).expect("a port")).collect();
        let ports = media.iter().map(|media| media.local_addr().expect("bound").port()).collect();
        Self {
            socket,
            call_id: format!("{}@shapes.invalid", Uuid::new_v4().simple()),
            to: format!("<sip:{}@{}>", target.user, target.server),
            uri: format!("sip:{}@{}", target.user, target.server),
            target,
            media: media.into_iter().map(Some).collect(),
            ports,
            law,
            bundle: None,
        }
    }

    /// SIP Call-ID.
    pub fn call_id(&self) -> &str {
        &self.call_id
    }

    /// A template with this client's addresses, ports and dialog in it.
    fn filled(&self, template: &str) -> String {
        let own = self.socket.local_addr().expect("bound").to_string();
        let mut text = template
            .replace(OWN_SIP, &own)
            .replace(OWN, "127.0.0.1")
            .replace(RECORDER, &format!("{}@{}", self.target.user, self.target.server));
        for (index, port) in self.ports.iter().enumerate() {
            let at = FIRST_PORT + 2 * u16::try_from(index).expect("few streams");
            text = text.replace(&format!("m=audio {at} "), &format!("m=audio {port} "));
        }
        text
    }

    /// Sends a request: its own header lines, then those a dialog needs. The body's length is counted anew, ports having changed.
    async fn say(&mut self, method: &str, cseq: u32, head: &str, body: &str) {
        let (head, body) = (self.filled(head), self.filled(body));
        let mut lines: Vec<String> =
            head.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
        for line in &mut lines {
            let name = line.split(':').next().unwrap_or_default().trim().to_ascii_lowercase();
            let value = match name.as_str() {
                "via" => format!(
                    "Via: SIP/2.0/UDP {};branch=z9hG4bK{}",
                    self.socket.local_addr().expect("bound"),
                    // an ACK of a 200 is a transaction of its own
                    Uuid::new_v4().simple()
                ),
                "to" => format!("To: {}", self.to),
                "call-id" => format!("Call-ID: {}", self.call_id),
                "cseq" => format!("CSeq: {cseq} {method}"),
                _ => continue,
            };
            *line = value;
        }
        let start = format!("{method} {} SIP/2.0", self.uri);
        let text =
            format!("{start}\r\n{}\r\nContent-Length: {}\r\n\r\n{body}", lines.join("\r\n"), body.len());
        self.socket.send(text.as_bytes()).await.expect("loopback");
    }

    /// Asks until there is a final answer; answers what the recorder asks meanwhile.
    async fn ask(&mut self, method: &str, cseq: u32, head: &str, body: &str) -> Result<SipMessage, String> {
        // the recorder is silent towards addresses it does not know yet, and learns of a connection within seconds
        for _ in 0..60 {
            self.say(method, cseq, head, body).await;
            while let Ok(message) = timeout(Duration::from_millis(700), self.next()).await {
                if message.status().is_some_and(|status| status >= 200)
                    && message.cseq().is_some_and(|(number, answered)| number == cseq && answered == method)
                {
                    let accepted = message.status().is_some_and(|status| status < 300);
                    return if accepted { Ok(message) } else { Err(format!("{method}: {}", message.start)) };
                }
            }
        }
        Err(format!("no answer to {method}"))
    }

    async fn next(&self) -> SipMessage {
        let mut buffer = vec![0; 65_535];
        loop {
            let length = self.socket.recv(&mut buffer).await.expect("loopback");
            let message = SipMessage::parse(&buffer[..length]).expect("a SIP message");
            if message.status().is_some() {
                return message;
            }
            self.socket.send(&message.reply(200, "OK").print()).await.expect("loopback");
        }
    }

    /// INVITE (also a re-INVITE) and ACK. A late offer is answered in the ACK by as many streams as were offered.
    pub async fn invite(&mut self, cseq: u32, head: &str, body: &str) -> Result<SipMessage, String> {
        let answer = self.ask("INVITE", cseq, head, body).await?;
        answer.header("To").expect("To").clone_into(&mut self.to);
        if let Some(uri) = answer.contact_uri() {
            uri.clone_into(&mut self.uri);
        }
        let sdp = String::from_utf8_lossy(&answer.body).into_owned();
        let lines = |text: &str| text.lines().filter(|line| line.starts_with("m=")).count();
        let late = body.is_empty().then(|| late_answer(lines(&sdp), self.law));
        let kind = late.as_ref().map_or("", |_| "Content-Type: application/sdp\n");
        let head: String = dialog_lines(head) + kind;
        self.say("ACK", cseq, &head, late.as_deref().unwrap_or_default()).await;
        let offered = if body.is_empty() { lines(&sdp) } else { lines(body) };
        if lines(&sdp) != offered {
            return Err(format!("{offered} streams offered, answered\n{sdp}"));
        }
        Ok(answer)
    }

    /// Sends these octets on the streams in their order, to where the answer listens.
    pub fn speak(&mut self, pump: &RtpPump, said: Vec<Payload>, answer: &SipMessage) {
        let listens: Vec<Option<SocketAddr>> = answered_ports(&String::from_utf8_lossy(&answer.body));
        let streams = said.into_iter().enumerate().map(|(index, payload)| Stream {
            socket: self.media[index].take().expect("each stream speaks once"),
            destination: listens.get(index).copied().flatten(),
            codec: self.law.into(),
            payload,
            faults: Faults::default(),
            protect: None,
        });
        self.bundle = Some(pump.send(streams.collect()));
    }

    /// Gives a stream's port up, so that another program may send from it.
    pub fn hand_over(&mut self, index: usize) -> u16 {
        self.media[index] = None;
        self.ports[index]
    }

    /// Sends on to where a later answer listens.
    pub fn redirect(&self, answer: &SipMessage) {
        if let Some(bundle) = &self.bundle {
            bundle.redirect(answered_ports(&String::from_utf8_lossy(&answer.body)));
        }
    }

    /// UPDATE with metadata alone.
    pub async fn update(&mut self, cseq: u32, head: &str, body: &str) -> Result<(), String> {
        self.ask("UPDATE", cseq, head, body).await.map(|_| ())
    }

    /// Waits until everything has been said.
    pub async fn said_everything(&mut self) {
        if let Some(bundle) = &mut self.bundle {
            bundle.finished().await;
        }
    }

    /// BYE; tells what was sent.
    pub async fn hang_up(mut self, cseq: u32, head: &str) -> Result<Vec<SentStream>, String> {
        let sent = match self.bundle.take() {
            Some(bundle) => bundle.stop().await,
            None => Vec::new(),
        };
        self.ask("BYE", cseq, &dialog_lines(head), "").await?;
        Ok(sent)
    }
}

/// Only what every request carries.
fn dialog_lines(head: &str) -> String {
    let kept = ["via", "max-forwards", "from", "to", "call-id", "cseq", "contact"];
    let is_kept = |line: &&str| {
        let name = line.split(':').next().unwrap_or_default().trim().to_ascii_lowercase();
        kept.contains(&name.as_str())
    };
    head.lines().filter(is_kept).map(|line| format!("{line}\n")).collect()
}

/// The answer of a client that was made to wait for the recorder's offer.
fn late_answer(streams: usize, law: Law) -> String {
    let mut sdp = String::from("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n");
    for index in 0..streams {
        let (port, payload_type) = (usize::from(FIRST_PORT) + 2 * index, law.payload_type());
        sdp.push_str(&format!(
            "m=audio {port} RTP/AVP {payload_type}\r\na=rtpmap:{payload_type} {}/8000\r\na=sendonly\r\n",
            law.name()
        ));
    }
    sdp
}
