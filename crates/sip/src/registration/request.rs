//! REGISTER as it goes out (RFC 3261 §10.2).

use std::time::Duration;

use super::attempt::{Phase, Registration};
use crate::digest::challenge::Password;
use crate::message::method::Method;
use crate::message::via::COOKIE;
use crate::transport::Flow;

/// RFC 3261 T1.
const T1: Duration = Duration::from_millis(500);
/// RFC 3261 T2.
pub(super) const T2: Duration = Duration::from_secs(4);

/// Tells our branches from those of requests in dialogs.
pub(super) const BRANCH_MARK: &str = "reg.";

impl Registration {
    /// Makes the next REGISTER and waits for its answer; gives its octets. `token` is unpredictable.
    pub(super) fn ask(&mut self, now: Duration, flow: Flow, token: &str) -> Vec<u8> {
        self.cseq = self.cseq.saturating_add(1);
        self.nonce_count = self.nonce_count.saturating_add(1);
        let branch = format!("{COOKIE}{BRANCH_MARK}{token}");
        let bytes = self.write(&flow, &branch, token).into_bytes();
        self.phase = Phase::Asking {
            branch,
            bytes: bytes.clone(),
            repeat_at: (!flow.transport.is_reliable()).then_some(now + T1),
            interval: T1,
            until: now + T1 * 64,
        };
        bytes
    }

    fn write(&self, flow: &Flow, branch: &str, cnonce: &str) -> String {
        let expires = if self.leaving { 0 } else { self.expires };
        let (user, contact_user) = (escape(&self.account.user), escape(&self.account.contact_user));
        let domain = bare(&self.account.domain);
        let uri = format!("sip:{domain}");
        let local = self.account.advertised.as_deref().map_or_else(|| flow.local.to_string(), bare);
        let transport = flow.transport.as_str();
        let mut out = format!(
            "REGISTER {uri} SIP/2.0\r\nVia: SIP/2.0/{} {local};branch={branch};rport\r\nMax-Forwards: 70\r\n\
             From: <sip:{user}@{domain}>;tag={}\r\nTo: <sip:{user}@{domain}>\r\nCall-ID: {}\r\n\
             CSeq: {} REGISTER\r\nContact: <sip:{contact_user}@{local};transport={transport}>;expires={expires}\r\n\
             Expires: {expires}\r\nSupported: path\r\n",
            transport.to_ascii_uppercase(),
            self.from_tag,
            self.call_id,
            self.cseq,
        );
        let username = self.account.auth_user.as_deref().unwrap_or(&self.account.user);
        let who = Password { username, password: &self.account.password };
        let register = Method::parse("REGISTER");
        for challenge in &self.challenges {
            let (name, value) = challenge.answer(who, &register, &uri, b"", cnonce, self.nonce_count);
            out.push_str(&format!("{name}: {}\r\n", bare(&value)));
        }
        out.push_str("Content-Length: 0\r\n\r\n");
        out
    }
}

/// Text of the shell's or the peer's must not end a header early.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// A user part: what must not stand there is escaped (RFC 3261 §25.1).
fn escape(user: &str) -> String {
    let mut out = String::with_capacity(user.len());
    for octet in user.bytes() {
        if octet.is_ascii_alphanumeric() || b"-_.!~*'()&=+$,;?/".contains(&octet) {
            out.push(char::from(octet));
        } else {
            out.push_str(&format!("%{octet:02X}"));
        }
    }
    out
}
