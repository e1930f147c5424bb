//! Packets that must not be let in: at least fifty kinds of bad input, floods, and senders without end.

use super::*;
use crate::receiver::MOST_SOURCES;
use crate::session_keys::{RTCP, SessionKeys};

// rule: RT12, S4
#[test]
fn nothing_is_let_in_twice() {
    for profile in Profile::BY_STRENGTH {
        let (mut sender, mut receiver) = both(profile);
        let packets = sent(&mut sender, 7, 1, 300);
        for packet in &packets {
            assert!(open(&mut receiver, packet).is_ok());
        }
        for packet in &packets {
            assert_eq!(open(&mut receiver, packet), Err(Refused::Replayed));
        }
    }
}

// rule: RT12, S4
#[test]
fn any_single_changed_bit_is_refused_and_harms_nobody() {
    for profile in Profile::BY_STRENGTH {
        let (mut sender, mut receiver) = both(profile);
        assert!(open(&mut receiver, &protect(&mut sender, &rtp(7, 1))).is_ok());
        let packet = protect(&mut sender, &rtp(7, 2));
        for bit in 0..packet.len() * 8 {
            let mut changed = packet.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(open(&mut receiver, &changed).is_err(), "{profile:?} bit {bit}");
        }
        assert!(open(&mut receiver, &packet).is_ok(), "{profile:?}");

        let mut report = rtcp(7);
        sender.seal_rtcp(&mut report).expect("RTCP");
        for bit in 0..report.len() * 8 {
            let mut changed = report.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(receiver.open_rtcp(&mut changed).is_err(), "{profile:?} RTCP bit {bit}");
        }
        assert!(receiver.open_rtcp(&mut report).is_ok());
    }
}

type Change = fn(&mut Vec<u8>, usize);

/// What is done to a good packet whose tag is the last so many octets.
const CHANGES: &[(&str, Change)] = &[
    ("nothing left", |p, _| p.clear()),
    ("one octet left", |p, _| p.truncate(1)),
    ("eight octets left", |p, _| p.truncate(8)),
    ("the header alone", |p, _| p.truncate(12)),
    ("one octet short of a tag", |p, tag| p.truncate(12 + tag - 1)),
    ("a tag right behind the header", |p, tag| drop(p.drain(12..p.len() - tag))),
    ("without its last octet", |p, _| p.truncate(p.len() - 1)),
    ("with an octet more", |p, _| p.push(0)),
    ("with 60,000 octets more", |p, _| p.resize(p.len() + 60_000, 0xAA)),
    ("65,535 octets of 0x80", |p, _| *p = vec![0x80; 65_535]),
    ("65,535 zeros", |p, _| *p = vec![0; 65_535]),
    ("65,535 octets of 0xFF", |p, _| *p = vec![0xFF; 65_535]),
    ("version 0", |p, _| p[0] &= 0x3F),
    ("version 1", |p, _| p[0] = p[0] & 0x3F | 0x40),
    ("version 3", |p, _| p[0] |= 0xC0),
    ("the padding bit turned", |p, _| p[0] ^= 0x20),
    ("15 sources beyond the end", |p, _| p[0] |= 0x0F),
    ("an extension that is none", |p, _| p[0] ^= 0x10),
    ("an extension beyond the end", |p, _| {
        p[0] |= 0x10;
        p[14..16].fill(0xFF);
    }),
    ("another payload type", |p, _| p[1] ^= 1),
    ("the marker turned", |p, _| p[1] ^= 0x80),
    ("the next sequence number", |p, _| p[3] = p[3].wrapping_add(1)),
    ("a sequence number half the circle away", |p, _| p[2] ^= 0x80),
    ("another time", |p, _| p[7] ^= 1),
    ("another source", |p, _| p[11] ^= 1),
    ("the source of all zeros", |p, _| p[4..12].fill(0)),
    ("the first octet of the body changed", |p, _| p[12] ^= 1),
    ("two octets of the body exchanged", |p, _| p[13] ^= 0x11),
    ("the tag all zeros", |p, tag| {
        let at = p.len() - tag;
        p[at..].fill(0);
    }),
    ("the tag all ones", |p, tag| {
        let at = p.len() - tag;
        p[at..].fill(0xFF);
    }),
    ("the tag turned round", |p, tag| {
        let at = p.len() - tag;
        p[at..].reverse();
    }),
    ("half of the tag", |p, tag| p.truncate(p.len() - tag / 2)),
    ("no tag at all", |p, tag| p.truncate(p.len() - tag)),
    ("two tags", |p, tag| {
        let twice = p[p.len() - tag..].to_vec();
        p.extend(twice);
    }),
    ("the packet twice in one datagram", |p, _| p.extend(p.clone())),
    ("the packet turned round", |p, _| p.reverse()),
    ("DTLS", |p, _| *p = [&[22, 254, 253][..], &[0; 60]].concat()),
    ("STUN", |p, _| *p = [&[0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42][..], &[7; 12]].concat()),
    ("SIP", |p, _| *p = b"INVITE sip:a@b SIP/2.0\r\nContent-Length: 0\r\n\r\n".to_vec()),
];

// rule: RT12, RT15, S4
#[test]
fn bad_inputs_are_refused_and_the_next_good_packet_is_let_in() {
    let mut tried = 0;
    for profile in Profile::BY_STRENGTH {
        let (mut sender, mut receiver) = both(profile);
        assert!(open(&mut receiver, &protect(&mut sender, &rtp(7, 1))).is_ok());
        let packet = protect(&mut sender, &rtp(7, 2));
        let mut report = rtcp(7);
        sender.seal_rtcp(&mut report).expect("RTCP");
        for (what, change) in CHANGES {
            let mut bad = packet.clone();
            change(&mut bad, profile.rtp_tag_length());
            assert!(open(&mut receiver, &bad).is_err(), "{profile:?}: {what}");
            let mut bad = report.clone();
            change(&mut bad, profile.rtcp_tag_length());
            assert!(receiver.open_rtcp(&mut bad).is_err(), "{profile:?} RTCP: {what}");
            tried += 2;
        }
        for other in Profile::BY_STRENGTH {
            let mut stranger = SrtpSender::new(&key(other, 99));
            assert!(open(&mut receiver, &protect(&mut stranger, &rtp(7, 2))).is_err(), "another key");
            tried += 1;
        }
        assert!(receiver.open_rtcp(&mut packet.clone()).is_err(), "RTP taken for RTCP");
        assert!(open(&mut receiver, &report).is_err(), "RTCP taken for RTP");
        assert!(open(&mut receiver, &packet).is_ok(), "{profile:?}");
        assert!(receiver.open_rtcp(&mut report).is_ok(), "{profile:?}");
    }
    assert!(tried >= 50, "{tried}");
}

// rule: RT12
#[test]
fn a_report_that_is_authenticated_but_not_encrypted_is_read() {
    let profile = Profile::Aes128CmSha1_80;
    let keys = SessionKeys::derive(&key(profile, 1), RTCP);
    let mut report = [rtcp(7), vec![0, 0, 0, 5]].concat();
    let mut hash: hmac::Hmac<sha1::Sha1> =
        hmac::KeyInit::new_from_slice(keys.authentication.as_slice()).expect("any length");
    hmac::Mac::update(&mut hash, &report);
    report.extend_from_slice(&hmac::Mac::finalize(hash).into_bytes()[..10]);
    let mut receiver = SrtpReceiver::new(&[key(profile, 1)]);
    let length = receiver.open_rtcp(&mut report).expect("authentic");
    assert_eq!(report[..length], rtcp(7));
}

// rule: RT12, S4
#[test]
fn forgeries_make_no_source_and_a_late_sender_is_still_found_among_them() {
    let (mut sender, mut receiver) = both(Profile::Aes128CmSha1_80);
    sent(&mut sender, 7, 0, 2 * 65_536);
    for ssrc in 0..10_000 {
        let mut forged = rtp(1_000 + ssrc, 5);
        forged.extend([0; 10]);
        assert_eq!(open(&mut receiver, &forged), Err(Refused::Unauthentic));
    }
    assert_eq!(receiver.snapshot().len(), 1, "no state for a forgery");
    // the search is used up; a sender whose counter is zero proves the key and brings it back
    let mut other = SrtpSender::new(&key(Profile::Aes128CmSha1_80, 1));
    for packet in sent(&mut other, 8, 1, 2) {
        assert!(open(&mut receiver, &packet).is_ok());
    }
    assert!(open(&mut receiver, &sent(&mut sender, 7, 2 * 65_536, 1)[0]).is_ok());
}

#[test]
fn what_is_known_of_senders_is_bounded_and_the_active_ones_stay() {
    let (mut sender, mut receiver) = both(Profile::Aes128CmSha1_32);
    let stays = sent(&mut sender, 1, 0, 1_000);
    for (ssrc, packet) in (100..1_100).zip(&stays) {
        assert!(open(&mut receiver, packet).is_ok());
        assert!(open(&mut receiver, &protect(&mut sender, &rtp(ssrc, 1))).is_ok());
    }
    assert_eq!(receiver.snapshot().len(), 1 + 48 * MOST_SOURCES);
    assert_eq!(open(&mut receiver, &stays[999]), Err(Refused::Replayed), "the one that speaks is remembered");
}

proptest! {
    #[test]
    fn no_octets_at_all_are_let_in_or_break_it(
        octets in proptest::collection::vec(any::<u8>(), 0..200),
        profile in 0_usize..5,
    ) {
        let mut receiver = SrtpReceiver::new(&[key(Profile::BY_STRENGTH[profile], 1)]);
        prop_assert!(receiver.open_rtp(&mut octets.clone()).is_err());
        prop_assert!(receiver.open_rtcp(&mut octets.clone()).is_err());
    }
}
