//! Addresses and ports as people write them.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::Deserialize;

/// What stands for no address at all.
const OFF: &str = "off";

/// Addresses to listen on: `0.0.0.0:5060, [::]:5060`, or `off`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Addresses(pub Vec<SocketAddr>);

impl FromStr for Addresses {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if text.trim() == OFF {
            return Ok(Self(Vec::new()));
        }
        let read = |one: &str| {
            one.trim().parse().map_err(|_| {
                format!("{one:?} is no address of the form 192.0.2.1:5060 or [2001:db8::1]:5060")
            })
        };
        text.split(',').map(read).collect::<Result<_, _>>().map(Self)
    }
}

impl TryFrom<String> for Addresses {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl fmt::Display for Addresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&shown.join(", "))
    }
}

/// The address media is sent to, one of each family at most: `192.0.2.1, 2001:db8::1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct MediaAddress {
    /// The one shown to callers of no other family.
    pub first: IpAddr,
    /// The one of the other family.
    pub other: Option<IpAddr>,
}

impl MediaAddress {
    /// The one of the family of `peer`, else the first.
    pub fn for_peer(&self, peer: IpAddr) -> IpAddr {
        self.other.filter(|other| other.is_ipv4() == peer.is_ipv4()).unwrap_or(self.first)
    }
}

impl FromStr for MediaAddress {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let read = |one: &str| one.trim().parse::<IpAddr>().map_err(|_| format!("{one:?} is no IP address"));
        let read = text.split(',').map(read).collect::<Result<Vec<_>, _>>()?;
        match read.as_slice() {
            [first] => Ok(Self { first: *first, other: None }),
            [first, other] if first.is_ipv4() != other.is_ipv4() => {
                Ok(Self { first: *first, other: Some(*other) })
            }
            _ => Err(format!("{text:?}: one IPv4 and one IPv6 address at most")),
        }
    }
}

impl TryFrom<String> for MediaAddress {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// Ports from–to, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct PortRange {
    first: u16,
    last: u16,
}

impl FromStr for PortRange {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not of the form 20000-29999");
        let (first, last) = text.split_once('-').ok_or_else(wrong)?;
        let port = |digits: &str| digits.trim().parse::<u16>().ok().filter(|&port| port >= 1_024);
        match (port(first), port(last)) {
            (Some(first), Some(last)) if first < last => Ok(Self { first, last }),
            (Some(_), Some(_)) => Err(format!("{text:?} holds no ports: the first must be below the last")),
            _ => Err(wrong()),
        }
    }
}

impl TryFrom<String> for PortRange {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<PortRange> for RangeInclusive<u16> {
    fn from(range: PortRange) -> Self {
        range.first..=range.last
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}
