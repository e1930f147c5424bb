//! Accounts that we register at a registrar, which then calls us.

use std::net::SocketAddr;

use rokuon_db::connection_terms::{ConnectionKind, ConnectionSecurity, ConnectionState, SipTransport};
use rokuon_db::registration_accounts::{self, RegistrationAccount, RegistrationState};
use rokuon_fixtures::sip_link::Transport;
use rokuon_fixtures::sip_message::SipMessage;
use rokuon_policy::clock::{Clock, SystemClock};
use rokuon_policy::ids::ConnectionId;
use rokuon_policy::pii::Pii;
use rokuon_storage::key_service::{KeyContext, SecretPurpose};
use rokuon_storage::sealed_secret::SealedSecret;
use tokio::net::UdpSocket;
use tokio::time::timeout;

use crate::harness::house::{House, STRANGER};
use crate::harness::raw_phone::RawPhone;
use crate::harness::recording_client::{RecordingClient, offer, ports};
use crate::harness::voice::Voice;
use crate::harness::{PATIENCE, until};

/// A registrar that asks for a digest and takes any.
struct Registrar(UdpSocket);

impl Registrar {
    async fn open() -> Self {
        Self(UdpSocket::bind((STRANGER, 0)).await.unwrap())
    }

    async fn next(&self) -> (SipMessage, SocketAddr) {
        let mut buffer = vec![0; 65_535];
        loop {
            let (length, from) =
                timeout(PATIENCE, self.0.recv_from(&mut buffer)).await.expect("in time").unwrap();
            if let Some(message) = SipMessage::parse(&buffer[..length]) {
                return (message, from);
            }
        }
    }

    async fn answer(&self, asked: &SipMessage, to: SocketAddr, status: u16, headers: &[(&str, &str)]) {
        let mut answer = asked.reply(status, "As Asked");
        answer.headers.extend(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self.0.send_to(&answer.print(), to).await.unwrap();
    }
}

async fn put_account(house: &House, id: ConnectionId, registrar: &Registrar) {
    let purpose = SecretPurpose::RegistrationPassword;
    let context = KeyContext::connection_secret(house.tenant.clone(), id, purpose);
    let sealed = SealedSecret::seal(&*house.keys, &context, b"geheim").await.unwrap();
    let at = registrar.0.local_addr().unwrap();
    let account = RegistrationAccount {
        registrar_host: at.ip().to_string(),
        registrar_port: at.port(),
        transport: SipTransport::Udp,
        domain: Some("pbx.example.jp".into()),
        username: Pii::new("0125009000".to_owned()),
        auth_username: None,
        sealed_password: sealed.as_bytes().to_vec(),
        expires_seconds: 3_600,
    };
    let mut tx = house.db.tenant(&house.tenant).await.unwrap();
    registration_accounts::put(&mut tx, id, &account, SystemClock.now()).await.unwrap();
    tx.commit_bookkeeping().await.unwrap();
}

async fn stands(house: &House, id: ConnectionId, state: RegistrationState) {
    until(&format!("{state:?} is noted"), async || {
        let mut tx = house.db.tenant(&house.tenant).await.unwrap();
        let found = registration_accounts::find(&mut tx, id).await.unwrap();
        tx.commit_read_only().await.unwrap();
        found.as_ref().is_some_and(|account| account.standing.state == state)
    })
    .await;
}

// req: P-2
#[tokio::test(flavor = "multi_thread")]
async fn a_registrar_that_took_our_account_calls_us_and_is_recorded() {
    let house = House::open().await;
    let registrar = Registrar::open().await;
    // in nobody's networks: that it took our registration is what lets its calls in
    let (id, user) = house.connect(ConnectionKind::Registration, &[], ConnectionSecurity::default()).await;
    put_account(&house, id, &registrar).await;
    let (register, from) = registrar.next().await;
    assert_eq!(register.method(), Some("REGISTER"));
    assert!(register.header("Authorization").is_none());
    let challenge = "Digest realm=\"pbx.example.jp\", nonce=\"n1\", algorithm=MD5, qop=\"auth\"";
    registrar.answer(&register, from, 401, &[("WWW-Authenticate", challenge)]).await;
    let (register, from) = registrar.next().await;
    let proof = register.header("Authorization").unwrap().to_owned();
    assert!(proof.contains("username=\"0125009000\"") && !proof.contains("geheim"), "{proof}");
    let contact = register.header("Contact").unwrap().to_owned();
    assert!(contact.contains(&user), "{contact}");
    registrar.answer(&register, from, 200, &[("Contact", &contact), ("Expires", "3600")]).await;
    stands(&house, id, RegistrationState::Registered).await;
    // the registrar calls the contact, and nobody else may
    let target = house.target_of(&user, Transport::Udp);
    let mut voice = Voice::new(STRANGER, 0x33);
    let sdp = offer(STRANGER, &[(voice.port(), None, "sendrecv")]);
    let mut trunk = RecordingClient::new(RawPhone::at(STRANGER, target.clone()).await);
    let answer = trunk.ask("INVITE", Some(&sdp), None).await;
    assert_eq!(answer.status(), Some(200), "{}", answer.start);
    let elsewhere = RecordingClient::new(RawPhone::at(crate::harness::house::BRANCH, target).await)
        .ask("INVITE", Some(&sdp), None)
        .await;
    assert_eq!(elsewhere.status(), Some(403));
    voice.say(ports(&answer)[0], 10).await;
    trunk.hang_up().await;
    assert_eq!(house.finished(trunk.call_id()).await.packets_of(0, 0x33), 10);
    // an account that is taken away is unregistered
    let mut tx = house.db.tenant(&house.tenant).await.unwrap();
    assert!(rokuon_db::connection_edits::switch(&mut tx, id, ConnectionState::Disabled).await.unwrap());
    tx.commit_bookkeeping().await.unwrap();
    let (register, _) = registrar.next().await;
    assert_eq!(register.header("Expires"), Some("0"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registrar_that_refuses_is_told_of() {
    let house = House::open().await;
    let registrar = Registrar::open().await;
    let (id, _) = house.connect(ConnectionKind::Registration, &[], ConnectionSecurity::default()).await;
    put_account(&house, id, &registrar).await;
    let (register, from) = registrar.next().await;
    registrar.answer(&register, from, 403, &[]).await;
    stands(&house, id, RegistrationState::Refused).await;
}
