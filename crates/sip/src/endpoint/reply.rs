//! Replies: what a response repeats of its request, and how it is written (RFC 3261 §8.2.6).

use std::fmt::Write;

use crate::message::request::Request;
use crate::message::via;
use crate::transport::Flow;

/// The header fields of a request that every response to it repeats.
#[derive(Debug, Clone)]
pub(super) struct ReplyHeads {
    vias: Vec<String>,
    from: Option<String>,
    to: Option<String>,
    call_id: Option<String>,
    cseq: Option<String>,
    record_routes: Vec<String>,
}

impl ReplyHeads {
    /// `None` when the request holds too little for its sender to know the reply: no Via, or neither Call-ID nor CSeq.
    pub(super) fn of(request: &Request, flow: &Flow) -> Option<ReplyHeads> {
        let headers = &request.headers;
        let owned = |name: &str| headers.get(name).filter(|value| !value.is_empty()).map(str::to_owned);
        let vias: Vec<&str> = headers.all("via").filter(|via| !via.is_empty()).collect();
        let heads = ReplyHeads {
            vias: via::for_reply(&vias, flow.remote),
            from: owned("from"),
            to: owned("to"),
            call_id: owned("call-id"),
            cseq: owned("cseq"),
            record_routes: headers.all("record-route").map(str::to_owned).collect(),
        };
        let is_enough = !heads.vias.is_empty() && (heads.call_id.is_some() || heads.cseq.is_some());
        is_enough.then_some(heads)
    }

    /// The To value with our tag, as our own requests show it in From.
    pub(super) fn local(&self, tag: &str) -> String {
        with_tag(self.to.as_deref().unwrap_or_default(), tag)
    }

    /// The From value, as our own requests show it in To.
    pub(super) fn remote(&self) -> String {
        self.from.clone().unwrap_or_default()
    }

    /// The Record-Route values in the order received.
    pub(super) fn record_routes(&self) -> &[String] {
        &self.record_routes
    }

    /// Writes a response.
    pub(super) fn response(&self, status: u16, reason: &str, to_tag: &str, fields: &Fields) -> Vec<u8> {
        const CANNOT_FAIL: &str = "writing into a String cannot fail";
        let mut out = String::with_capacity(1_024);
        let reason: String = reason.chars().filter(|c| !c.is_control()).collect();
        write!(out, "SIP/2.0 {status} {reason}\r\n").expect(CANNOT_FAIL);
        let mut line = |name: &str, value: &str| write!(out, "{name}: {value}\r\n").expect(CANNOT_FAIL);
        for via in &self.vias {
            line("Via", via);
        }
        if (200..300).contains(&status) {
            for route in &self.record_routes {
                line("Record-Route", route);
            }
        }
        if let Some(from) = &self.from {
            line("From", from);
        }
        if let Some(to) = &self.to {
            let to = if status == 100 { to.clone() } else { with_tag(to, to_tag) };
            line("To", &to);
        }
        if let Some(call_id) = &self.call_id {
            line("Call-ID", call_id);
        }
        if let Some(cseq) = &self.cseq {
            line("CSeq", cseq);
        }
        fields.write(&mut out);
        out.into_bytes()
    }
}

fn with_tag(to: &str, tag: &str) -> String {
    let has_tag = crate::message::name_addr::NameAddr::parse(to).is_some_and(|to| to.tag().is_some());
    if has_tag || tag.is_empty() { to.to_owned() } else { format!("{to};tag={tag}") }
}

/// Further header fields and the body of a message of ours.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields {
    fields: Vec<(&'static str, String)>,
    body: Option<(&'static str, String)>,
}

impl Fields {
    pub(super) fn new() -> Fields {
        Fields::default()
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Fields {
        self.fields.push((name, value.into()));
        self
    }

    pub(super) fn with_body(mut self, content_type: &'static str, body: &str) -> Fields {
        self.body = Some((content_type, body.to_owned()));
        self
    }

    /// Writes the fields, the blank line and the body.
    pub(super) fn write(&self, out: &mut String) {
        const CANNOT_FAIL: &str = "writing into a String cannot fail";
        for (name, value) in &self.fields {
            // A value of the shell's must not end the header early.
            let value: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            write!(out, "{name}: {value}\r\n").expect(CANNOT_FAIL);
        }
        match &self.body {
            Some((content_type, body)) => {
                write!(out, "Content-Type: {content_type}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
            }
            None => write!(out, "Content-Length: 0\r\n\r\n"),
        }
        .expect(CANNOT_FAIL);
    }
}
