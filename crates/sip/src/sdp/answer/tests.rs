//! What is offered and answered.

use super::*;

fn parse(text: &str) -> SessionDescription {
    SessionDescription::parse(text.as_bytes()).unwrap()
}

fn address() -> IpAddr {
    "192.0.2.9".parse().unwrap()
}

#[test]
fn an_answer_holds_every_m_line_in_its_place() {
    let offer = parse(
        "v=0\nc=IN IP4 192.0.2.1\nm=audio 40000 RTP/AVP 96 0 8 101 13\na=rtpmap:96 opus/48000/2\na=rtpmap:101 telephone-event/8000\na=fmtp:101 0-15\na=label:16777227\na=sendonly\na=ptime:20\nm=video 40002 RTP/AVP 97\na=label:v\nm=audio 40004 RTP/SAVP 0\nm=audio 40006 RTP/AVP 8\n",
    );
    let answer = recording_answer(&offer, address(), &[Some(30_000), Some(30_002), Some(30_004), None], 5, 2);
    assert_eq!(
        answer,
        "v=0\r\no=- 5 2 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n\
         m=audio 30000 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=label:16777227\r\na=recvonly\r\n\
         m=video 0 RTP/AVP 97\r\na=label:v\r\nm=audio 0 RTP/SAVP 0\r\nm=audio 0 RTP/AVP 8\r\n"
    );
    let read = parse(&answer);
    assert_eq!(read.media.len(), offer.media.len());
}

#[test]
fn the_answer_never_sends() {
    for (offered, answered, on_hold) in [
        ("a=sendonly\n", "a=recvonly", false),
        ("a=sendrecv\n", "a=recvonly", false),
        ("", "a=recvonly", false),
        ("a=inactive\n", "a=inactive", true),
        ("a=recvonly\n", "a=inactive", true),
        ("c=IN IP4 0.0.0.0\n", "a=inactive", true),
        ("c=IN IP6 ::\n", "a=inactive", true),
    ] {
        let offer = parse(&format!("v=0\nc=IN IP4 192.0.2.1\nm=audio 40000 RTP/AVP 0\n{offered}"));
        let answer = recording_answer(&offer, address(), &[Some(30_000)], 1, 1);
        assert!(answer.ends_with(&format!("{answered}\r\n")), "{offered}: {answer}");
        assert_eq!(negotiate(&offer)[0].on_hold, on_hold, "{offered}");
    }
    let session = parse("v=0\na=inactive\nm=audio 1 RTP/AVP 0\nm=audio 1 RTP/AVP 0\na=sendonly\n");
    assert_eq!(negotiate(&session).iter().map(|stream| stream.on_hold).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn sources_are_addresses_that_can_send() {
    for (media, remote) in [
        ("m=audio 40000 RTP/AVP 0", Some("192.0.2.1:40000")),
        ("m=audio 40000 RTP/AVP 0\nc=IN IP6 2001:db8::1", Some("[2001:db8::1]:40000")),
        ("m=audio 0 RTP/AVP 0", None),
        ("m=audio 70000 RTP/AVP 0", None),
        ("m=audio 40000 RTP/AVP 0\nc=IN IP4 224.2.1.1/127", None),
        ("m=audio 40000 RTP/AVP 0\nc=IN IP4 media.example.com", None),
        ("m=audio 40000 RTP/AVP 0\nc=IN IP4 0.0.0.0", None),
    ] {
        let streams = negotiate(&parse(&format!("v=0\nc=IN IP4 192.0.2.1\n{media}\n")));
        assert_eq!(streams[0].remote, remote.map(|remote| remote.parse().unwrap()), "{media}");
    }
}

#[test]
fn formats_are_mapped_or_static() {
    let streams = negotiate(&parse(
        "v=0\nm=audio 1 RTP/AVP 0 8 9 13 18 2 96 97 300 x 0\na=rtpmap:8 pcma/8000/1\na=rtpmap:96\na=rtpmap:97 PCMU/16000\na=fmtp:18 annexb=no\n",
    ));
    let seen: Vec<(u8, &str)> =
        streams[0].formats.iter().map(|format| (format.payload_type, format.encoding.as_str())).collect();
    assert_eq!(
        seen,
        [(0, "PCMU"), (8, "pcma"), (9, "G722"), (13, "CN"), (18, "G729"), (2, "G726-32"), (97, "PCMU")]
    );
    assert_eq!(streams[0].formats[4].fmtp.as_deref(), Some("annexb=no"));
    let recordable: Vec<u8> = streams[0]
        .formats
        .iter()
        .filter(|format| format.is_recordable())
        .map(|format| format.payload_type)
        .collect();
    assert_eq!(recordable, [0, 8]);
}

#[test]
fn what_cannot_be_recorded_is_said() {
    for media in [
        "video 1 RTP/AVP 0",
        "audio 0 RTP/AVP 0",
        "audio 1 RTP/SAVP 0",
        "audio 1 UDP/TLS/RTP/SAVPF 0",
        "audio 1 RTP/AVP 9 18",
        "audio 1 RTP/AVP",
    ] {
        assert!(!negotiate(&parse(&format!("v=0\nm={media}\n")))[0].supported, "{media}");
    }
    assert!(negotiate(&parse("v=0\nm=audio 1 RTP/AVPF 8\n"))[0].supported);
    assert_eq!(negotiate(&parse("v=0\ns=persistent\n")), []);
}

#[test]
fn answers_in_ipv6_say_so() {
    let offer = parse("v=0\nc=IN IP6 2001:db8::1\nm=audio 40000 RTP/AVP 0\n");
    let answer = recording_answer(&offer, "2001:db8::9".parse().unwrap(), &[Some(30_000)], 1, 1);
    assert!(answer.contains("\r\nc=IN IP6 2001:db8::9\r\n"));
}
