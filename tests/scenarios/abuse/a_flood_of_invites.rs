//! S5: an exchange that is known goes mad and asks for two thousand calls a second.

use std::net::{Ipv4Addr, UdpSocket};
use std::time::{Duration, Instant};

use rokuon_fixtures::sip_link::Transport;
use rokuon_fixtures::sip_message::SipMessage;

use crate::abuse::figures::resident_mib;
use crate::harness::platform::TestPlatform;
use crate::harness::talk::{assert_kept, assert_no_gap_in, plan};

/// INVITEs of the flood.
const INVITES: u64 = 6_000;
/// How many a second.
const A_SECOND: u64 = 2_000;

fn invite(user: &str, server: &str, own: &str, media: u16, number: u64) -> String {
    let sdp = format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.2\r\nt=0 0\r\nm=audio {media} RTP/AVP 0\r\n\
         a=label:1\r\na=sendonly\r\n"
    );
    format!(
        "INVITE sip:{user}@{server} SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bK{number};rport\r\nMax-Forwards: 70\r\n\
         From: <sip:09000000099@{own}>;tag={number}\r\nTo: <sip:{user}@{server}>\r\nCall-ID: mad-{number}\r\nCSeq: 1 INVITE\r\n\
         Contact: <sip:src@{own}>;+sip.src\r\nRequire: siprec\r\nContent-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{sdp}",
        sdp.len()
    )
}

/// Sends them all; returns how many were answered 200, 503 and otherwise.
fn flood(user: &str, server: std::net::SocketAddr) -> [u64; 3] {
    // another machine of the same exchange: what a source may send is counted by its address
    let socket = UdpSocket::bind((Ipv4Addr::new(127, 0, 0, 2), 0)).expect("a port");
    socket.connect(server).expect("loopback");
    socket.set_nonblocking(true).expect("ours");
    let own = socket.local_addr().expect("bound").to_string();
    let mut answers = [0; 3];
    let mut buffer = [0; 65_535];
    let began = Instant::now();
    let mut number = 0;
    while number < INVITES || began.elapsed() < Duration::from_millis(INVITES * 1_000 / A_SECOND + 1_500) {
        if number < INVITES && began.elapsed() >= Duration::from_micros(number * 1_000_000 / A_SECOND) {
            let media = 40_000 + (number % 5_000) as u16 * 2;
            let _full = socket.send(invite(user, &server.to_string(), &own, media, number).as_bytes());
            number += 1;
        }
        match socket.recv(&mut buffer) {
            Ok(length) => match SipMessage::parse(&buffer[..length]).and_then(|message| message.status()) {
                Some(200..300) => answers[0] += 1,
                Some(503) => answers[1] += 1,
                Some(300..) => answers[2] += 1,
                _ => {}
            },
            Err(_) => std::thread::sleep(Duration::from_micros(100)),
        }
    }
    answers
}

// rule: S5
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_invites_a_second_are_bounded_and_leave_a_live_call_whole() {
    let platform = TestPlatform::start(&["takikawa"]).await;
    let clerk = platform.person("takikawa", "kanri").await;
    let phone = platform.phone("takikawa", Transport::Tcp).await;
    let mut live = phone.invite(&plan(950, 350)).await.expect("answered");
    let before = resident_mib(platform.running().pid());
    let target = platform.target("takikawa", Transport::Udp);
    let answers =
        tokio::task::spawn_blocking(move || flood(&target.user, target.server)).await.expect("it ends");
    let after = resident_mib(platform.running().pid());
    live.said_everything().await;
    let sent = live.hang_up().await.expect("hung up");
    let recording = assert_kept(&platform, &clerk, &sent).await;
    assert_no_gap_in(&recording, &sent);
    let [accepted, full, other] = answers;
    assert!(full > 0, "somebody was told to come back later: {answers:?}");
    assert!(after.saturating_sub(before) <= 256, "{before} MiB before, {after} MiB after");
    eprintln!(
        "S5: {INVITES} INVITEs at {A_SECOND} a second: {accepted} × 200 (with repeats), {full} × 503, {other} others; \
         memory {before} → {after} MiB; live call bit-exact"
    );
}
