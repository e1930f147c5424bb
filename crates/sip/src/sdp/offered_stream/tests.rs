//! What is read out of an offer.

use super::*;
use crate::sdp::dtls::Setup;

fn read(text: &str) -> Vec<OfferedStream> {
    negotiate(&SessionDescription::parse(text.as_bytes()).unwrap())
}

const KEY: &str = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";

// rule: SD3
// rule: SD7
#[test]
fn sources_are_addresses_that_can_send() {
    for (media, remote) in [
        ("m=audio 40000 RTP/AVP 0", Some("192.0.2.1:40000")),
        ("m=audio 40000 RTP/AVP 0\nc=IN IP6 2001:db8::1", Some("[2001:db8::1]:40000")),
        ("m=audio 40000/2 RTP/AVP 0", Some("192.0.2.1:40000")),
        ("m=audio 0 RTP/AVP 0", None),
        ("m=audio 70000 RTP/AVP 0", None),
        ("m=audio 40000 RTP/AVP 0\nc=IN IP4 224.2.1.1/127", None),
        ("m=audio 40000 RTP/AVP 0\nc=IN IP6 ff15::101", None),
        ("m=audio 40000 RTP/AVP 0\nc=IN IP4 media.example.com", None),
        ("m=audio 40000 RTP/AVP 0\nc=IN IP4 0.0.0.0", None),
    ] {
        let streams = read(&format!("v=0\nc=IN IP4 192.0.2.1\n{media}\n"));
        assert_eq!(streams[0].remote, remote.map(|remote| remote.parse().unwrap()), "{media}");
    }
}

#[test]
fn formats_are_mapped_or_static() {
    let streams = read(
        "v=0\nm=audio 1 RTP/AVP 0 8 9 13 18 2 96 97 300 x 0\na=rtpmap:8 pcma/8000/1\na=rtpmap:96\na=rtpmap:97 PCMU/16000\na=fmtp:18 annexb=no\n",
    );
    let seen: Vec<(u8, &str)> =
        streams[0].formats.iter().map(|format| (format.payload_type, format.encoding.as_str())).collect();
    assert_eq!(
        seen,
        [(0, "PCMU"), (8, "pcma"), (9, "G722"), (13, "CN"), (18, "G729"), (2, "G726-32"), (97, "PCMU")]
    );
    assert_eq!(streams[0].formats[4].fmtp.as_deref(), Some("annexb=no"));
    assert_eq!(streams[0].payload_types(|_| true), [0, 8, 9, 13, 18]);
    assert_eq!(streams[0].payload_types(|encoding| encoding == Encoding::Pcma), [8, 13]);
    assert_eq!(streams[0].payload_types(|encoding| encoding == Encoding::Opus), [0u8; 0]);
}

#[test]
fn what_cannot_be_recorded_is_said() {
    for (media, supported) in [
        ("video 1 RTP/AVP 0", false),
        ("video 1 RTP/AVP 97\na=rtpmap:97 VP8/90000", true),
        ("video 1 RTP/AVP 97\na=rtpmap:97 H264/90000", true),
        ("video 1 RTP/AVP 97\na=rtpmap:97 H265/90000", false),
        ("audio 0 RTP/AVP 0", false),
        ("audio 1 RTP/AVP", false),
        ("audio 1 RTP/AVP 3 101\na=rtpmap:101 telephone-event/8000", false),
        ("audio 1 RTP/AVP 9 18", true),
        ("audio 1 RTP/AVPF 8", true),
        ("audio 70000 RTP/AVP 8", true),
        ("audio 1 RTP/AVP 111\na=rtpmap:111 OPUS/48000/2", true),
        ("audio 1 RTP/SAVP 0", false),
        ("audio 1 RTP/SAVPF 0\na=crypto:1 F8_128_HMAC_SHA1_80 inline:x", false),
        ("audio 1 UDP/TLS/RTP/SAVPF 0", false),
        ("audio 1 TCP/RTP/AVP 0", false),
        ("application 1 UDP/BFCP *", false),
        ("image 1 udptl t38", false),
    ] {
        assert_eq!(read(&format!("v=0\nm={media}\n"))[0].supported, supported, "{media}");
    }
    assert_eq!(read("v=0\ns=persistent\n"), []);
}

// rule: SR13
// rule: RT14
#[test]
fn protection_is_read_from_lines_fingerprints_and_profiles() {
    let fingerprint = format!("a=fingerprint:sha-256 {}", vec!["0A"; 32].join(":"));
    let weak = format!("a=fingerprint:sha-1 {}", vec!["0B"; 20].join(":"));
    let crypto = format!("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}");
    for (offer, expected, secure_profile) in [
        (format!("m=audio 1 RTP/SAVP 0\n{crypto}"), "sdes", true),
        (format!("m=audio 1 RTP/SAVPF 0\n{crypto}\n{crypto}"), "sdes", true),
        (format!("m=audio 1 RTP/AVP 0\n{crypto}"), "sdes", false),
        (format!("{crypto}\nm=audio 1 RTP/AVP 0"), "plain", false),
        (format!("m=audio 1 UDP/TLS/RTP/SAVP 0\n{crypto}"), "plain", true),
        (format!("m=audio 1 UDP/TLS/RTP/SAVP 0\n{fingerprint}\na=setup:active"), "active", true),
        (format!("{weak}\na=setup:passive\nm=audio 1 UDP/TLS/RTP/SAVPF 0\n{fingerprint}"), "passive", true),
        (format!("{fingerprint}\nm=audio 1 RTP/SAVPF 0"), "actpass", true),
        (format!("m=audio 1 RTP/SAVP 0\n{crypto}\n{weak}\n{fingerprint}"), "actpass", true),
        (format!("m=audio 1 RTP/AVP 0\n{fingerprint}"), "actpass", false),
    ] {
        let stream = read(&format!("v=0\n{offer}\n")).remove(0);
        let said = match &stream.security {
            OfferedSecurity::Plain => "plain",
            OfferedSecurity::Sdes(lines) => {
                assert_eq!(lines.len(), 1);
                "sdes"
            }
            OfferedSecurity::Dtls { fingerprints, setup } => {
                assert_eq!(fingerprints[0].octets, [0x0a; 32], "the strongest first, the media's own");
                Setup::as_str(*setup)
            }
        };
        assert_eq!((said, stream.secure_profile), (expected, secure_profile), "{offer}");
    }
}

#[test]
fn rtcp_comes_from_where_the_offer_says() {
    for (attributes, rtcp, mux) in [
        ("", Some("192.0.2.1:40001"), false),
        ("a=rtcp:40999", Some("192.0.2.1:40999"), false),
        ("a=rtcp:40999 IN IP4 192.0.2.7", Some("192.0.2.7:40999"), false),
        ("a=rtcp:40999 IN IP6 2001:db8::7", Some("[2001:db8::7]:40999"), false),
        ("a=rtcp:40999 IN IP4 media.example.com", None, false),
        ("a=rtcp:x", None, false),
        ("a=rtcp:40999\na=rtcp-mux", Some("192.0.2.1:40000"), true),
    ] {
        let stream =
            read(&format!("v=0\nc=IN IP4 192.0.2.1\nm=audio 40000 RTP/AVP 0\n{attributes}\n")).remove(0);
        assert_eq!(
            (stream.rtcp, stream.rtcp_mux),
            (rtcp.map(|rtcp| rtcp.parse().unwrap()), mux),
            "{attributes}"
        );
    }
    let last = read("v=0\nc=IN IP4 192.0.2.1\nm=audio 65535 RTP/AVP 0\n").remove(0);
    assert_eq!(last.rtcp, None);
}

#[test]
fn sources_names_and_packet_times_are_told() {
    let stream = read(
        "v=0\nm=audio 1 RTP/AVP 0\na=ssrc:1 msid:x\na=ssrc:1 cname:first\na=ssrc:4294967295 cname:second\na=ssrc:x\na=ptime:20\na=maxptime:60\na=mid:a\n",
    )
    .remove(0);
    assert_eq!((stream.ssrcs.as_slice(), stream.cname.as_deref()), ([1, u32::MAX].as_slice(), Some("first")));
    assert_eq!((stream.ptime, stream.maxptime, stream.mid.as_deref()), (Some(20), Some(60), Some("a")));
}
