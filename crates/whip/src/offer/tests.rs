//! Offers of the clients in the field, and ones that cannot be answered.

use super::*;
use crate::codecs::Encoding;

pub(crate) const FINGERPRINT: &str = "a=fingerprint:sha-256 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F";

pub(crate) fn lines(lines: &[&str]) -> Vec<u8> {
    lines.iter().flat_map(|line| [line.as_bytes(), b"\r\n"].concat()).collect()
}

/// A browser's offer: everything beside Opus, video in several codecs with retransmission, a data channel.
pub(crate) fn browser() -> Vec<u8> {
    lines(&[
        "v=0",
        "o=- 1 2 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE 0 1 2",
        "a=extmap-allow-mixed",
        "a=msid-semantic: WMS one",
        "m=audio 9 UDP/TLS/RTP/SAVPF 63 111 9 0 8 13 110 126",
        "c=IN IP4 0.0.0.0",
        "a=rtcp:9 IN IP4 0.0.0.0",
        "a=ice-ufrag:Fwsc",
        "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1",
        "a=ice-options:trickle",
        FINGERPRINT,
        "a=setup:actpass",
        "a=mid:0",
        "a=sendonly",
        "a=msid:one two",
        "a=rtcp-mux",
        "a=rtpmap:63 red/48000/2",
        "a=fmtp:63 111/111",
        "a=rtpmap:111 opus/48000/2",
        "a=rtcp-fb:111 transport-cc",
        "a=rtcp-fb:111 nack",
        "a=fmtp:111 minptime=10;useinbandfec=1",
        "a=rtpmap:9 G722/8000",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:13 CN/8000",
        "a=rtpmap:110 telephone-event/48000",
        "a=rtpmap:126 telephone-event/8000",
        "m=video 9 UDP/TLS/RTP/SAVPF 98 99 96 97 102",
        "c=IN IP4 0.0.0.0",
        "a=ice-ufrag:Fwsc",
        "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1",
        FINGERPRINT,
        "a=setup:actpass",
        "a=mid:1",
        "a=sendonly",
        "a=rtcp-mux",
        "a=rtpmap:98 VP9/90000",
        "a=rtpmap:99 rtx/90000",
        "a=fmtp:99 apt=98",
        "a=rtpmap:96 VP8/90000",
        "a=rtcp-fb:96 goog-remb",
        "a=rtcp-fb:96 nack pli",
        "a=rtcp-fb:96 nack",
        "a=rtpmap:97 rtx/90000",
        "a=fmtp:97 apt=96",
        "a=rtpmap:102 H264/90000",
        "a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
        "a=mid:2",
        "a=sctp-port:5000",
    ])
}

fn taken(raw: &[u8]) -> Vec<(u8, Vec<(u8, Encoding)>)> {
    let offer = Offer::parse(raw).expect("an offer that can be answered");
    offer
        .taken()
        .map(|(index, taken)| (index, taken.formats.iter().map(|f| (f.payload_type, f.encoding)).collect()))
        .collect()
}

// rule: WI7
#[test]
fn a_browsers_offer_is_taken_with_its_first_codec_that_can_be_filed() {
    let offer = Offer::parse(&browser()).expect("an offer");
    assert_eq!(
        taken(&browser()),
        [(0, vec![(111, Encoding::Opus), (110, Encoding::TelephoneEvent)]), (1, vec![(96, Encoding::Vp8)])]
    );
    assert_eq!(offer.media.len(), 3);
    assert!(offer.media.iter().any(|m| m.kind_word == "application" && m.taken.is_none()));
    assert_eq!(offer.role, DtlsRole::Passive);
    let video = offer.taken().nth(1).expect("video").1;
    assert_eq!(video.formats[0].feedback, ["nack", "nack pli", "goog-remb"]);
}

/// GStreamer's and OBS's shapes: no candidates, odd mids, capitals, payload type 96, ICE options on the session, fingerprint and
/// credentials on the session or on another line of the bundle.
// rule: WI2
#[test]
fn the_shapes_of_other_clients_are_taken() {
    let gstreamer = lines(&[
        "v=0",
        "o=- 1 0 IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        "a=ice-options:trickle",
        "a=group:BUNDLE audio0",
        "m=audio 9 UDP/TLS/RTP/SAVPF 96",
        "c=IN IP4 0.0.0.0",
        "a=setup:actpass",
        "a=ice-ufrag:NvCm2gJ4Tl/e6H+d",
        "a=ice-pwd:+ssk5oWnFhIlnl2kBcN4ZgpgSDZkQR6o",
        "a=rtcp-mux",
        "a=rtcp-rsize",
        "a=sendonly",
        "a=rtpmap:96 OPUS/48000/2",
        "a=mid:audio0",
        FINGERPRINT,
        "a=candidate:1 1 TCP 2105524479 fe80::1 9 typ host tcptype active",
    ]);
    assert_eq!(taken(&gstreamer), [(0, vec![(96, Encoding::Opus)])]);
    let on_the_session = lines(&[
        "v=0",
        FINGERPRINT,
        "a=ice-ufrag:abcd",
        "a=ice-pwd:0123456789012345678901",
        "a=setup:active",
        "m=video 0 UDP/TLS/RTP/SAVPF 97",
        "a=bundle-only",
        "a=mid:video",
        "a=rtcp-mux",
        "a=rtpmap:97 h264/90000",
        "a=fmtp:97 packetization-mode=1",
    ]);
    assert_eq!(taken(&on_the_session), [(0, vec![(97, Encoding::H264)])]);
    let lines_only_lf = String::from_utf8(gstreamer).expect("text").replace('\r', "");
    assert_eq!(taken(lines_only_lf.as_bytes()), [(0, vec![(96, Encoding::Opus)])]);
}

// rule: WI7
#[test]
fn a_second_audio_or_one_outside_the_bundle_is_turned_down_alone() {
    let audio = |mid: &str| {
        vec![
            "m=audio 9 UDP/TLS/RTP/SAVPF 0".to_owned(),
            "a=ice-ufrag:abcd".to_owned(),
            "a=ice-pwd:0123456789012345678901".to_owned(),
            FINGERPRINT.to_owned(),
            "a=rtcp-mux".to_owned(),
            format!("a=mid:{mid}"),
        ]
    };
    let mut all = vec!["v=0".to_owned(), "a=group:BUNDLE a b".to_owned()];
    all.extend(audio("a"));
    all.extend(audio("b"));
    let raw = all.join("\n");
    assert_eq!(taken(raw.as_bytes()), [(0, vec![(0, Encoding::Pcmu)])]);
    let outside = raw
        .replace("BUNDLE a b", "BUNDLE a")
        .replace("m=audio 9 UDP/TLS/RTP/SAVPF 0\na=ice-ufrag:abcd\na=ice-pwd:0123456789012345678901\n", "");
    assert!(Offer::parse(outside.as_bytes()).is_err(), "nothing is left");
}

#[test]
fn what_cannot_be_answered_says_why() {
    let base = String::from_utf8(browser()).expect("text");
    let of = |text: String| Offer::parse(text.as_bytes()).err();
    assert!(matches!(of("hello".into()), Some(OfferProblem::NotSdp(_))));
    assert_eq!(of(base.replace("a=ice-pwd:", "a=x:")), Some(OfferProblem::NoIceCredentials));
    assert_eq!(
        of(base.replace("a=fingerprint:sha-256", "a=fingerprint:md5")),
        Some(OfferProblem::NoFingerprint)
    );
    assert_eq!(of(base.replace("a=rtcp-mux", "a=x")), Some(OfferProblem::NoRtcpMux));
    assert_eq!(of(base.replace("sendonly", "recvonly")), Some(OfferProblem::NothingToRecord));
    assert_eq!(of("v=0\r\nm=application 9 UDP/DTLS/SCTP x\r\n".into()), Some(OfferProblem::NothingToRecord));
}
