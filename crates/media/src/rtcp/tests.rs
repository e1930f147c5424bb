//! Compounds as peers send them, and as nobody should.
#![allow(clippy::indexing_slicing)]

use super::*;

/// A sender report without blocks, and its description.
fn sender_report(ssrc: u32) -> Vec<u8> {
    let mut out = Vec::new();
    header(&mut out, 0, SENDER_REPORT, 6);
    for word in [ssrc, 0xE000_0001, 0x8000_0000, 123_456, 7, 1_120] {
        out.extend_from_slice(&word.to_be_bytes());
    }
    header(&mut out, 1, DESCRIPTION, 3);
    out.extend_from_slice(&ssrc.to_be_bytes());
    out.extend_from_slice(&[CNAME, 3, b'a', b'@', b'b', 0, 0, 0]);
    out
}

// rule: RT5
#[test]
fn a_senders_clock_and_its_leaving_are_read() {
    let mut octets = sender_report(9);
    header(&mut octets, 1, BYE, 1);
    octets.extend_from_slice(&9_u32.to_be_bytes());
    let said: Vec<Said> = Compound::parse(&octets).expect("sound").said().collect();
    let report = SenderReport { ssrc: 9, ntp: 0xE000_0001_8000_0000, rtp_timestamp: 123_456 };
    assert_eq!(said, [Said::Sender(report), Said::Bye(9)]);
}

// rule: RT5
#[test]
fn nothing_cut_or_bent_is_read_as_more_than_it_is() {
    let whole = sender_report(9);
    assert!(Compound::parse(&[]).is_none());
    for cut in 1..whole.len() {
        let parsed = Compound::parse(&whole[..cut]);
        assert_eq!(parsed.is_some(), cut == 28, "only whole packets are a compound: {cut}");
    }
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut bent = whole.clone();
            bent[at] ^= 1 << bit;
            if let Some(compound) = Compound::parse(&bent) {
                // a length that is bent short lets the clock's own octets stand as packets: never more than there are words
                assert!(compound.said().count() <= bent.len() / 8);
            }
        }
    }
    let mut padded_inside = whole;
    padded_inside[0] |= 0x20;
    assert!(Compound::parse(&padded_inside).is_none());
}

#[test]
fn our_report_is_a_compound_with_all_it_says_at_its_place() {
    let block = ReportBlock {
        ssrc: 9,
        fraction_lost: 25,
        lost: -2,
        highest: 0x0001_FFFE,
        jitter: 33,
        last_report: 0x0001_8000,
        since_last_report: 65_536,
    };
    for name in ["", "r", "ro", "rok", "rokuon"] {
        let mut out = Vec::new();
        write_receiver_report(77, &[block], name, &mut out);
        assert_eq!(out.len() % 4, 0);
        assert_eq!(Compound::parse(&out).expect("sound").said().count(), 0);
        assert_eq!(out[..8], [0x81, 201, 0, 7, 0, 0, 0, 77]);
        assert_eq!(out[8..16], [0, 0, 0, 9, 25, 0xFF, 0xFF, 0xFE]);
        assert_eq!(number(&out, 16), Some(0x0001_FFFE));
        assert_eq!(out[32..34], [0x81, DESCRIPTION]);
        assert_eq!(out[40..42], [CNAME, name.len() as u8]);
        assert_eq!(&out[42..42 + name.len()], name.as_bytes());
        assert_eq!(out.last(), Some(&0));
    }
}
