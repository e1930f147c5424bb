//! Receiver and sender against published packets, against each other, and against a hostile network.

mod hostile;
mod published;

use proptest::prelude::*;

use crate::master_key::{MasterKey, Mki};
use crate::profile::Profile;
use crate::receiver::SrtpReceiver;
use crate::refused::Refused;
use crate::sender::SrtpSender;

/// Octets from hexadecimal digits; white space is passed over.
pub(crate) fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> = digits
        .chars()
        .filter_map(|digit| digit.to_digit(16))
        .filter_map(|digit| u8::try_from(digit).ok())
        .collect();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

pub(crate) fn key(profile: Profile, seed: u8) -> MasterKey {
    let octets: Vec<u8> = (0..profile.key_length() + profile.salt_length())
        .map(|at| (at as u8).wrapping_mul(37).wrapping_add(seed))
        .collect();
    MasterKey::new(profile, &octets).expect("as long as the profile says")
}

/// A packet of 20 octets of payload.
pub(crate) fn rtp(ssrc: u32, sequence: u16) -> Vec<u8> {
    let mut packet = vec![0x80, 0];
    packet.extend_from_slice(&sequence.to_be_bytes());
    packet.extend_from_slice(&(u32::from(sequence) * 160).to_be_bytes());
    packet.extend_from_slice(&ssrc.to_be_bytes());
    packet.extend((0..20).map(|at| sequence as u8 ^ at));
    packet
}

/// A receiver report of one source and what would be its SDES.
fn rtcp(ssrc: u32) -> Vec<u8> {
    let mut packet = vec![0x81, 201, 0, 7];
    packet.extend_from_slice(&ssrc.to_be_bytes());
    packet.extend(0..24);
    packet
}

fn protect(sender: &mut SrtpSender, plain: &[u8]) -> Vec<u8> {
    let mut packet = plain.to_vec();
    sender.seal_rtp(&mut packet).expect("an RTP packet");
    packet
}

/// Sequence numbers from `first`, over as many wraps as there are, each as the packet its sender protects.
fn sent(sender: &mut SrtpSender, ssrc: u32, first: u32, count: u32) -> Vec<Vec<u8>> {
    (first..first + count).map(|at| protect(sender, &rtp(ssrc, at as u16))).collect()
}

fn open(receiver: &mut SrtpReceiver, packet: &[u8]) -> Result<Vec<u8>, Refused> {
    let mut opened = packet.to_vec();
    let length = receiver.open_rtp(&mut opened);
    if length.is_err() {
        assert_eq!(opened, packet, "a refused packet stays as it came");
    }
    length.map(|length| opened[..length].to_vec())
}

// rule: RT12, RT15
#[test]
fn what_is_sealed_is_opened_in_every_profile() {
    for profile in Profile::BY_STRENGTH {
        let (mut sender, mut receiver) =
            (SrtpSender::new(&key(profile, 1)), SrtpReceiver::new(&[key(profile, 1)]));
        for sequence in [1, 2, 4, 3, 700] {
            if sequence == 3 {
                continue;
            }
            let packet = protect(&mut sender, &rtp(7, sequence));
            assert_eq!(packet.len(), 32 + profile.rtp_tag_length());
            assert_ne!(packet[12..32], rtp(7, sequence)[12..], "the payload is not in the clear");
            assert_eq!(open(&mut receiver, &packet), Ok(rtp(7, sequence)));
        }
        for _ in 0..3 {
            let mut report = rtcp(9);
            sender.seal_rtcp(&mut report).expect("an RTCP packet");
            let length = receiver.open_rtcp(&mut report).expect("authentic");
            assert_eq!(report[..length], rtcp(9));
        }
    }
}

// rule: RT12
#[test]
fn the_rollover_counter_is_right_across_wraps_with_loss_and_disorder() {
    let (mut sender, mut receiver) = both(Profile::Aes128CmSha1_80);
    let packets = sent(&mut sender, 7, 65_400, 70_000);
    for (index, packet) in packets.iter().enumerate() {
        let straggles = index % 50 == 3;
        if index % 11 == 0 || straggles {
            continue;
        }
        assert!(open(&mut receiver, packet).is_ok(), "packet {index}");
        if index % 50 == 23 {
            assert!(open(&mut receiver, &packets[index - 20]).is_ok(), "a straggler of 20 packets, {index}");
        }
    }
}

// rule: RT12
#[test]
fn a_receiver_that_comes_late_finds_the_counter() {
    for profile in Profile::BY_STRENGTH {
        let mut sender = SrtpSender::new(&key(profile, 1));
        for wrap in 0..6 {
            for step in [0_u16, 30_000, 60_000] {
                let packet = protect(&mut sender, &rtp(7, step));
                if wrap == 5 {
                    let mut late = SrtpReceiver::new(&[key(profile, 1)]);
                    assert_eq!(open(&mut late, &packet), Ok(rtp(7, step)), "after {wrap} wraps");
                }
            }
        }
    }
}

// rule: RT12
#[test]
fn a_first_packet_behind_the_wrap_is_followed_by_its_elder() {
    let (mut sender, mut receiver) = both(Profile::AeadAes128Gcm);
    let packets = sent(&mut sender, 7, 65_534, 4);
    for order in [2, 1, 0, 3] {
        assert!(open(&mut receiver, &packets[order]).is_ok(), "{order}");
    }
}

#[test]
fn a_restored_receiver_goes_on_after_an_outage_of_an_hour() {
    let (mut sender, mut receiver) = both(Profile::Aes256CmSha1_80);
    let before = sent(&mut sender, 7, 1, 300);
    for packet in &before {
        assert!(open(&mut receiver, packet).is_ok());
    }
    let mut report = rtcp(7);
    sender.seal_rtcp(&mut report).expect("RTCP");
    assert!(receiver.open_rtcp(&mut report.clone()).is_ok());
    let snapshot = receiver.snapshot();
    // three wraps in which nobody listens
    sent(&mut sender, 7, 301, 3 * 65_536);
    let after = sent(&mut sender, 7, 301 + 3 * 65_536, 100);

    let mut restored = SrtpReceiver::restore(&[key(Profile::Aes256CmSha1_80, 1)], &snapshot);
    assert_eq!(open(&mut restored, &before[250]), Err(Refused::Unauthentic), "heard before the outage");
    assert_eq!(restored.open_rtcp(&mut report), Err(Refused::Replayed));
    for packet in &after {
        assert!(open(&mut restored, packet).is_ok());
    }
    assert_eq!(open(&mut restored, &after[50]), Err(Refused::Replayed));
}

#[test]
fn octets_that_are_no_snapshot_count_as_none() {
    let mut sender = SrtpSender::new(&key(Profile::AeadAes256Gcm, 1));
    let packet = protect(&mut sender, &rtp(7, 1));
    for snapshot in [&b""[..], b"\x02", b"\x01short", &[1; 4_000], &[0xFF; 49]] {
        let mut receiver = SrtpReceiver::restore(&[key(Profile::AeadAes256Gcm, 1)], snapshot);
        assert!(open(&mut receiver, &packet).is_ok());
    }
}

#[test]
fn new_keys_leave_what_is_on_its_way_readable_for_a_while() {
    let profile = Profile::Aes128CmSha1_80;
    let (mut old, mut new) = (SrtpSender::new(&key(profile, 1)), SrtpSender::new(&key(profile, 2)));
    let mut receiver = SrtpReceiver::new(&[key(profile, 1)]);
    let before = sent(&mut old, 7, 1, 10);
    assert!(open(&mut receiver, &before[0]).is_ok());
    receiver.replace_keys(&[key(profile, 2)]);
    let after = sent(&mut new, 7, 11, 200);
    assert!(open(&mut receiver, &after[0]).is_ok());
    assert!(open(&mut receiver, &before[8]).is_ok(), "sent before the change");
    assert_eq!(open(&mut receiver, &before[8]), Err(Refused::Replayed));
    for packet in &after[1..] {
        assert!(open(&mut receiver, packet).is_ok());
    }
    assert!(open(&mut receiver, &before[9]).is_err(), "the old key is forgotten");
}

#[test]
fn the_same_keys_again_change_nothing() {
    let (mut sender, mut receiver) = both(Profile::Aes128CmSha1_80);
    let packets = sent(&mut sender, 7, 1, 2);
    assert!(open(&mut receiver, &packets[0]).is_ok());
    receiver.replace_keys(&[key(Profile::Aes128CmSha1_80, 1)]);
    assert_eq!(open(&mut receiver, &packets[0]), Err(Refused::Replayed));
}

// rule: RT12
#[test]
fn a_key_identifier_chooses_the_key_and_may_be_left_out() {
    for profile in Profile::BY_STRENGTH {
        let named = |seed| key(profile, seed).with_mki(Mki::new(u64::from(seed), 4).expect("fits"));
        let mut receiver = SrtpReceiver::new(&[named(1), named(2)]);
        let (mut first, mut second) = (SrtpSender::new(&named(1)), SrtpSender::new(&named(2)));
        assert_eq!(open(&mut receiver, &protect(&mut first, &rtp(7, 1))), Ok(rtp(7, 1)));
        assert_eq!(open(&mut receiver, &protect(&mut second, &rtp(7, 2))), Ok(rtp(7, 2)));
        let mut report = rtcp(7);
        second.seal_rtcp(&mut report).expect("RTCP");
        assert_eq!(receiver.open_rtcp(&mut report).map(|length| report[..length].to_vec()), Ok(rtcp(7)));

        let mut forgetful = SrtpSender::new(&key(profile, 1));
        let mut receiver = SrtpReceiver::new(&[named(1)]);
        assert_eq!(open(&mut receiver, &protect(&mut forgetful, &rtp(7, 1))), Ok(rtp(7, 1)));
    }
}

#[test]
fn the_last_packet_of_a_key_is_the_last() {
    let profile = Profile::AeadAes128Gcm;
    let mut snapshot = vec![1];
    snapshot.extend_from_slice(&7_u32.to_be_bytes());
    snapshot.extend_from_slice(&((1_u64 << 48) - 1).to_be_bytes());
    snapshot.extend_from_slice(&1_u128.to_be_bytes());
    snapshot.extend_from_slice(&[0; 20]);
    let mut receiver = SrtpReceiver::restore(&[key(profile, 1)], &snapshot);
    let mut sender = SrtpSender::new(&key(profile, 1));
    assert_eq!(open(&mut receiver, &protect(&mut sender, &rtp(7, 3))), Err(Refused::Exhausted));
}

fn both(profile: Profile) -> (SrtpSender, SrtpReceiver) {
    (SrtpSender::new(&key(profile, 1)), SrtpReceiver::new(&[key(profile, 1)]))
}

proptest! {
    #[test]
    fn any_payload_and_header_comes_back_as_it_was(
        payload in proptest::collection::vec(any::<u8>(), 0..1_400),
        csrcs in 0_usize..16,
        words in proptest::option::of(0_u8..20),
        profile in 0_usize..5,
    ) {
        let profile = Profile::BY_STRENGTH[profile];
        let mut plain = rtp(7, 9)[..12].to_vec();
        plain[0] |= csrcs as u8;
        plain.extend(std::iter::repeat_n(5, 4 * csrcs));
        if let Some(words) = words {
            plain[0] |= 0x10;
            plain.extend([0xBE, 0xDE, 0, words]);
            plain.extend(std::iter::repeat_n(6, 4 * usize::from(words)));
        }
        plain.extend(payload);
        let (mut sender, mut receiver) = both(profile);
        let packet = protect(&mut sender, &plain);
        prop_assert_eq!(open(&mut receiver, &packet), Ok(plain));
    }
}
