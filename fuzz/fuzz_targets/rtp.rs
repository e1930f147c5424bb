//! Any octets as a stream of datagrams: RTP placed and decoded, RTCP read, video put together, files written and read.
#![no_main]
use rokuon_media::block_index::TimedPacket;
use rokuon_media::codec::Codec;
use rokuon_media::decode::decode;
use rokuon_media::matroska::SoundTrack;
use rokuon_media::rtp::{RtpPacket, is_rtcp};
use rokuon_media::timeline::{ChannelFacts, Frame, FrameKind, Timeline};
use rokuon_media::video::{VideoPacket, pictures};
use rokuon_media::{matroska, ogg_opus, rtcp};

/// Each datagram stands behind its length (one octet) and the time since the one before (one octet, milliseconds).
fn datagrams(mut octets: &[u8]) -> Vec<(u64, &[u8])> {
    let (mut at, mut read) = (0, Vec::new());
    while let [len, later, rest @ ..] = octets {
        let (datagram, rest) = rest.split_at(usize::from(*len).min(rest.len()));
        at += u64::from(*later) * 8;
        read.push((at, datagram));
        octets = rest;
    }
    read
}

fn frame<'p>(at: u64, packet: &RtpPacket<'p>, codec: Codec) -> Frame<'p> {
    Frame {
        stream: 0,
        ssrc: packet.ssrc % 3,
        sequence_number: packet.sequence_number,
        timestamp: packet.timestamp,
        marker: packet.marker,
        kind: match packet.payload_type {
            13 => FrameKind::ComfortNoise,
            101 => FrameKind::TelephoneEvent { clock_rate: 8_000 },
            _ => FrameKind::Audio(codec),
        },
        arrival_sample: at,
        slip: 0,
        payload: packet.payload,
    }
}

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    let datagrams = datagrams(octets);
    for (_, datagram) in datagrams.iter().filter(|(_, datagram)| is_rtcp(datagram)) {
        if let Some(compound) = rtcp::Compound::parse(datagram) {
            compound.said().count();
        }
    }
    let packets: Vec<(u64, RtpPacket<'_>)> =
        datagrams.iter().filter_map(|(at, datagram)| Some((*at, RtpPacket::parse(datagram).ok()?))).collect();
    let codec = Codec::ALL[packets.len() % 5];
    let frames: Vec<Frame<'_>> = packets.iter().map(|(at, packet)| frame(*at, packet, codec)).collect();
    let timeline = Timeline::assemble(ChannelFacts::default(), &frames);
    let end = timeline.end_of_audio().min(1 << 20);
    assert!(timeline.spans.windows(2).all(|pair| pair[0].end_sample() <= pair[1].start_sample));
    timeline.gaps(end + 800);
    // A cut anywhere changes no place, and what it hands on can be gone on from.
    let cut = end / 2;
    let before = Timeline::assemble(ChannelFacts { cut_at: Some(cut), ..ChannelFacts::default() }, &frames);
    assert_eq!((&before.spans, &before.placed_at), (&timeline.spans, &timeline.placed_at));
    assert!(before.counts.frames <= timeline.counts.frames && before.counts.lost <= timeline.counts.lost);
    let facts =
        ChannelFacts { start_sample: cut, began: true, anchors: before.anchors, ..ChannelFacts::default() };
    let after = Timeline::assemble(facts, &frames);
    assert!(after.spans.iter().all(|span| span.start_sample >= cut));
    let timed: Vec<TimedPacket<'_>> = timeline
        .spans
        .iter()
        .filter(|span| span.start_sample < end)
        .map(|span| TimedPacket { at: span.start_sample as i64 - span.lead as i64, payload: span.payload })
        .collect();
    let mut heard = vec![0; end as usize];
    decode(codec, &timed, 0, &mut heard);
    if codec == Codec::Opus {
        let file = ogg_opus::file(1, &timed, end);
        let head = ogg_opus::parse_head(&file).expect("ours");
        ogg_opus::packets(&file, &head);
    }
    let sound = SoundTrack { codec, packets: timed };
    let file = matroska::layout::file(Some(&sound), None, end);
    matroska::read::parse_head(&file).expect("ours");
    let video: Vec<VideoPacket<'_>> = packets
        .iter()
        .enumerate()
        .map(|(n, (at, packet))| VideoPacket { number: n as i64, marker: packet.marker, at: *at as i64, payload: packet.payload })
        .collect();
    pictures(Codec::Vp8, &video);
    pictures(Codec::H264, &video);
});
