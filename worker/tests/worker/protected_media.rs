//! Calls whose media is protected: by keys in a description that came over TLS, or by a handshake on the media port.

use std::net::SocketAddr;
use std::time::Duration;

use rokuon_db::recordings::Outcome;
use rokuon_fixtures::dialog::Target;
use rokuon_fixtures::g711::Law;
use rokuon_fixtures::media_keys::Secrecy;
use rokuon_fixtures::payload::Payload;
use rokuon_fixtures::phone::{CallPlan, Leg, Phone, PhoneError};
use rokuon_fixtures::sip_link::Transport;
use rokuon_fixtures::tls::TlsPeer;
use rokuon_media::gap::GapCause;
use rokuon_secure_media::profile::Profile;
use tokio::time::sleep;

use crate::harness::house::{EXCHANGE, House};
use crate::harness::tls::Certified;
use crate::media::{AWAY, LASTS, SPEAKS_ON, plan};

fn secured(seed: u64, frames: usize, secrecy: Secrecy) -> CallPlan {
    let leg = |leg| Leg::new(Law::Pcmu, Payload::noise(2 * seed + leg + 1, frames)).secured(secrecy);
    plan((0..2).map(leg).collect())
}

async fn house_and_phone() -> (House, Phone, tempfile::TempDir) {
    let (certificate, folder) = (Certified::by_itself("127.0.0.1"), tempfile::tempdir().unwrap());
    let files = certificate.write(folder.path(), None);
    let house = House::with(|config| {
        config.sip.tls = vec![SocketAddr::new(EXCHANGE, 0)];
        config.sip.certificate = Some(files);
        config.silence_ends_restored_call_after = Duration::from_secs(4);
    })
    .await;
    let peer = TlsPeer::new(&certificate.pem, None).unwrap();
    let target =
        Target { server: house.sip.tls[0], transport: Transport::Tls, ..house.target(Transport::Udp) };
    let phone = Phone::connect_tls(target, EXCHANGE, house.pump.clone(), &peer).await.unwrap();
    (house, phone, folder)
}

// rule: RT12
// rule: RT15
#[tokio::test(flavor = "multi_thread")]
async fn every_profile_in_a_description_over_tls_is_opened_octet_for_octet() {
    let (house, phone, _folder) = house_and_phone().await;
    for (seed, profile) in (140..).zip(Profile::BY_STRENGTH) {
        let mut call = phone.invite(&secured(seed, 60, Secrecy::Sdes(profile))).await.unwrap();
        call.said_everything().await;
        let sent = call.hang_up().await.unwrap();
        let kept = house.finished(&sent.call_id).await;
        assert_eq!(kept.recording.outcome, Some(Outcome::Sealed), "{profile:?} {:?}", kept.gaps());
        kept.assert_said(&sent.streams, Law::Pcmu);
        let manifest = serde_json::to_string(kept.manifest()).unwrap();
        assert!(
            !manifest.contains("own_keys") && !manifest.contains("counters\":\""),
            "no key leaves the journal"
        );
    }
}

// rule: RT13
#[tokio::test(flavor = "multi_thread")]
async fn keys_agreed_by_a_handshake_open_what_is_said() {
    let house = House::open().await;
    let phone = house.phone(Transport::Udp).await;
    let mut call = phone.invite(&secured(150, 100, Secrecy::Dtls)).await.unwrap();
    call.said_everything().await;
    let sent = call.hang_up().await.unwrap();
    let kept = house.finished(&sent.call_id).await;
    assert_eq!(kept.recording.outcome, Some(Outcome::Sealed), "{:?}", kept.manifest().counters);
    kept.assert_said(&sent.streams, Law::Pcmu);
}

// rule: RT14
#[tokio::test(flavor = "multi_thread")]
async fn keys_in_a_description_that_everybody_could_read_are_not_taken() {
    let house = House::open().await;
    let phone = house.phone(Transport::Udp).await;
    let refused = phone.invite(&secured(151, 10, Secrecy::Sdes(Profile::BY_STRENGTH[0]))).await;
    assert!(matches!(refused, Err(PhoneError::Refused { status: 488, .. })), "{:?}", refused.err());
}

// rule: S4
#[tokio::test(flavor = "multi_thread")]
async fn a_protected_call_goes_on_after_a_restart() {
    let (mut house, phone, _folder) = house_and_phone().await;
    let call = phone.invite(&secured(152, LASTS, Secrecy::Sdes(Profile::BY_STRENGTH[1]))).await.unwrap();
    sleep(Duration::from_millis(1_500)).await;
    house.stop(Duration::ZERO).await;
    sleep(AWAY).await;
    house.start().await;
    sleep(SPEAKS_ON).await;
    let sent = call.vanish().await;
    let kept = house.finished(&sent.call_id).await;
    for (channel, stream) in sent.streams.iter().enumerate() {
        let channel = u8::try_from(channel).unwrap();
        let gaps: Vec<_> = kept.manifest().gaps.iter().filter(|gap| gap.channel == channel).collect();
        assert!(gaps.iter().any(|gap| gap.cause == GapCause::WorkerDown), "{gaps:?}");
        let (heard, said) = (kept.whole(channel, Law::Pcmu), stream.timeline(0xFF));
        let start = heard.windows(160).position(|window| window == &said[..160]).unwrap();
        for (at, octet) in said.iter().enumerate() {
            let at = start + at;
            let listed = gaps.iter().any(|gap| (gap.start_sample..gap.end_sample()).contains(&(at as u64)));
            assert!(listed || heard.get(at) == Some(octet), "sample {at} is neither kept nor listed");
        }
        let end = said.len() - 8_000;
        assert!(
            heard[start + end..start + said.len()] == said[end..],
            "what came after the restart is there"
        );
    }
}
