//! OPTIONS: an exchange that asks whether we are there shows that its connection works. The endpoint answers; this notes it.

use std::sync::Arc;
use std::time::Duration;

use rokuon_db::connection_events::ConnectionEvent;
use rokuon_sip::message::uri::user_of;
use rokuon_sip::transport::Flow;

use super::Desk;
use crate::registrar::Note;
use crate::registrar::observing::Sighting;
use crate::routing::table::{ConnectionRoute, Found, Origin};

/// A sign of life is noted once in so long; exchanges ask every few seconds to minutes.
const NOTED_EVERY: Duration = Duration::from_secs(10);

impl Desk {
    /// Notes which connection it is a sign of: the one it names, else the only one that its source may use.
    pub(super) fn on_sign_of_life(&mut self, flow: &Flow, message: &[u8]) {
        let source = flow.remote.ip();
        let Some(connection) = self.connection_of_options(flow, message) else {
            let seen = Sighting::of(ConnectionEvent::WrongAddress).from(source);
            return self.parts.registrar.observe_source(source, &seen);
        };
        let now = self.began.elapsed();
        let noted = self.noted_alive.get(&connection.id);
        if noted.is_some_and(|at| now.saturating_sub(*at) < NOTED_EVERY) {
            return;
        }
        self.noted_alive.insert(connection.id, now);
        self.parts.registrar.note(Note::seen(&connection));
        self.parts.registrar.observe(&connection, Sighting::of(ConnectionEvent::Reached).from(source));
    }

    fn connection_of_options(&self, flow: &Flow, message: &[u8]) -> Option<Arc<ConnectionRoute>> {
        let line = message.split(|octet| matches!(octet, b'\r' | b'\n')).next()?;
        let uri = std::str::from_utf8(line).ok()?.split(' ').nth(1)?;
        let table = self.parts.routes.load();
        let certificate = self.parts.sockets.certificate(flow).map(|shown| shown.sha256);
        let origin = Origin { source: flow.remote.ip(), certificate };
        if let Found::Connection(connection, _) = table.find(&[user_of(uri)], origin) {
            return Some(connection);
        }
        let mut usable = table.usable_from(origin.source);
        let only = usable.next()?;
        usable.next().is_none().then(|| only.clone())
    }
}
