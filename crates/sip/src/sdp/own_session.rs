//! Our side of a session description: its origin, and a version that counts changes (RFC 8866 §5.2, RFC 3264 §8).

use std::net::IpAddr;

/// What the head of a description of ours says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnSession {
    /// Where we receive media.
    pub address: IpAddr,
    /// Our number of the session, the same for all its descriptions.
    pub session_id: u64,
    /// The version of the description.
    pub version: u64,
}

impl OwnSession {
    /// Writes the next description of a session: the version of `previous` where nothing has changed, else one more.
    ///
    /// `write` makes the whole description for a version; `previous` is what we last sent, if anything, and its
    /// session id is kept.
    pub fn next(self, previous: Option<&str>, write: impl Fn(OwnSession) -> String) -> String {
        let Some((previous, (session_id, version))) = previous.and_then(|sdp| Some((sdp, origin(sdp)?)))
        else {
            return write(self);
        };
        let same = write(OwnSession { session_id, version, ..self });
        if same == previous {
            return same;
        }
        write(OwnSession { session_id, version: version.saturating_add(1), ..self })
    }

    /// The lines before the first m-line.
    pub(super) fn write(&self, sdp: &mut String) {
        let OwnSession { address, session_id, version } = self;
        let family = if address.is_ipv4() { "IP4" } else { "IP6" };
        sdp.push_str(&format!(
            "v=0\r\no=- {session_id} {version} IN {family} {address}\r\ns=-\r\nc=IN {family} {address}\r\nt=0 0\r\n"
        ));
    }
}

/// A description of ours with every stream open that was inactive, and the version one more where that is a change.
pub(crate) fn reopened(sdp: &str) -> String {
    let open = sdp.replace("\r\na=inactive\r\n", "\r\na=recvonly\r\n");
    let Some((session_id, version)) = origin(sdp).filter(|_| open != sdp) else { return sdp.to_owned() };
    let (old, new) =
        (format!("o=- {session_id} {version} "), format!("o=- {session_id} {} ", version.saturating_add(1)));
    open.replacen(&old, &new, 1)
}

fn origin(sdp: &str) -> Option<(u64, u64)> {
    let line = sdp.split("\r\n").find_map(|line| line.strip_prefix("o=- "))?;
    let mut words = line.split(' ');
    Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: SD5
    #[test]
    fn the_version_counts_changes_and_nothing_else() {
        let own = |address: &str| OwnSession { address: address.parse().unwrap(), session_id: 9, version: 1 };
        let write = |own: OwnSession| {
            let mut sdp = String::new();
            own.write(&mut sdp);
            sdp
        };
        let first = own("192.0.2.9").next(None, write);
        assert!(first.contains("o=- 9 1 IN IP4 192.0.2.9\r\n"));
        let again = OwnSession { session_id: 77, ..own("192.0.2.9") }.next(Some(&first), write);
        assert_eq!(again, first, "unchanged, and the session keeps its number");
        let moved = own("2001:db8::9").next(Some(&first), write);
        assert!(moved.contains("o=- 9 2 IN IP6 2001:db8::9\r\n"));
        assert_eq!(own("192.0.2.9").next(Some("v=0\r\n"), write), first, "a description that is not ours");
    }

    #[test]
    fn a_description_on_hold_is_offered_open_again() {
        let held = "v=0\r\no=- 9 4 IN IP4 h\r\nm=audio 1 RTP/AVP 0\r\na=inactive\r\n";
        assert_eq!(reopened(held), held.replace(" 4 ", " 5 ").replace("inactive", "recvonly"));
        let open = held.replace("inactive", "recvonly");
        assert_eq!(reopened(&open), open);
    }
}
