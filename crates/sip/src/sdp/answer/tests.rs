//! What is answered.

use super::*;
use crate::sdp::crypto::{KeySalt, preferred};
use crate::sdp::dtls::{Fingerprint, Setup};

fn parse(text: &str) -> SessionDescription {
    SessionDescription::parse(text.as_bytes()).unwrap()
}

fn own() -> OwnSession {
    OwnSession { address: "192.0.2.9".parse().unwrap(), session_id: 5, version: 2 }
}

fn take(offer: &SessionDescription, index: usize, port: u16) -> Option<StreamAnswer> {
    let payload_types = negotiate(offer)[index].payload_types(|_| true);
    Some(StreamAnswer { port, payload_types, ..StreamAnswer::default() })
}

/// The answer that takes every stream plainly.
fn answer_all(text: &str) -> String {
    let offer = parse(text);
    let taken: Vec<_> = (0..offer.media.len()).map(|index| take(&offer, index, 30_000)).collect();
    recording_answer(&offer, own(), &taken)
}

// rule: SR3
// rule: SR4
// rule: SD2
// rule: SD4
#[test]
fn an_answer_holds_every_m_line_in_its_place() {
    let offer = parse(
        "v=0\nc=IN IP4 192.0.2.1\nm=audio 40000 RTP/AVP 96 0 8 3 101 13\na=rtpmap:96 opus/48000/2\na=fmtp:96 useinbandfec=1; stereo=1; sprop-stereo=1\na=rtpmap:101 telephone-event/8000\na=fmtp:101 0-15\na=label:16777227\na=sendonly\na=ptime:20\nm=video 40002 RTP/AVP 97\na=label:v\nm=audio 40004 RTP/SAVP 0\nm=audio 40006 RTP/AVP 8\n",
    );
    let taken = [take(&offer, 0, 30_000), take(&offer, 1, 30_002), take(&offer, 2, 30_004), None];
    let answer = recording_answer(&offer, own(), &taken);
    assert_eq!(
        answer,
        "v=0\r\no=- 5 2 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n\
         m=audio 30000 RTP/AVP 96 0 8 101 13\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 useinbandfec=1; stereo=1\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=rtpmap:13 CN/8000\r\na=ptime:20\r\na=label:16777227\r\na=recvonly\r\n\
         m=video 0 RTP/AVP 97\r\na=label:v\r\nm=audio 0 RTP/SAVP 0\r\nm=audio 0 RTP/AVP 8\r\n"
    );
    assert_eq!(parse(&answer).media.len(), offer.media.len());
}

// rule: SR3
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
        let text = format!("v=0\nc=IN IP4 192.0.2.1\nm=audio 40000 RTP/AVP 0\n{offered}");
        assert!(answer_all(&text).ends_with(&format!("{answered}\r\n")), "{offered}");
        assert_eq!(negotiate(&parse(&text))[0].on_hold, on_hold, "{offered}");
    }
    let session = parse("v=0\na=inactive\nm=audio 1 RTP/AVP 0\nm=audio 1 RTP/AVP 0\na=sendonly\n");
    assert_eq!(negotiate(&session).iter().map(|stream| stream.on_hold).collect::<Vec<_>>(), [true, false]);
    let not_now = StreamAnswer { inactive: true, ..take(&session, 1, 30_002).unwrap() };
    let answer = recording_answer(&session, own(), &[None, Some(not_now)]);
    assert!(
        answer.ends_with("m=audio 30002 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=inactive\r\n"),
        "{answer}"
    );
}

// rule: SD7
#[test]
fn each_address_family_and_odd_port_is_answered() {
    let offer = parse("v=0\nc=IN IP6 2001:db8::1\nm=audio 40000 RTP/AVP 0\n");
    let own = OwnSession { address: "2001:db8::9".parse().unwrap(), ..own() };
    let answer = recording_answer(&offer, own, &[take(&offer, 0, 30_000)]);
    assert!(answer.contains("o=- 5 2 IN IP6 2001:db8::9\r\n"), "{answer}");
    assert!(answer.contains("\r\nc=IN IP6 2001:db8::9\r\n"), "{answer}");
    for (media, taken) in [
        ("audio 0 RTP/AVP 0", false),
        ("audio 99999 RTP/AVP 0", true),
        ("audio 65536 RTP/AVP 0", true),
        ("audio -1 RTP/AVP 0", true),
        ("audio 40000 RTP/AVP 0\nc=IN IP4 239.1.1.1/16", true),
        ("audio 40000 RTP/AVP 0\nc=IN IP4 media.example.com", true),
    ] {
        let answer = answer_all(&format!("v=0\nc=IN IP4 192.0.2.1\nm={media}\n"));
        assert_eq!(answer.contains("m=audio 30000 "), taken, "{media}");
    }
}

// rule: SD8
#[test]
fn rtcp_is_multiplexed_where_offered_and_bundles_are_left_alone() {
    let text = "v=0\na=group:BUNDLE a b\nm=audio 40000 RTP/AVP 0\na=mid:a\na=rtcp-mux\nm=audio 0 RTP/AVP 0\na=mid:b\na=bundle-only\nm=audio 40004 RTP/AVP 0\n";
    let offer = parse(text);
    let apart = StreamAnswer { rtcp_port: Some(31_000), ..take(&offer, 2, 30_004).unwrap() };
    let answer =
        recording_answer(&offer, own(), &[take(&offer, 0, 30_000), take(&offer, 1, 30_002), Some(apart)]);
    assert!(!answer.contains("a=group"), "each stream has a port of its own");
    let media: Vec<&str> = answer.split("m=audio ").skip(1).collect();
    assert!(media[0].contains("a=rtcp-mux\r\na=mid:a\r\n") && !media[0].contains("a=rtcp:"), "{answer}");
    assert!(media[1].starts_with("0 RTP/AVP 0\r\na=mid:b\r\n"), "{answer}");
    assert!(media[2].contains("a=rtcp:31000\r\n") && !media[2].contains("rtcp-mux"), "{answer}");
}

// rule: SR13
#[test]
fn one_crypto_line_is_answered_with_our_key() {
    let key = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";
    let lines: Vec<String> = (1..=12)
        .map(|tag| format!("a=crypto:{tag} AES_CM_128_HMAC_SHA1_{} inline:{key}", [32, 80][tag % 2]))
        .collect();
    for (profile, is_secure) in [("RTP/SAVP", true), ("RTP/SAVPF", true), ("RTP/AVP", false)] {
        let offer = parse(&format!("v=0\nm=audio 40000 {profile} 0\n{}\n", lines.join("\n")));
        let OfferedSecurity::Sdes(offered) = &negotiate(&offer)[0].security else { panic!() };
        let chosen = preferred(offered).unwrap().answered(KeySalt::new(vec![1; 30]));
        let plain = take(&offer, 0, 30_000).unwrap();
        let keyed = |lines| StreamAnswer { security: OwnSecurity::Sdes(lines), ..plain.clone() };
        let answer = recording_answer(&offer, own(), &[Some(keyed(vec![chosen.clone()]))]);
        assert!(answer.contains(&format!("m=audio 30000 {profile} 0\r\n")), "{answer}");
        assert!(
            answer.contains(&format!("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{}\r\n", "AQEB".repeat(10)))
        );
        assert_eq!(answer.matches("a=crypto").count(), 1);
        // A profile that insists on protection is not answered plainly, nor any by a line that was not offered.
        let answer = recording_answer(&offer, own(), &[Some(plain.clone())]);
        assert_eq!(answer.contains("m=audio 0 "), is_secure, "{answer}");
        let mut strange = chosen.clone();
        strange.tag = 13;
        for wrong in [vec![], vec![strange], vec![chosen.clone(), chosen.clone()]] {
            assert!(recording_answer(&offer, own(), &[Some(keyed(wrong))]).contains("m=audio 0 "));
        }
    }
}

// rule: SR13
#[test]
fn a_certificate_is_answered_with_ours() {
    let hash = vec!["AB"; 32].join(":");
    let offer = parse(&format!(
        "v=0\nm=audio 40000 UDP/TLS/RTP/SAVPF 0\na=fingerprint:sha-256 {hash}\na=setup:actpass\n"
    ));
    let OfferedSecurity::Dtls { setup, .. } = negotiate(&offer)[0].security else { panic!() };
    let fingerprint = Fingerprint::parse(&format!("sha-256 {}", vec!["01"; 32].join(":"))).unwrap();
    let security = OwnSecurity::Dtls { fingerprint, setup: Setup::answered(setup) };
    let plain = take(&offer, 0, 30_000).unwrap();
    let answer = recording_answer(&offer, own(), &[Some(StreamAnswer { security, ..plain.clone() })]);
    assert!(answer.contains("m=audio 30000 UDP/TLS/RTP/SAVPF 0\r\n"), "{answer}");
    assert!(
        answer.contains(&format!("a=fingerprint:sha-256 {}\r\na=setup:active\r\n", vec!["01"; 32].join(":")))
    );
    assert!(recording_answer(&offer, own(), &[Some(plain)]).contains("m=audio 0 "));
}

#[test]
fn a_stream_without_a_format_we_want_is_refused() {
    let offer = parse("v=0\nm=audio 40000 RTP/AVP 0 8\n");
    for payload_types in [vec![], vec![9]] {
        let none = StreamAnswer { port: 30_000, payload_types, ..StreamAnswer::default() };
        assert!(recording_answer(&offer, own(), &[Some(none)]).contains("m=audio 0 RTP/AVP 0 8\r\n"));
    }
    let one = StreamAnswer { port: 30_000, payload_types: vec![8, 9], ..StreamAnswer::default() };
    assert!(recording_answer(&offer, own(), &[Some(one)]).contains("m=audio 30000 RTP/AVP 8\r\n"));
    assert!(recording_answer(&offer, own(), &[]).contains("m=audio 0 RTP/AVP 0 8\r\n"));
}

// rule: SD4
#[test]
fn g729_is_answered_last_and_alone_where_there_is_nothing_else() {
    let line = |formats: &str| {
        let answer = answer_all(&format!(
            "v=0\nc=IN IP4 192.0.2.1\nm=audio 40000 RTP/AVP {formats}\na=rtpmap:101 telephone-event/8000\n"
        ));
        answer.lines().find(|line| line.starts_with("m=")).unwrap().to_owned()
    };
    assert_eq!(line("18 8 101"), "m=audio 30000 RTP/AVP 8 101 18");
    assert_eq!(line("0 18 8"), "m=audio 30000 RTP/AVP 0 8 18");
    assert_eq!(line("18 101"), "m=audio 30000 RTP/AVP 18 101");
}
