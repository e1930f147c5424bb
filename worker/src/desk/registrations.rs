//! The accounts with which we register: kept as the table has them, their flows dialled, their standing noted.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use rokuon_db::connection_events::ConnectionEvent;
use rokuon_db::connection_terms::{ConnectionKind, SipTransport};
use rokuon_db::registration_accounts::{RegistrationAccount, RegistrationState as Standing};
use rokuon_policy::ids::ConnectionId;
use rokuon_sip::endpoint::Entropy;
use rokuon_sip::registration::account::{Account, AccountId, RegistrationOutput, RegistrationState, Target};
use rokuon_sip::registration::registrations::Registrations;
use rokuon_sip::transport::{Flow, Transport};
use rokuon_storage::key_service::{KeyContext, KeyService, SecretPurpose};
use rokuon_storage::sealed_secret::SealedSecret;
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use crate::registrar::observing::Sighting;
use crate::registrar::{Note, Registrar};
use crate::routing::table::{ConnectionRoute, RoutingTable};
use crate::sip::dial::Dialler;

/// A password that cannot be opened (the key service is away) is asked for again after so long.
const ASK_AGAIN: Duration = Duration::from_secs(30);

/// What comes back from work done beside the desk.
#[derive(Debug)]
pub enum Prepared {
    /// An account's password, or that it could not be opened.
    Password(AccountId, Option<Zeroizing<String>>),
    /// A flow to its registrar, or none.
    Flow(AccountId, Option<Flow>),
}

/// All accounts of this worker.
pub struct RegisteredAccounts {
    machine: Registrations,
    dialler: Dialler,
    keys: Arc<dyn KeyService>,
    registrar: Registrar,
    prepared: mpsc::UnboundedSender<Prepared>,
    known: HashMap<ConnectionId, Known>,
    last: u64,
}

struct Known {
    id: AccountId,
    account: RegistrationAccount,
    connection: Arc<ConnectionRoute>,
    registrar: Option<IpAddr>,
    /// When its password is asked for again, if it is not open yet.
    ask_at: Option<Duration>,
}

impl RegisteredAccounts {
    /// None yet. What is prepared beside the desk comes back through `prepared`.
    pub fn new(
        entropy: Entropy,
        dialler: Dialler,
        keys: Arc<dyn KeyService>,
        registrar: Registrar,
        prepared: mpsc::UnboundedSender<Prepared>,
    ) -> Self {
        let machine = Registrations::new(entropy);
        Self { machine, dialler, keys, registrar, prepared, known: HashMap::new(), last: 0 }
    }

    /// Takes up what is new in the table, takes back what is gone from it or was changed.
    pub fn follow(&mut self, now: Duration, table: &RoutingTable) {
        let wanted: HashMap<ConnectionId, &Arc<ConnectionRoute>> =
            table.registering().map(|connection| (connection.id, connection)).collect();
        let gone = |known: &Known, id: &ConnectionId| {
            wanted.get(id).is_none_or(|now| now.registration.as_ref() != Some(&known.account))
        };
        let gone: Vec<ConnectionId> =
            self.known.iter().filter(|(id, known)| gone(known, id)).map(|(id, _)| *id).collect();
        for id in gone {
            if let Some(known) = self.known.remove(&id) {
                self.machine.remove(now, known.id);
            }
        }
        for (id, connection) in wanted {
            let Some(account) = connection.registration.clone() else { continue };
            self.last += u64::from(!self.known.contains_key(&id));
            let fresh = || Known {
                id: AccountId(self.last),
                account,
                connection: connection.clone(),
                registrar: None,
                ask_at: Some(now),
            };
            let known = self.known.entry(id).or_insert_with(fresh);
            known.connection = connection.clone();
            if known.ask_at.is_some_and(|at| at <= now) {
                known.ask_at = Some(now + ASK_AGAIN);
                open_password(known, self.keys.clone(), self.prepared.clone());
            }
        }
    }

    /// Takes every registration back: no call is to come by any of them.
    pub fn take_back(&mut self, now: Duration) {
        for (_, known) in self.known.drain() {
            self.machine.remove(now, known.id);
        }
    }

    /// What was prepared beside the desk.
    pub fn take(&mut self, now: Duration, prepared: Prepared) {
        match prepared {
            Prepared::Password(id, Some(password)) => {
                let Some(known) = self.known.values_mut().find(|known| known.id == id) else { return };
                known.ask_at = None;
                self.machine.add(now, id, account(known, password));
            }
            Prepared::Password(_, None) => {}
            Prepared::Flow(id, Some(flow)) => {
                if let Some(known) = self.known.values_mut().find(|known| known.id == id) {
                    known.registrar = Some(flow.remote.ip().to_canonical());
                }
                self.machine.connected(now, id, flow);
            }
            Prepared::Flow(id, None) => self.machine.unreachable(now, id),
        }
    }

    /// Takes a message; false when it is none of a registration's.
    pub fn receive(&mut self, now: Duration, flow: Flow, message: &[u8]) -> bool {
        self.machine.receive(now, flow, message)
    }

    /// A stream is gone.
    pub fn flow_closed(&mut self, now: Duration, flow: Flow) {
        self.machine.flow_closed(now, flow);
    }

    /// When `handle_timeout` is due.
    pub fn next_timeout(&self) -> Option<Duration> {
        self.machine.next_timeout()
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Duration) {
        self.machine.handle_timeout(now);
    }

    /// The next octets to send; call until `None` after each input.
    pub fn poll_send(&mut self) -> Option<(Flow, Vec<u8>)> {
        while let Some(output) = self.machine.poll_output() {
            match output {
                RegistrationOutput::Send { flow, bytes } => return Some((flow, bytes)),
                RegistrationOutput::Connect { account, target } => {
                    let (dialler, prepared) = (self.dialler.clone(), self.prepared.clone());
                    tokio::spawn(async move {
                        let flow = dial(&dialler, &target).await;
                        let _stopping = prepared.send(Prepared::Flow(account, flow));
                    });
                }
                RegistrationOutput::State { account, state } => self.note(account, &state),
            }
        }
        None
    }

    /// Whether a connection's registration went to this address.
    pub fn is_registrar(&self, connection: ConnectionId, source: IpAddr) -> bool {
        self.known.get(&connection).is_some_and(|known| known.registrar == Some(source.to_canonical()))
    }

    /// The registrars' addresses, which have to be heard.
    pub fn registrars(&self) -> Vec<IpNet> {
        self.known.values().filter_map(|known| known.registrar).map(IpNet::from).collect()
    }

    fn note(&self, id: AccountId, state: &RegistrationState) {
        let Some(known) = self.known.values().find(|known| known.id == id) else { return };
        let (standing, status_code, event) = match state {
            // Asking again changes nothing of how it stands.
            RegistrationState::Registering => return,
            RegistrationState::Registered { .. } => {
                (Standing::Registered, Some(200), ConnectionEvent::Registered)
            }
            RegistrationState::CredentialRefused { status } | RegistrationState::Refused { status } => {
                (Standing::Refused, Some(*status), ConnectionEvent::RegistrationRefused)
            }
            RegistrationState::Unreachable => {
                (Standing::Unreachable, None, ConnectionEvent::RegistrationUnreachable)
            }
            RegistrationState::Unregistered => return,
        };
        let connection = &known.connection;
        self.registrar.note(Note::Registration {
            tenant: connection.tenant.clone(),
            connection: connection.id,
            state: standing,
            status_code,
        });
        let seen = Sighting::of(event);
        let seen = status_code.map_or(seen.clone(), |status| seen.status(status));
        self.registrar.observe(connection, seen);
    }
}

fn open_password(known: &Known, keys: Arc<dyn KeyService>, prepared: mpsc::UnboundedSender<Prepared>) {
    let connection = &known.connection;
    let purpose = SecretPurpose::RegistrationPassword;
    let context = KeyContext::connection_secret(connection.tenant.clone(), connection.id, purpose);
    let (id, sealed) = (known.id, SealedSecret::from_bytes(known.account.sealed_password.clone()));
    let named = connection.id;
    tokio::spawn(async move {
        let opened = sealed.open(&*keys, &context).await;
        let password = match opened {
            Ok(secret) => String::from_utf8(secret.to_vec()).ok().map(Zeroizing::new),
            Err(error) => {
                tracing::warn!(%error, connection = %named.0, "the password of a registration cannot be opened yet");
                None
            }
        };
        let _stopping = prepared.send(Prepared::Password(id, password));
    });
}

fn account(known: &Known, password: Zeroizing<String>) -> Account {
    let RegistrationAccount {
        registrar_host,
        registrar_port,
        transport,
        domain,
        username,
        auth_username,
        expires_seconds,
        ..
    } = &known.account;
    Account {
        domain: domain.clone().unwrap_or_else(|| registrar_host.clone()),
        target: Target {
            host: registrar_host.clone(),
            port: Some(*registrar_port),
            transport: match transport {
                SipTransport::Udp => Transport::Udp,
                SipTransport::Tcp => Transport::Tcp,
                SipTransport::Tls => Transport::Tls,
            },
        },
        user: username.reveal().clone(),
        auth_user: auth_username.as_ref().map(|name| name.reveal().clone()),
        password,
        // What is dialled then names the connection, as everywhere.
        contact_user: known.connection.address_user.clone(),
        advertised: None,
        expires: *expires_seconds,
    }
}

async fn dial(dialler: &Dialler, target: &Target) -> Option<Flow> {
    let port = target.port.unwrap_or(if target.transport == Transport::Tls { 5_061 } else { 5_060 });
    let found = tokio::net::lookup_host((target.host.as_str(), port)).await;
    let addresses: Vec<SocketAddr> = found.map(Iterator::collect).unwrap_or_default();
    for remote in addresses {
        match dialler.dial(target.transport, remote, &target.host).await {
            Ok(flow) => return Some(flow),
            Err(error) => tracing::warn!(%error, host = %target.host, "a registrar cannot be reached"),
        }
    }
    None
}

impl RoutingTable {
    /// The connections with an account to register.
    pub fn registering(&self) -> impl Iterator<Item = &Arc<ConnectionRoute>> {
        self.connections().filter(|c| c.kind == ConnectionKind::Registration && c.registration.is_some())
    }
}
