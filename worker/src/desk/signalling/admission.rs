//! Whether an INVITE is let in: which connection it names, whence and how it came, and whether it proves who sends it.

use std::sync::Arc;

use rokuon_db::connection_credentials::{CredentialHash, REALM};
use rokuon_db::connection_events::ConnectionEvent;
use rokuon_db::connection_terms::{ConnectionKind, RequiredTransport};
use rokuon_db::unrecorded_counts::RefusalReason;
use rokuon_sip::digest::algorithm::{Algorithm, Ha1};
use rokuon_sip::digest::challenger::{Account, Challenger, Verdict};
use rokuon_sip::endpoint::event::Invite;
use rokuon_sip::transport::Transport;
use serde_json::json;

use super::Desk;
use crate::registrar::observing::Sighting;
use crate::routing::table::{ConnectionRoute, Found, Origin, TenantRoutes};
use crate::sealing::evidence::hex;

/// The realm of our challenges, with a secret of this process.
pub(super) fn challenger() -> Challenger {
    let mut secret = [0; 32];
    // A nonce that could be foretold would be worth nothing; the system has randomness or nothing works.
    getrandom::fill(&mut secret).expect("the system gives random octets");
    Challenger::new(REALM, secret)
}

impl Desk {
    /// The connection that an INVITE may use; `None` where it was answered, or passed over in silence.
    pub(super) fn admit(&mut self, invite: &Invite) -> Option<(Arc<ConnectionRoute>, Arc<TenantRoutes>)> {
        let (connection, routes) = self.named_connection(invite)?;
        let source = invite.flow.remote.ip();
        let transport = invite.flow.transport.as_str();
        self.saw(&connection, invite, ConnectionEvent::Reached, None);
        if connection.security.transport == RequiredTransport::Tls && invite.flow.transport != Transport::Tls
        {
            self.saw(&connection, invite, ConnectionEvent::TlsRequired, Some(403));
            self.turn_away(invite, &connection, RefusalReason::TlsRequired, "TLS Required");
            return None;
        }
        let seen =
            Sighting::of(ConnectionEvent::Secured).from(source).with(json!({ "transport": transport }));
        self.parts.registrar.observe(&connection, seen);
        if connection.security.digest_required && !self.has_proved_itself(invite, &connection) {
            return None;
        }
        Some((connection, routes))
    }

    fn named_connection(&mut self, invite: &Invite) -> Option<(Arc<ConnectionRoute>, Arc<TenantRoutes>)> {
        let users = [invite.request_user.as_deref(), invite.to_user.as_deref()];
        let source = invite.flow.remote.ip();
        let certificate = self.parts.sockets.certificate(&invite.flow).map(|shown| shown.sha256);
        let table = self.parts.routes.load_full();
        let named = table.named(&users).cloned();
        // A registrar calls the contact we gave it, from wherever it took our registration.
        if let Some(connection) = named.as_ref().filter(|c| c.kind == ConnectionKind::Registration)
            && self.registrations.is_registrar(connection.id, source)
            && let Some(routes) = table.tenant(&connection.tenant)
        {
            return Some((connection.clone(), routes.clone()));
        }
        match table.find(&users, Origin { source, certificate }) {
            Found::Connection(connection, routes) => return Some((connection, routes)),
            Found::KnownSource => {}
            Found::UnknownSource => {
                metrics::counter!("rokuon_invites_ignored_total").increment(1);
                self.parts.endpoint.ignore(invite.id);
                return None;
            }
        }
        match named {
            Some(connection) if !connection.accepts_certificate(certificate) => {
                self.saw(&connection, invite, ConnectionEvent::TlsClientUnknown, Some(403));
                self.turn_away(invite, &connection, RefusalReason::TlsClient, "Unknown Client Certificate");
            }
            Some(connection) => {
                // Somebody else's exchange: it learns no more than that nobody is there for it.
                self.saw(&connection, invite, ConnectionEvent::SourceNotAllowed, Some(403));
                self.turn_away(invite, &connection, RefusalReason::Source, "Unknown Recording Address");
            }
            None => {
                let seen = Sighting::of(ConnectionEvent::WrongAddress).from(source).status(403);
                self.parts.registrar.observe_source(source, &seen);
                match self.parts.sockets.gate().may_refuse(source) {
                    true => self.refuse(invite, 403, "Unknown Recording Address", None),
                    false => self.parts.endpoint.ignore(invite.id),
                }
            }
        }
        None
    }

    /// Asks for a digest, or judges the one that is there (RFC 7616, RFC 8760). Guessing is slow: a source that guessed wrong
    /// often hears nothing for a while.
    fn has_proved_itself(&mut self, invite: &Invite, connection: &ConnectionRoute) -> bool {
        let (now, source) = (self.began.elapsed(), invite.flow.remote.ip());
        let accounts: Vec<Account> =
            connection.valid_credentials(self.parts.clock.now()).filter_map(account).collect();
        let verdict = self.challenger.judge(now, &invite.request, source, &accounts);
        match verdict {
            Verdict::Right => {
                self.saw(connection, invite, ConnectionEvent::Authenticated, None);
                return true;
            }
            Verdict::Missing | Verdict::Stale => {
                let mut salt = [0; 8];
                // Without it nonces of one millisecond are alike, and still good once each.
                let _unsalted = getrandom::fill(&mut salt);
                let stale = verdict == Verdict::Stale;
                let challenges = self.challenger.challenge(now, &invite.request, source, salt, stale);
                self.saw(connection, invite, ConnectionEvent::Challenged, Some(401));
                self.parts.endpoint.challenge(now, invite.id, challenges);
            }
            Verdict::Wrong => {
                self.saw(connection, invite, ConnectionEvent::WrongCredential, Some(403));
                self.turn_away(invite, connection, RefusalReason::Credential, "Wrong Credential");
            }
        }
        false
    }

    /// Refuses with 403 and counts it; once a source has been told too often, in silence.
    fn turn_away(&mut self, invite: &Invite, connection: &ConnectionRoute, why: RefusalReason, reason: &str) {
        if !self.parts.sockets.gate().may_refuse(invite.flow.remote.ip()) {
            return self.parts.endpoint.ignore(invite.id);
        }
        self.parts.registrar.refused(connection, why);
        self.refuse(invite, 403, reason, None);
    }

    /// Tells the connection's test page.
    pub(super) fn saw(
        &self,
        connection: &ConnectionRoute,
        invite: &Invite,
        event: ConnectionEvent,
        status: Option<u16>,
    ) {
        let seen = Sighting::of(event).from(invite.flow.remote.ip());
        let seen = match status {
            Some(status) => seen.status(status),
            None => seen,
        };
        self.parts.registrar.observe(connection, seen);
    }
}

fn account(hash: &CredentialHash) -> Option<Account> {
    let CredentialHash::Digest { username, ha1_sha256, ha1_md5 } = hash else { return None };
    let stored = [(Algorithm::Sha256, hex(ha1_sha256)), (Algorithm::Md5, hex(ha1_md5))];
    let ha1 = stored.into_iter().filter_map(|(algorithm, digits)| Ha1::stored(algorithm, &digits)).collect();
    Some(Account { username: username.clone(), ha1 })
}
