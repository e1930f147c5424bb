//! Calls whose sound is protected: SRTP in every profile with keys in SDP over TLS, and by DTLS; each kept bit for bit.

use std::net::{Ipv4Addr, Ipv6Addr};

use rokuon_fixtures::dialog::Target;
use rokuon_fixtures::media_keys::Secrecy;
use rokuon_fixtures::phone::{CallPlan, Phone};
use rokuon_fixtures::sip_link::Transport;
use rokuon_fixtures::tls::{TestAuthority, TlsPeer};
use rokuon_secure_media::profile::Profile;

use crate::harness::platform::{Setup, TestPlatform};
use crate::harness::talk::{assert_kept, plan};
use crate::harness::tls::with_certificate_of;

fn secured(seed: u64, secrecy: Secrecy) -> CallPlan {
    let mut plan = plan(seed, 120);
    plan.legs = plan.legs.into_iter().map(|leg| leg.secured(secrecy)).collect();
    plan
}

// rule: RT12, RT14, RT15, SR13
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_profile_of_srtp_is_kept_as_it_was_said() {
    let authority = TestAuthority::new().expect("an authority");
    let platform = TestPlatform::start_with(&["takikawa"], with_certificate_of(&authority)).await;
    let server = platform.sip_tls();
    let clerk = platform.person("takikawa", "kanri").await;
    let user = platform.target("takikawa", Transport::Udp).user;
    let target = Target { user, server, transport: Transport::Tls };
    let trust = TlsPeer::new(&authority.certificate, None).expect("PEM");
    let phone = Phone::connect_tls(target, Ipv4Addr::LOCALHOST.into(), platform.pump().clone(), &trust).await;
    let phone = phone.expect("the certificate is the authority's");
    let ways = Profile::BY_STRENGTH.into_iter().map(Secrecy::Sdes).chain([Secrecy::Dtls]);
    let mut wrong = Vec::new();
    for (seed, secrecy) in (4_000..).zip(ways) {
        match phone.invite(&secured(seed, secrecy)).await {
            Ok(mut call) => {
                call.said_everything().await;
                let sent = call.hang_up().await.expect("hung up");
                assert_kept(&platform, &clerk, &sent).await;
            }
            Err(error) => wrong.push(format!("{secrecy:?}: {error}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

// rule: RT14
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_that_came_without_tls_are_not_taken() {
    let platform = TestPlatform::start(&["takikawa"]).await;
    let phone = platform.phone("takikawa", Transport::Tcp).await;
    let refused = phone.invite(&secured(4_100, Secrecy::Sdes(Profile::Aes128CmSha1_80))).await;
    assert!(refused.is_err(), "{refused:?}");
}

// rule: SD7
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_over_ipv6_is_kept_as_it_was_said() {
    let platform =
        TestPlatform::start_with(&["takikawa"], |_| Setup { also_ipv6: true, ..Setup::default() }).await;
    let clerk = platform.person("takikawa", "kanri").await;
    let four = platform.target("takikawa", Transport::Udp);
    let target = Target { server: (Ipv6Addr::LOCALHOST, four.server.port()).into(), ..four };
    let phone =
        Phone::connect(target, Ipv6Addr::LOCALHOST.into(), platform.pump().clone()).await.expect("a link");
    let mut call = phone.invite(&plan(4_200, 120)).await.expect("answered");
    call.said_everything().await;
    let sent = call.hang_up().await.expect("hung up");
    assert_kept(&platform, &clerk, &sent).await;
}
