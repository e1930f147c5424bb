//! The peer's Contact in whatever shape it comes: where our requests go, and the recording client's mark (RFC 7866 §6.1.1).

use super::headers::Headers;
use super::uri::Uri;

/// What a Contact tells us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// A URI fit for a Request-URI, feature marks removed; `None` when none can be made out.
    pub target: Option<String>,
    /// Whether `+sip.src` or the bare `src` stands in it, inside or outside the brackets.
    pub recording_client: bool,
}

/// Reads the first Contact of a message.
pub fn contact(headers: &Headers) -> Option<Contact> {
    let value = headers.get("contact")?;
    let recording_client =
        value.split(';').skip(1).any(|piece| matches!(mark(piece).as_str(), "+sip.src" | "src"));
    Some(Contact { target: target(value), recording_client })
}

fn mark(piece: &str) -> String {
    let name = piece.split(['=', '>', ',']).next().unwrap_or_default();
    name.trim().to_ascii_lowercase()
}

fn target(value: &str) -> Option<String> {
    let lower = value.to_ascii_lowercase();
    let after_bracket = lower.find('<').unwrap_or(0);
    let scheme = ["sip:", "sips:", "tel:"]
        .iter()
        .filter_map(|scheme| lower.get(after_bracket..)?.find(scheme))
        .min()
        .map(|at| at + after_bracket)?;
    let rest = value.get(scheme..)?;
    // No closing bracket: the next address of the list ends the URI.
    let end = if rest.contains('>') { rest.find('>') } else { rest.find(',') };
    let uri = rest.get(..end.unwrap_or(rest.len()))?;
    let uri = uri.split(|c: char| c.is_whitespace() || matches!(c, '"' | '<')).next()?;
    let mut pieces = uri.split(';');
    let mut target = pieces.next()?.to_owned();
    for piece in pieces {
        let name = mark(piece);
        let is_mark =
            name.starts_with('+') || matches!(name.as_str(), "" | "src" | "isfocus" | "expires" | "q");
        if !is_mark {
            target.push(';');
            target.push_str(piece);
        }
    }
    Uri::parse(&target).is_ok().then_some(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, target: Option<&str>, recording_client: bool) {
        let headers = Headers::parse(format!("m: {value}\r\n").as_bytes());
        let read = contact(&headers).unwrap();
        assert_eq!((read.target.as_deref(), read.recording_client), (target, recording_client), "{value}");
    }

    #[test]
    fn every_vendor_shape_gives_a_target() {
        check(
            "<sip:src@10.0.0.1:5060;transport=tcp>;+sip.src",
            Some("sip:src@10.0.0.1:5060;transport=tcp"),
            true,
        );
        check(
            "<sip:src@10.0.0.1:5060;+sip.src;transport=udp>",
            Some("sip:src@10.0.0.1:5060;transport=udp"),
            true,
        );
        check("<sip:10.0.0.1>;src", Some("sip:10.0.0.1"), true);
        check("<sip:src@10.0.0.1:5060;+sip.src", Some("sip:src@10.0.0.1:5060"), true);
        check("<<sip:src@10.0.0.1>>;+SIP.src=\"x\"", Some("sip:src@10.0.0.1"), true);
        check("sip:src@10.0.0.1;+sip.src", Some("sip:src@10.0.0.1"), true);
        check(
            "\"C\" <sip:2001@10.0.0.9:5060;transport=tcp>;isFocus",
            Some("sip:2001@10.0.0.9:5060;transport=tcp"),
            false,
        );
        check("<sip:a@10.0.0.1;transsport=udp>;+sip.src", Some("sip:a@10.0.0.1;transsport=udp"), true);
        check("*", None, false);
        check("<sip:srcuser@10.0.0.1>, <sip:b@c>", Some("sip:srcuser@10.0.0.1"), false);
    }
}
