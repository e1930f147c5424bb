//! Plain SIP: an exchange that dials the recorder, with and without a digest.

use rokuon_db::connection_credentials::{self, FreshCredential};
use rokuon_db::connection_terms::{ConnectionKind, ConnectionSecurity};
use rokuon_fixtures::sip_link::Transport;
use rokuon_fixtures::sip_message::SipMessage;
use rokuon_policy::clock::{Clock, SystemClock};
use rokuon_sip::digest::challenge::{Password, challenges};
use rokuon_sip::message::headers::Headers;
use rokuon_sip::message::method::Method;

use crate::harness::house::{CITIZEN, EXCHANGE, House, LISTED};
use crate::harness::raw_phone::RawPhone;
use crate::harness::recording_client::{RecordingClient, offer, ports};
use crate::harness::until;
use crate::harness::voice::Voice;

const VOICES: u8 = 0x33;

async fn client(house: &House, user: &str) -> RecordingClient {
    RecordingClient::new(RawPhone::at(EXCHANGE, house.target_of(user, Transport::Udp)).await)
}

fn from_and_diversion() -> Vec<(&'static str, String)> {
    vec![
        ("P-Asserted-Identity", format!("<sip:{CITIZEN}@pbx.example.jp>")),
        ("Diversion", format!("<sip:{LISTED}@pbx.example.jp>;reason=unconditional")),
    ]
}

fn borrowed<'a>(headers: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    headers.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// Asks once the worker knows the connection.
async fn ask_once_known(
    house: &House,
    user: &str,
    sdp: &str,
    headers: &[(&str, &str)],
) -> (RecordingClient, SipMessage) {
    until("the connection is known", async || {
        let routes = house.routes();
        let known = routes.named(&[Some(user)]);
        known.is_some_and(|route| route.security.digest_required != route.credentials.is_empty())
    })
    .await;
    let mut pbx = client(house, user).await;
    let answer = pbx.ask_with("INVITE", Some(sdp), None, headers).await;
    (pbx, answer)
}

// req: P-2
#[tokio::test(flavor = "multi_thread")]
async fn an_exchange_that_dials_us_is_recorded_with_the_parties_its_headers_name() {
    let house = House::open().await;
    let security = ConnectionSecurity::default();
    let (_, user) = house.connect(ConnectionKind::Sip, &[EXCHANGE], security).await;
    let mut voice = Voice::new(EXCHANGE, VOICES);
    let sdp = offer(EXCHANGE, &[(voice.port(), None, "sendrecv")]);
    let headers = from_and_diversion();
    let (mut pbx, answer) = ask_once_known(&house, &user, &sdp, &borrowed(&headers)).await;
    assert_eq!(answer.status(), Some(200), "{}", answer.start);
    assert!(String::from_utf8_lossy(&answer.body).contains("a=recvonly"));
    voice.say(ports(&answer)[0], 15).await;
    pbx.hang_up().await;
    let kept = house.finished(pbx.call_id()).await;
    assert_eq!(kept.packets_of(0, VOICES), 15);
    let numbers =
        "SELECT count(*) FROM legs WHERE tenant_id = $1 AND digits IN ('09000000001', '0125001234')";
    assert_eq!(house.count(numbers).await, 2);
}

// rule: S1
#[tokio::test(flavor = "multi_thread")]
async fn a_digest_lets_in_whom_it_proves_once_and_nobody_else() {
    let house = House::open().await;
    let security = ConnectionSecurity { digest_required: true, ..ConnectionSecurity::default() };
    let (id, user) = house.connect(ConnectionKind::Sip, &[EXCHANGE], security).await;
    let credential = FreshCredential::digest("pbx").unwrap();
    let mut tx = house.db.tenant(&house.tenant).await.unwrap();
    let now = SystemClock.now();
    connection_credentials::add(&mut tx, id, &credential, now, now).await.unwrap();
    tx.commit_bookkeeping().await.unwrap();
    let mut voice = Voice::new(EXCHANGE, VOICES);
    let sdp = offer(EXCHANGE, &[(voice.port(), None, "sendonly")]);
    let headers = from_and_diversion();
    let (mut pbx, asked) = ask_once_known(&house, &user, &sdp, &borrowed(&headers)).await;
    assert_eq!(asked.status(), Some(401), "{}", asked.start);
    // an answer with another password is none
    let wrong = proof(&pbx, &asked, "another", &sdp);
    let refused = with_proof(&mut pbx, &sdp, &headers, &wrong).await;
    assert_eq!(refused.status(), Some(403), "{}", refused.start);
    // that attempt used the challenge up
    let late = proof(&pbx, &asked, &credential.secret, &sdp);
    let asked = with_proof(&mut pbx, &sdp, &headers, &late).await;
    assert_eq!(asked.status(), Some(401));
    assert!(asked.header("WWW-Authenticate").unwrap().contains("stale=true"));
    let right = proof(&pbx, &asked, &credential.secret, &sdp);
    let answer = with_proof(&mut pbx, &sdp, &headers, &right).await;
    assert_eq!(answer.status(), Some(200), "{}", answer.start);
    // heard and said again by somebody else, it proves nothing
    let mut thief = client(&house, &user).await;
    assert_eq!(with_proof(&mut thief, &sdp, &headers, &right).await.status(), Some(401));
    voice.say(ports(&answer)[0], 10).await;
    pbx.hang_up().await;
    assert_eq!(house.finished(pbx.call_id()).await.packets_of(0, VOICES), 10);
    until("it is counted", async || house.unrecorded().await == [("refused_credential".to_owned(), 1)]).await;
}

/// The Authorization that answers a challenge.
fn proof(pbx: &RecordingClient, challenge: &SipMessage, password: &str, sdp: &str) -> String {
    let head: String = challenge.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let challenges = challenges(&Headers::parse(head.as_bytes()));
    let who = Password { username: "pbx", password };
    let uri = pbx.dialog.uri.clone();
    challenges[0].answer(who, &Method::Invite, &uri, sdp.as_bytes(), "c0ffee", 1).1
}

async fn with_proof(
    pbx: &mut RecordingClient,
    sdp: &str,
    headers: &[(&'static str, String)],
    proof: &str,
) -> SipMessage {
    let mut headers = borrowed(headers);
    headers.push(("Authorization", proof));
    pbx.ask_with("INVITE", Some(sdp), None, &headers).await
}
