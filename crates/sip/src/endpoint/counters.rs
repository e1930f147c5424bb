//! What went past the endpoint, as plain counts since it was made.

use serde::Serialize;

/// Counts since the endpoint was made; they only grow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Counters {
    /// Messages handed to `receive`.
    pub received: u64,
    /// Keep-alive datagrams (blank ones) among them.
    pub keep_alives: u64,
    /// Messages that could not be read and were dropped in silence.
    pub unreadable: u64,
    /// Requests that broke the grammar and were answered (400, 416, 505) where an answer was possible.
    pub malformed: u64,
    /// Requests of a method we do not serve (405).
    pub unknown_method: u64,
    /// Requests that came again and were answered from memory.
    pub retransmissions: u64,
    /// Requests, ACKs and responses that belong to no dialog or transaction of ours.
    pub stray: u64,
    /// INVITEs that reached us twice by two paths (482).
    pub merged: u64,
    /// INVITEs refused for want of room or because we are draining (503).
    pub turned_away: u64,
    /// Requests refused for an extension we lack (420).
    pub bad_extension: u64,
    /// Requests refused for a body we cannot use (415, 488).
    pub bad_body: u64,
    /// New INVITEs handed to the shell.
    pub invites: u64,
    /// 200 answers sent again because no ACK had come.
    pub answers_repeated: u64,
}
