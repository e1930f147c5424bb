//! A call by a recording client that is not ours (SIPp, Debian's sip-tester) is recorded as well as the phone's.

use std::process::Stdio;

use rokuon_fixtures::demo::calls::recordings;
use rokuon_fixtures::g711::Law;
use rokuon_fixtures::payload::Payload;
use rokuon_fixtures::sip_link::Transport;
use rokuon_tests::tree;
use tokio::process::Command;

use crate::harness::platform::TestPlatform;
use crate::harness::sound::{channels, find};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_by_sipp_is_recorded_with_its_sound() {
    let platform = TestPlatform::start(&["takikawa"]).await;
    let target = platform.target("takikawa", Transport::Udp);
    let folder = tempfile::tempdir().expect("a folder");
    let said = Payload::noise(61, 100);
    let octets: Vec<u8> =
        (0..100).flat_map(|index| said.frame(index).expect("100 frames").to_vec()).collect();
    std::fs::write(folder.path().join("said.ulaw"), &octets).expect("written");

    let output = Command::new("sipp")
        .current_dir(folder.path())
        .arg("-sf")
        .arg(tree::root().join("tests/sipp/siprec_call.xml"))
        .args(["-s", &target.user, "-m", "1", "-i", "127.0.0.1", "-mi", "127.0.0.1", "-nostdin"])
        .args(["-timeout", "30s", "-timeout_error"])
        .args(["-key", "caller", "09000000061", "-key", "called", "0125001234"])
        .arg(target.server.to_string())
        .stdin(Stdio::null())
        .output()
        .await
        .expect("sipp is installed (apt-get install sip-tester)");
    let said_by_sipp = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said_by_sipp}{}", String::from_utf8_lossy(&output.stderr));

    let clerk = platform.person("takikawa", "kanri").await;
    let call_id = recordings(&clerk).await.expect("answered").into_keys().next().expect("one recording");
    let seen = platform.sealed(&clerk, &call_id).await;
    let recording = clerk.get(&format!("/v1/recordings/{}", seen.id)).await.expect("found");
    assert_eq!(recording["called"]["number"], "0125001234");
    let heard = channels(&platform.heard(&clerk, &seen.id).await);
    // SIPp may end a frame early
    let found = heard.iter().any(|side| find(side, &octets[160..15_840], Law::Pcmu).is_some());
    assert!(found, "what SIPp sent is not in the recording");
}
