//! A recording client that writes its metadata and offers as a test wants them, over one dialog.

use std::net::{IpAddr, SocketAddr};

use rokuon_fixtures::dialog::Dialog;
use rokuon_fixtures::metadata::{Party, answered_ports};
use rokuon_fixtures::sip_message::SipMessage;

use super::raw_phone::RawPhone;
use super::voice::Voice;

/// Who takes part: id, number, ids of the streams they send.
pub type Speaker<'a> = (&'a str, &'a str, &'a [&'a str]);

/// Complete metadata of one session whose streams are called as their labels.
pub fn metadata(session: &str, speakers: &[Speaker<'_>], labels: &[&str]) -> String {
    let mut xml = format!(
        "<?xml version=\"1.0\"?>\r\n<recording xmlns=\"urn:ietf:params:xml:ns:recording:1\"><datamode>complete</datamode>\
         <session session_id=\"{session}\"/>"
    );
    for (id, number, _) in speakers {
        xml.push_str(&format!(
            "<participant participant_id=\"{id}\"><nameID aor=\"sip:{number}@pbx.example.jp\"/></participant>"
        ));
    }
    for label in labels {
        xml.push_str(&format!(
            "<stream stream_id=\"s{label}\" session_id=\"{session}\"><label>{label}</label></stream>"
        ));
    }
    for (id, _, sends) in speakers {
        let sends: String = sends.iter().map(|label| format!("<send>s{label}</send>")).collect();
        xml.push_str(&format!(
            "<participantsessionassoc participant_id=\"{id}\" session_id=\"{session}\"/>\
             <participantstreamassoc participant_id=\"{id}\">{sends}</participantstreamassoc>"
        ));
    }
    xml.push_str("</recording>");
    xml
}

/// An offer of µ-law streams: port, label, direction.
pub fn offer(ip: IpAddr, streams: &[(u16, Option<&str>, &str)]) -> String {
    let family = if ip.is_ipv4() { "IP4" } else { "IP6" };
    let mut sdp = format!("v=0\r\no=SRC 1 1 IN {family} {ip}\r\ns=-\r\nc=IN {family} {ip}\r\nt=0 0\r\n");
    for (port, label, direction) in streams {
        sdp.push_str(&format!("m=audio {port} RTP/AVP 0\r\na={direction}\r\n"));
        if let Some(label) = label {
            sdp.push_str(&format!("a=label:{label}\r\n"));
        }
    }
    sdp
}

/// `sendonly` streams of these voices.
pub fn sending<'a>(voices: &[Voice], labels: &[&'a str]) -> Vec<(u16, Option<&'a str>, &'static str)> {
    voices.iter().zip(labels).map(|(voice, label)| (voice.port(), Some(*label), "sendonly")).collect()
}

/// A dialog with the recorder.
pub struct RecordingClient {
    pub phone: RawPhone,
    pub dialog: Dialog,
    cseq: u32,
}

impl RecordingClient {
    /// One that has not called yet.
    pub fn new(phone: RawPhone) -> Self {
        let (dialog, _) = phone.invite([&Party::number("0"), &Party::number("0")], "", &[]);
        Self { phone, dialog, cseq: 0 }
    }

    /// The SIP Call-ID.
    pub fn call_id(&self) -> &str {
        &self.dialog.call_id
    }

    /// Sends INVITE or UPDATE with these parts and acknowledges a final answer to INVITE.
    pub async fn ask(&mut self, method: &str, sdp: Option<&str>, xml: Option<&str>) -> SipMessage {
        self.ask_with(method, sdp, xml, &[]).await
    }

    /// The same with further headers.
    pub async fn ask_with(
        &mut self,
        method: &str,
        sdp: Option<&str>,
        xml: Option<&str>,
        headers: &[(&str, &str)],
    ) -> SipMessage {
        self.cseq += 1;
        let mut request = self.dialog.request(method, self.cseq);
        for (name, value) in headers {
            request.headers.push(((*name).to_owned(), (*value).to_owned()));
        }
        let parts = [(sdp, "application/sdp"), (xml, "application/rs-metadata+xml")];
        match parts {
            [(Some(one), kind), (None, _)] | [(None, _), (Some(one), kind)] => {
                request.headers.push(("Content-Type".into(), kind.into()));
                request.body = one.as_bytes().to_vec();
            }
            [(Some(_), _), (Some(_), _)] => {
                request.headers.push(("Content-Type".into(), "multipart/mixed;boundary=b-o".into()));
                let mut body = String::new();
                for (part, kind) in parts {
                    body.push_str(&format!(
                        "--b-o\r\nContent-Type: {kind}\r\n\r\n{}\r\n",
                        part.unwrap_or_default()
                    ));
                }
                body.push_str("--b-o--\r\n");
                request.body = body.into_bytes();
            }
            [(None, _), (None, _)] => {}
        }
        self.phone.send(&request.print()).await;
        let answer = self.phone.answer(method).await;
        let opened = method == "INVITE" && answer.status() == Some(200);
        if let Some(to) = answer.header("To").filter(|_| opened) {
            to.clone_into(&mut self.dialog.to);
        }
        if let Some(contact) = answer.contact_uri().filter(|_| opened) {
            contact.clone_into(&mut self.dialog.uri);
        }
        if opened {
            self.phone.send(&self.dialog.request("ACK", self.cseq).print()).await;
        }
        answer
    }

    /// Hangs up.
    pub async fn hang_up(&mut self) {
        let answer = self.ask("BYE", None, None).await;
        assert_eq!(answer.status(), Some(200), "{}", answer.start);
    }
}

/// Where an answer wants the media of each m-line.
pub fn ports(answer: &SipMessage) -> Vec<Option<SocketAddr>> {
    answered_ports(&String::from_utf8_lossy(&answer.body))
}
