//! A session description as offered: read leniently, bounded, unknown attributes kept (RFC 8866).

use std::fmt;
use std::net::IpAddr;

use super::direction::Direction;

/// Why octets are not a session description.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SdpError {
    /// The first line is not `v=`.
    #[error("not a session description: it does not begin with v=")]
    NotSdp,
    /// More than 64 KiB or more than 64 m-lines.
    #[error("session description too large")]
    TooLarge,
    /// An m-line whose kind, port or protocol is missing: answers could not be lined up with it.
    #[error("m-line {index} cannot be read")]
    BadMediaLine {
        /// Position among the m-lines, from 0.
        index: usize,
    },
}

/// A `c=` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// The address as written, without TTL.
    pub address: String,
    /// The address where it is a literal.
    pub ip: Option<IpAddr>,
}

/// An `o=` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The session id, as written.
    pub session_id: String,
    /// The version, as written; some peers never change it.
    pub version: String,
    /// The address, as written.
    pub address: String,
}

/// An `a=` line; those that hold keys do not show them.
#[derive(Clone, PartialEq, Eq)]
pub struct Attribute {
    /// What stands before the colon.
    pub name: String,
    /// What stands behind it.
    pub value: Option<String>,
}

impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = if self.name == "crypto" { Some("REDACTED") } else { self.value.as_deref() };
        write!(f, "Attribute({} {value:?})", self.name)
    }
}

/// One m-line with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaDescription {
    /// `audio`, `video` …
    pub kind: String,
    /// The port; `None` when it is no 16-bit number. 0 means the stream is not offered.
    pub port: Option<u16>,
    /// `RTP/AVP` …
    pub protocol: String,
    /// The formats as written.
    pub formats: Vec<String>,
    /// Its own `c=`.
    pub connection: Option<Connection>,
    /// Its own direction.
    pub direction: Option<Direction>,
    /// `a=label` (RFC 4574), as written.
    pub label: Option<String>,
    /// `a=ptime` in milliseconds.
    pub ptime: Option<u32>,
    /// All attributes in order.
    pub attributes: Vec<Attribute>,
}

impl MediaDescription {
    /// The values of every attribute of that name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.attributes.iter().filter(move |a| a.name == name).filter_map(|a| a.value.as_deref())
    }
}

/// A session description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionDescription {
    /// `o=`, where it could be read.
    pub origin: Option<Origin>,
    /// `s=`
    pub name: Option<String>,
    /// The session's `c=`.
    pub connection: Option<Connection>,
    /// The session's direction, for streams without one of their own.
    pub direction: Option<Direction>,
    /// Session attributes in order.
    pub attributes: Vec<Attribute>,
    /// The m-lines in order.
    pub media: Vec<MediaDescription>,
}

const MOST_OCTETS: usize = 64 * 1024;
const MOST_MEDIA: usize = 64;

impl SessionDescription {
    /// The values of every session attribute of that name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.attributes.iter().filter(move |a| a.name == name).filter_map(|a| a.value.as_deref())
    }

    /// Reads a session description: CRLF or LF, `t=` may be missing, unknown lines and attributes are let be.
    ///
    /// For a line of an unknown letter or in the wrong place we might refuse the whole (RFC 8866 §5); only that line is
    /// passed over, because an offer that is refused is a call that is not recorded.
    pub fn parse(raw: &[u8]) -> Result<SessionDescription, SdpError> {
        if raw.len() > MOST_OCTETS {
            return Err(SdpError::TooLarge);
        }
        let text = String::from_utf8_lossy(raw);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let mut lines = text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty());
        if !lines.next().is_some_and(|line| line.starts_with("v=")) {
            return Err(SdpError::NotSdp);
        }
        let mut session = SessionDescription {
            origin: None,
            name: None,
            connection: None,
            direction: None,
            attributes: Vec::new(),
            media: Vec::new(),
        };
        for line in lines {
            let Some((letter, value)) = line.split_once('=') else { continue };
            match letter.trim() {
                "m" if session.media.len() >= MOST_MEDIA => return Err(SdpError::TooLarge),
                "m" => {
                    let index = session.media.len();
                    session.media.push(media_line(value).ok_or(SdpError::BadMediaLine { index })?);
                }
                "a" => session.attribute(value),
                "c" => {
                    let connection = connection_line(value);
                    match session.media.last_mut() {
                        Some(media) => media.connection = connection.or(media.connection.take()),
                        None => session.connection = connection.or(session.connection.take()),
                    }
                }
                "o" if session.media.is_empty() => session.origin = origin_line(value),
                "s" if session.media.is_empty() => session.name = Some(value.trim().to_owned()),
                _ => {}
            }
        }
        Ok(session)
    }

    fn attribute(&mut self, line: &str) {
        let (name, value) = match line.split_once(':') {
            Some((name, value)) => (name.trim(), Some(value.trim().to_owned())),
            None => (line.trim(), None),
        };
        let direction = if value.is_none() { Direction::parse(name) } else { None };
        let attribute = Attribute { name: name.to_owned(), value };
        match self.media.last_mut() {
            Some(media) => {
                media.direction = direction.or(media.direction);
                if name == "label" {
                    media.label = attribute.value.clone().filter(|label| !label.is_empty());
                }
                if name == "ptime" {
                    media.ptime = attribute.value.as_deref().and_then(|value| value.parse().ok());
                }
                media.attributes.push(attribute);
            }
            None => {
                self.direction = direction.or(self.direction);
                self.attributes.push(attribute);
            }
        }
    }
}

fn media_line(value: &str) -> Option<MediaDescription> {
    let mut words = value.split_ascii_whitespace();
    let kind = words.next()?.to_ascii_lowercase();
    let port = words.next()?;
    let protocol = words.next()?.to_ascii_uppercase();
    // "49170/2" asks for two ports (RFC 8866 §5.14); the first is the one that counts here.
    let port = port.split('/').next().and_then(|port| port.parse().ok());
    Some(MediaDescription {
        kind,
        port,
        protocol,
        formats: words.map(str::to_owned).collect(),
        connection: None,
        direction: None,
        label: None,
        ptime: None,
        attributes: Vec::new(),
    })
}

fn connection_line(value: &str) -> Option<Connection> {
    let address = value.split_ascii_whitespace().nth(2)?;
    // The TTL of multicast stands behind a slash.
    let address = address.split('/').next().unwrap_or(address);
    let bare = address.trim_start_matches('[').trim_end_matches(']');
    Some(Connection { address: address.to_owned(), ip: bare.parse().ok() })
}

fn origin_line(value: &str) -> Option<Origin> {
    let words: Vec<&str> = value.split_ascii_whitespace().collect();
    // Counted from the end: a user name with blanks must not shift the rest.
    let from_end = |n: usize| words.len().checked_sub(n).and_then(|i| words.get(i)).map(|w| (*w).to_owned());
    Some(Origin { session_id: from_end(5)?, version: from_end(4)?, address: from_end(1)? })
}

#[cfg(test)]
mod tests;
