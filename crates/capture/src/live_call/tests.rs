//! Which datagrams a call takes, from whom, and what it counts.

#![allow(clippy::indexing_slicing)]

use std::net::Ipv6Addr;

use rokuon_media::codec::Codec;

use super::*;
use crate::journal::Entry;
use crate::journal::decode::entries;
use crate::stream::PayloadKind;

mod classes;
mod hostile;

pub(crate) fn setup(index: u8, expected_remote: Option<&str>, learn_remote: bool) -> StreamSetup {
    StreamSetup {
        index,
        label: Some(format!("leg {index}")),
        channel: Some(index),
        mixed: false,
        payload_types: vec![
            (0, PayloadKind::Audio(Codec::Pcmu)),
            (8, PayloadKind::Audio(Codec::Pcma)),
            (13, PayloadKind::ComfortNoise),
            (101, PayloadKind::TelephoneEvent),
            (18, PayloadKind::Other("G729".into())),
        ],
        expected_remote: expected_remote.map(address),
        rtcp: None,
        rtcp_mux: false,
        learn_remote,
    }
}

fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

pub(crate) fn rtp(payload_type: u8, number: u16, payload: &[u8]) -> Vec<u8> {
    let timestamp = u32::from(number) * 160;
    let mut bytes = Vec::new();
    RtpPacket { payload_type, marker: false, sequence_number: number, timestamp, ssrc: 5, payload }
        .write(&mut bytes);
    bytes
}

const AT: Duration = Duration::from_millis(20);
const NOWHERE: fn(IpAddr) -> bool = |_| panic!("the networks must not be asked for");

fn refused(reason: DropReason) -> Verdict {
    Verdict::Dropped(reason)
}

#[test]
fn only_the_signalled_address_is_heard_where_learning_is_not_allowed() {
    let mut call = LiveCall::new(&[setup(0, Some("192.0.2.1:4000"), false)]);
    let packet = rtp(0, 1, &[1; 160]);
    for foreign in ["192.0.2.1:4002", "192.0.2.2:4000", "[2001:db8::1]:4000"] {
        assert_eq!(
            call.on_datagram(0, address(foreign), AT, &packet, NOWHERE),
            refused(DropReason::Source),
            "{foreign}"
        );
    }
    assert_eq!(call.last_packet_at(), None, "foreign packets keep no call alive");
    assert_eq!(call.on_datagram(0, address("192.0.2.1:4000"), AT, &packet, NOWHERE), Verdict::Accepted);
    let mapped =
        SocketAddr::new("192.0.2.1".parse::<std::net::Ipv4Addr>().expect("v4").to_ipv6_mapped().into(), 4000);
    assert_eq!(
        call.on_datagram(0, mapped, AT, &packet, NOWHERE),
        Verdict::Accepted,
        "a dual-stack socket's spelling"
    );
    assert_eq!(call.last_packet_on(0), Some(AT));
    let counters = call.counters().total();
    assert_eq!(
        (counters.received, counters.accepted, counters.source, counters.payload_octets),
        (5, 2, 3, 320)
    );
}

// rule: SR15
#[test]
fn a_source_is_learned_once_from_a_valid_packet_inside_the_networks() {
    let mut call = LiveCall::new(&[setup(0, None, true)]);
    let inside = |ip: IpAddr| ip == IpAddr::from([198, 51, 100, 7]);
    let good = rtp(0, 1, &[1; 160]);
    let (friend, other, stranger) =
        (address("198.51.100.7:9"), address("198.51.100.7:11"), address("203.0.113.1:9"));
    assert_eq!(call.on_datagram(0, stranger, AT, &good, inside), refused(DropReason::Source));
    assert_eq!(call.on_datagram(0, friend, AT, &rtp(99, 1, &[]), inside), refused(DropReason::PayloadType));
    assert_eq!(call.on_datagram(0, other, AT, &[0x80; 5], inside), refused(DropReason::Malformed));
    assert_eq!(call.on_datagram(0, friend, AT, &good, inside), Verdict::Accepted);
    assert_eq!(call.on_datagram(0, other, AT, &good, NOWHERE), refused(DropReason::Source), "learned once");
    assert_eq!(call.on_datagram(0, friend, AT, &good, NOWHERE), Verdict::Accepted);

    call.reoffer(&[setup(0, None, true)]);
    assert_eq!(
        call.on_datagram(0, other, AT, &good, inside),
        Verdict::Accepted,
        "learned anew after an offer"
    );
    assert_eq!(call.on_datagram(0, friend, AT, &good, NOWHERE), refused(DropReason::Source));
    call.set_on_hold(0, true, AT);
    assert_eq!(
        call.on_datagram(0, friend, AT, &good, NOWHERE),
        refused(DropReason::Source),
        "not while on hold"
    );
    call.set_on_hold(0, false, AT);
    assert_eq!(
        call.on_datagram(0, friend, AT, &good, inside),
        Verdict::Accepted,
        "learned anew after a resume"
    );
}

#[test]
fn the_signalled_address_takes_over_from_a_learned_one() {
    let mut call = LiveCall::new(&[setup(0, Some("192.0.2.1:4000"), true)]);
    let packet = rtp(8, 1, &[1; 160]);
    let (learned, signalled) = (address("192.0.2.9:1"), address("192.0.2.1:4000"));
    assert_eq!(call.on_datagram(0, learned, AT, &packet, |_| true), Verdict::Accepted);
    assert_eq!(call.on_datagram(0, signalled, AT, &packet, NOWHERE), Verdict::Accepted);
    assert_eq!(call.on_datagram(0, learned, AT, &packet, |_| true), refused(DropReason::Source));
}

#[test]
fn each_kind_of_packet_is_counted_where_it_belongs() {
    let mut call =
        LiveCall::new(&[setup(0, Some("[2001:db8::5]:7"), false), setup(3, Some("[2001:db8::5]:7"), false)]);
    let from = SocketAddr::new(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 5).into(), 7);
    for payload_type in [0, 8, 13, 101, 18] {
        assert_eq!(call.on_datagram(3, from, AT, &rtp(payload_type, 1, &[0; 4]), NOWHERE), Verdict::Accepted);
    }
    assert_eq!(call.on_datagram(3, from, AT, &rtp(9, 1, &[0; 4]), NOWHERE), refused(DropReason::PayloadType));
    assert_eq!(call.on_datagram(3, from, AT, &[0x81, 201, 0, 1, 0, 0, 0, 0], NOWHERE), Verdict::Rtcp);
    assert_eq!(call.on_datagram(3, from, AT, &[], NOWHERE), refused(DropReason::Malformed));
    assert_eq!(
        call.on_datagram(1, from, AT, &rtp(0, 1, &[0; 4]), NOWHERE),
        refused(DropReason::UnknownStream)
    );
    let counters = call.counters();
    let figures = StreamCounters {
        received: 8,
        accepted: 5,
        payload_octets: 20,
        rtcp: 1,
        malformed: 1,
        payload_type: 1,
        ..Default::default()
    };
    assert_eq!(
        counters,
        CallCounters { streams: vec![(0, StreamCounters::default()), (3, figures)], unknown_stream: 1 }
    );
    assert_eq!(figures.received, figures.accepted + figures.rtcp + figures.dropped());
}

#[test]
fn what_is_pending_is_a_journal_with_marks_in_their_places() {
    let mut call = LiveCall::new(&[setup(0, None, true)]);
    let from = address("192.0.2.1:5");
    let take = |call: &mut LiveCall| {
        let mut bytes = vec![];
        call.take_pending(&mut bytes);
        bytes
    };
    call.on_datagram(0, from, AT, &rtp(0, 1, &[7; 3]), |_| true);
    call.set_on_hold(0, true, AT * 2);
    call.set_on_hold(0, true, AT * 3);
    call.set_on_hold(9, true, AT * 3);
    call.on_datagram(0, from, AT * 4, &rtp(0, 2, &[8; 3]), |_| true);
    call.on_datagram(0, from, AT * 5, &rtp(0, 3, &[9; 3]), |_| true);
    assert!(call.all_on_hold());
    let bytes = take(&mut call);
    let told: Vec<String> = entries(&bytes)
        .map(|entry| match entry.expect("whole entries") {
            Entry::Media(batch) => batch
                .packets()
                .map(|packet| format!("{}@{} ", packet.sequence_number, packet.arrival_micros))
                .collect(),
            Entry::OnHold(on_hold) => {
                format!("hold {} {}@{}", on_hold.stream, on_hold.on_hold, on_hold.at_micros)
            }
            other => panic!("unexpected {other:?}"),
        })
        .collect();
    assert_eq!(told, ["1@20000 ", "hold 0 true@40000", "2@80000 3@100000 "]);
    assert!(take(&mut call).is_empty(), "taken once");
}

#[test]
fn a_removed_stream_hears_nothing_more_and_keeps_its_figures() {
    let mut call = LiveCall::new(&[setup(0, None, true), setup(1, None, true)]);
    let from = address("192.0.2.1:5");
    let packet = rtp(0, 1, &[7; 3]);
    call.on_datagram(1, from, AT, &packet, |_| true);
    call.reoffer(&[setup(0, None, true), setup(2, None, true)]);
    assert_eq!(call.on_datagram(1, from, AT, &packet, |_| true), refused(DropReason::PayloadType));
    assert_eq!(call.on_datagram(2, from, AT, &packet, |_| true), Verdict::Accepted);
    assert_eq!(call.counters().total().accepted, 2);
}

#[test]
fn a_stuck_journal_bounds_memory() {
    let mut call = LiveCall::new(&[setup(0, None, true)]);
    let packet = rtp(0, 1, &[7; 1_400]);
    let verdicts: Vec<Verdict> =
        (0..2_000).map(|_| call.on_datagram(0, address("192.0.2.1:5"), AT, &packet, |_| true)).collect();
    assert_eq!(verdicts.last(), Some(&refused(DropReason::Backlog)));
    assert!(call.pending_len() < PENDING_LIMIT + 2_000);
    let mut bytes = Vec::new();
    call.take_pending(&mut bytes);
    assert!(entries(&bytes).all(|entry| entry.is_ok()));
    assert_eq!(
        call.on_datagram(0, address("192.0.2.1:5"), AT, &packet, |_| true),
        Verdict::Accepted,
        "it recovers"
    );
}

/// A packet is parsed in place (borrowed), admitted by bit set and plain fields, and copied into the pending buffer, which is
/// the only thing on the way that could allocate. Its room, and that of the buffer it is taken into, never changes once warm.
#[test]
fn a_warm_call_takes_packets_without_growing_anything() {
    let mut call = LiveCall::new(&[setup(0, None, true), setup(1, None, true)]);
    let (mut out, payload) = (Vec::new(), [0x55; 160]);
    let mut datagram = Vec::new();
    let mut room = None;
    for round in 0..2_000_u32 {
        for number in 0..10 {
            datagram.clear();
            RtpPacket {
                payload_type: 0,
                marker: false,
                sequence_number: number,
                timestamp: 0,
                ssrc: 5,
                payload: &payload,
            }
            .write(&mut datagram);
            for stream in 0..2 {
                let at = Duration::from_millis(u64::from(round) * 200 + u64::from(number) * 20);
                assert_eq!(
                    call.on_datagram(stream, address("192.0.2.1:5"), at, &datagram, |_| true),
                    Verdict::Accepted
                );
            }
        }
        out.clear();
        call.take_pending(&mut out);
        let now = (call.pending.capacity(), out.capacity());
        assert_eq!(*room.get_or_insert(now), now, "round {round}");
    }
}
