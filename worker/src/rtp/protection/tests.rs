//! What opens and what does not, over a restart and a change of keys.

use rokuon_media::rtp::RtpPacket;

use super::*;

const SUITES: [&str; 5] = [
    "AES_CM_128_HMAC_SHA1_80",
    "AES_CM_128_HMAC_SHA1_32",
    "AES_256_CM_HMAC_SHA1_80",
    "AEAD_AES_128_GCM",
    "AEAD_AES_256_GCM",
];

fn key(suite: &str, seed: u8) -> MasterKey {
    let profile = rokuon_secure_media::profile::Profile::from_sdes_name(suite).expect("a suite");
    let octets = vec![seed; profile.key_length() + profile.salt_length()];
    MasterKey::new(profile, &octets).expect("a key")
}

fn terms(key: &MasterKey) -> StreamProtection {
    StreamProtection { keys: Some(line_of(key)), ..StreamProtection::default() }
}

fn packet(number: u16) -> Vec<u8> {
    let mut octets = Vec::new();
    let payload = [number as u8; 160];
    RtpPacket {
        payload_type: 0,
        marker: false,
        sequence_number: number,
        timestamp: 0,
        ssrc: 9,
        payload: &payload,
    }
    .write(&mut octets);
    octets
}

fn sealed(sender: &mut SrtpSender, number: u16) -> Vec<u8> {
    let mut octets = packet(number);
    sender.seal_rtp(&mut octets).expect("sealed");
    octets
}

#[track_caller]
fn assert_opens(guard: &mut Guard, datagram: &[u8], number: u16) {
    match guard.open(datagram, false) {
        Opened::Packet(opened) => assert_eq!(opened, packet(number)),
        Opened::Refused(reason) => panic!("packet {number}: {reason:?}"),
    }
}

#[track_caller]
fn assert_refused(guard: &mut Guard, datagram: &[u8], expected: DropReason) {
    match guard.open(datagram, false) {
        Opened::Packet(_) => panic!("it opens"),
        Opened::Refused(reason) => assert_eq!(reason, expected),
    }
}

// rule: S4
// rule: RT12
#[test]
fn what_is_forged_bent_or_replayed_is_refused_and_named() {
    for suite in SUITES {
        let key = key(suite, 7);
        let (mut sender, mut guard) = (SrtpSender::new(&key), Guard::new(terms(&key), None, Instant::now()));
        let first = sealed(&mut sender, 1);
        for at in [0, 13, first.len() - 1] {
            let mut bent = first.clone();
            bent[at] ^= 0x20;
            assert!(matches!(guard.open(&bent, false), Opened::Refused(_)), "{suite} {at}");
        }
        assert_refused(&mut guard, &packet(1), DropReason::Unauthentic);
        assert_opens(&mut guard, &first, 1);
        assert_refused(&mut guard, &first, DropReason::Replayed);
        assert_refused(
            &mut guard,
            &sealed(&mut SrtpSender::new(&self::key(suite, 8)), 2),
            DropReason::Unauthentic,
        );
        assert_opens(&mut guard, &sealed(&mut sender, 2), 2);
    }
}

// rule: S4
#[test]
fn keys_and_counters_survive_a_restart_in_what_is_journaled() {
    for suite in SUITES {
        let key = key(suite, 7);
        let (mut sender, mut guard) = (SrtpSender::new(&key), Guard::new(terms(&key), None, Instant::now()));
        // three wraps of the sequence number: the counter cannot be guessed from the number alone
        for number in 0..200_000_u32 {
            let datagram = sealed(&mut sender, number as u16);
            if number % 100 == 0 {
                assert_opens(&mut guard, &datagram, number as u16);
            }
        }
        let noted = guard.to_be_noted(Duration::from_secs(1)).expect("it is time");
        assert_eq!(guard.to_be_noted(Duration::from_secs(30)), None, "not every second");
        let journaled = serde_json::to_string(&noted).expect("JSON");
        let back: StreamProtection = serde_json::from_str(&journaled).expect("JSON");
        let mut restarted = Guard::new(back, None, Instant::now());
        let replayed = sealed(&mut SrtpSender::new(&key), 5);
        assert!(matches!(restarted.open(&replayed, false), Opened::Refused(_)));
        let next = 200_000_u32 as u16;
        assert_opens(&mut restarted, &sealed(&mut sender, next), next);
        assert!(!format!("{noted:?}").contains("inline"), "keys are in no log");
    }
}

#[test]
fn the_same_terms_again_change_nothing_and_new_keys_take_over() {
    let (old, new) = (key(SUITES[0], 7), key(SUITES[3], 8));
    let mut guard = Guard::new(terms(&old), None, Instant::now());
    let (mut before, mut after) = (SrtpSender::new(&old), SrtpSender::new(&new));
    let first = sealed(&mut before, 1);
    assert_opens(&mut guard, &first, 1);
    guard.change(terms(&old), None, Instant::now());
    assert_refused(&mut guard, &first, DropReason::Replayed);
    guard.change(terms(&new), None, Instant::now());
    assert_opens(&mut guard, &sealed(&mut after, 2), 2);
    assert_opens(&mut guard, &sealed(&mut before, 3), 3);
}

#[test]
fn without_keys_nothing_opens() {
    let handshake = Some(HandshakeTerms { fingerprints: Vec::new(), active: false });
    let mut guard = Guard::new(StreamProtection { handshake, ..Default::default() }, None, Instant::now());
    assert_refused(&mut guard, &packet(1), DropReason::Unauthentic);
    let garbage = StreamProtection { keys: Some("no line".to_owned()), ..Default::default() };
    assert!(matches!(Guard::new(garbage, None, Instant::now()).open(&packet(1), false), Opened::Refused(_)));
}
