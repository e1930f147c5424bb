//! What a SIP message says of its connection before anybody parses it: the method and the user that is called. Cheap enough for a
//! stranger's datagram, and never an answer.

/// How far into a message is looked: a request line longer than this names no address of ours.
const LOOKED_AT: usize = 512;

/// The beginning of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival<'a> {
    /// `INVITE` or `OPTIONS`: what a connection shows itself by.
    pub method: &'a str,
    /// The user part of the Request-URI; `None` when a host alone is called.
    pub user: Option<&'a str>,
}

impl<'a> Arrival<'a> {
    /// Reads the request line of a message; `None` for anything but the requests a connection shows itself by.
    pub fn read(message: &'a [u8]) -> Option<Self> {
        let line = message.get(..message.len().min(LOOKED_AT))?;
        let line = line.split(|octet| matches!(octet, b'\r' | b'\n')).next()?;
        let (method, rest) = std::str::from_utf8(line).ok()?.split_once(' ')?;
        if !matches!(method, "INVITE" | "OPTIONS") {
            return None;
        }
        let uri = rest.split(' ').next()?;
        let (scheme, rest) = uri.split_once(':')?;
        if !scheme.eq_ignore_ascii_case("sip") && !scheme.eq_ignore_ascii_case("sips") {
            return None;
        }
        let user = rest.split_once('@').map(|(user, _)| user.split(':').next().unwrap_or(user));
        Some(Self { method, user })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_called_user_is_read_from_the_first_line_alone() {
        let read = |text: &'static str| Arrival::read(text.as_bytes()).map(|a| (a.method, a.user));
        assert_eq!(
            read("INVITE sip:abc@192.0.2.1:5070;transport=udp SIP/2.0\r\nTo: x"),
            Some(("INVITE", Some("abc")))
        );
        assert_eq!(read("OPTIONS sips:abc:pw@host SIP/2.0\n"), Some(("OPTIONS", Some("abc"))));
        assert_eq!(read("OPTIONS sip:192.0.2.1 SIP/2.0\r\n"), Some(("OPTIONS", None)));
        for text in [
            "",
            "\r\n\r\n",
            "REGISTER sip:a@b SIP/2.0",
            "INVITE tel:0125000000 SIP/2.0",
            "INVITE",
            "SIP/2.0 200 OK",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(Arrival::read(&[0xFF; 2_000]), None);
    }
}
