//! How offers are read.

use super::*;

fn parse(text: &str) -> SessionDescription {
    SessionDescription::parse(text.as_bytes()).unwrap()
}

// rule: SD1
// rule: SD2
#[test]
fn bare_line_feeds_missing_lines_and_unknown_ones_are_let_be() {
    let sdp = parse(
        "\n v=0 \nz=1\nw=odd\nnonsense\na=charset:x\na=inactive\nc=IN IP4 192.0.2.1/127\nm=Audio 49170/2 rtp/avp 0 8\na=label: 7 \na=ptime:20\na=sendonly\na=direction:both\na=X",
    );
    assert_eq!(sdp.connection.as_ref().unwrap().address, "192.0.2.1");
    assert_eq!(sdp.direction, Some(Direction::Inactive));
    let media = &sdp.media[0];
    assert_eq!(
        (media.kind.as_str(), media.port, media.protocol.as_str()),
        ("audio", Some(49_170), "RTP/AVP")
    );
    assert_eq!(
        (media.label.as_deref(), media.ptime, media.direction),
        (Some("7"), Some(20), Some(Direction::SendOnly))
    );
    assert_eq!(media.attributes.len(), 5);
}

// rule: SD3
#[test]
fn addresses_of_every_kind_are_read() {
    for (line, ip) in [
        ("IN IP4 0.0.0.0", Some("0.0.0.0")),
        ("IN IP6 2001:db8::1", Some("2001:db8::1")),
        ("IN IP6 [2001:db8::1]", Some("2001:db8::1")),
        ("IN IP4 224.2.1.1/127/3", Some("224.2.1.1")),
        ("IN IP4 media.example.com", None),
    ] {
        let sdp = parse(&format!("v=0\nm=audio 1 RTP/AVP 0\nc={line}\n"));
        assert_eq!(sdp.media[0].connection.as_ref().unwrap().ip, ip.map(|ip| ip.parse().unwrap()), "{line}");
    }
    assert_eq!(parse("v=0\nc=IN\nc=\n").connection, None);
}

#[test]
fn origins_are_counted_from_the_end() {
    let origin = parse("v=0\no=user with blanks 12 34 IN IP4 192.0.2.1\n").origin.unwrap();
    assert_eq!(
        (origin.session_id.as_str(), origin.version.as_str(), origin.address.as_str()),
        ("12", "34", "192.0.2.1")
    );
    assert_eq!(parse("v=0\no=short\n").origin, None);
}

#[test]
fn ports_that_are_no_ports_are_said() {
    let sdp = parse("v=0\nm=audio 70000 RTP/AVP 0\nm=audio 0 RTP/AVP 0\nm=audio x RTP/AVP\n");
    assert_eq!(sdp.media.iter().map(|media| media.port).collect::<Vec<_>>(), [None, Some(0), None]);
}

// rule: SD1
#[test]
fn what_is_no_description_is_refused() {
    for (text, error) in [
        ("", SdpError::NotSdp),
        ("o=x\nv=0\n", SdpError::NotSdp),
        ("v=0\nm=audio\n", SdpError::BadMediaLine { index: 0 }),
        (&format!("v=0\n{}", "m=audio 1 RTP/AVP 0\n".repeat(65)), SdpError::TooLarge),
        (&format!("v=0\n{}", "a=x\n".repeat(17_000)), SdpError::TooLarge),
    ] {
        assert_eq!(SessionDescription::parse(text.as_bytes()), Err(error));
    }
}

// rule: SD1
#[test]
fn a_letter_nobody_knows_costs_its_line_and_not_the_call() {
    let read = parse("v=0\nj=what\ns=a\nm=audio 1 RTP/AVP 0\nj=what\na=label:1\na=nobody:knows\n");
    assert_eq!((read.media.len(), read.media[0].label.as_deref()), (1, Some("1")));
    assert_eq!(read.media[0].all("nobody").next(), Some("knows"));
}

#[test]
fn keys_do_not_show() {
    let read = parse("v=0\nm=audio 1 RTP/SAVP 0\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0\n");
    assert!(!format!("{read:?}").contains("c2VjcmV0"));
}
