//! What the registrar takes down for the test page: what the desk saw, and strangers who named a connection.

use std::net::IpAddr;

use rokuon_db::connection_events::ConnectionEvent;
use rokuon_db::unrecorded_counts::RefusalReason;
use serde_json::json;

use super::arrivals::Arrival;
use super::observing::Sighting;
use super::{Note, Registrar};
use crate::routing::table::ConnectionRoute;
use crate::sip::handshake_failure::HandshakeFailure;

impl Registrar {
    /// Notes what was seen of a connection, if it is worth it: everything while a test runs, what is wrong always, and the
    /// same thing not again and again. Says whether it was noted.
    pub fn observe(&self, connection: &ConnectionRoute, seen: Sighting) -> bool {
        let now = self.clock.now();
        let Some(observed) = self.observing.take(connection, seen, now) else { return false };
        let (tenant, connection) = (connection.tenant.clone(), connection.id);
        self.note(Note::Observed { tenant, connection, observed: Box::new(observed) });
        true
    }

    /// Notes what was seen of a source that named no connection, for those under test that it may belong to.
    pub fn observe_source(&self, source: IpAddr, seen: &Sighting) {
        let now = self.clock.now();
        for connection in self.routes.load().tested_from(source, now) {
            self.observe(&connection, seen.clone());
        }
    }

    /// A TLS handshake came to nothing. Whose it was nobody said, so all under test that the source belongs to are told.
    pub fn handshake_failed(&self, source: IpAddr, failure: HandshakeFailure) {
        let event = match failure.is_about_their_certificate() {
            true => ConnectionEvent::TlsClientUnknown,
            false => ConnectionEvent::TlsFailed,
        };
        let seen = Sighting::of(event).from(source).with(json!({ "why": failure.as_str() }));
        self.observe_source(source, &seen);
    }

    /// A message from a source in nobody's networks. It gets no answer; but the connection it names, which only somebody knows
    /// who was told its random address, learns that it was called from elsewhere.
    pub fn stranger(&self, source: IpAddr, transport: &'static str, message: &[u8]) {
        let Some(arrival) = Arrival::read(message) else { return };
        let Some(connection) = arrival.user.and_then(|user| self.routes.load().called(user)) else { return };
        if connection.allows_source(source) {
            return;
        }
        let seen = Sighting::of(ConnectionEvent::SourceNotAllowed)
            .from(source)
            .with(json!({ "transport": transport, "method": arrival.method }));
        if self.observe(&connection, seen) && arrival.method == "INVITE" {
            self.refused(&connection, RefusalReason::Source);
        }
    }
}
