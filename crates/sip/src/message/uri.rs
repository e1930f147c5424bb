//! SIP and tel URIs as far as a recorder needs them (RFC 3261 §19.1, RFC 3966).

/// The parts of a URI; escapes are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uri<'a> {
    /// `sip`, `sips` or `tel`, as written.
    pub scheme: &'a str,
    /// The user without password; the number of a tel URI.
    pub user: Option<&'a str>,
    /// Host name or address, IPv6 without brackets; empty for tel.
    pub host: &'a str,
    /// The port, if written.
    pub port: Option<u16>,
    /// Whether `?headers` follow: not allowed in a Request-URI.
    pub has_headers: bool,
}

/// Why a URI cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UriFault {
    /// Not sip, sips or tel.
    UnknownScheme,
    /// Broken.
    Malformed,
}

impl<'a> Uri<'a> {
    /// Takes a URI apart.
    pub fn parse(text: &'a str) -> Result<Uri<'a>, UriFault> {
        if text.contains(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')) {
            return Err(UriFault::Malformed);
        }
        let (scheme, rest) = text.split_once(':').ok_or(UriFault::Malformed)?;
        if scheme.eq_ignore_ascii_case("tel") {
            let number =
                rest.split(';').next().filter(|number| !number.is_empty()).ok_or(UriFault::Malformed)?;
            return Ok(Uri { scheme, user: Some(number), host: "", port: None, has_headers: false });
        }
        if !scheme.eq_ignore_ascii_case("sip") && !scheme.eq_ignore_ascii_case("sips") {
            return Err(UriFault::UnknownScheme);
        }
        let (user, host_port) = match rest.split_once('@') {
            Some((user, host_port)) => (user.split(':').next().filter(|user| !user.is_empty()), host_port),
            None => (None, rest),
        };
        let has_headers = host_port.contains('?');
        let host_port = host_port.split([';', '?']).next().unwrap_or_default();
        let (host, port) = host_and_port(host_port).ok_or(UriFault::Malformed)?;
        Ok(Uri { scheme, user, host, port, has_headers })
    }
}

/// Splits `host[:port]`; an IPv6 address must stand in brackets when it has more than one colon.
pub fn host_and_port(text: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']')?;
            host.parse::<std::net::Ipv6Addr>().ok()?;
            (host, if rest.is_empty() { None } else { Some(rest.strip_prefix(':')?) })
        }
        None => match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    if host.is_empty() {
        return None;
    }
    match port {
        Some(port) => Some((host, Some(port.parse().ok()?))),
        None => Some((host, None)),
    }
}

/// The user part of whatever stands in a URI's place; `None` where there is none.
pub fn user_of(uri: &str) -> Option<&str> {
    Uri::parse(uri).ok()?.user
}

/// Undoes `%XX`; escapes that are not UTF-8 or would be control characters stay as written.
pub fn unescape(text: &str) -> String {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        if let (b'%', Some(value)) = (first, after.first_chunk::<2>().and_then(hex))
            && value >= 0x20
            && value != 0x7f
        {
            octets.push(value);
            rest = after.get(2..).unwrap_or_default();
        } else {
            octets.push(first);
            rest = after;
        }
    }
    String::from_utf8(octets).unwrap_or_else(|_| text.to_owned())
}

fn hex(digits: &[u8; 2]) -> Option<u8> {
    let [high, low] = digits.map(|digit| char::from(digit).to_digit(16));
    u8::try_from(high? * 16 + low?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, user: Option<&str>, host: &str, port: Option<u16>) {
        let uri = Uri::parse(text).unwrap();
        assert_eq!((uri.user, uri.host, uri.port), (user, host, port), "{text}");
    }

    #[test]
    fn the_usual_shapes_are_read() {
        check("sip:rec@10.0.0.1:5060;transport=tcp", Some("rec"), "10.0.0.1", Some(5060));
        check("SIPS:alice:secret@Example.COM", Some("alice"), "Example.COM", None);
        check("sip:[2001:db8::10:5070]", None, "2001:db8::10:5070", None);
        check("sip:rec@[2001:db8::10]:5070", Some("rec"), "2001:db8::10", Some(5070));
        check("sip:@host", None, "host", None);
        check(
            "sip:user;par=u%40example.net@example.com",
            Some("user;par=u%40example.net"),
            "example.com",
            None,
        );
        check("sip:null-%00-null@example.com", Some("null-%00-null"), "example.com", None);
        check("tel:+81-78-000-1234;phone-context=x", Some("+81-78-000-1234"), "", None);
        check(
            "sip:1_u~(be!)&isn't+it$/crazy?,/;;*:&it@example.com",
            Some("1_u~(be!)&isn't+it$/crazy?,/;;*"),
            "example.com",
            None,
        );
        assert!(Uri::parse("sip:user@example.com?Route=%3Csip:x%3E").unwrap().has_headers);
    }

    #[test]
    fn broken_and_foreign_ones_are_told_apart() {
        for broken in [
            "",
            "sip",
            "sip:",
            "sip:a b@c",
            "<sip:a@b>",
            "sip:2001:db8::10",
            "sip:a@[::1",
            "sip:a@b:99999",
            "tel:",
        ] {
            assert_eq!(Uri::parse(broken), Err(UriFault::Malformed), "{broken}");
        }
        assert_eq!(Uri::parse("soap.beep://192.0.2.103:3002"), Err(UriFault::UnknownScheme));
    }

    #[test]
    fn escapes_are_undone_but_not_into_control_characters() {
        assert_eq!(unescape("%E7%A5%9E%2B81%00%zz%"), "神+81%00%zz%");
        assert_eq!(unescape("%FF"), "%FF");
    }
}
