//! Framing: split anywhere, pings, lengths that cannot be.

use super::*;

const ONE: &[u8] = b"INFO sip:a SIP/2.0\r\nContent-Length: 4\r\n\r\nbody";
const TWO: &[u8] = b"BYE sip:a SIP/2.0\nl:0\n\n";

#[test]
fn messages_come_out_whole_wherever_the_stream_is_cut() {
    let stream = [ONE, b"\r\n\r\n", TWO, ONE].concat();
    for cut in 0..=stream.len() {
        let mut framer = StreamFramer::new();
        let (first, second) = stream.split_at(cut);
        let mut out: Vec<Vec<u8>> = Vec::new();
        for piece in [first, second] {
            framer.push(piece);
            out.extend(framer.by_ref().map(Result::unwrap));
        }
        assert_eq!(out, [ONE, TWO, ONE], "cut at {cut}");
        assert_eq!(framer.poll_pong(), Some(b"\r\n".as_slice()), "cut at {cut}");
        assert_eq!(framer.poll_pong(), None);
    }
}

#[test]
fn a_single_blank_line_is_no_ping() {
    let mut framer = StreamFramer::new();
    framer.push(b"\r\n");
    assert!(framer.next().is_none());
    framer.push(TWO);
    assert_eq!(framer.next(), Some(Ok(TWO.to_vec())));
    assert_eq!(framer.poll_pong(), None);
}

#[test]
fn lengths_that_cannot_be_end_the_stream() {
    for (head, error) in [
        ("Content-Length: 18446744073709551615", FrameError::TooLarge),
        ("Content-Length: 131072", FrameError::TooLarge),
        ("Content-Length: -1", FrameError::BadLength),
        ("Content-Length: 1\r\nl: 2", FrameError::BadLength),
        ("Content-Type: application/sdp", FrameError::MissingLength),
    ] {
        let mut framer = StreamFramer::new();
        framer.push(format!("INFO sip:a SIP/2.0\r\n{head}\r\n\r\n").as_bytes());
        assert_eq!(framer.next(), Some(Err(error)), "{head}");
        framer.push(ONE);
        assert_eq!(framer.next(), None);
    }
}

#[test]
fn a_head_without_end_is_cut_off_at_the_limit() {
    let mut framer = StreamFramer::new();
    let mut result = None;
    for _ in 0..40 {
        framer.push(&[b'x'; 4_096]);
        result = result.or(framer.next());
    }
    assert_eq!(result, Some(Err(FrameError::TooLarge)));
}
