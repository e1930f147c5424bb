//! The secrets of a session: its token, what is stored of it, and the CSRF token bound to it.

use std::fmt;

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rokuon_policy::ids::TenantId;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The name of the session cookie: `__Host-` binds it to this host, TLS and path `/` (RFC 6265bis §4.1.3.2).
pub const COOKIE: &str = "__Host-rokuon";

/// A session's secret: 256 random bits, known to one browser only.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken([u8; 32]);

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(REDACTED)")
    }
}

impl SessionToken {
    /// A fresh one.
    pub fn fresh() -> Self {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes).expect("the system gives random bytes");
        Self(bytes)
    }

    /// What is stored of it: whoever reads the database cannot use it.
    pub fn stored(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }

    /// The CSRF token bound to it; it tells nothing of the session token.
    pub fn csrf(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(b"rokuon csrf v1\0");
        hash.update(self.0);
        BASE64_URL_SAFE_NO_PAD.encode(hash.finalize())
    }

    /// Whether `sent` is the CSRF token bound to this one, compared in constant time.
    pub fn csrf_fits(&self, sent: &str) -> bool {
        self.csrf().as_bytes().ct_eq(sent.as_bytes()).into()
    }

    fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        bytes.try_into().ok().map(Self)
    }
}

/// The `Set-Cookie` value that gives the browser a session.
pub fn cookie(tenant: &TenantId, token: &SessionToken) -> String {
    let token = BASE64_URL_SAFE_NO_PAD.encode(token.0);
    format!("{COOKIE}={tenant}.{token}; Path=/; Secure; HttpOnly; SameSite=Strict")
}

/// The `Set-Cookie` value that takes it away.
pub fn no_cookie() -> String {
    format!("{COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0")
}

/// The tenant and token the request's cookie names. Two cookies of this name are none: one of them is not ours.
pub fn of_request(headers: &HeaderMap) -> Option<(TenantId, SessionToken)> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut ours = pairs.filter(|(name, _)| *name == COOKIE).map(|(_, value)| value);
    let (Some(value), None) = (ours.next(), ours.next()) else { return None };
    let (tenant, token) = value.split_once('.')?;
    Some((tenant.parse().ok()?, SessionToken::parse(token)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookies: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(header::COOKIE, cookie.parse().expect("a header"));
        }
        headers
    }

    #[test]
    fn a_cookie_comes_back_as_it_went() {
        let tenant: TenantId = "aozora".parse().expect("a tenant");
        let token = SessionToken::fresh();
        let sent = cookie(&tenant, &token);
        let back = sent.split(';').next().expect("a pair");
        assert_eq!(of_request(&headers(&[&format!("a=b; {back}")])), Some((tenant, token.clone())));
        assert_eq!(of_request(&headers(&[back, back])), None, "two of them");
        for bad in
            ["", "__Host-rokuon=", "__Host-rokuon=aozora.", "__Host-rokuon=aozora.AAAA", "__host-rokuon=x.y"]
        {
            assert_eq!(of_request(&headers(&[bad])), None, "{bad}");
        }
        for flag in ["Secure", "HttpOnly", "SameSite=Strict", "Path=/"] {
            assert!(sent.contains(flag) && no_cookie().contains(flag), "{flag}");
        }
        assert_eq!(format!("{token:?}"), "SessionToken(REDACTED)");
    }

    #[test]
    fn the_csrf_token_fits_its_own_session_only() {
        let (one, two) = (SessionToken::fresh(), SessionToken::fresh());
        assert!(one.csrf_fits(&one.csrf()));
        assert!(!one.csrf_fits(&two.csrf()));
        assert!(!one.csrf_fits(""));
        assert_ne!(one.stored(), two.stored());
    }
}
