//! What is and what is not an RTP packet.

#![allow(clippy::indexing_slicing)]

use super::*;

/// A header with a flags octet, followed by `rest`.
fn datagram(flags: u8, rest: &[u8]) -> Vec<u8> {
    let mut bytes = vec![flags, 0x80 | 8, 0x12, 0x34, 0xFF, 0xFF, 0xFF, 0xF0, 0xDE, 0xAD, 0xBE, 0xEF];
    bytes.extend_from_slice(rest);
    bytes
}

#[test]
fn a_plain_packet_is_read_and_written_alike() {
    let bytes = datagram(0x80, &[1, 2, 3]);
    let packet = RtpPacket::parse(&bytes).expect("a plain packet");
    let expected = RtpPacket {
        payload_type: 8,
        marker: true,
        sequence_number: 0x1234,
        timestamp: 0xFFFF_FFF0,
        ssrc: 0xDEAD_BEEF,
        payload: &[1, 2, 3],
    };
    assert_eq!(packet, expected);
    let mut written = Vec::new();
    packet.write(&mut written);
    assert_eq!(written, bytes);
}

// rule: SR15
#[test]
fn what_stands_between_header_and_payload_is_passed_over() {
    let csrc_and_extension_and_padding = [
        &[0_u8; 8][..],          // two contributing sources
        &[0xBE, 0xDE, 0, 1][..], // one word of extension
        &[9, 9, 9, 9][..],       // which is this
        &[7, 7][..],             // payload
        &[0, 0, 3][..],          // padding, counting itself
    ]
    .concat();
    let bytes = datagram(0x80 | 0x20 | 0x10 | 2, &csrc_and_extension_and_padding);
    assert_eq!(RtpPacket::parse(&bytes).expect("all parts fit").payload, [7, 7]);
    let only_padding = datagram(0xA0, &[0, 0, 0, 4]);
    assert_eq!(RtpPacket::parse(&only_padding).expect("a keep-alive").payload, [0_u8; 0]);
}

// rule: RT1
#[test]
fn each_class_of_bad_header_is_refused_with_its_reason() {
    let mut classes: Vec<(String, Vec<u8>, RtpError)> = Vec::new();
    for len in 0..FIXED_HEADER_LEN {
        classes.push((format!("{len} octets"), datagram(0x80, &[])[..len].to_vec(), RtpError::TooShort));
    }
    for version in [0_u8, 1, 3] {
        for flags in 0..=0x3F_u8 {
            classes.push((
                format!("version {version}, flags {flags:#x}"),
                datagram(version << 6 | flags, &[0; 80]),
                RtpError::Version,
            ));
        }
    }
    for count in 1..=15_u8 {
        for short in [1, 4 * usize::from(count)] {
            let bytes = datagram(0x80 | count, &vec![0; 4 * usize::from(count) - short]);
            classes.push((format!("{count} sources, {short} short"), bytes, RtpError::ContributingSources));
        }
    }
    for (words, there) in [(1, 3), (1, 0), (2, 7), (255, 1_000), (0x4000, 1_400), (0xFFFF, 1_400)] {
        let [high, low] = u16::to_be_bytes(words);
        let bytes = datagram(0x90, &[&[0, 0, high, low][..], &vec![0; there]].concat());
        classes.push((format!("extension of {words} words in {there}"), bytes, RtpError::Extension));
    }
    for there in 0..4 {
        classes.push((
            format!("extension header of {there}"),
            datagram(0x90, &vec![0; there]),
            RtpError::Extension,
        ));
    }
    for (there, count) in [(0, 0), (1, 0), (160, 0), (1, 2), (160, 161), (160, 255), (3, 4)] {
        let mut rest = vec![0_u8; there];
        if let Some(last) = rest.last_mut() {
            *last = count;
        }
        classes.push((format!("padding {count} of {there}"), datagram(0xA0, &rest), RtpError::Padding));
    }
    assert!(classes.len() >= 200, "only {} classes", classes.len());
    for (class, bytes, reason) in classes {
        assert_eq!(RtpPacket::parse(&bytes), Err(reason), "{class}");
    }
}

#[test]
fn rtcp_on_the_same_port_is_told_apart() {
    for kind in [200, 201, 202, 203, 204, 205, 206, 207, 192] {
        assert!(is_rtcp(&[0x81, kind, 0, 7]), "{kind}");
    }
    for packet in [&[0x80, 0x80 | 8][..], &[0x80, 8], &[0x80, 0x80 | 96], &[0x40, 200], &[0x80], &[]] {
        assert!(!is_rtcp(packet), "{packet:?}");
    }
}
