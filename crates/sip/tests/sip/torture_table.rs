//! RFC 4475, all 49 by their names: our own message of each kind, and what a recorder does with it.

use rokuon_sip::transport::Transport;

use crate::peer::{OFFER, Peer};

/// What a recorder does.
#[derive(Debug, PartialEq)]
enum Then {
    /// Asks the shell whether to record.
    Asks,
    /// Answers with a status.
    Says(u16),
    /// Drops it: an answer to nothing we asked.
    Drops,
}
use Then::{Asks, Drops, Says};

const VIA: &str = "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKt\n";
const FROM: &str = "From: <sip:src@192.0.2.1>;tag=f\n";
const TO: &str = "To: <sip:rec@192.0.2.9>\n";
const SDP: &str = "Content-Type: application/sdp\n";

/// A request of the usual header fields and some more; one that names Via, From, To, Call-ID or CSeq brings its own.
fn of(start: &str, fields: &str, body: &str) -> String {
    let method = start.split(' ').next().unwrap();
    let mut head = format!("{start}\n");
    let cseq = format!("CSeq: 1 {method}\n");
    for usual in [VIA, FROM, TO, "Call-ID: t\n", &cseq] {
        let name = usual.split(':').next().unwrap();
        if !fields.lines().any(|line| line.split([':', ' ']).next() == Some(name)) {
            head.push_str(usual);
        }
    }
    format!("{head}{fields}\n").replace('\n', "\r\n") + body
}

const I: &str = "INVITE sip:rec@192.0.2.9 SIP/2.0";
const O: &str = "OPTIONS sip:rec@192.0.2.9 SIP/2.0";
const R: &str = "REGISTER sip:example.com SIP/2.0";

#[rustfmt::skip]
fn table() -> Vec<(&'static str, String, Then)> {
    let sdp = |fields: &str| of(I, &format!("{SDP}{fields}"), OFFER);
    let invite = |uri: &str| of(&format!("INVITE {uri} SIP/2.0"), SDP, OFFER);
    let long = "x".repeat(2_000);
    let exact = format!("{SDP}Content-Length: {}\n", OFFER.len());
    vec![
        // 3.1.1: lawful
        ("wsinv", of("INVITE sip:rec@192.0.2.9;unknownparam SIP/2.0", "TO :\n sip:rec@192.0.2.9 ;   tag1    = 1\nTo-Unused: x\nFrom   : \"J \\\\\\\"\"       <sip:j@example.com>\n  ;\n  tag = 98asjd8\nMaX-fOrWaRdS: 0068\nCSeq: 0009\n  INVITE\nVia  : SIP  /   2.0\n /UDP\n    192.0.2.2;branch=390skdjuw\ns :\nc: application/sdp\n", OFFER).replacen(&TO.replace('\n', "\r\n"), "", 1), Asks),
        ("intmeth", of("!interesting-Method0123456789_*+`.%indeed'~ sip:rec@192.0.2.9 SIP/2.0", "", ""), Says(405)),
        ("esc01", invite("sip:sips%3Auser%40example.com@192.0.2.9"), Asks),
        ("escnull", of("REGISTER sip:example.com SIP/2.0", "To: sip:null-%00-null@example.com\nContact: <sip:%00@host5.example.com>\n", ""), Says(405)),
        ("esc02", of("RE%47IST%45R sip:registrar.example.com SIP/2.0", "", ""), Says(405)),
        ("lwsdisp", of(O, "From: caller<sip:caller@example.com>;tag=323\n", ""), Says(200)),
        ("longreq", sdp(&format!("Unknown-{long}: {long}\nContact: <sip:{long}@192.0.2.1>\nSubject: {long}\n")), Asks),
        ("dblreq", format!("{}{}", of(R, "Content-Length: 0\n", ""), of(I, &exact, OFFER)), Says(405)),
        ("semiuri", of("OPTIONS sip:user;par=u%40example.net@192.0.2.9 SIP/2.0", "", ""), Says(200)),
        ("transports", of(O, "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKt\nVia: SIP/2.0/SCTP t2;branch=z9hG4bK2\nVia: SIP/2.0/UNKNOWN t5;branch=z9hG4bK5\n", ""), Says(200)),
        ("mpart01", of("MESSAGE sip:rec@192.0.2.9 SIP/2.0", "Content-Type: multipart/mixed;boundary=7a9\n", "--7a9\r\n\r\nHello\r\n--7a9\r\nContent-Type: application/octet-stream\r\n\r\n0\u{1}\0\u{2}\r\n--7a9--"), Says(405)),
        ("unreason", "SIP/2.0 200 = 2**3 * 5**2 \u{43d}\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKx\r\n\r\n".to_owned(), Drops),
        ("noreason", "SIP/2.0 100 \r\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKx\r\n\r\n".to_owned(), Drops),
        // 3.1.2: unlawful
        ("badinv01", of(I, "Via: SIP/2.0/UDP 192.0.2.15;;,;,,\nContact: \"Joe\" <sip:joe@example.org>;;;;\n", ""), Says(400)),
        ("clerr", of(I, &format!("{SDP}Content-Length: 9999\n"), OFFER), Says(400)),
        ("ncl", of(I, &format!("{SDP}Content-Length: -999\n"), OFFER), Says(400)),
        ("scalar02", of(R, "CSeq: 36893488147419103232 REGISTER\nMax-Forwards: 300\nExpires: 10000000000000\n", ""), Says(400)),
        ("scalarlg", "SIP/2.0 503 Service Unavailable\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKx\r\nCSeq: 9292394834772304023312 OPTIONS\r\nRetry-After: 949302838503028349304023988\r\n\r\n".to_owned(), Drops),
        ("quotbal", of(I, "To: \"Mr J. User <sip:j.user@example.com>\n", ""), Says(400)),
        ("ltgtruri", invite("<sip:user@example.com>"), Says(400)),
        ("lwsruri", invite("sip:user@example.com; lr"), Says(400)),
        ("lwsstart", of("INVITE  sip:user@example.com  SIP/2.0", SDP, OFFER), Says(400)),
        ("trws", of("OPTIONS sip:rec@192.0.2.9 SIP/2.0  ", "", ""), Says(400)),
        ("escruri", invite("sip:user@example.com?Route=%3Csip:example.com%3E"), Says(400)),
        ("baddate", sdp("Date: Fri, 01 Jan 2010 16:00:00 EST\n"), Asks),
        ("regbadct", of(R, "Contact: sip:user@example.com?Route=%3Csip:sip.example.com%3E\n", ""), Says(405)),
        ("badaspec", of(O, "To: \"Watson, Thomas\" < sip:t.watson@example.org >\n", ""), Says(400)),
        ("baddn", of(O, "From: Bell, Alexander <sip:a.g.bell@example.com>;tag=43\n", ""), Says(200)),
        ("badvers", of("OPTIONS sip:rec@192.0.2.9 SIP/7.0", "", ""), Says(505)),
        ("mismatch01", of(O, "CSeq: 8 INVITE\n", ""), Says(400)),
        ("mismatch02", of("NEWMETHOD sip:user@example.com SIP/2.0", "CSeq: 8 INVITE\n", ""), Says(400)),
        ("bigcode", "SIP/2.0 4294967301 better not break the receiver\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKx\r\n\r\n".to_owned(), Drops),
        // 3.2: transactions
        ("badbranch", of(O, "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK\n", ""), Says(200)),
        // 3.3: the application's
        ("insuf", format!("{I}\r\nCSeq: 193942 INVITE\r\nVia: SIP/2.0/UDP 192.0.2.95;branch=z9hG4bKkdj.insuf\r\n\r\n"), Says(400)),
        ("unkscm", of("OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0", "", ""), Says(416)),
        ("novelsc", of("OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0", "", ""), Says(416)),
        ("unksm2", of(R, "To: isbn:2983792873\nFrom: <http://www.example.com>;tag=3234233\n", ""), Says(405)),
        ("bext01", of(O, "Require: nothingSupportsThis, nothingSupportsThisEither\nProxy-Require: noProxiesSupportThis\n", ""), Says(420)),
        ("invut", of(I, "Content-Type: application/unknownformat\n", "<audio/>"), Says(415)),
        ("regaut01", of(R, "Authorization: NoOneKnowsThisScheme opaque-data=here\n", ""), Says(405)),
        ("multi01", of(I, &format!("CSeq: 5 INVITE\nCSeq: 59 INVITE\nCall-ID: a\nCall-ID: b\n{SDP}"), OFFER), Says(400)),
        ("mcl01", of(O, "Content-Length: 13\nContent-Length: 5\n", "There's no way"), Says(400)),
        ("bcast", "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923\r\nVia: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23\r\n\r\n".to_owned(), Drops),
        ("zeromf", of(O, "Max-Forwards: 0\n", ""), Says(200)),
        ("cparam01", of(R, "Contact: sip:user@example.com;unknownparam\n", ""), Says(405)),
        ("cparam02", of(R, "Contact: <sip:user@example.com;unknownparam>\n", ""), Says(405)),
        ("regescrt", of(R, "Contact: <sip:user@example.com?Route=%3Csip:sip.example.com%3E>\n", ""), Says(405)),
        ("sdp01", sdp("Accept: text/nobodyKnowsThis\n"), Asks),
        // 3.4: older peers
        ("inv2543", of(I, &format!("Via: SIP/2.0/UDP iftgw.example.com\nFrom: <sip:+13035551111@ift.client.example.net:5060;user=phone>\n{SDP}"), OFFER), Asks),
    ]
}

// rule: SR16
#[test]
fn each_of_the_forty_nine_gets_what_it_deserves_and_the_neighbour_lives() {
    let table = table();
    let names: std::collections::HashSet<&str> = table.iter().map(|(name, ..)| *name).collect();
    assert_eq!((names.len(), table.len()), (49, 49));
    let mut peer = Peer::new(Transport::Udp);
    let neighbour = peer.establish("");
    for (name, text, then) in table {
        peer.send_raw(text.as_bytes());
        let (events, sent) = (peer.take_events(), peer.take_sent());
        let did = match (events.as_slice(), sent.as_slice()) {
            ([rokuon_sip::endpoint::event::Event::Invite(invite)], []) => {
                peer.endpoint.ignore(invite.id);
                Asks
            }
            ([], [answer]) => Says(answer["SIP/2.0 ".len()..][..3].parse().unwrap()),
            ([], []) => Drops,
            _ => panic!("{name}: {events:?} {sent:?}"),
        };
        assert_eq!(did, then, "{name}: {sent:?}");
    }
    peer.send(&crate::peer::in_dialog("INFO", 2, &neighbour, "", ""));
    assert_eq!((peer.said(), peer.endpoint.dialogs()), (vec!["200".to_owned()], 1));
}
