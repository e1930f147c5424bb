//! The direction of a media stream (RFC 8866 §6.7, RFC 3264 §6.1).

use serde::{Deserialize, Serialize};

/// Which way media flows, seen from whoever wrote the description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Both ways; also what no attribute means.
    SendRecv,
    /// The writer sends only.
    SendOnly,
    /// The writer receives only.
    RecvOnly,
    /// Nothing flows.
    Inactive,
}

impl Direction {
    /// Reads an attribute name; `None` when it names no direction.
    pub fn parse(name: &str) -> Option<Direction> {
        match name {
            "sendrecv" => Some(Direction::SendRecv),
            "sendonly" => Some(Direction::SendOnly),
            "recvonly" => Some(Direction::RecvOnly),
            "inactive" => Some(Direction::Inactive),
            _ => None,
        }
    }

    /// The attribute name.
    pub fn as_str(self) -> &'static str {
        match self {
            Direction::SendRecv => "sendrecv",
            Direction::SendOnly => "sendonly",
            Direction::RecvOnly => "recvonly",
            Direction::Inactive => "inactive",
        }
    }

    /// Whether the writer will send media.
    pub fn sends(self) -> bool {
        matches!(self, Direction::SendRecv | Direction::SendOnly)
    }
}
