//! The hash functions of digest authentication, and what is hashed with them (RFC 7616 §3.4).

use std::fmt::Write;

use md5::Md5;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::message::method::Method;

/// A hash function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Algorithm {
    /// Old, and all that some peers have.
    Md5,
    /// Preferred (RFC 8760).
    Sha256,
}

impl Algorithm {
    /// All, the preferred first.
    pub const ALL: [Algorithm; 2] = [Algorithm::Sha256, Algorithm::Md5];

    /// The registered name.
    pub fn as_str(self) -> &'static str {
        match self {
            Algorithm::Md5 => "MD5",
            Algorithm::Sha256 => "SHA-256",
        }
    }

    /// Reads a name, and whether it is the `-sess` form; without a name it is MD5.
    pub fn parse(name: Option<&str>) -> Option<(Algorithm, bool)> {
        let name = name.unwrap_or("MD5").to_ascii_uppercase();
        let (name, session) = match name.strip_suffix("-SESS") {
            Some(name) => (name, true),
            None => (name.as_str(), false),
        };
        let algorithm = Algorithm::ALL.into_iter().find(|algorithm| algorithm.as_str() == name)?;
        Some((algorithm, session))
    }

    /// The hash in lower-case hexadecimal digits.
    pub(super) fn hash(self, pieces: &[&[u8]]) -> Zeroizing<String> {
        let joined = Zeroizing::new(pieces.join(b":".as_slice()));
        match self {
            Algorithm::Md5 => hex(&Md5::digest(joined.as_slice())),
            Algorithm::Sha256 => hex(&Sha256::digest(joined.as_slice())),
        }
    }

    /// Digits of a hash.
    pub fn digits(self) -> usize {
        match self {
            Algorithm::Md5 => 32,
            Algorithm::Sha256 => 64,
        }
    }
}

fn hex(octets: &[u8]) -> Zeroizing<String> {
    let mut digits = Zeroizing::new(String::with_capacity(octets.len() * 2));
    for octet in octets {
        write!(digits, "{octet:02x}").expect("writing into a String cannot fail");
    }
    digits
}

/// What stands for a password: the hash of user, realm and password. It does not show.
#[derive(Clone, PartialEq, Eq)]
pub struct Ha1 {
    algorithm: Algorithm,
    digits: Zeroizing<String>,
}

impl Ha1 {
    /// Hashes a password.
    pub fn of(algorithm: Algorithm, username: &str, realm: &str, password: &str) -> Ha1 {
        let digits = algorithm.hash(&[username.as_bytes(), realm.as_bytes(), password.as_bytes()]);
        Ha1 { algorithm, digits }
    }

    /// Takes a stored hash in hexadecimal digits; `None` when it is none of this function.
    pub fn stored(algorithm: Algorithm, digits: &str) -> Option<Ha1> {
        let is_hash =
            digits.len() == algorithm.digits() && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        is_hash.then(|| Ha1 { algorithm, digits: Zeroizing::new(digits.to_ascii_lowercase()) })
    }

    /// Its hash function.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Its hexadecimal digits, to be stored as a secret.
    pub fn digits(&self) -> &str {
        &self.digits
    }
}

impl std::fmt::Debug for Ha1 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ha1({})", self.algorithm.as_str())
    }
}

/// How much of a request the response covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// No quality of protection was named (RFC 2069 peers).
    Old,
    /// Method and URI.
    Auth,
    /// The body too.
    AuthInt,
}

/// What a response is computed from, beside the password.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exchange<'a> {
    pub nonce: &'a str,
    pub uri: &'a str,
    pub cnonce: &'a str,
    /// Eight hexadecimal digits, as written.
    pub count: &'a str,
    pub protection: Protection,
    pub session: bool,
}

impl Exchange<'_> {
    /// The `response` value for a request.
    pub(super) fn response(&self, ha1: &Ha1, method: &Method, body: &[u8]) -> Zeroizing<String> {
        let algorithm = ha1.algorithm;
        let (nonce, cnonce) = (self.nonce.as_bytes(), self.cnonce.as_bytes());
        let a1 = match self.session {
            true => algorithm.hash(&[ha1.digits.as_bytes(), nonce, cnonce]),
            false => ha1.digits.clone(),
        };
        let (method, uri) = (method.as_str().as_bytes(), self.uri.as_bytes());
        let a2 = match self.protection {
            Protection::AuthInt => algorithm.hash(&[method, uri, algorithm.hash(&[body]).as_bytes()]),
            Protection::Old | Protection::Auth => algorithm.hash(&[method, uri]),
        };
        let (a1, a2) = (a1.as_bytes(), a2.as_bytes());
        let qop: &[u8] = match self.protection {
            Protection::Old => return algorithm.hash(&[a1, nonce, a2]),
            Protection::Auth => b"auth",
            Protection::AuthInt => b"auth-int",
        };
        algorithm.hash(&[a1, nonce, self.count.as_bytes(), cnonce, qop, a2])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 7616 §3.9.1, both functions; the method stands as another method there.
    #[test]
    fn the_examples_of_the_standard_come_out() {
        let exchange = Exchange {
            nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
            uri: "/dir/index.html",
            cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
            count: "00000001",
            protection: Protection::Auth,
            session: false,
        };
        for (algorithm, expected) in [
            (Algorithm::Md5, "8ca523f5e9506fed4657c9700eebdbec"),
            (Algorithm::Sha256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ] {
            let ha1 = Ha1::of(algorithm, "Mufasa", "http-auth@example.org", "Circle of Life");
            let get = Method::parse("GET");
            assert_eq!(exchange.response(&ha1, &get, b"").as_str(), expected);
        }
    }

    #[test]
    fn stored_hashes_are_hashes_and_do_not_show() {
        let ha1 = Ha1::of(Algorithm::Md5, "a", "b", "c");
        assert_eq!(Ha1::stored(Algorithm::Md5, &ha1.digits().to_uppercase()), Some(ha1.clone()));
        for wrong in ["", "x", &"0".repeat(64), &"g".repeat(32)] {
            assert_eq!(Ha1::stored(Algorithm::Md5, wrong), None);
        }
        assert_eq!(format!("{ha1:?}"), "Ha1(MD5)");
    }
}
