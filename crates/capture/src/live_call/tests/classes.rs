//! Classes of RTP and RTCP that nobody should send, each in the middle of a call that must not feel it.

use super::*;
use crate::segment::{SealUntil, SegmentBuilder};

const PACKETS: u16 = 60;

/// A packet as the good ones are, but for what `change` does to it; its octets are no speech of ours.
fn odd(change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut datagram = rtp(0, 20, &[0xEE; 160]);
    change(&mut datagram);
    datagram
}

/// Name and datagram of each class.
fn classes() -> Vec<(String, Vec<u8>)> {
    let mut classes: Vec<(String, Vec<u8>)> = Vec::new();
    let mut add = |name: String, datagram: Vec<u8>| classes.push((name, datagram));
    for len in [0, 1, 2, 3, 4, 7, 8, 11, 12, 13, 20, 100, 171, 173, 500, 1_500, 9_000, 65_507, 65_535] {
        add(format!("{len} octets"), odd(|datagram| datagram.resize(len, 0)));
    }
    for version in [0, 1, 3_u8] {
        for payload_type in [0, 8, 13, 18, 101_u8] {
            add(
                format!("version {version}, type {payload_type}"),
                odd(|datagram| {
                    datagram[0] = version << 6;
                    datagram[1] = payload_type;
                }),
            );
        }
    }
    for count in [0, 1, 2, 3, 4, 159, 160, 161, 200, 255_u8] {
        add(
            format!("padding of {count}"),
            odd(|datagram| {
                datagram[0] |= 0x20;
                datagram[171] = count;
            }),
        );
    }
    for sources in 1..16_u8 {
        add(format!("{sources} contributing sources"), odd(|datagram| datagram[0] |= sources));
        add(
            format!("{sources} contributing sources that are not there"),
            odd(|datagram| {
                datagram[0] |= sources;
                datagram.truncate(12 + usize::from(sources) * 4 - 1);
            }),
        );
    }
    for words in [0, 1, 38, 39, 40, 41, 100, 0x7FFF, 0xFFFF_u16] {
        for flags in [0x10, 0x1F, 0x30, 0x3F_u8] {
            add(
                format!("extension of {words} words, flags {flags:#x}"),
                odd(|datagram| {
                    datagram[0] |= flags;
                    datagram[14..16].copy_from_slice(&words.to_be_bytes());
                }),
            );
        }
    }
    for payload_type in (1..128_u8).filter(|kind| ![8, 13, 18, 101].contains(kind)) {
        add(format!("type {payload_type}"), odd(|datagram| datagram[1] = payload_type));
    }
    for skip in [0, 1, 50, 99, 100, 101, 2_999, 3_000, 3_001, 32_767, 32_768, 65_436, 65_486_u16] {
        add(
            format!("number {skip} on"),
            odd(|datagram| {
                datagram[2..4].copy_from_slice(&20_u16.wrapping_add(skip).to_be_bytes());
            }),
        );
    }
    for skip in [8_000, 23_999, 24_001, 100_000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_0000, 0xFFFF_FFFF_u32] {
        add(
            format!("timestamp {skip} on"),
            odd(|datagram| {
                datagram[4..8].copy_from_slice(&(20_u32 * 160).wrapping_add(skip).to_be_bytes());
            }),
        );
    }
    for ssrc in [0, 4, 0xFFFF_FFFF_u32] {
        add(format!("SSRC {ssrc}"), odd(|datagram| datagram[8..12].copy_from_slice(&ssrc.to_be_bytes())));
    }
    for kind in 192..=223_u8 {
        for (name, words, len) in
            [("exact", 1, 8), ("longer than it is", 0xFFFF, 8), ("of one octet more", 1, 9)]
        {
            let mut datagram = vec![0x81, kind];
            datagram.extend_from_slice(&u16::to_be_bytes(words));
            datagram.resize(len, 0);
            add(format!("RTCP {kind}, length {name}"), datagram);
        }
    }
    classes
}

/// The audio of both legs after a call in which `odd` came on stream 0 behind its packet 20.
fn heard(odd: &[u8]) -> [Vec<u8>; 2] {
    let streams = [setup(0, None, true), setup(1, None, true)];
    let mut call = LiveCall::new(&streams);
    let mut builder = SegmentBuilder::new(u64::MAX);
    builder.push(&Entry::Opened(Box::new(crate::journal::tests::opened(streams.to_vec()))));
    for n in 0..PACKETS {
        for stream in 0..2_u8 {
            let datagram = rtp(0, n, &[n as u8 + stream * 64; 160]);
            let at = Duration::from_millis(u64::from(n) * 20);
            assert_eq!(
                call.on_datagram(stream, address("192.0.2.1:5"), at, &datagram, |_| true),
                Verdict::Accepted
            );
        }
        if n == 20 {
            call.on_datagram(0, address("192.0.2.1:5"), Duration::from_millis(405), odd, |_| true);
        }
    }
    let mut journal = Vec::new();
    call.take_pending(&mut journal);
    entries(&journal).for_each(|entry| builder.push(&entry.expect("ours")));
    let sealing = builder.seal(SealUntil::LastAudio);
    let wav = rokuon_media::wav::parse(&sealing.segments[0].file).expect("ours");
    [0, 1].map(|place| wav.channel(place).take(usize::from(PACKETS) * 160).collect())
}

// rule: RT1
// rule: RT7
#[test]
fn no_class_of_odd_packets_is_felt_by_the_call_or_its_neighbour() {
    let classes = classes();
    assert!(classes.len() >= 200, "{}", classes.len());
    let clean: [Vec<u8>; 2] = [0, 64].map(|base| (0..PACKETS).flat_map(|n| [n as u8 + base; 160]).collect());
    for (name, datagram) in &classes {
        let heard = heard(datagram);
        assert!(heard[1] == clean[1], "{name}: the neighbour felt it");
        assert!(heard[0] == clean[0], "{name}: the leg it came on felt it");
    }
}
