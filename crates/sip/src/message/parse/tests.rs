//! Reading messages: line ends, lengths, start lines.

use super::*;

fn request(text: &str) -> (Request, Option<Fault>) {
    match parse(text.as_bytes()) {
        Ok(Message::Request(request, fault)) => (request, fault),
        other => panic!("{other:?}"),
    }
}

#[test]
fn compact_names_folding_and_bare_line_feeds_are_read() {
    let (read, fault) = request(
        "\r\nINVITE sip:a@b SIP/2.0\nv : SIP/2.0/UDP h\n;branch=z9hG4bK1\nf:\n sip:x@y\nL: 4\n\nbodyrest",
    );
    assert_eq!(fault, None);
    assert_eq!(read.headers.get("via"), Some("SIP/2.0/UDP h"));
    assert_eq!(read.headers.get("from"), Some("sip:x@y"));
    assert_eq!(read.body, b"body");
}

#[test]
fn without_length_the_datagram_is_the_body() {
    let (read, fault) = request("INFO sip:a SIP/2.0\r\nVia: x\r\n\r\nall of it");
    assert_eq!((read.body.as_slice(), fault), (b"all of it".as_slice(), None));
}

#[test]
fn lengths_that_lie_are_faults_and_never_overflow() {
    for length in ["5", "18446744073709551615", "99999999999999999999999999", "-999", "3;x", ""] {
        let (_, fault) = request(&format!("INFO sip:a SIP/2.0\r\nContent-Length: {length}\r\n\r\nbody"));
        assert_eq!(fault.map(|fault| fault.status), Some(400), "{length}");
    }
    let twice = "INFO sip:a SIP/2.0\r\nContent-Length: 2\r\nl: 3\r\n\r\nbody";
    assert_eq!(request(twice).1.map(|fault| fault.status), Some(400));
    let same = "INFO sip:a SIP/2.0\r\nContent-Length: 4\r\nl: 4\r\n\r\nbody";
    assert_eq!(request(same).1, None);
}

#[test]
fn start_lines_out_of_grammar_are_faults() {
    for (line, status) in [
        ("INVITE sip:a; lr@b SIP/2.0", 400),
        ("INVITE  sip:a@b  SIP/2.0", 400),
        ("INVITE sip:a@b SIP/2.0  ", 400),
        ("OPTIONS sip:a@b SIP/7.0", 505),
    ] {
        assert_eq!(request(&format!("{line}\r\n\r\n")).1.map(|fault| fault.status), Some(status), "{line}");
    }
}

#[test]
fn what_is_no_message_is_unreadable() {
    for octets in [
        b"".as_slice(),
        b"\r\n\r\n",
        b"\0\0\0",
        b"GET / HTTP/1.1\r\n\r\n",
        b"SIP/2.0 99 x\r\n\r\n",
        b"SIP/2.0 abc\r\n\r\n",
        b"INVITE\r\n",
        b"no end",
    ] {
        assert_eq!(parse(octets), Err(Unreadable), "{octets:?}");
    }
}

#[test]
fn control_characters_never_reach_a_value() {
    let (read, _) = request("INFO sip:a SIP/2.0\r\nSubject: a\0b\rc\u{7}\r\n\r\n");
    assert_eq!(read.headers.get("subject"), Some("a b c"));
}
