//! Our own messages for each class of torture a recorder meets, in the spirit of RFC 4475, with what must come back.

use rokuon_sip::transport::Transport;

use crate::peer::{OFFER, Peer, header};

/// What must happen.
enum Expect {
    /// The shell is asked.
    Offered,
    /// This status is answered.
    Status(u16),
    /// Nothing comes back.
    Silence,
}
use Expect::{Offered, Silence, Status};

fn sdp() -> String {
    OFFER.to_owned()
}

/// A message from its start line and headers; `%` stands for the usual ones.
fn message(start: &str, headers: &str, body: &str) -> String {
    let method = start.split(' ').next().unwrap();
    let usual = format!(
        "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKt\nFrom: <sip:src@192.0.2.1>;tag=f\nTo: <sip:rec@192.0.2.9>\nCall-ID: t\nCSeq: 1 {method}\n"
    );
    let headers = headers.replace("%\n", &usual);
    let head = format!("{start}\n{headers}\n").replace('\n', "\r\n");
    format!("{head}{body}")
}

fn check(name: &str, text: &str, expected: &Expect) {
    let mut peer = Peer::new(Transport::Udp);
    peer.send_raw(text.as_bytes());
    let events = peer.take_events().len();
    let sent = peer.take_sent();
    match expected {
        Offered => assert_eq!((events, sent.len()), (1, 0), "{name}: {sent:?}"),
        Silence => assert_eq!((events, sent.len()), (0, 0), "{name}: {sent:?}"),
        Status(status) => {
            assert_eq!((events, sent.len()), (0, 1), "{name}");
            assert!(sent[0].starts_with(&format!("SIP/2.0 {status} ")), "{name}: {}", sent[0]);
        }
    }
}

const INVITE: &str = "INVITE sip:rec@192.0.2.9 SIP/2.0";
const OPTIONS: &str = "OPTIONS sip:rec@192.0.2.9 SIP/2.0";

// rule: SR16
#[test]
fn odd_but_lawful_messages_are_served() {
    let long = "x".repeat(3_000);
    let typed = "%\nContent-Type: application/sdp\n";
    let cases: Vec<(&str, String)> = vec![
        (
            "odd spacing, folding, compact names, escapes, unknown fields",
            message(
                "INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0",
                "TO :\n sip:rec@192.0.2.9 ;   odd    = 1918181833n\nfrom   : \"J Rosenberg \\\\\\\"\"       <sip:jdrosen@example.com>\n  ;\n  tag = 98asjd8\nMaX-fOrWaRdS: 0068\nCall-ID: a.b@192.0.2.1\nCSeq: 0009\n  INVITE\nVia  : SIP  /   2.0\n /UDP\n    192.0.2.2;branch=390skdjuw\ns :\nNewFangledHeader:   newfangled value\n continued newfangled value\nUnknownHeaderWithUnusualValue: ;;,,;;,;\nContent-Type: application/sdp\nRoute:\n <sip:services.example.com;lr;unknownwith=value;unknown-no-value>\nv:  SIP  / 2.0  / TCP     spindle.example.com   ;\n  branch  =   z9hG4bK9ikj8  ,\n SIP  /    2.0   / UDP  192.168.255.111   ; branch=\n z9hG4bK30239\nm:\"Quoted string \\\"\\\"\" <sip:jdrosen@example.com> ; newparam =\n      newvalue ;\n  secondparam ; q = 0.33\n",
                &sdp(),
            ),
        ),
        ("long values", message(INVITE, &format!("{typed}Unknown-{long}: {long}\nSubject: {long}\n"), &sdp())),
        ("escaped octets in the request", message("INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0", typed, &sdp())),
        ("an escaped NUL in the user", message("INVITE sip:null-%00-null@192.0.2.9 SIP/2.0", typed, &sdp())),
        ("a percent sign that is no escape", message("INVITE sip:100%25x@192.0.2.9 SIP/2.0", &typed.replace("%\n", "%\nX-Odd: %ZZ\n"), &sdp())),
        ("no blank between name and bracket", message(INVITE, "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKt\nFrom: caller<sip:src@192.0.2.1>;tag=323\nTo: <sip:rec@192.0.2.9>\nCall-ID: t\nCSeq: 1 INVITE\nContent-Type: application/sdp\n", &sdp())),
        ("semicolons in the user part", message("INVITE sip:user;par=u%40example.net@192.0.2.9 SIP/2.0", typed, &sdp())),
        ("transports nobody knows", message(INVITE, "%\nVia: SIP/2.0/UNKNOWN t5.example.com;branch=z9hG4bKkdjuw\nVia: SIP/2.0/SCTP t4;branch=z9hG4bK2\nContent-Type: application/sdp\n", &sdp())),
        ("a peer older than branches and tags", message(INVITE, "Via: SIP/2.0/UDP 192.0.2.1\nFrom: sip:src@192.0.2.1\nTo: sip:rec@192.0.2.9\nCall-ID: t\nCSeq: 1 INVITE\nContent-Type: application/sdp\n", &sdp())),
        ("a branch of nothing but the cookie", message(INVITE, &typed.replace("%\n", "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK\nFrom: <sip:src@192.0.2.1>;tag=f\nTo: <sip:rec@192.0.2.9>\nCall-ID: t\nCSeq: 1 INVITE\n"), &sdp())),
        ("no hops left", message(INVITE, &format!("{typed}Max-Forwards: 0\n"), &sdp())),
        ("hops and expiry beyond their range", message(INVITE, &format!("{typed}Max-Forwards: 300\nExpires: 1000000000000000000000\n"), &sdp())),
        ("a date that is none", message(INVITE, &format!("{typed}Date: Fri, 01 Jan 2010 16:00:00 EST\n"), &sdp())),
        ("an accept we cannot serve", message(INVITE, &format!("{typed}Accept: text/nobodyKnowsThis\n"), &sdp())),
        ("foreign schemes in To and From", message(INVITE, "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKt\nFrom: <http://www.example.com>;tag=f\nTo: <isbn:2983792873>\nCall-ID: t\nCSeq: 1 INVITE\nContact: <name:x>\nContent-Type: application/sdp\n", &sdp())),
        ("an unquoted comma in a name", message(INVITE, "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKt\nFrom: Bell, Alexander <sip:src@192.0.2.1>;tag=f\nTo: <sip:rec@192.0.2.9>\nCall-ID: t\nCSeq: 1 INVITE\nContent-Type: application/sdp\n", &sdp())),
        ("a second message in the datagram", {
            let first = message(INVITE, &format!("{typed}Content-Length: {}\n", OFFER.len()), &sdp());
            format!("{first}{}", message(&INVITE.replace("rec@", "two@"), typed, &sdp()))
        }),
        ("an unknown credential scheme", message(INVITE, &format!("{typed}Authorization: NoOneKnowsThisScheme opaque-data=here\n"), &sdp())),
        ("a tel address", message("INVITE tel:+81780001234 SIP/2.0", typed, &sdp())),
        ("a display name that is not UTF-8 or holds controls", message(INVITE, "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKt\nFrom: \"BEL:\\\u{7} NUL:\\\0 DEL:\\\u{7f}\" <sip:1_u.R~(x)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d@example.com>;tag=_token~1'+`*%!-.\nTo: <sip:rec@192.0.2.9>\nCall-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{\nCSeq: 1 INVITE\nContent-Type: application/sdp\n", &sdp())),
        (
            "a signed body inside a multipart inside a multipart",
            message(
                INVITE,
                "%\nContent-Type: MULTIPART/Mixed; charset=x; boundary=\"7a 9c;bo\"\nRequire: siprec\n",
                "preamble\r\n--7a 9c;bo\r\nContent-Type: multipart/signed;boundary=in\r\n\r\n--in\r\nc: APPLICATION/SDP;charset=\"utf-8\"\r\n\r\nv=0\r\nm=audio 1 RTP/AVP 0\r\n--in\r\nContent-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: binary\r\n\r\n\u{1}\0\u{2}\r\n--in--\r\n--7a 9c;bo\r\n\r\ntext\r\n--7a 9c;bo-- \r\nepilogue --7a 9c;bo\r\n",
            ),
        ),
    ];
    for (name, text) in &cases {
        check(name, text, &Offered);
    }
}

// rule: SR16
#[test]
fn unlawful_messages_are_refused_and_the_endpoint_lives() {
    let with = |headers: &str| message(OPTIONS, headers, "");
    let via = "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKt\n";
    let rest = "From: <sip:src@192.0.2.1>;tag=f\nTo: <sip:rec@192.0.2.9>\nCall-ID: t\nCSeq: 1 OPTIONS\n";
    let cases: Vec<(&str, String, Expect)> = vec![
        (
            "semicolons and commas without values",
            with(&format!(
                "Via: SIP/2.0/UDP 192.0.2.15;;,;,,\nContact: \"Joe\" <sip:joe@example.org>;;;;\n{rest}"
            )),
            Status(400),
        ),
        ("a length beyond the datagram", with("%\nContent-Length: 9999\n"), Status(400)),
        ("a negative length", with("%\nContent-Length: -999\n"), Status(400)),
        ("the longest length of all", with("%\nContent-Length: 18446744073709551615\n"), Status(400)),
        ("two lengths", with("%\nContent-Length: 0\nContent-Length: 1\n"), Status(400)),
        (
            "a CSeq beyond 64 bits",
            with("%\n").replace("CSeq: 1", "CSeq: 36893488147419103232").as_str().into(),
            Status(400),
        ),
        (
            "a CSeq beyond 31 bits",
            with("%\n").replace("CSeq: 1", "CSeq: 2147483648").as_str().into(),
            Status(400),
        ),
        (
            "a quote that never closes",
            with(&format!("{via}{}", rest.replace("To: <", "To: \"Mr. J. User <"))),
            Status(400),
        ),
        (
            "brackets round the request's address",
            message("OPTIONS <sip:rec@192.0.2.9> SIP/2.0", "%\n", ""),
            Status(400),
        ),
        (
            "blanks in the request's address",
            message("OPTIONS sip:rec@192.0.2.9; lr SIP/2.0", "%\n", ""),
            Status(400),
        ),
        (
            "several blanks in the start line",
            message("OPTIONS  sip:rec@192.0.2.9  SIP/2.0", "%\n", ""),
            Status(400),
        ),
        (
            "a blank behind the start line",
            message("OPTIONS sip:rec@192.0.2.9 SIP/2.0 ", "%\n", ""),
            Status(400),
        ),
        (
            "escaped headers in the request's address",
            message("OPTIONS sip:rec@192.0.2.9?Route=%3Csip:x.example.com%3E SIP/2.0", "%\n", ""),
            Status(400),
        ),
        (
            "blanks inside brackets",
            with(&format!(
                "{via}{}",
                rest.replace("To: <sip:rec@192.0.2.9>", "To: \"Watson\" < sip:rec@192.0.2.9 >")
            )),
            Status(400),
        ),
        ("a version to come", message("OPTIONS sip:rec@192.0.2.9 SIP/7.0", "%\n", ""), Status(505)),
        ("methods that differ", with("%\n").replace("1 OPTIONS", "1 INVITE").as_str().into(), Status(400)),
        (
            "unknown methods that differ",
            message("NEWMETHOD sip:rec@192.0.2.9 SIP/2.0", &format!("{via}{rest}"), ""),
            Status(400),
        ),
        (
            "hardly any fields",
            with("Via: SIP/2.0/UDP 192.0.2.95;branch=z9hG4bKkdj\nCSeq: 193942 OPTIONS\n"),
            Status(400),
        ),
        ("no Via", with(rest), Silence),
        ("nothing but Via", with(via), Silence),
        (
            "an address of a kind nobody knows",
            message("OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0", "%\n", ""),
            Status(416),
        ),
        (
            "an address of a kind we do not serve",
            message("OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0", "%\n", ""),
            Status(416),
        ),
        (
            "extensions nobody knows",
            with(
                "%\nRequire: nothingSupportsThis, nothingSupportsThisEither\nProxy-Require: noProxiesSupportThis\n",
            ),
            Status(420),
        ),
        (
            "a body nobody knows",
            message(
                INVITE,
                "%\nContent-Type: application/unknownformat\n",
                "<audio><pcmu port=\"443\"/></audio>",
            ),
            Status(415),
        ),
        (
            "a body that is packed",
            message(INVITE, "%\nContent-Type: application/sdp\nContent-Encoding: gzip\n", "v=0\r\n"),
            Status(415),
        ),
        ("fields that may stand once, twice", with("%\nCall-ID: other\n"), Status(400)),
        ("two From", with("%\nFrom: <sip:x@y>;tag=z\n"), Status(400)),
        (
            "registering",
            message(
                "REGISTER sip:192.0.2.9 SIP/2.0",
                "%\nContact: sip:u@example.org?Route=%3Csip:x%3E\n",
                "",
            ),
            Status(405),
        ),
        (
            "an interesting method",
            message(
                "!interesting-Method0123456789_*+`.%indeed'~ sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0",
                "%\n",
                "",
            ),
            Status(405),
        ),
        ("a start line without version", "OPTIONS sip:rec@192.0.2.9\r\n\r\n".to_owned(), Silence),
        (
            "responses of every oddity",
            "SIP/2.0 200 = 2**3 * 5**2 \u{43d}\r\nVia: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1\r\n\r\n"
                .to_owned(),
            Silence,
        ),
        (
            "a response without reason",
            "SIP/2.0 100 \r\nVia: SIP/2.0/UDP 192.0.2.105;branch=z9hG4bK2\r\n\r\n".to_owned(),
            Silence,
        ),
        (
            "a response code too big",
            "SIP/2.0 4294967301 better not break the receiver\r\nVia: SIP/2.0/UDP 192.0.2.105\r\n\r\n"
                .to_owned(),
            Silence,
        ),
    ];
    for (name, text, expected) in &cases {
        check(name, text, expected);
    }
}

#[test]
fn refusals_repeat_what_their_sender_needs() {
    let mut peer = Peer::new(Transport::Udp);
    peer.send_raw(message(OPTIONS, "%\nRequire: a, b\n", "").as_bytes());
    let refusal = peer.take_sent().remove(0);
    assert_eq!(header(&refusal, "Unsupported"), Some("a, b"));
    for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
        assert!(header(&refusal, name).is_some(), "{name}");
    }
    assert!(header(&refusal, "To").unwrap().contains(";tag="));
}

#[test]
fn an_escaped_nul_stays_escaped() {
    let mut peer = Peer::new(Transport::Udp);
    peer.send_raw(
        message("INVITE sip:null-%00-null@192.0.2.9 SIP/2.0", "%\nContent-Type: application/sdp\n", OFFER)
            .as_bytes(),
    );
    assert_eq!(peer.invited().request_user.as_deref(), Some("null-%00-null"));
}
