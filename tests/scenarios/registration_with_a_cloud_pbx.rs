//! A tenant without SIPREC: the recorder registers as an extension with a PBX that is not ours (kamailio), and the PBX sends it
//! a call of another phone that is not ours (baresip).

use std::time::Duration;

use rokuon_fixtures::demo::calls::recordings;
use tokio::time::sleep;

use crate::harness::connecting::connect_by_registration;
use crate::harness::peers::{Baresip, CloudPbx, PBX_REALM};
use crate::harness::platform::TestPlatform;
use crate::harness::sound::{channels, is_tone};

// req: P-2
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_a_pbx_passes_to_the_registered_recorder_is_recorded() {
    let platform = TestPlatform::start(&["takikawa"]).await;
    let clerk = platform.person("takikawa", "kanri").await;
    let pbx = CloudPbx::start().await;
    connect_by_registration(&platform, "takikawa", &pbx, "2001").await;
    pbx.until_said("registered 2001").await;

    let account = format!(
        "<sip:09000000250@{PBX_REALM}>;outbound=\"sip:127.0.0.1:{};transport=udp\";regint=0;audio_codecs=pcmu",
        pbx.port
    );
    let phone = Baresip::new(&account, 850, "");
    let said = phone.dial(&format!("sip:2001@{PBX_REALM}"), 4).await;
    assert!(said.contains("Call established"), "{said}\n{}", pbx.log());
    let mut call_id = None;
    for _ in 0..600 {
        call_id = recordings(&clerk).await.expect("answered").into_keys().next();
        if call_id.is_some() {
            break;
        }
        sleep(Duration::from_millis(100)).await;
    }
    let seen = platform.sealed(&clerk, &call_id.expect("a recording")).await;
    let recording = clerk.get(&format!("/v1/recordings/{}", seen.id)).await.expect("found");
    assert_eq!(recording["caller"]["number"], "09000000250", "{recording}");
    let heard = channels(&platform.heard(&clerk, &seen.id).await);
    assert!(heard.iter().any(|side| is_tone(side, 850.0, 2)), "the tone is not heard");
    pbx.stop().await;
}
