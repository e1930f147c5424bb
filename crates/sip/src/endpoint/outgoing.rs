//! Our own requests inside a dialog: BYE, the refreshing UPDATE, the asking one (RFC 3261 §12.2.1, RFC 4028 §10, RFC 7866 §9).

use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::Endpoint;
use super::dialog::Dialog;
use super::event::{DialogId, EndCause, Event};
use super::incoming::SUPPORTED_SHOWN;
use super::reply::Fields;
use super::session_timer::granted;
use super::transaction::{ClientTransaction, Due};
use crate::message::method::Method;
use crate::message::request::Response;
use crate::message::uri::Uri;
use crate::message::via::{COOKIE, Via};
use crate::transport::{Flow, Transport};

impl Endpoint {
    /// Ends a dialog by BYE; says `Ended` with `HungUp` at once. No-op for a dialog that is over.
    pub fn hang_up(&mut self, now: Duration, dialog: &DialogId, reason: &str) {
        self.end(now, dialog, EndCause::HungUp, reason);
    }

    /// Ends a dialog from our side: says so, stops what it repeats, sends BYE (after the ACK, if that is still due).
    pub(super) fn end(&mut self, now: Duration, id: &DialogId, cause: EndCause, reason: &str) {
        let Some(dialog) = self.dialogs.get_mut(id).filter(|dialog| !dialog.ended) else { return };
        dialog.ended = true;
        self.timers.clear(&Due::Session(id.clone()));
        self.say(Event::Ended { dialog: id.clone(), cause });
        let Some(dialog) = self.dialogs.get_mut(id) else { return };
        if cause != EndCause::NoAck && !dialog.unacknowledged.is_empty() {
            dialog.bye_after_ack = Some(reason.to_owned());
            if let Some(waiting) = dialog.waiting.take() {
                self.finish_refused(now, waiting, 487, "Request Terminated", self.fields());
            }
            return;
        }
        self.quiet(now, id);
        self.send_bye(now, id, reason);
    }

    pub(super) fn send_bye(&mut self, now: Duration, id: &DialogId, reason: &str) {
        let Some(dialog) = self.dialogs.get(id) else { return };
        if dialog.flow_lost {
            // No stream to send on, and none is opened from here: the peer finds out by 481.
            return self.close(now, id);
        }
        let text: String = reason.chars().filter(|c| !c.is_control() && !matches!(c, '"' | '\\')).collect();
        let fields = self.fields().with("Reason", format!("SIP;cause=200;text=\"{text}\""));
        self.send_request(now, id, Method::Bye, fields);
    }

    /// Refreshes the session by an UPDATE without offer, which leaves the media alone.
    pub(super) fn send_refresh(&mut self, now: Duration, id: &DialogId) {
        let Some(dialog) = self.dialogs.get(id).filter(|dialog| !dialog.flow_lost) else { return };
        let Some(interval) = dialog.facts.session_interval else { return };
        let fields = self
            .fields()
            .with("Contact", dialog.facts.contact.clone())
            .with("Supported", SUPPORTED_SHOWN)
            .with("Session-Expires", format!("{interval};refresher=uac"));
        self.send_request(now, id, Method::Update, fields);
    }

    /// Asks the peer for all of its metadata, by an UPDATE without offer (RFC 7866 §9); a complete document follows
    /// as `Metadata` or with a `Reinvite`. False when nothing was sent: the dialog is over, its stream is gone, it is
    /// not confirmed yet, or it was asked already and has not answered.
    pub fn request_snapshot(&mut self, now: Duration, id: &DialogId, reason: &str) -> bool {
        let Some(dialog) = self.dialogs.get_mut(id) else { return false };
        if dialog.ended || dialog.flow_lost || dialog.asks_snapshot || !dialog.unacknowledged.is_empty() {
            return false;
        }
        dialog.asks_snapshot = true;
        let contact = dialog.facts.contact.clone();
        let reason: String = reason.chars().filter(|c| c.is_alphanumeric() || *c == ' ').collect();
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<requestsnapshot xmlns=\"urn:ietf:params:xml:ns:recording:1\">\r\n  <requestreason xml:lang=\"en\">{reason}</requestreason>\r\n</requestsnapshot>\r\n"
        );
        let fields = self
            .fields()
            .with("Contact", contact)
            .with("Supported", SUPPORTED_SHOWN)
            .with("Content-Disposition", "recording-session")
            .with_body("application/rs-metadata-request", &body);
        self.send_request(now, id, Method::Update, fields);
        true
    }

    fn send_request(&mut self, now: Duration, id: &DialogId, method: Method, fields: Fields) {
        let branch = format!("{COOKIE}{}", self.token());
        let Some(dialog) = self.dialogs.get_mut(id) else { return };
        dialog.facts.local_cseq = dialog.facts.local_cseq.saturating_add(1);
        let flow = request_flow(dialog);
        let bytes = write_request(dialog, &method, &branch, &fields);
        let interval = self.config.t1;
        if !flow.transport.is_reliable() {
            self.timers.set(Due::RepeatRequest(branch.clone()), now + interval);
        }
        self.timers.set(Due::NoAnswer(branch.clone()), now + self.config.t1 * 64);
        self.send(flow, bytes.clone());
        self.requests.insert(branch, ClientTransaction { flow, method, dialog: id.clone(), bytes, interval });
    }

    /// A response to one of our requests.
    pub(super) fn response(&mut self, now: Duration, response: &Response) {
        let via = response.headers.get("via").and_then(Via::parse);
        let branch = via.as_ref().and_then(Via::branch).unwrap_or_default();
        let Some(transaction) = self.requests.get_mut(branch) else {
            self.counters.stray += 1;
            return;
        };
        if response.status < 200 {
            transaction.interval = self.config.t2;
            return;
        }
        self.timers.clear(&Due::RepeatRequest(branch.to_owned()));
        self.timers.clear(&Due::NoAnswer(branch.to_owned()));
        let Some(ClientTransaction { method, dialog, .. }) = self.requests.remove(branch) else { return };
        if let Some(live) = self.dialogs.get_mut(&dialog) {
            live.asks_snapshot = false;
        }
        match (method, response.status) {
            // Whatever is said to our BYE, the dialog is over.
            (Method::Bye, _) => self.close(now, &dialog),
            (_, 422) => self.refresh_less_often(now, &dialog, response),
            (_, 408 | 481) => self.end(now, &dialog, EndCause::SessionExpired, "session unknown to the peer"),
            (_, 200..300) if granted(&response.headers).is_some() => {
                self.refreshed(now, &dialog, granted(&response.headers));
            }
            // Any other answer shows that the peer lives, which is all the timer wants to know.
            _ => self.start_session_timer(now, &dialog),
        }
    }
}

impl Endpoint {
    /// Our refresh was too frequent for somebody on the path: what it wants at least is taken, once for each longer
    /// wish (RFC 4028 §7.3).
    fn refresh_less_often(&mut self, now: Duration, id: &DialogId, response: &Response) {
        let least =
            response.headers.get("min-se").and_then(|value| value.split(';').next()?.trim().parse().ok());
        let Some(dialog) = self.dialogs.get_mut(id) else { return };
        let known = dialog.facts.session_interval;
        match (least, known) {
            (Some(least), Some(known)) if least > known => {
                dialog.facts.session_interval = Some(least);
                self.send_refresh(now, id);
            }
            _ => self.start_session_timer(now, id),
        }
    }
}

/// Where a request of ours goes: the dialog's flow. On UDP the Contact may name another port of the same host.
fn request_flow(dialog: &Dialog) -> Flow {
    let mut flow = dialog.facts.flow;
    if flow.transport == Transport::Udp
        && dialog.facts.route_set.is_empty()
        && let Ok(target) = Uri::parse(&dialog.facts.remote_target)
        && target.host.parse::<IpAddr>() == Ok(flow.remote.ip())
    {
        flow.remote = SocketAddr::new(flow.remote.ip(), target.port.unwrap_or(5_060));
    }
    flow
}

fn write_request(dialog: &Dialog, method: &Method, branch: &str, fields: &Fields) -> Vec<u8> {
    const CANNOT_FAIL: &str = "writing into a String cannot fail";
    let facts = &dialog.facts;
    let transport = facts.flow.transport.as_str().to_ascii_uppercase();
    // The host of our Contact is what we advertise; it is also where responses may be sent.
    let contact = facts.contact.trim_start_matches('<').split('>').next().unwrap_or_default();
    let host_port = contact.rsplit('@').next().unwrap_or_default();
    let host_port = host_port.trim_start_matches("sip:").split(';').next().unwrap_or_default();
    let mut out = String::with_capacity(1_024);
    let mut line = |text: std::fmt::Arguments<'_>| write!(out, "{text}\r\n").expect(CANNOT_FAIL);
    line(format_args!("{method} {} SIP/2.0", facts.remote_target));
    line(format_args!("Via: SIP/2.0/{transport} {host_port};branch={branch};rport"));
    line(format_args!("Max-Forwards: 70"));
    for route in &facts.route_set {
        line(format_args!("Route: {route}"));
    }
    line(format_args!("From: {}", facts.local));
    line(format_args!("To: {}", facts.remote));
    line(format_args!("Call-ID: {}", facts.id.call_id));
    line(format_args!("CSeq: {} {method}", facts.local_cseq));
    fields.write(&mut out);
    out.into_bytes()
}
