//! What a client shows to prove that it knows the password (RFC 7616 §3.4).

use super::algorithm::{Algorithm, Exchange, Ha1, Protection};
use super::challenge::schemes;
use crate::message::headers::Headers;
use crate::message::parameters::{Parameter, parameter};
use crate::message::request::Request;

/// One `Authorization` value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user, or its hash where `userhash` says so.
    pub username: String,
    /// Whether `username` is the hash of user and realm.
    pub userhash: bool,
    /// The nonce, as given by us or not.
    pub nonce: String,
    /// The hash function.
    pub algorithm: Algorithm,
    uri: String,
    cnonce: String,
    count: String,
    response: String,
    protection: Protection,
}

impl Credentials {
    /// The credentials for a realm; `None` where there are none, or none that we could judge.
    pub fn read(headers: &Headers, realm: &str) -> Option<Credentials> {
        let shown = headers.all("authorization").flat_map(schemes);
        shown
            .into_iter()
            .filter(|shown| parameter(shown, "realm") == Some(realm))
            .find_map(|shown| read(&shown))
    }

    /// What the response ought to be if the password is that of `ha1`; digits of the wrong function never match.
    pub(super) fn expected(&self, ha1: &Ha1, request: &Request) -> zeroize::Zeroizing<String> {
        let exchange = Exchange {
            nonce: &self.nonce,
            uri: &self.uri,
            cnonce: &self.cnonce,
            count: &self.count,
            protection: self.protection,
            session: false,
        };
        exchange.response(ha1, &request.method, &request.body)
    }

    pub(super) fn response(&self) -> &str {
        &self.response
    }

    /// Whether the name shown is this user's.
    pub(super) fn names(&self, username: &str, realm: &str) -> bool {
        if self.userhash {
            let hash = self.algorithm.hash(&[username.as_bytes(), realm.as_bytes()]);
            return self.username.eq_ignore_ascii_case(&hash);
        }
        self.username == username
    }
}

fn read(parameters: &[Parameter]) -> Option<Credentials> {
    let get = |name: &str| parameter(parameters, name);
    let owned = |name: &str| get(name).filter(|value| !value.is_empty()).map(str::to_owned);
    // We never offer the session forms.
    let (algorithm, false) = Algorithm::parse(get("algorithm"))? else { return None };
    let (protection, cnonce, count) = match get("qop").map(str::to_ascii_lowercase).as_deref() {
        None => (Protection::Old, String::new(), String::new()),
        Some("auth") => (Protection::Auth, owned("cnonce")?, owned("nc")?),
        Some("auth-int") => (Protection::AuthInt, owned("cnonce")?, owned("nc")?),
        Some(_) => return None,
    };
    let is_count =
        count.is_empty() || (count.len() == 8 && count.bytes().all(|digit| digit.is_ascii_hexdigit()));
    if !is_count {
        return None;
    }
    Some(Credentials {
        username: owned("username")?,
        userhash: get("userhash").is_some_and(|value| value.eq_ignore_ascii_case("true")),
        nonce: owned("nonce")?,
        algorithm,
        uri: owned("uri")?,
        cnonce,
        count,
        response: owned("response")?.to_ascii_lowercase(),
        protection,
    })
}
