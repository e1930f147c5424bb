//! Keys pressed during a call: events on the timeline and never sound, and which key it was only where the rules keep that fact.

use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::time::Duration;

use rokuon_capture::segment::TelephoneEvent;
use rokuon_db::policy_versions;
use rokuon_fixtures::metadata::Party;
use rokuon_fixtures::sip_link::Transport;
use rokuon_policy::clock::{Clock, SystemClock};
use rokuon_policy::policy::Policy;
use tokio::time::sleep;

use crate::harness::house::{CITIZEN, EXCHANGE, House, LISTED};
use crate::harness::raw_phone::RawPhone;
use crate::harness::until;

const FRAME: u32 = 160;
/// RFC 4733: the code of the key `5`.
const FIVE: u8 = 5;
/// The key is down for so many packets, after and before as many of sound.
const PACKETS: u32 = 20;

/// Sound, the key, sound again: as an exchange sends it, the event's packets all under its first timestamp.
async fn speak_and_press(socket: &UdpSocket, to: SocketAddr) {
    for n in 0..3 * PACKETS {
        let pressed = (PACKETS..2 * PACKETS).contains(&n);
        let (payload_type, timestamp) = if pressed { (101, PACKETS * FRAME) } else { (0, n * FRAME) };
        let marker = if n == PACKETS { 0x80 } else { 0 };
        let mut packet = vec![0x80, payload_type | marker];
        packet.extend(u16::try_from(n).unwrap().to_be_bytes());
        packet.extend(timestamp.to_be_bytes());
        packet.extend(77_u32.to_be_bytes());
        if pressed {
            let lasted = u16::try_from((n - PACKETS + 1) * FRAME).unwrap();
            let end = if n == 2 * PACKETS - 1 { 0x80 } else { 0 };
            packet.extend([FIVE, end | 10]);
            packet.extend(lasted.to_be_bytes());
        } else {
            packet.extend([0x31; FRAME as usize]);
        }
        let _refused = socket.send_to(&packet, to);
        sleep(Duration::from_millis(20)).await;
    }
}

async fn pressed_in_a_call(house: &House) -> Vec<TelephoneEvent> {
    let phone = RawPhone::at(EXCHANGE, house.target(Transport::Udp)).await;
    let call = phone.call([&Party::number(CITIZEN), &Party::number(LISTED)]).await;
    speak_and_press(&call.sockets[0], call.ports[0].expect("a port")).await;
    phone.hang_up(&call.dialog).await;
    let kept = house.finished(&call.dialog.call_id).await;
    let heard = kept.channel(0);
    assert_eq!(heard.iter().filter(|octet| **octet == 0x31).count(), 2 * (PACKETS * FRAME) as usize);
    assert!(heard.iter().all(|octet| [0x31, 0xFF].contains(octet)), "silence where the key was, and no tone");
    kept.manifest().events.clone()
}

/// The same rules, which now list the keys among the facts they keep.
async fn keep_keys(house: &House) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies/takikawa.toml");
    let rules = std::fs::read_to_string(file).unwrap();
    let amended = rules.replacen("facts = [\"audio\",", "facts = [\"audio\", \"pressed_keys\",", 1);
    assert_ne!(amended, rules);
    let version = |house: &House| house.routes().tenant(&house.tenant).unwrap().policy_version;
    let before = version(house);
    let from = Policy::parse(&amended).unwrap().effective_from();
    let mut tx = house.db.tenant(&house.tenant).await.unwrap();
    policy_versions::load(&mut tx, &amended, from, SystemClock.now()).await.unwrap();
    tx.commit_bookkeeping().await.unwrap();
    until("the worker goes by them", async || version(house) != before).await;
}

// rule: RT8
#[tokio::test(flavor = "multi_thread")]
async fn which_key_was_pressed_is_kept_only_where_the_rules_list_it() {
    let house = House::open().await;
    let samples = u64::from(PACKETS * FRAME);
    let masked = pressed_in_a_call(&house).await;
    let [event] = masked[..] else { panic!("one event: {masked:?}") };
    assert_eq!((event.channel, event.samples, event.event, event.digit), (0, samples, None, None));
    keep_keys(&house).await;
    let kept = pressed_in_a_call(&house).await;
    let [event] = kept[..] else { panic!("one event: {kept:?}") };
    assert_eq!((event.samples, event.event, event.digit), (samples, Some(FIVE), Some('5')));
}
