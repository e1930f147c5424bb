//! Whether an offer has the protection that its connection asks for; and what the test page is told of codecs and security.

use rokuon_db::connection_events::ConnectionEvent;
use rokuon_db::connection_terms::MediaSecurity;
use rokuon_db::unrecorded_counts::RefusalReason;
use rokuon_sip::endpoint::event::Invite;
use serde_json::json;

use super::Desk;
use crate::desk::offers::Offer;
use crate::registrar::observing::Sighting;
use crate::routing::table::ConnectionRoute;

impl Desk {
    /// Whether media may come as it is offered. Where it may not, the call has been refused and noted.
    pub(super) fn agrees(&mut self, invite: &Invite, connection: &ConnectionRoute, offer: &Offer) -> bool {
        let registrar = &self.parts.registrar;
        let seen = |event| Sighting::of(event).from(invite.flow.remote.ip());
        if !connection.security.digest_required {
            // Address, network and certificate are all that this connection is proved by.
            registrar.observe(connection, seen(ConnectionEvent::Authenticated));
        }
        if connection.security.media == MediaSecurity::SrtpRequired && offer.is_plain() {
            registrar.refused(connection, RefusalReason::SrtpRequired);
            registrar.observe(connection, seen(ConnectionEvent::SrtpRequired).status(488));
            self.refuse(invite, 488, "SRTP Is Required", None);
            return false;
        }
        let security = if offer.is_plain() { "RTP" } else { "SRTP" };
        let agreed = json!({ "codecs": offer.codecs(), "security": security });
        registrar.observe(connection, seen(ConnectionEvent::MediaAgreed).with(agreed));
        true
    }
}
