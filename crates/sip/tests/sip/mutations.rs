//! Mutated messages, bodies and bombs through the parsers and the endpoint: no panic, no lost neighbour, no leftovers.

use std::time::Duration;

use rokuon_sip::endpoint::event::{Event, Invite, Output};
use rokuon_sip::framing::StreamFramer;
use rokuon_sip::message::parse::{Message, parse};
use rokuon_sip::multipart::split;
use rokuon_sip::sdp::offered_stream::negotiate;
use rokuon_sip::sdp::session_description::SessionDescription;
use rokuon_sip::siprec::doubt::Doubt;
use rokuon_sip::siprec::metadata::Metadata;
use rokuon_sip::transport::Transport;

use crate::mutate::Mutator;
use crate::peer::{METADATA, OFFER, Peer, answer_all, in_dialog, invite as plain_invite, request, seconds};
use crate::vendor_messages::*;

const METADATAS: &[&str] = &[
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

/// Every kind of message, those of a live dialog among them.
fn corpus(live: &Invite) -> Vec<Vec<u8>> {
    let crlf = |text: String| text.replace("\r\n", "\n").replace('\n', "\r\n").into_bytes();
    let mut corpus = vec![
        crlf(plain_invite(
            "1",
            "Require: siprec\nSession-Expires: 1800\nSupported: timer\nRecord-Route: <sip:p;lr>\n",
        )),
        crlf(request("OPTIONS", "2", "", "")),
        crlf(request("CANCEL", "1", "", "")),
        crlf(request("ACK", "1", "", "")),
        crlf(request("REGISTER", "3", "", "")),
    ];
    for (cseq, method) in ["INVITE", "UPDATE", "INFO", "ACK", "OPTIONS"].iter().enumerate() {
        let cseq = u32::try_from(cseq).unwrap() + 2;
        corpus.push(crlf(in_dialog(method, cseq, &live.dialog, "Content-Type: application/sdp\n", OFFER)));
        corpus.push(crlf(in_dialog(
            method,
            cseq + 9,
            &live.dialog,
            "Content-Type: application/rs-metadata\n",
            METADATA,
        )));
    }
    for xml in METADATAS {
        let body = parts("unique-boundary", &[(SDP, &two("1", "2")), (XML, xml)]);
        corpus.push(
            invite(
                &usual("<sip:src@192.0.2.1>;+sip.src"),
                "multipart/mixed;boundary=\"unique-boundary\"",
                &body,
            )
            .into_bytes(),
        );
    }
    corpus
}

/// Gives a message outside dialogs a call of its own; without its length the mutants get past the first check.
fn vary(message: &[u8], round: usize, without_length: bool) -> Vec<u8> {
    let mut text = String::from_utf8(message.to_vec()).unwrap();
    for name in ["Call-ID: v\r\n", "Call-ID: call-1\r\n", "branch=z9hG4bKv\r\n", "branch=z9hG4bK1\r\n"] {
        let (field, _) = name.split_once("\r\n").unwrap();
        text = text.replace(name, &format!("{field}-{round}\r\n"));
    }
    if without_length {
        text = text.replace("\r\nContent-Length: ", "\r\nX-Length: ");
    }
    text.into_bytes()
}

/// Every message of ours must be one that another could read, with nothing smuggled in.
fn check_sent(bytes: &[u8]) {
    match parse(bytes) {
        Ok(Message::Request(request, None)) => assert!(request.headers.get("call-id").is_some()),
        Ok(Message::Response(response)) => assert!((100..700).contains(&response.status)),
        other => panic!("{other:?}: {}", String::from_utf8_lossy(bytes)),
    }
    let head = bytes.split(|octet| *octet == b'\n').take_while(|line| *line != b"\r");
    assert!(head.into_iter().all(|line| line.ends_with(b"\r") && !line[..line.len() - 1].contains(&b'\r')));
}

// rule: SR9
#[test]
fn eight_thousand_mutated_messages_leave_the_neighbour_alone() {
    let mut mutator = Mutator::new(4);
    let mut peer = Peer::new(Transport::Udp);
    let neighbour = peer.establish("");
    peer.send(&plain_invite("live", ""));
    let live = peer.invited();
    peer.accept(&live);
    let corpus = corpus(&live);
    for round in 0..8_000 {
        let without_length = mutator.below(3) > 0;
        let original = vary(mutator.pick::<Vec<u8>>(&corpus), round, without_length);
        let octets = mutator.mutate(&original);
        peer.flow.transport = *mutator.pick(&[Transport::Udp, Transport::Tcp]);
        peer.endpoint.receive(peer.now, peer.flow, &octets);
        while let Some(output) = peer.endpoint.poll_output() {
            match output {
                Output::Send { bytes, .. } => check_sent(&bytes),
                Output::Event(Event::Invite(invite) | Event::Reinvite(invite)) => match mutator.below(6) {
                    0 => {}
                    1 => peer.endpoint.ignore(invite.id),
                    2 => peer.endpoint.refuse(peer.now, invite.id, 488, "no\r\nX: y", Some(3)),
                    3 => {
                        peer.endpoint.accept(peer.now, invite.id, OFFER);
                        peer.endpoint.hang_up(peer.now, &invite.dialog, "x\r\nY: z");
                    }
                    _ => peer.endpoint.accept(peer.now, invite.id, OFFER),
                },
                Output::Event(Event::Metadata { body, .. }) => drop(Metadata::parse(&body.raw)),
                Output::Event(Event::Ended { dialog, .. }) => assert_ne!(dialog, neighbour, "round {round}"),
                Output::Event(Event::Confirmed { .. }) => {}
            }
        }
        peer.now += Duration::from_millis(u64::try_from(mutator.below(400)).unwrap());
        peer.endpoint.handle_timeout(peer.now);
        if round % 400 == 0 {
            peer.endpoint.flow_closed(peer.now, peer.flow);
        }
    }
    peer.flow.transport = Transport::Udp;
    peer.collect();
    peer.take_sent();
    peer.take_events();
    assert!(peer.endpoint.snapshot(&neighbour).is_some());
    peer.send(&in_dialog("INFO", 900, &neighbour, "", ""));
    assert_eq!(peer.said(), ["200"]);
    // What the mutants opened runs out by itself.
    peer.wait(seconds(200));
    peer.wait(seconds(200));
    let counters = peer.endpoint.counters();
    assert!(
        counters.invites > 500
            && counters.malformed > 500
            && counters.unreadable > 100
            && counters.stray > 100,
        "{counters:?}"
    );
    assert!(peer.endpoint.dialogs() < 1_500);
    peer.wait(seconds(1 << 33));
    assert_eq!(peer.endpoint.next_timeout(), None);
}

#[test]
fn mutated_streams_are_framed_without_growing() {
    let mut mutator = Mutator::new(5);
    let messages: Vec<Vec<u8>> = ["a", "b", "c"]
        .iter()
        .map(|name| plain_invite(name, "").replace('\n', "\r\n").into_bytes())
        .collect();
    for _ in 0..1_000 {
        let stream = mutator.mutate(&messages.concat());
        let mut framer = StreamFramer::new();
        let mut framed = 0;
        let mut rest = stream.as_slice();
        while !rest.is_empty() {
            let (piece, tail) = rest.split_at(mutator.below(rest.len()) + 1);
            rest = tail;
            framer.push(piece);
            framed += framer.by_ref().filter_map(Result::ok).map(|message| message.len()).sum::<usize>();
            while framer.poll_pong().is_some() {}
        }
        assert!(framed <= stream.len());
    }
}

#[test]
fn mutated_multiparts_stay_within_their_body() {
    let mut mutator = Mutator::new(6);
    for round in 0..1_500 {
        let xml = *mutator.pick(METADATAS);
        let inner = parts("inner", &[(XML, xml)]);
        let body = parts(
            "b b",
            &[(SDP, &two("1", "2")), ("Content-Type: multipart/mixed;boundary=inner", &inner), (XML, xml)],
        );
        let body = if round == 0 { vec![b'p'; 120_000] } else { mutator.mutate(body.as_bytes()) };
        let kind = mutator.mutate(b"multipart/mixed; boundary=\"b b\"");
        for kind in ["multipart/mixed; boundary=\"b b\"", &String::from_utf8_lossy(&kind)] {
            if let Ok(parts) = split(kind, &body) {
                assert!((1..=16).contains(&parts.len()) || parts.is_empty());
                assert!(parts.iter().map(|part| part.body.len()).sum::<usize>() <= body.len());
            }
        }
    }
}

// rule: SR9
#[test]
fn mutated_metadata_is_read_or_doubted() {
    let mut mutator = Mutator::new(7);
    let mut known = Metadata::default();
    for _ in 0..2_000 {
        let xml = *mutator.pick(METADATAS);
        let xml = mutator.mutate(xml.as_bytes());
        let (metadata, _) = Metadata::parse(&xml);
        for party in metadata.parties() {
            assert!(
                !party.participant_id.contains('\0') && !party.number_raw.unwrap_or_default().contains('\0')
            );
        }
        known.apply(metadata);
        known.parties();
    }
}

// rule: SD1
// rule: SD4
#[test]
fn mutated_descriptions_are_answered_line_by_line() {
    let mut mutator = Mutator::new(8);
    let mut read = 0;
    for _ in 0..3_000 {
        let sdp = if mutator.below(2) == 0 { OFFER.to_owned() } else { two("a", "b").replace('\n', "\r\n") };
        let sdp = mutator.mutate(sdp.as_bytes());
        let Ok(offer) = SessionDescription::parse(&sdp) else { continue };
        read += 1;
        let answer = answer_all(&offer);
        let answer = SessionDescription::parse(answer.as_bytes()).unwrap();
        assert_eq!(answer.media.len(), offer.media.len());
        for (stream, media) in negotiate(&offer).iter().zip(&answer.media) {
            assert!(media.port == Some(0) || stream.supported);
            assert_eq!(media.kind, stream.media);
            assert!(!media.direction.is_some_and(|direction| direction.sends()));
        }
    }
    assert!(read > 1_000, "{read}");
}

// rule: S6
#[test]
fn bombs_fizzle_out() {
    let head = "<recording xmlns=\"urn:ietf:params:xml:ns:recording:1\">";
    let fill = |piece: &str| piece.repeat(64_000 / piece.len());
    let laughs: String =
        (1..10).map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10))).collect();
    let bombs: Vec<(String, Option<Doubt>)> = vec![
        (
            format!("<!DOCTYPE r [<!ENTITY l0 \"lol\">{laughs}]>{head}&l9;</recording>"),
            Some(Doubt::DoctypeRefused),
        ),
        (
            format!(
                "<!DOCTYPE r [<!ENTITY x \"{}\">]>{head}{}</recording>",
                "x".repeat(30_000),
                "&x;".repeat(9_000)
            ),
            Some(Doubt::DoctypeRefused),
        ),
        (
            "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><recording>&x;</recording>".to_owned(),
            Some(Doubt::DoctypeRefused),
        ),
        (
            "<!DOCTYPE r [<!ENTITY % p SYSTEM \"http://192.0.2.66/x.dtd\">%p;]><recording/>".to_owned(),
            Some(Doubt::DoctypeRefused),
        ),
        (
            "<!DOCTYPE r PUBLIC \"-//x\" \"http://192.0.2.66/\"><recording/>".to_owned(),
            Some(Doubt::DoctypeRefused),
        ),
        (format!("{head}<!DOCTYPE r [<!ENTITY x \"y\">]></recording>"), Some(Doubt::DoctypeRefused)),
        (format!("{head}<xi:include href=\"file:///etc/passwd\" xmlns:xi=\"x\"/></recording>"), None),
        (fill("<a>"), Some(Doubt::TooDeep)),
        (fill("<a>x</b>"), Some(Doubt::TooDeep)),
        (format!("{head}{}", fill("<a/>")), Some(Doubt::TooManyNodes)),
        (format!("{head}{}", fill("<participant participant_id='p'/>")), None),
        (format!("{head}{}", fill("<stream stream_id='t'><label>1</label></stream>")), None),
        (
            format!(
                "{head}{}",
                fill("<participantstreamassoc participant_id='p'><send>t</send></participantstreamassoc>")
            ),
            None,
        ),
        (format!("<a {}>", fill("b='c' ")), Some(Doubt::NotWellFormed(0))),
        (fill("<a b='"), None),
        (fill("<a b=\"<c d='"), None),
        (fill("<"), None),
        (fill("&"), None),
        (fill("&#x26;"), None),
        (fill("</a>"), Some(Doubt::NoRoot)),
        (format!("{head}{}", fill("<!--")), None),
        (format!("{head}{}", fill("<![CDATA[")), None),
        (format!("{head}{}", fill("<?x ")), None),
        (format!("{head}{}", "<a><b>".repeat(15) + &fill("</a><a><b>")), None),
        (fill("\u{feff}"), Some(Doubt::NoRoot)),
        ("x".repeat(1 << 20), Some(Doubt::TooLarge)),
        (String::from_utf8(vec![0; 64_000]).unwrap(), Some(Doubt::NoRoot)),
    ];
    assert!(bombs.len() >= 20);
    for (number, (bomb, expected)) in bombs.iter().enumerate() {
        let (metadata, doubts) = Metadata::parse(bomb.as_bytes());
        metadata.parties();
        match expected {
            Some(doubt) => assert!(doubts.contains(doubt), "bomb {number}: {doubts:?}"),
            None => assert!(!format!("{metadata:?}").contains("root:"), "bomb {number}"),
        }
    }
}
