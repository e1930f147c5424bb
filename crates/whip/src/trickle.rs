//! Trickle ICE fragments of a PATCH (RFC 8840 §9, RFC 9725 §4.3): told apart, and a restart answered.

use std::net::SocketAddr;

use crate::answer::{candidate_lines, ice_lines};
use crate::ice::IceCredentials;

/// Why a fragment cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FragmentProblem {
    /// Too large or not text.
    #[error("the fragment cannot be read")]
    Unreadable,
    /// Credentials are there but only half, or of the wrong form.
    #[error("the fragment's ICE credentials cannot be used")]
    Credentials,
}

/// What a fragment asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fragment {
    /// The credentials it stands under, where it names any.
    pub ice: Option<IceCredentials>,
    /// How many candidates it brings; a lite agent needs none of them.
    pub candidates: usize,
}

const MOST_OCTETS: usize = 16 * 1024;

impl Fragment {
    /// Reads a fragment; candidates of any kind (TCP, IPv6, mDNS names) are counted and otherwise let be.
    pub fn parse(raw: &[u8]) -> Result<Self, FragmentProblem> {
        if raw.len() > MOST_OCTETS {
            return Err(FragmentProblem::Unreadable);
        }
        let text = std::str::from_utf8(raw).map_err(|_| FragmentProblem::Unreadable)?;
        let (mut ufrag, mut password, mut candidates) = (None, None, 0);
        for line in text.split(['\r', '\n']).map(str::trim).filter(|line| !line.is_empty()) {
            let Some((letter, value)) = line.split_once('=') else { return Err(FragmentProblem::Unreadable) };
            match (letter, value.split_once(':')) {
                ("a", Some(("ice-ufrag", value))) => ufrag = Some(value.trim()),
                ("a", Some(("ice-pwd", value))) => password = Some(value.trim()),
                ("a", Some(("candidate", _))) => candidates += 1,
                _ => {}
            }
        }
        let ice = match (ufrag, password) {
            (None, None) => None,
            (Some(ufrag), Some(password)) => {
                Some(IceCredentials::received(ufrag, password).ok_or(FragmentProblem::Credentials)?)
            }
            _ => return Err(FragmentProblem::Credentials),
        };
        Ok(Self { ice, candidates })
    }
}

/// The answer to a restart: our new credentials and, again, every candidate.
pub fn restart_answer(ours: &IceCredentials, candidates: &[SocketAddr], mids: &[&str]) -> String {
    let mut fragment = "a=ice-lite\r\n".to_owned();
    if let Some(first) = mids.first() {
        // RFC 8840 §9: what belongs to the bundle's transport stands under an m-line that names it.
        fragment.push_str(&format!("a=group:BUNDLE {}\r\n", mids.join(" ")));
        fragment.push_str(&format!("m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:{first}\r\n"));
    }
    fragment.push_str(&ice_lines(ours));
    fragment.push_str(&candidate_lines(candidates));
    fragment
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: WI3
    #[test]
    fn a_fragment_is_a_trickle_or_a_restart() {
        let trickle = Fragment::parse(
            b"a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=candidate:1 1 tcp 2130706431 fe80::1 9 typ host tcptype active\r\na=end-of-candidates\r\n",
        )
        .expect("a fragment");
        assert_eq!(trickle.candidates, 1);
        assert_eq!(trickle.ice.map(|ice| ice.ufrag).as_deref(), Some("EsAw"));
        let end = Fragment::parse(b"a=end-of-candidates\n").expect("a fragment");
        assert_eq!(end, Fragment { ice: None, candidates: 0 });
        assert_eq!(Fragment::parse(b"a=ice-ufrag:abcd\r\n"), Err(FragmentProblem::Credentials));
        assert_eq!(
            Fragment::parse(b"a=ice-ufrag:ab\r\na=ice-pwd:short\r\n"),
            Err(FragmentProblem::Credentials)
        );
        assert_eq!(Fragment::parse(&[0xFF, 0xFE]), Err(FragmentProblem::Unreadable));
        assert_eq!(Fragment::parse(&vec![b'a'; 70_000]), Err(FragmentProblem::Unreadable));
    }
}
