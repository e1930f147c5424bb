//! DTLS-SRTP in a description: who sends the first flight, and which certificate is the peer's (RFC 5763, RFC 8122, RFC 8842).

use super::session_description::{MediaDescription, SessionDescription};

/// `a=setup`: who opens the DTLS association.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Setup {
    /// The writer sends the ClientHello.
    Active,
    /// The writer waits for it.
    Passive,
    /// The other may choose.
    ActPass,
    /// Not now.
    HoldConn,
}

impl Setup {
    /// Reads the value of an `a=setup`.
    pub fn parse(value: &str) -> Option<Setup> {
        [Setup::Active, Setup::Passive, Setup::ActPass, Setup::HoldConn]
            .into_iter()
            .find(|setup| setup.as_str().eq_ignore_ascii_case(value))
    }

    /// The attribute's value.
    pub fn as_str(self) -> &'static str {
        match self {
            Setup::Active => "active",
            Setup::Passive => "passive",
            Setup::ActPass => "actpass",
            Setup::HoldConn => "holdconn",
        }
    }

    /// What an answerer takes: active where it may choose, because the offerer cannot begin before it has the
    /// answer (RFC 5763 §5).
    pub fn answered(self) -> Setup {
        match self {
            Setup::Active => Setup::Passive,
            Setup::Passive | Setup::ActPass => Setup::Active,
            Setup::HoldConn => Setup::HoldConn,
        }
    }
}

/// A hash function of certificates; MD5 and MD2 are not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HashFunction {
    /// 20 octets; only where the peer has nothing better.
    Sha1,
    /// 32 octets.
    Sha256,
    /// 48 octets.
    Sha384,
    /// 64 octets.
    Sha512,
}

impl HashFunction {
    /// The name in SDP.
    pub fn as_str(self) -> &'static str {
        match self {
            HashFunction::Sha1 => "sha-1",
            HashFunction::Sha256 => "sha-256",
            HashFunction::Sha384 => "sha-384",
            HashFunction::Sha512 => "sha-512",
        }
    }

    fn octets(self) -> usize {
        match self {
            HashFunction::Sha1 => 20,
            HashFunction::Sha256 => 32,
            HashFunction::Sha384 => 48,
            HashFunction::Sha512 => 64,
        }
    }
}

/// `a=fingerprint`: the hash of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    /// The hash function.
    pub function: HashFunction,
    /// The hash.
    pub octets: Vec<u8>,
}

impl Fingerprint {
    /// Reads the value of an `a=fingerprint`; `None` for what is broken or too weak.
    pub fn parse(value: &str) -> Option<Fingerprint> {
        let (name, hash) = value.trim().split_once([' ', '\t'])?;
        let function = [HashFunction::Sha1, HashFunction::Sha256, HashFunction::Sha384, HashFunction::Sha512]
            .into_iter()
            .find(|function| function.as_str().eq_ignore_ascii_case(name))?;
        let is_pair = |pair: &str| pair.len() == 2 && pair.bytes().all(|digit| digit.is_ascii_hexdigit());
        let octet = |pair: &str| is_pair(pair).then(|| u8::from_str_radix(pair, 16).ok())?;
        let octets: Vec<u8> = hash.trim().split(':').map(octet).collect::<Option<_>>()?;
        (octets.len() == function.octets()).then_some(Fingerprint { function, octets })
    }

    /// The value of the line.
    pub fn value(&self) -> String {
        let pairs: Vec<String> = self.octets.iter().map(|octet| format!("{octet:02X}")).collect();
        format!("{} {}", self.function.as_str(), pairs.join(":"))
    }
}

/// The fingerprints that stand for a media description: its own, else the session's; strongest first. A certificate
/// that any of the strongest function matches is the peer's (RFC 8122 §5).
pub(super) fn fingerprints(session: &SessionDescription, media: &MediaDescription) -> Vec<Fingerprint> {
    let mut found: Vec<Fingerprint> = media.all("fingerprint").filter_map(Fingerprint::parse).collect();
    if found.is_empty() {
        found = session.all("fingerprint").filter_map(Fingerprint::parse).collect();
    }
    found.sort_by_key(|fingerprint| std::cmp::Reverse(fingerprint.function));
    found.truncate(MOST_FINGERPRINTS);
    found
}

const MOST_FINGERPRINTS: usize = 16;

/// The role that stands for a media description; actpass where an offer says none (RFC 8842 §5.2).
pub(super) fn setup(session: &SessionDescription, media: &MediaDescription) -> Setup {
    let mut said = media.all("setup").chain(session.all("setup"));
    said.find_map(Setup::parse).unwrap_or(Setup::ActPass)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_read_by_length_and_written_in_capitals() {
        let hash = vec!["ab"; 32].join(":");
        let read = Fingerprint::parse(&format!("SHA-256 {hash}")).unwrap();
        assert_eq!(read.value(), format!("sha-256 {}", hash.to_uppercase()));
        assert_eq!(Fingerprint::parse(&read.value()), Some(read));
        for broken in [
            String::new(),
            "sha-256".to_owned(),
            format!("md5 {}", vec!["ab"; 16].join(":")),
            format!("sha-256 {}", vec!["ab"; 31].join(":")),
            format!("sha-256 {}", vec!["+b"; 32].join(":")),
            format!("sha-256 {}", "ab".repeat(32)),
        ] {
            assert_eq!(Fingerprint::parse(&broken), None, "{broken}");
        }
    }

    // rule: RT13
    #[test]
    fn the_answerer_takes_the_other_role() {
        for (offered, answered) in
            [("actpass", "active"), ("ACTIVE", "passive"), ("passive", "active"), ("holdconn", "holdconn")]
        {
            assert_eq!(Setup::parse(offered).unwrap().answered().as_str(), answered);
        }
        assert_eq!(Setup::parse("x"), None);
    }
}
