//! Plain SIP by a phone that is not ours (baresip): any codec, any transport, protected or not, is answered and recorded.

use std::net::SocketAddr;
use std::time::Duration;

use rokuon_fixtures::api_caller::ApiCaller;
use rokuon_fixtures::demo::calls::recordings;
use rokuon_fixtures::sip_link::Transport;
use rokuon_fixtures::tls::TestAuthority;
use tokio::time::{Instant, sleep};

use crate::harness::connecting::connect_plain_sip;
use crate::harness::peers::Baresip;
use crate::harness::platform::TestPlatform;
use crate::harness::sound::{channels, is_tone};
use crate::harness::tls::with_certificate_of;

/// A way to call: its name, the transport, more of baresip's account line, the tone in Hz.
struct Way {
    name: &'static str,
    transport: &'static str,
    account: &'static str,
    hertz: u32,
}

const WAYS: [Way; 7] = [
    Way { name: "PCMU over UDP", transport: "udp", account: "audio_codecs=pcmu", hertz: 500 },
    Way { name: "PCMA over TCP", transport: "tcp", account: "audio_codecs=pcma", hertz: 600 },
    Way { name: "G.722 over UDP", transport: "udp", account: "audio_codecs=g722", hertz: 700 },
    Way { name: "Opus over UDP", transport: "udp", account: "audio_codecs=opus", hertz: 800 },
    Way { name: "PCMU over TLS", transport: "tls", account: "audio_codecs=pcmu", hertz: 900 },
    Way {
        name: "SRTP by SDES over TLS",
        transport: "tls",
        account: "audio_codecs=pcmu;mediaenc=srtp-mand",
        hertz: 1_000,
    },
    Way {
        name: "SRTP by DTLS",
        transport: "udp",
        account: "audio_codecs=pcma;mediaenc=dtls_srtp",
        hertz: 1_100,
    },
];

/// Ways that are not recorded rightly yet. Empty is the aim; one that passes while it stands here fails too.
const EXPECTED_TO_FAIL: &[&str] = &[];

// req: P-2
// rule: SR13, RT7, RT9, RT12, RT13, RT14 — by a phone that is not ours
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tone_that_baresip_plays_is_heard_in_the_recording_whatever_way_it_came() {
    let authority = TestAuthority::new().expect("an authority");
    let platform = TestPlatform::start_with(&["takikawa"], with_certificate_of(&authority)).await;
    let tls_server = platform.sip_tls();
    let clerk = platform.person("takikawa", "kanri").await;
    let user = connect_plain_sip(&platform, "takikawa").await;
    let server = platform.target("takikawa", Transport::Udp).server;
    let mut wrong = Vec::new();
    for (number, way) in WAYS.iter().enumerate() {
        let caller = format!("0900000{:04}", 200 + number);
        let outcome = call(&platform, &clerk, way, &caller, &user, [server, tls_server]).await;
        match (outcome, EXPECTED_TO_FAIL.contains(&way.name)) {
            (Err(reason), false) => wrong.push(format!("{}: {reason}", way.name)),
            (Ok(()), true) => wrong.push(format!("{}: passes, take it off the list", way.name)),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn call(
    platform: &TestPlatform,
    clerk: &ApiCaller,
    way: &Way,
    caller: &str,
    user: &str,
    [server, tls_server]: [SocketAddr; 2],
) -> Result<(), String> {
    let account = format!("<sip:{caller}@127.0.0.1;transport={}>;regint=0;{}", way.transport, way.account);
    let trust = format!("sip_cafile {}\n", platform.folder().join("authority.crt").display());
    let phone = Baresip::new(&account, way.hertz, &trust);
    let server = if way.transport == "tls" { tls_server } else { server };
    let before = recordings(clerk).await.expect("answered");
    let address = format!("sip:{user}@{server};transport={}", way.transport);
    let mut said = phone.dial(&address, 4).await;
    // An address made a moment ago is dialled before the recorder has read of it.
    for _again in 0..10 {
        if !said.contains("403 Unknown Recording Address") {
            break;
        }
        said = phone.dial(&address, 4).await;
    }
    if !said.contains("Call established") {
        return Err(format!("not answered:\n{said}"));
    }
    let late = Instant::now() + Duration::from_secs(60);
    let call_id = loop {
        let after = recordings(clerk).await.expect("answered");
        match after.into_keys().find(|call_id| !before.contains_key(call_id)) {
            Some(call_id) => break call_id,
            None if Instant::now() < late => sleep(Duration::from_millis(200)).await,
            None => return Err(format!("answered, but there is no recording:\n{said}")),
        }
    };
    let seen = platform.sealed(clerk, &call_id).await;
    let recording =
        clerk.get(&format!("/v1/recordings/{}", seen.id)).await.map_err(|error| error.to_string())?;
    if recording["caller"]["number"] != caller {
        return Err(format!("the caller is {}", recording["caller"]));
    }
    let heard = channels(&platform.heard(clerk, &seen.id).await);
    let is_there = heard.iter().any(|side| is_tone(side, f64::from(way.hertz), 2));
    is_there.then_some(()).ok_or_else(|| "the tone is not heard".to_owned())
}
