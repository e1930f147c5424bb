//! Corpora made by rule: session descriptions, multiparts, metadata (§2.3 of the checklists); none may cost a call.

use std::time::{Duration, Instant};

use rokuon_sip::multipart::split;
use rokuon_sip::sdp::offered_stream::negotiate;
use rokuon_sip::sdp::session_description::SessionDescription;
use rokuon_sip::siprec::metadata::Metadata;

use crate::peer::answer_all;
use crate::vendor_messages::*;

/// Far more than any of these takes, and far less than a second.
const HANG: Duration = Duration::from_secs(1);

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let done = work();
    assert!(began.elapsed() < HANG, "{} took {:?}", &what[..what.len().min(200)], began.elapsed());
    done
}

/// Each line of a good description changed in each of these ways.
const LINE_FAULTS: &[fn(&str) -> String] = &[
    |_| String::new(),
    |line| format!("{line}\r\n{line}"),
    |line| line.to_uppercase(),
    |line| line.replace('=', ""),
    |line| line.replace('=', " = "),
    |line| line.replace(' ', ""),
    |line| line.replace(' ', "   "),
    |line| line.replace(' ', "\t"),
    |line| line.chars().rev().collect(),
    |line| line[..line.len() / 2].to_owned(),
    |line| format!("{line}{}", "9".repeat(400)),
    |line| line.replace(|c: char| c.is_ascii_digit(), "99999999999999999999"),
    |line| line.replace(|c: char| c.is_ascii_digit(), "-1"),
    |line| line.replace(|c: char| c.is_ascii_digit(), ""),
    |line| format!("{line}\0\u{7f}\u{202e}滝"),
    |line| format!("z=0 0\r\n{line}"),
    |line| format!("{line}\r\n\r\n"),
    |line| line.replace("192.0.2.1", "[2001:db8::1]").replace("IP4", "IP6"),
    |line| line.replace("192.0.2.1", "224.2.1.1/127/3"),
    |line| line.replace("192.0.2.1", "0.0.0.0"),
    |line| line.replace("192.0.2.1", &"host.".repeat(60)),
    |line| line.replace("RTP/AVP", "RTP/SAVP"),
    |line| line.replace("RTP/AVP", "UDP/TLS/RTP/SAVPF"),
    |line| line.replace("sendonly", "sendrecv:x"),
];

const SDP_LINES: &str = "v=0\no=src 1 1 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\na=group:BUNDLE a b\na=fingerprint:sha-256 AB:CD\nm=audio 40000 RTP/AVP 0 8 96 101\na=rtpmap:96 opus/48000/2\na=fmtp:96 useinbandfec=1;stereo=1\na=rtpmap:101 telephone-event/8000\na=label:1\na=mid:a\na=rtcp:40001 IN IP4 192.0.2.1\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:4\na=ssrc:1 cname:x\na=ptime:20\na=sendonly\nm=video 40002 RTP/AVP 97\na=rtpmap:97 VP8/90000\na=label:v\nm=audio 40004/2 RTP/AVP 9 18 13\na=setup:actpass\na=rtcp-mux\na=maxptime:40\na=inactive";

// rule: SD1
// rule: SD2
// rule: SD3
// rule: SD4
// rule: SD6
#[test]
fn six_hundred_faulty_descriptions_are_answered_line_by_line_or_refused() {
    let lines: Vec<&str> = SDP_LINES.lines().collect();
    let (mut cases, mut answered) = (0, 0);
    for at in 0..lines.len() {
        for fault in LINE_FAULTS {
            cases += 1;
            let mut changed: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            changed[at] = fault(lines[at]);
            let text = changed.join(if cases % 2 == 0 { "\n" } else { "\r\n" });
            let Ok(offer) = timed(&text, || SessionDescription::parse(text.as_bytes())) else { continue };
            answered += 1;
            let answer = SessionDescription::parse(answer_all(&offer).as_bytes()).unwrap();
            assert_eq!(answer.media.len(), offer.media.len(), "{text}");
            for ((offered, stream), media) in offer.media.iter().zip(negotiate(&offer)).zip(&answer.media) {
                assert_eq!((&media.kind, &media.protocol), (&offered.kind, &offered.protocol));
                assert!(!media.direction.is_some_and(|direction| direction.sends()), "{text}");
                assert!(media.port == Some(0) || (stream.supported && !stream.secure_profile), "{text}");
                assert_eq!(media.label, stream.label);
            }
        }
    }
    assert!(cases >= 500 && answered > cases / 2, "{cases} {answered}");
    for first in ["", "V=0", "o=x", "v=", "\u{feff}v=0", " v=0", "\r\n\r\nv=0"] {
        let read = SessionDescription::parse(format!("{first}\r\nm=audio 1 RTP/AVP 0\r\n").as_bytes());
        assert_eq!(read.is_ok(), first.contains("v="), "v= comes first: {first:?}");
    }
}

/// A multipart written from pieces: boundary, preamble, parts, what stands between and behind them.
fn multiparts() -> Vec<(String, Vec<u8>, bool)> {
    let mut made = Vec::new();
    let sdp = "Content-Type: application/sdp\r\n\r\nv=0\r\nm=audio 1 RTP/AVP 0\r\n";
    let xml = "Content-Type: application/rs-metadata+xml\r\n\r\n<recording/>\r\n";
    let (long, too_long) = ("z".repeat(70), "z".repeat(257));
    let boundaries = ["b", "boundary-1", "a'()+_,-./:=?", "--", "x y", &long, &too_long];
    let preambles = ["", "preamble\r\n", "--not-it\r\n", "\r\n\r\n\r\n", "v=0\r\n"];
    let ends = ["--", "-- ", "", "-", "--junk", "--\r\nepilogue\r\n--", "--\r\n\r\n--B\r\n\r\nx"];
    let faults = ["", "missing", "doubled", "inside", "nested"];
    let mut mixtures = Vec::new();
    for boundary in boundaries {
        for preamble in preambles {
            for end in ends {
                mixtures.extend(faults.map(|fault| (boundary, preamble, end, fault)));
            }
        }
    }
    for (boundary, preamble, end, fault) in mixtures {
        let mark = format!("--{boundary}");
        let inner = format!("Content-Type: multipart/mixed;boundary=in\r\n\r\n--in\r\n{xml}--in--\r\n");
        let body = match fault {
            "missing" => format!("{preamble}{mark}\r\n{sdp}{xml}"),
            "doubled" => format!("{preamble}{mark}\r\n{mark}\r\n{sdp}{mark}\r\n{sdp}{mark}{end}\r\n"),
            "inside" => format!("{preamble}{mark}\r\n{sdp}a=x {mark}x\r\n{mark}\r\n{xml}{mark}{end}\r\n"),
            "nested" => format!("{preamble}{mark}\r\n{sdp}{mark}\r\n{inner}{mark}{end}\r\n"),
            _ => format!("{preamble}{mark}\r\n{sdp}{mark}\r\n{xml}{mark}{end}\r\n"),
        };
        let is_usual = boundary.len() <= 70 && fault.is_empty() && matches!(boundary, "b" | "boundary-1");
        made.push((format!("multipart/mixed; boundary=\"{boundary}\""), body.into_bytes(), is_usual));
    }
    made
}

// rule: S6
#[test]
fn a_thousand_multiparts_give_their_offer_or_nothing() {
    let made = multiparts();
    assert!(made.len() >= 300, "{}", made.len());
    for (kind, body, is_usual) in &made {
        let parts = timed(kind, || split(kind, body)).unwrap_or_default();
        assert!(parts.len() <= 16);
        assert!(parts.iter().map(|part| part.body.len()).sum::<usize>() <= body.len());
        let has_offer = parts.iter().any(|part| part.body.starts_with(b"v=0\r\nm=audio"));
        assert!(has_offer || !is_usual, "{kind}: {}", String::from_utf8_lossy(body));
    }
}

// rule: S6
#[test]
fn monstrous_multiparts_end_soon() {
    let part = "--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n";
    let mut nested = String::new();
    for depth in 0..200 {
        nested.push_str(&format!(
            "--b{depth}\r\nContent-Type: multipart/mixed;boundary=b{}\r\n\r\n",
            depth + 1
        ));
    }
    for (kind, body) in [
        ("multipart/mixed;boundary=b", format!("{}{part}--b--", "x".repeat(10 << 20))),
        ("multipart/mixed;boundary=b", format!("{}{part}--b--", "--c\r\n".repeat(2 << 20))),
        ("multipart/mixed;boundary=b", format!("{}{part}--b--", "-".repeat(10 << 20))),
        ("multipart/mixed;boundary=b", "--b\r\n".repeat(1 << 20)),
        ("multipart/mixed;boundary=b", part.repeat(10_000)),
        ("multipart/mixed;boundary=b0", nested),
        ("multipart/mixed", format!("--{}", "-".repeat(1 << 20))),
    ] {
        let parts = timed(kind, || split(kind, body.as_bytes()));
        assert!(parts.is_ok_and(|parts| parts.len() == 1) || split(kind, body.as_bytes()).is_err());
    }
}

/// Each vendor's document with each of these faults.
const XML_FAULTS: &[fn(&str) -> String] = &[
    |xml| xml[..xml.len() / 2].to_owned(),
    |xml| xml[..xml.len() - 3].to_owned(),
    |xml| xml.replace('>', ""),
    |xml| xml.replace("</", "<"),
    |xml| xml.replace('"', ""),
    |xml| xml.replace('"', "'"),
    |xml| xml.replace('=', " = "),
    |xml| xml.to_uppercase(),
    |xml| xml.to_lowercase(),
    |xml| xml.replace("xmlns", "xlmns"),
    |xml| xml.replace("urn:ietf", "urn:x"),
    |xml| format!("\u{feff}{xml}"),
    |xml| format!("\n\n junk {xml}"),
    |xml| format!("{xml}{xml}"),
    |xml| format!("<wrapped>{xml}</wrapped>"),
    |xml| xml.replace("send", "sned"),
    |xml| xml.replace("participant", "Participant"),
    |xml| xml.replace("_id", "-id"),
    |xml| xml.replace("_id", ""),
    |xml| xml.replace("</", "<!-- x --></"),
    |xml| xml.replace("</", "<![CDATA[<&]]></"),
    |xml| xml.replace("</", "<?php x ?></"),
    |xml| xml.replace("</", "&#0;&#x110000;&nbsp;&amp</"),
    |xml| xml.replace("</", "<odd:x odd:y='1'/></"),
    |xml| xml.replace("</", "\u{202e}\u{0}滝</"),
    |xml| xml.replace('<', "<\n\n"),
    |xml| xml.replace(' ', "\r\n\t"),
    |xml| format!("<!DOCTYPE x SYSTEM \"file:///etc/passwd\">{xml}"),
    |xml| xml.replace("sip:", ""),
    |xml| xml.replace("sip:", &"s".repeat(3_000)),
];

// rule: SR9
// rule: S6
#[test]
fn three_hundred_faulty_documents_are_read_as_far_as_they_go() {
    let documents = [
        RFC_XML,
        CUBE_XML,
        ORACLE_XML,
        AUDIOCODES_XML,
        RIBBON_XML,
        SBCE_FIRST_XML,
        SM_XML,
        BROADWORKS_XML,
        METASWITCH_XML,
        SEMS_XML,
        OPENSIPS_XML,
    ];
    let (mut cases, mut told) = (0, 0);
    for document in documents {
        let whole = Metadata::parse(document.as_bytes()).0.participants.len();
        assert!(whole > 0);
        for fault in XML_FAULTS {
            cases += 1;
            let broken = fault(document);
            let (metadata, doubts) = timed(document, || Metadata::parse(broken.as_bytes()));
            let parties = metadata.parties();
            told += usize::from(!parties.is_empty());
            assert!(parties.len() <= 4 * whole, "{broken}");
            assert!(doubts.len() < 200, "{}", doubts.len());
        }
    }
    assert!(cases >= 300 && told > cases / 2, "{cases} {told}");
}
