//! The live sessions of the media thread and how each is found: by name, by token, by user fragment, by address.

use std::collections::HashMap;
use std::net::SocketAddr;

use rokuon_policy::ids::RecordingId;
use rokuon_whip::whip_session::WhipSession;

use super::bearer::TokenHash;
use super::session_order::{IfMatch, NewSession, SessionName};
use crate::recorder::command::FedPacket;

/// User fragments of one session that still find it: the present one and those of restarts under way.
const FRAGMENTS: usize = 4;

/// A session that runs.
pub struct LiveSession {
    /// Its recording.
    pub recording: RecordingId,
    /// Its media side.
    pub session: WhipSession,
    /// Packets that wait to be fed.
    pub waiting: Vec<FedPacket>,
    token: TokenHash,
    etag: String,
    ufrags: Vec<String>,
    addresses: Vec<SocketAddr>,
    mids: Vec<String>,
}

/// Names a live session inside the thread.
pub type Key = u64;

/// All of them.
#[derive(Default)]
pub struct Sessions {
    live: HashMap<Key, LiveSession>,
    names: HashMap<SessionName, Key>,
    ufrags: HashMap<String, Key>,
    addresses: HashMap<SocketAddr, Key>,
    next: Key,
}

impl Sessions {
    /// Takes a session in.
    pub fn begin(&mut self, new: NewSession) -> Key {
        self.next += 1;
        let key = self.next;
        self.names.insert(new.name, key);
        self.ufrags.insert(new.ufrag.clone(), key);
        self.live.insert(
            key,
            LiveSession {
                recording: new.recording,
                session: new.session,
                waiting: Vec::new(),
                token: new.token,
                etag: new.etag,
                ufrags: vec![new.ufrag],
                addresses: Vec::new(),
                mids: new.mids,
            },
        );
        key
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.live.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.live.is_empty()
    }

    /// The session of a token.
    pub fn of_token(&self, token: &TokenHash) -> Option<(Key, &LiveSession)> {
        self.live.iter().find(|(_, live)| live.token == *token).map(|(key, live)| (*key, live))
    }

    /// A session by name, for whoever holds its token as well.
    pub fn named(&self, name: &SessionName, token: &TokenHash) -> Option<Key> {
        let key = self.names.get(name)?;
        self.live.get(key).filter(|live| live.token == *token).map(|_| *key)
    }

    /// Whether there is a session of that name.
    pub fn exists(&self, name: &SessionName) -> bool {
        self.names.contains_key(name)
    }

    /// The session that a check names, or that an address proved to belong to.
    pub fn of_ufrag(&self, ufrag: &str) -> Option<Key> {
        self.ufrags.get(ufrag).copied()
    }

    /// The session of an address that proved itself.
    pub fn of_address(&self, address: SocketAddr) -> Option<Key> {
        self.addresses.get(&address).copied()
    }

    /// An address has proved itself; if it was another session's, its client began anew.
    pub fn proved(&mut self, key: Key, address: SocketAddr) {
        if self.addresses.insert(address, key) != Some(key)
            && let Some(live) = self.live.get_mut(&key)
        {
            live.addresses.push(address);
        }
    }

    /// A session.
    pub fn get_mut(&mut self, key: Key) -> Option<&mut LiveSession> {
        self.live.get_mut(&key)
    }

    /// Every session.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (Key, &mut LiveSession)> {
        self.live.iter_mut().map(|(key, live)| (*key, live))
    }

    /// ICE begins anew under another user fragment; the old one still finds the session.
    pub fn restarted(&mut self, key: Key, ufrag: String, etag: String) {
        let Some(live) = self.live.get_mut(&key) else { return };
        live.etag = etag;
        live.ufrags.push(ufrag.clone());
        if live.ufrags.len() > FRAGMENTS {
            // The first one is what a client without a finished restart still uses.
            let unused = live.ufrags.remove(1);
            self.ufrags.remove(&unused);
        }
        self.ufrags.insert(ufrag, key);
    }

    /// Takes a session out.
    pub fn remove(&mut self, key: Key) -> Option<LiveSession> {
        let live = self.live.remove(&key)?;
        self.names.retain(|_, named| *named != key);
        for ufrag in &live.ufrags {
            self.ufrags.remove(ufrag);
        }
        for address in &live.addresses {
            if self.addresses.get(address) == Some(&key) {
                self.addresses.remove(address);
            }
        }
        Some(live)
    }
}

impl LiveSession {
    /// Whether the version a client names is the present one.
    pub fn matches(&self, if_match: &IfMatch) -> bool {
        match if_match {
            IfMatch::Any => true,
            IfMatch::These(versions) => versions.contains(&self.etag),
        }
    }

    /// The answer's bundle.
    pub fn mids(&self) -> &[String] {
        &self.mids
    }
}
