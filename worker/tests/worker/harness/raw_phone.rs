//! A phone that says exactly what a test wants, one datagram at a time, and repeats nothing by itself.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use chrono::Utc;
use rokuon_fixtures::dialog::{Dialog, Target};
use rokuon_fixtures::g711::Law;
use rokuon_fixtures::metadata::{
    DataMode, OfferedStream, Party, SessionIds, answered_ports, offer, recording_metadata,
};
use rokuon_fixtures::rtp_pump::bind_stream;
use rokuon_fixtures::sip_message::{SipMessage, whole_message};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::UdpSocket;
use tokio::sync::Mutex;
use tokio::time::timeout;
use uuid::Uuid;

use super::PATIENCE;

pub struct RawPhone {
    wire: Mutex<Wire>,
    local: SocketAddr,
    target: Target,
}

/// How its messages travel.
enum Wire {
    Datagrams(UdpSocket),
    Stream { stream: Box<dyn Stream>, received: Vec<u8> },
}

/// What SIP can be framed on.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

impl Wire {
    /// The next message; `None` where it cannot be read, or the stream ended.
    async fn next(&mut self) -> Option<SipMessage> {
        let mut buffer = vec![0; 65_535];
        match self {
            Self::Datagrams(socket) => {
                let length = socket.recv(&mut buffer).await.unwrap();
                SipMessage::parse(&buffer[..length])
            }
            Self::Stream { stream, received } => loop {
                if let Some(length) = whole_message(received) {
                    let message: Vec<u8> = received.drain(..length).collect();
                    return SipMessage::parse(&message);
                }
                let Ok(length @ 1..) = stream.read(&mut buffer).await else { return None };
                received.extend_from_slice(&buffer[..length]);
            },
        }
    }
}

/// A call it placed, with the sockets of its streams.
pub struct RawCall {
    pub dialog: Dialog,
    pub answer: SipMessage,
    pub sockets: Vec<std::net::UdpSocket>,
    /// Where the answer wants the media.
    pub ports: Vec<Option<SocketAddr>>,
}

impl RawPhone {
    pub async fn at(ip: IpAddr, target: Target) -> Self {
        let socket = UdpSocket::bind((ip, 0)).await.unwrap();
        socket.connect(target.server).await.unwrap();
        let local = socket.local_addr().unwrap();
        Self { wire: Mutex::new(Wire::Datagrams(socket)), local, target }
    }

    /// One that speaks on a stream that is open already.
    pub fn on(stream: impl Stream + 'static, local: SocketAddr, target: Target) -> Self {
        let wire = Wire::Stream { stream: Box::new(stream), received: Vec::new() };
        Self { wire: Mutex::new(wire), local, target }
    }

    pub async fn send(&self, octets: &[u8]) {
        match &mut *self.wire.lock().await {
            Wire::Datagrams(socket) => drop(socket.send(octets).await.unwrap()),
            Wire::Stream { stream, .. } => {
                stream.write_all(octets).await.unwrap();
                stream.flush().await.unwrap();
            }
        }
    }

    /// The next message, if one comes in time.
    pub async fn next(&self, patience: Duration) -> Option<SipMessage> {
        let mut wire = self.wire.lock().await;
        timeout(patience, wire.next()).await.ok()?
    }

    /// The next final answer to this method.
    pub async fn answer(&self, method: &str) -> SipMessage {
        loop {
            let message = self.next(PATIENCE).await.unwrap_or_else(|| panic!("no answer to {method}"));
            let ours = message.cseq().is_some_and(|(_, of)| of == method);
            if ours && message.status().is_some_and(|status| status >= 200) {
                return message;
            }
        }
    }

    /// An INVITE with this session description, metadata for two parties, and its dialog.
    pub fn invite(&self, parties: [&Party; 2], sdp: &str, labels: &[&str]) -> (Dialog, SipMessage) {
        let call_id = format!("{}@raw.invalid", Uuid::new_v4().simple());
        let dialog = Dialog::new(&self.target, self.local, &call_id, parties[0]);
        let labels: Vec<String> = labels.iter().map(|&label| label.to_owned()).collect();
        let ids = SessionIds::fresh(labels.len());
        let xml = recording_metadata(DataMode::Complete, &ids, parties, &labels, &Utc::now().to_rfc3339());
        let mut invite = dialog.request("INVITE", 1);
        invite.headers.push(("Require".into(), "siprec".into()));
        invite.headers.push(("Content-Type".into(), "multipart/mixed;boundary=b-o".into()));
        invite.body = format!(
            "--b-o\r\nContent-Type: application/sdp\r\n\r\n{sdp}\r\n--b-o\r\nContent-Type: application/rs-metadata+xml\r\n\
             Content-Disposition: recording-session\r\n\r\n{xml}\r\n--b-o--\r\n"
        )
        .into_bytes();
        (dialog, invite)
    }

    /// Places a call of two µ-law streams and acknowledges its answer; sends no media.
    pub async fn call(&self, parties: [&Party; 2]) -> RawCall {
        let ip = self.local.ip();
        let sockets = [bind_stream(ip).unwrap(), bind_stream(ip).unwrap()];
        let labels = ["1", "2"];
        let streams: Vec<OfferedStream> = sockets
            .iter()
            .zip(labels)
            .map(|(socket, label)| OfferedStream {
                port: socket.local_addr().unwrap().port(),
                law: Law::Pcmu,
                label: label.to_owned(),
            })
            .collect();
        let sdp = offer(self.local, 1, &streams, false);
        let (mut dialog, invite) = self.invite(parties, &sdp, &labels);
        self.send(&invite.print()).await;
        let answer = self.answer("INVITE").await;
        self.acknowledge(&mut dialog, &answer).await;
        let ports = answered_ports(&String::from_utf8_lossy(&answer.body));
        RawCall { dialog, answer, sockets: sockets.into(), ports }
    }

    /// Takes over the dialog's other half from the answer and sends the ACK.
    pub async fn acknowledge(&self, dialog: &mut Dialog, answer: &SipMessage) {
        answer.header("To").unwrap_or_default().clone_into(&mut dialog.to);
        if let Some(contact) = answer.contact_uri() {
            contact.clone_into(&mut dialog.uri);
        }
        self.send(&dialog.request("ACK", 1).print()).await;
    }

    /// Hangs up; returns the BYE that was answered.
    pub async fn hang_up(&self, dialog: &Dialog) -> SipMessage {
        let bye = dialog.request("BYE", 2);
        self.send(&bye.print()).await;
        assert_eq!(self.answer("BYE").await.status(), Some(200));
        bye
    }
}
