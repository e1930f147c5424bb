//! S1: a thousand bad requests a second from addresses nobody connected, and from a known one without the right call.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rokuon_fixtures::sip_link::Transport;

use crate::abuse::figures::{answered_after, percentile};
use crate::harness::platform::TestPlatform;
use crate::harness::talk::{assert_kept, assert_no_gap_in, plan};

/// How long: 5 s, or as `ROKUON_FLOOD_SECONDS` says (the long form has 60).
fn lasts() -> Duration {
    let seconds = std::env::var("ROKUON_FLOOD_SECONDS").ok().and_then(|text| text.parse().ok());
    Duration::from_secs(seconds.unwrap_or(5))
}

/// Scanners' and password guessers' requests in turn.
fn bad_request(number: u64) -> String {
    let method = ["OPTIONS", "REGISTER", "INVITE", "SUBSCRIBE", "MESSAGE", "BYE"][number as usize % 6];
    format!(
        "{method} sip:{number}@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK{number};rport\r\n\
         From: <sip:{number}@127.0.0.1>;tag={number}\r\nTo: <sip:{number}@127.0.0.1>\r\nCall-ID: flood-{number}\r\n\
         CSeq: 1 {method}\r\nMax-Forwards: 70\r\nContact: <sip:a@127.0.0.1:9>\r\nUser-Agent: friendly-scanner\r\n\
         Authorization: Digest username=\"{number}\",realm=\"r\",nonce=\"n\",uri=\"sip:x\",response=\"00000000000000000000000000000000\"\r\n\
         Content-Length: 0\r\n\r\n"
    )
}

/// Sends from several addresses until told to stop; returns how many were sent.
fn flood(server: SocketAddr, stop: Arc<AtomicBool>, sent: Arc<AtomicU64>) {
    let sockets: Vec<UdpSocket> =
        (0..8).map(|_| UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port")).collect();
    let began = Instant::now();
    let mut number = 0;
    while !stop.load(Ordering::Relaxed) {
        for _ in 0..10 {
            let _full =
                sockets[number as usize % sockets.len()].send_to(bad_request(number).as_bytes(), server);
            number += 1;
        }
        sent.store(number, Ordering::Relaxed);
        std::thread::sleep((began + Duration::from_millis(number)).saturating_duration_since(Instant::now()));
    }
}

// rule: S1
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_bad_requests_a_second_slow_no_call_and_cost_no_packet() {
    let platform = TestPlatform::start(&["takikawa"]).await;
    let clerk = platform.person("takikawa", "kanri").await;
    let phone = platform.phone("takikawa", Transport::Udp).await;
    let frames = usize::try_from(lasts().as_millis() / 20).expect("short") + 100;
    let mut live = phone.invite(&plan(900, frames)).await.expect("answered");

    let (stop, sent) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let server = platform.target("takikawa", Transport::Udp).server;
    let flooding = std::thread::spawn({
        let (stop, sent) = (Arc::clone(&stop), Arc::clone(&sent));
        move || flood(server, stop, sent)
    });
    let took = answered_after(&phone, 2_000, Instant::now() + lasts()).await;
    stop.store(true, Ordering::Relaxed);
    flooding.join().expect("it ends");
    live.said_everything().await;
    let sent_call = live.hang_up().await.expect("hung up");
    let recording = assert_kept(&platform, &clerk, &sent_call).await;
    assert_no_gap_in(&recording, &sent_call);
    let flooded = sent.load(Ordering::Relaxed);
    assert!(flooded >= 500 * lasts().as_secs(), "{flooded} requests: too few to call it a flood");
    eprintln!(
        "S1: {flooded} bad requests in {:.0} s beside {} calls: answered after p50 {:.1} ms, p99 {:.1} ms; live call bit-exact",
        lasts().as_secs_f32(),
        took.len(),
        percentile(&took, 50).as_secs_f64() * 1_000.0,
        percentile(&took, 99).as_secs_f64() * 1_000.0,
    );
}
