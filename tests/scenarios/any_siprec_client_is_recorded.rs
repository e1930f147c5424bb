//! A call by a recording client that is not ours (SIPp, Debian's sip-tester) is recorded as well as the phone's, over each transport.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rokuon_fixtures::api_caller::ApiCaller;
use rokuon_fixtures::demo::calls::recordings;
use rokuon_fixtures::g711::Law;
use rokuon_fixtures::payload::Payload;
use rokuon_fixtures::sip_link::Transport;
use rokuon_fixtures::tls::TestAuthority;
use rokuon_tests::tree;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use crate::harness::platform::{TestPlatform, free_port};
use crate::harness::sound::{channels, find};
use crate::harness::tls::with_certificate_of;

/// SIPp's word for one socket of a transport, and the session's id, which two calls must not share.
const WAYS: [(&str, &str); 2] = [("u1", "MDEyMzQ1Njc4OWFiY2RlMA=="), ("t1", "MDEyMzQ1Njc4OWFiY2RlMQ==")];

async fn sipp(folder: &Path, server: SocketAddr, user: &str, [transport, session, caller]: [&str; 3]) {
    let output = Command::new("sipp")
        .current_dir(folder)
        .arg("-sf")
        .arg(tree::root().join("tests/sipp/siprec_call.xml"))
        .args(["-s", user, "-m", "1", "-i", "127.0.0.1", "-mi", "127.0.0.1", "-nostdin"])
        .args(["-timeout", "90s", "-timeout_error", "-t", transport])
        .args(["-key", "caller", caller, "-key", "called", "0125001234", "-key", "session", session])
        .arg(server.to_string())
        .stdin(Stdio::null())
        .output()
        .await
        .expect("sipp is installed (apt-get install sip-tester)");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{transport}: {said}{}", String::from_utf8_lossy(&output.stderr));
}

/// What SIPp plays: noise, in the folder it runs in.
fn said(folder: &Path, seed: u64) -> Vec<u8> {
    let said = Payload::noise(seed, 100);
    let octets: Vec<u8> =
        (0..100).flat_map(|index| said.frame(index).expect("100 frames").to_vec()).collect();
    std::fs::write(folder.join("said.ulaw"), &octets).expect("written");
    octets
}

/// Waits for the recording of the one call from this number and looks for what SIPp played.
async fn assert_heard(platform: &TestPlatform, clerk: &ApiCaller, caller: &str, octets: &[u8]) {
    let late = Instant::now() + Duration::from_secs(60);
    loop {
        for call_id in recordings(clerk).await.expect("answered").into_keys() {
            let seen = platform.sealed(clerk, &call_id).await;
            let recording = clerk.get(&format!("/v1/recordings/{}", seen.id)).await.expect("found");
            if recording["caller"]["number"] != caller {
                continue;
            }
            assert_eq!(recording["called"]["number"], "0125001234");
            let heard = channels(&platform.heard(clerk, &seen.id).await);
            // SIPp may end a frame early
            let found = heard.iter().any(|side| find(side, &octets[160..15_840], Law::Pcmu).is_some());
            assert!(found, "what SIPp sent is not in the recording of {caller}");
            return;
        }
        assert!(Instant::now() < late, "no recording of a call from {caller}");
        sleep(Duration::from_millis(200)).await;
    }
}

// req: P-2
// rule: SR1, SR2 — by a client that is not ours
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_by_sipp_is_recorded_with_its_sound_over_udp_and_tcp() {
    let platform = TestPlatform::start(&["takikawa"]).await;
    let target = platform.target("takikawa", Transport::Udp);
    let clerk = platform.person("takikawa", "kanri").await;
    for (seed, (transport, session)) in (61..).zip(WAYS) {
        let folder = tempfile::tempdir().expect("a folder");
        let octets = said(folder.path(), seed);
        let caller = format!("0900000{seed:04}");
        sipp(folder.path(), target.server, &target.user, [transport, session, &caller]).await;
        assert_heard(&platform, &clerk, &caller, &octets).await;
    }
}

/// OpenSSL's TLS in front of a program that has none: SIPp as Debian builds it.
async fn tls_in_front_of(server: SocketAddr, authority: &Path) -> (Child, SocketAddr) {
    let own = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let child = Command::new("socat")
        .arg(format!("TCP-LISTEN:{},bind=127.0.0.1,reuseaddr,fork", own.port()))
        .arg(format!("OPENSSL:{server},cafile={},verify=1", authority.display()))
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("socat is installed (apt-get install socat)");
    for _not_yet in 0..600 {
        if TcpStream::connect(own).await.is_ok() {
            break;
        }
        sleep(Duration::from_millis(100)).await;
    }
    (child, own)
}

// rule: SR12 — the server's half, against OpenSSL
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_by_sipp_inside_tls_is_recorded_with_its_sound() {
    let authority = TestAuthority::new().expect("an authority");
    let platform = TestPlatform::start_with(&["takikawa"], with_certificate_of(&authority)).await;
    let server = platform.sip_tls();
    let clerk = platform.person("takikawa", "kanri").await;
    let target = platform.target("takikawa", Transport::Udp);
    let (_relay, relay) = tls_in_front_of(server, &platform.folder().join("authority.crt")).await;
    let folder = tempfile::tempdir().expect("a folder");
    let octets = said(folder.path(), 65);
    let session = "MDEyMzQ1Njc4OWFiY2RlMg==";
    sipp(folder.path(), relay, &target.user, ["t1", session, "09000000065"]).await;
    assert_heard(&platform, &clerk, "09000000065", &octets).await;
}
