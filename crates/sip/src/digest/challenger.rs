//! The server's side: challenges that can be told again without being remembered, and the verdict on what comes back.

use std::collections::{HashSet, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::algorithm::{Algorithm, Ha1};
use super::credentials::Credentials;
use crate::message::request::Request;

/// A user who may call us; at a change of password there are two of one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The name.
    pub username: String,
    /// The password's hashes for our realm, one for each function the user may use.
    pub ha1: Vec<Ha1>,
}

/// What the credentials of a request are worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// They prove the password.
    Right,
    /// There are none for our realm, or none that can be read: challenge.
    Missing,
    /// The nonce is used up, too old or not ours for this call: challenge with `stale=true`.
    Stale,
    /// The nonce is good, user or password are not.
    Wrong,
}

/// Challenges and judges for one realm.
///
/// A nonce serves one attempt of one call from one address, for half a minute (S1). It says by itself when it was made;
/// only those used up are remembered.
pub struct Challenger {
    realm: String,
    secret: [u8; 32],
    spent: HashSet<String>,
    spent_order: VecDeque<String>,
}

const LIFETIME: Duration = Duration::from_secs(30);
/// Nonces remembered as used up. Beyond it the oldest is forgotten; it still serves its own call and address only.
const MOST_SPENT: usize = 4_096;

impl Challenger {
    /// `secret` is unpredictable and kept for as long as the challenger lives.
    pub fn new(realm: &str, secret: [u8; 32]) -> Challenger {
        let realm: String = realm.chars().filter(|c| !c.is_control() && !matches!(c, '"' | '\\')).collect();
        Challenger { realm, secret, spent: HashSet::new(), spent_order: VecDeque::new() }
    }

    /// The realm that passwords are hashed with.
    pub fn realm(&self) -> &str {
        &self.realm
    }

    /// The `WWW-Authenticate` values of a 401, the preferred first. `salt` is unpredictable.
    pub fn challenge(
        &self,
        now: Duration,
        request: &Request,
        from: IpAddr,
        salt: [u8; 8],
        stale: bool,
    ) -> Vec<String> {
        let nonce = self.nonce(now, request, from, salt);
        let stale = if stale { ", stale=true" } else { "" };
        let value = |algorithm: Algorithm| {
            format!(
                "Digest realm=\"{}\", nonce=\"{nonce}\", algorithm={}, qop=\"auth,auth-int\"{stale}",
                self.realm,
                algorithm.as_str()
            )
        };
        Algorithm::ALL.map(value).to_vec()
    }

    /// Judges the credentials of a request. The work is the same whether the user exists or not.
    pub fn judge(&mut self, now: Duration, request: &Request, from: IpAddr, accounts: &[Account]) -> Verdict {
        let Some(shown) = Credentials::read(&request.headers, &self.realm) else { return Verdict::Missing };
        if !self.spend(now, request, from, &shown.nonce) {
            return Verdict::Stale;
        }
        let nobody = Ha1::of(shown.algorithm, "", &self.realm, "");
        let mut is_right = subtle::Choice::from(0);
        for account in accounts {
            let hashed = account.ha1.iter().find(|ha1| ha1.algorithm() == shown.algorithm);
            let expected = shown.expected(hashed.unwrap_or(&nobody), request);
            let is_user = u8::from(hashed.is_some() && shown.names(&account.username, &self.realm));
            is_right |= expected.as_bytes().ct_eq(shown.response().as_bytes()) & is_user.into();
        }
        if bool::from(is_right) { Verdict::Right } else { Verdict::Wrong }
    }

    /// Uses a nonce up; false when it is not good for this request.
    fn spend(&mut self, now: Duration, request: &Request, from: IpAddr, nonce: &str) -> bool {
        let Some((made, salt)) = parts(nonce) else { return false };
        let is_fresh = now.checked_sub(made).is_some_and(|age| age <= LIFETIME);
        let ours = self.nonce(made, request, from, salt);
        if !bool::from(ours.as_bytes().ct_eq(nonce.as_bytes())) || !is_fresh || self.spent.contains(nonce) {
            return false;
        }
        if self.spent_order.len() >= MOST_SPENT
            && let Some(oldest) = self.spent_order.pop_front()
        {
            self.spent.remove(&oldest);
        }
        self.spent.insert(nonce.to_owned());
        self.spent_order.push_back(nonce.to_owned());
        true
    }

    /// Time, salt and a code over both, the call and the address, in hexadecimal digits.
    fn nonce(&self, made: Duration, request: &Request, from: IpAddr, salt: [u8; 8]) -> String {
        let made = u64::try_from(made.as_millis()).unwrap_or(u64::MAX);
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).expect("any length of key will do");
        mac.update(&made.to_be_bytes());
        mac.update(&salt);
        mac.update(from.to_canonical().to_string().as_bytes());
        mac.update(b"\0");
        mac.update(request.headers.get("call-id").unwrap_or_default().as_bytes());
        let code = mac.finalize().into_bytes();
        let octets = made.to_be_bytes().into_iter().chain(salt).chain(code.into_iter().take(16));
        octets.map(|octet| format!("{octet:02x}")).collect()
    }
}

/// Time and salt of a nonce.
fn parts(nonce: &str) -> Option<(Duration, [u8; 8])> {
    let number = |range| u64::from_str_radix(nonce.get(range)?, 16).ok();
    let made = Duration::from_millis(number(0..16)?);
    Some((made, number(16..32)?.to_be_bytes()))
}

impl std::fmt::Debug for Challenger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Challenger").field("realm", &self.realm).finish_non_exhaustive()
    }
}
