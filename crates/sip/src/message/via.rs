//! Via: where a request passed, and where its reply must go (RFC 3261 §20.42, RFC 3581).

use std::net::{IpAddr, SocketAddr};

use super::parameters::{Parameter, parameter, parse_parameters, split_outside};
use super::uri::host_and_port;

/// The topmost Via.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Via {
    /// `UDP`, `TCP` … as written; unknown ones are let be.
    pub transport: String,
    /// `host[:port]` as written, blanks removed.
    pub sent_by: String,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
}

/// What a branch begins with that RFC 3261 peers make.
pub const COOKIE: &str = "z9hG4bK";

impl Via {
    /// Reads the first Via of a header value; `None` when it breaks the grammar.
    pub fn parse(value: &str) -> Option<Via> {
        let first = *split_outside(value, ',').first()?;
        let (head, tail) = first.split_once(';').unwrap_or((first, ""));
        let mut parts = head.splitn(3, '/');
        let protocol = parts.next()?.trim();
        parts.next().filter(|version| version.trim() == "2.0")?;
        let rest = parts.next()?.trim();
        let (transport, sent_by) = rest.split_once(char::is_whitespace)?;
        let sent_by: String = sent_by.chars().filter(|c| !c.is_whitespace()).collect();
        host_and_port(&sent_by)?;
        let pieces = split_outside(tail, ';');
        let hollow =
            pieces.split_last().is_some_and(|(_, before)| before.iter().any(|piece| piece.trim().is_empty()));
        if !protocol.eq_ignore_ascii_case("SIP") || hollow {
            return None;
        }
        Some(Via { transport: transport.to_owned(), sent_by, parameters: parse_parameters(tail) })
    }

    /// The branch, where it names a transaction by itself (RFC 3261 §8.1.1.7).
    pub fn branch(&self) -> Option<&str> {
        let branch = parameter(&self.parameters, "branch")?;
        branch.strip_prefix(COOKIE).filter(|rest| !rest.is_empty()).map(|_| branch)
    }

    fn names_source(&self, source: IpAddr) -> bool {
        host_and_port(&self.sent_by).is_some_and(|(host, _)| host.parse() == Ok(source))
    }
}

/// The Via values of a reply: those of the request, the topmost with `received` and `rport` filled in.
///
/// A topmost value that cannot be read is repeated as it is.
pub fn for_reply(values: &[&str], source: SocketAddr) -> Vec<String> {
    let mut replies: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
    if let Some(first) = replies.first_mut()
        && let Some(via) = Via::parse(first)
    {
        *first = stamped(first, &via, source);
    }
    replies
}

fn stamped(value: &str, via: &Via, source: SocketAddr) -> String {
    let mut elements = split_outside(value, ',').into_iter();
    let top = elements.next().unwrap_or_default();
    let wants_port = parameter(&via.parameters, "rport").is_some();
    let is_ours = |piece: &str| {
        let name = piece.split('=').next().unwrap_or_default().trim().to_ascii_lowercase();
        name == "received" || name == "rport"
    };
    let kept: Vec<&str> = split_outside(top, ';')
        .into_iter()
        .map(str::trim)
        .filter(|piece| !piece.is_empty() && !is_ours(piece))
        .collect();
    let mut out = kept.join(";");
    let source_ip = source.ip().to_canonical();
    if wants_port || !via.names_source(source_ip) {
        out.push_str(&format!(";received={source_ip}"));
    }
    if wants_port {
        out.push_str(&format!(";rport={}", source.port()));
    }
    for element in elements {
        out.push_str(", ");
        out.push_str(element.trim());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_spacing_and_unknown_transports_are_read() {
        let via =
            Via::parse("SIP  / 2.0  /UDP    192.0.2.2 : 5061 ;branch=z9hG4bK390skdjuw, SIP/2.0/X a").unwrap();
        assert_eq!((via.transport.as_str(), via.sent_by.as_str()), ("UDP", "192.0.2.2:5061"));
        assert_eq!(via.branch(), Some("z9hG4bK390skdjuw"));
        assert_eq!(Via::parse("SIP/2.0/UNKNOWN t5.example.com;branch=z9hG4bK").unwrap().branch(), None);
        assert!(
            Via::parse("SIP/2.0/UDP [2001:db8::9:1]:5060;received=[2001:db8::9:255];branch=z9hG4bKas3")
                .is_some()
        );
        assert!(Via::parse("SIP/2.0/UDP h;branch=z9hG4bKx;").is_some());
    }

    #[test]
    fn broken_ones_are_refused() {
        for broken in [
            "",
            "SIP/2.0/UDP 192.0.2.15;;,;,,",
            "SIP/2.0/UDP",
            "SIP/7.0/UDP h",
            "HTTP/2.0/TCP h",
            "SIP/2.0/UDP 2001:db8::9:1",
        ] {
            assert_eq!(Via::parse(broken), None, "{broken}");
        }
    }

    #[test]
    fn replies_carry_received_and_rport() {
        let source: SocketAddr = "203.0.113.5:40000".parse().unwrap();
        let reply = for_reply(
            &["SIP/2.0/UDP 10.0.0.1:5060;rport;branch=z9hG4bK1, SIP/2.0/TCP p", "SIP/2.0/UDP q"],
            source,
        );
        assert_eq!(
            reply,
            [
                "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1;received=203.0.113.5;rport=40000, SIP/2.0/TCP p",
                "SIP/2.0/UDP q"
            ]
        );
        assert_eq!(
            for_reply(&["SIP/2.0/UDP 203.0.113.5;branch=z9hG4bK1"], source),
            ["SIP/2.0/UDP 203.0.113.5;branch=z9hG4bK1"]
        );
        assert_eq!(for_reply(&["nonsense"], source), ["nonsense"]);
    }
}
