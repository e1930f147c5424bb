//! Packets made by others: libsrtp's self-test, RFC 7714's examples, and a table that libsrtp wrote (tests/vectors).

use aes_gcm::aead::KeyInit;
use aes_gcm::{Aes128Gcm, Aes256Gcm};

use super::*;
use crate::packet::Layout;
use crate::transform::{Beside, Number, Transform};

// rule: RT12
#[test]
fn the_packet_of_libsrtps_self_test_is_opened_and_sealed() {
    let key = hex("e1f97a0d3e018be0d64fa32c06de41390ec675ad498afeebb6960b3aabe6");
    let key = MasterKey::new(Profile::Aes128CmSha1_80, &key).expect("16 and 14 octets");
    let plain = hex("800f1234decafbadcafebabe abababababababababababababababab");
    let protected = hex("800f1234decafbadcafebabe 4e55dc4ce79978d88ca4d215949d2402 b78d6acc99ea179b8dbb");
    assert_eq!(protect(&mut SrtpSender::new(&key), &plain), protected);
    assert_eq!(open(&mut SrtpReceiver::new(&[key]), &protected), Ok(plain));
}

const GALLIA: &str = "47616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573";

// rule: RT15
#[test]
fn the_rtp_packets_of_rfc_7714_section_16_are_opened() {
    let salt: [u8; 12] = hex("517569642070726f2071756f").try_into().expect("12 octets");
    let header = "8040f17b8041f8d35501a0b2";
    let number = Number { ssrc: 0x5501_a0b2, index: 0xf17b };
    let short = Aes128Gcm::new_from_slice(&(0..16).collect::<Vec<u8>>()).expect("16 octets");
    let long = Aes256Gcm::new_from_slice(&(0..32).collect::<Vec<u8>>()).expect("32 octets");
    for (transform, protected) in [
        (
            Transform::Gcm128(Box::new((short, salt))),
            "f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833899d7f27beb16a9152cf765ee4390cce",
        ),
        (
            Transform::Gcm256(Box::new((long, salt))),
            "32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b7aa3db36dfffd6b0f9bb7878d7a76c13",
        ),
    ] {
        let mut packet = [hex(header), hex(protected)].concat();
        let layout = Layout::of(packet.len(), 12, 0, 0, 16, true).expect("long enough");
        transform.open(&mut packet, &layout, number, Beside::Rollover(0)).expect("authentic");
        assert_eq!(packet[12..50], hex(GALLIA));
    }
}

/// `crates/secure-media/tests/vectors/libsrtp.py` wrote it: profile, kind, key, plain, protected; packets of one key in order.
const TABLE: &str = include_str!("../../../tests/vectors/libsrtp.tsv");

// rule: RT12, RT15
#[test]
fn libsrtp_and_this_code_make_the_same_packets() {
    let mut compared = 0;
    let mut session: Option<(String, SrtpSender, SrtpReceiver)> = None;
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let [name, kind, secret, plain, protected] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("five columns: {line}")
        };
        if session.as_ref().is_none_or(|(current, ..)| current != secret) {
            let profile = Profile::from_sdes_name(name).expect("a profile");
            let key = MasterKey::new(profile, &hex(secret)).expect("the right length");
            session = Some((secret.to_owned(), SrtpSender::new(&key), SrtpReceiver::new(&[key])));
        }
        let Some((_, sender, receiver)) = &mut session else { unreachable!("just made") };
        let mut ours = hex(plain);
        let mut theirs = hex(protected);
        if kind == "rtp" {
            sender.seal_rtp(&mut ours).expect("RTP");
            assert_eq!(ours, theirs, "{name}");
            let length = receiver.open_rtp(&mut theirs).expect("authentic");
            assert_eq!(theirs[..length], hex(plain));
        } else {
            // libsrtp numbers reports from one
            if sender.next_rtcp_index() == 0 {
                sender.seal_rtcp(&mut rtcp(1)).expect("RTCP");
            }
            sender.seal_rtcp(&mut ours).expect("RTCP");
            assert_eq!(ours, theirs, "{name} RTCP");
            let length = receiver.open_rtcp(&mut theirs).expect("authentic");
            assert_eq!(theirs[..length], hex(plain));
        }
        compared += 1;
    }
    assert!(compared >= 80, "{compared}");
}
