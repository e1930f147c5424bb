//! A challenge as a client meets it, and its answer (RFC 3261 §22.2, RFC 7616 §3.3, §3.4).

use super::algorithm::{Algorithm, Exchange, Ha1, Protection};
use crate::message::headers::Headers;
use crate::message::method::Method;
use crate::message::parameters::{Parameter, parameter, parse_parameter, split_outside};

/// One challenge that we can answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Whether a proxy asks (407) and not the server itself.
    pub by_proxy: bool,
    /// The realm.
    pub realm: String,
    /// The nonce.
    pub nonce: String,
    /// Whether only the nonce was wrong.
    pub stale: bool,
    algorithm: Algorithm,
    session: bool,
    protection: Protection,
    opaque: Option<String>,
}

/// Who answers.
#[derive(Clone, Copy)]
pub struct Password<'a> {
    /// The user's name.
    pub username: &'a str,
    /// The password.
    pub password: &'a str,
}

/// The challenges of a response that we can answer: of each realm the strongest, in the order received.
pub fn challenges(headers: &Headers) -> Vec<Challenge> {
    let mut found: Vec<Challenge> = Vec::new();
    for (name, by_proxy) in [("www-authenticate", false), ("proxy-authenticate", true)] {
        for parameters in headers.all(name).flat_map(schemes) {
            let Some(challenge) = read(&parameters, by_proxy) else { continue };
            let is_same = |known: &Challenge| known.realm == challenge.realm && known.by_proxy == by_proxy;
            match found.iter().position(is_same).and_then(|at| found.get_mut(at)) {
                Some(known) if known.algorithm < challenge.algorithm => *known = challenge,
                Some(_) => {}
                None => found.push(challenge),
            }
        }
    }
    found.truncate(MOST_REALMS);
    found
}

/// More realms than proxies on any path.
const MOST_REALMS: usize = 4;
/// What we repeat of a peer's words is bounded.
const LONGEST_VALUE: usize = 1_024;

impl Challenge {
    /// The header field that answers: its name and value. `cnonce` is unpredictable; `count` is 1 for the first use
    /// of a nonce.
    pub fn answer(
        &self,
        who: Password<'_>,
        method: &Method,
        uri: &str,
        body: &[u8],
        cnonce: &str,
        count: u32,
    ) -> (&'static str, String) {
        let ha1 = Ha1::of(self.algorithm, who.username, &self.realm, who.password);
        let count = format!("{count:08x}");
        let exchange = Exchange {
            nonce: &self.nonce,
            uri,
            cnonce,
            count: &count,
            protection: self.protection,
            session: self.session,
        };
        let response = exchange.response(&ha1, method, body);
        let session = if self.session { "-sess" } else { "" };
        let mut value = format!(
            "Digest username=\"{}\", realm=\"{}\", nonce=\"{}\", uri=\"{}\", response=\"{}\", algorithm={}{session}",
            quotable(who.username),
            quotable(&self.realm),
            quotable(&self.nonce),
            quotable(uri),
            response.as_str(),
            self.algorithm.as_str(),
        );
        match self.protection {
            Protection::Old if !self.session => {}
            Protection::Old => value.push_str(&format!(", cnonce=\"{cnonce}\"")),
            Protection::Auth => value.push_str(&format!(", cnonce=\"{cnonce}\", qop=auth, nc={count}")),
            Protection::AuthInt => {
                value.push_str(&format!(", cnonce=\"{cnonce}\", qop=auth-int, nc={count}"))
            }
        }
        if let Some(opaque) = &self.opaque {
            value.push_str(&format!(", opaque=\"{}\"", quotable(opaque)));
        }
        (if self.by_proxy { "Proxy-Authorization" } else { "Authorization" }, value)
    }
}

fn quotable(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

fn read(parameters: &[Parameter], by_proxy: bool) -> Option<Challenge> {
    let get = |name: &str| parameter(parameters, name);
    let bounded = |name: &str| get(name).filter(|value| value.len() <= LONGEST_VALUE).map(str::to_owned);
    let (algorithm, session) = Algorithm::parse(get("algorithm"))?;
    let protection = match get("qop") {
        None | Some("") => Protection::Old,
        Some(listed) => {
            let lists = |wanted: &str| listed.split(',').any(|qop| qop.trim().eq_ignore_ascii_case(wanted));
            if lists("auth") {
                Protection::Auth
            } else if lists("auth-int") {
                Protection::AuthInt
            } else {
                return None;
            }
        }
    };
    let opaque = bounded("opaque");
    if opaque.is_none() && get("opaque").is_some() {
        return None;
    }
    Some(Challenge {
        by_proxy,
        realm: bounded("realm")?,
        nonce: bounded("nonce")?,
        stale: get("stale").is_some_and(|stale| stale.eq_ignore_ascii_case("true")),
        algorithm,
        session,
        protection,
        opaque,
    })
}

/// The parameters of each `Digest` in a header value; several may stand in one.
pub(super) fn schemes(value: &str) -> Vec<Vec<Parameter>> {
    let mut found: Vec<(bool, Vec<Parameter>)> = Vec::new();
    for piece in split_outside(value, ',') {
        let piece = piece.trim();
        let scheme = piece.split_once(char::is_whitespace).filter(|(word, _)| !word.contains(['=', '"']));
        let rest = match scheme {
            // `realm = "x"` is no scheme.
            Some((word, rest)) if !rest.trim_start().starts_with('=') => {
                found.push((word.eq_ignore_ascii_case("digest"), Vec::new()));
                rest
            }
            _ => piece,
        };
        if let (Some((_, parameters)), Some(parameter)) = (found.last_mut(), parse_parameter(rest))
            && parameters.iter().all(|known| known.name != parameter.name)
        {
            parameters.push(parameter);
        }
    }
    found.into_iter().filter(|(is_digest, _)| *is_digest).map(|(_, parameters)| parameters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(head: &str) -> Vec<Challenge> {
        challenges(&Headers::parse(head.as_bytes()))
    }

    #[test]
    fn the_strongest_of_each_realm_is_answered() {
        let head = "WWW-Authenticate: Digest realm=\"a\", nonce=\"n1\"\nWWW-Authenticate: Digest realm=\"a\",nonce=\"n2\",algorithm=SHA-256,qop=\"auth,auth-int\", Digest realm = \"b\", nonce=\"n3\", algorithm=SHA-512-256\nProxy-Authenticate: Basic realm=\"c\", Digest realm=\"c\", nonce=\"n4\", qop=\"auth-int\", stale=TRUE, opaque=\"o\\\"p\"";
        let read = read_all(head);
        let seen: Vec<_> =
            read.iter().map(|one| (one.realm.as_str(), one.nonce.as_str(), one.stale)).collect();
        assert_eq!(seen, [("a", "n2", false), ("c", "n4", true)]);
        let who = Password { username: "u\"1", password: "p" };
        let (name, value) = read[1].answer(who, &Method::Invite, "sip:a@b", b"v=0", "cc", 2);
        assert_eq!(name, "Proxy-Authorization");
        assert!(value.starts_with(
            "Digest username=\"u\\\"1\", realm=\"c\", nonce=\"n4\", uri=\"sip:a@b\", response=\""
        ));
        assert!(
            value.ends_with("algorithm=MD5, cnonce=\"cc\", qop=auth-int, nc=00000002, opaque=\"o\\\"p\""),
            "{value}"
        );
    }

    #[test]
    fn what_cannot_be_answered_is_let_be() {
        for head in [
            "",
            "WWW-Authenticate: ",
            "WWW-Authenticate: Basic realm=\"a\"",
            "WWW-Authenticate: Digest",
            "WWW-Authenticate: Digest nonce=\"n\"",
            "WWW-Authenticate: Digest realm=\"a\"",
            "WWW-Authenticate: Digest realm=\"a\", nonce=\"n\", qop=\"auth-conf\"",
            "WWW-Authenticate: Digest realm=\"a\", nonce=\"n\", algorithm=AKAv1-MD5",
        ] {
            assert_eq!(read_all(head), [], "{head}");
        }
        assert_eq!(
            read_all(&format!("WWW-Authenticate: Digest realm=\"a\", nonce=\"{}\"", "n".repeat(2_000))),
            []
        );
    }
}
