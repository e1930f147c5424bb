//! The recorder's own offer, for a peer that sent its INVITE without one (RFC 3264 §5, RFC 3261 §13.2.1).

use std::fmt::Write;

use super::direction::Direction;
use super::format::{Encoding, Format};
use super::own_session::OwnSession;
use super::security::{OwnSecurity, write as write_security};

/// One audio stream of our offer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StreamOffer {
    /// Our RTP port.
    pub port: u16,
    /// The codecs we can record, best first.
    pub encodings: Vec<Encoding>,
    /// Our keys or certificate; `Plain` offers `RTP/AVP`.
    pub security: OwnSecurity,
    /// Whether we can take RTCP on the same port.
    pub rtcp_mux: bool,
    /// Whether we want nothing for now.
    pub inactive: bool,
    /// The label, where the peer is to name the stream by it.
    pub label: Option<String>,
}

/// Writes an offer of streams that only receive. The answer is read with [`super::offered_stream::negotiate`].
pub fn recording_offer(own: OwnSession, streams: &[StreamOffer]) -> String {
    const CANNOT_FAIL: &str = "writing into a String cannot fail";
    let mut sdp = String::with_capacity(1_024);
    own.write(&mut sdp);
    for stream in streams {
        let profile = match stream.security {
            OwnSecurity::Plain => "RTP/AVP",
            OwnSecurity::Sdes(_) => "RTP/SAVP",
            OwnSecurity::Dtls { .. } => "UDP/TLS/RTP/SAVP",
        };
        let formats = own_formats(&stream.encodings);
        let types: Vec<String> = formats.iter().map(|format| format.payload_type.to_string()).collect();
        write!(sdp, "m=audio {} {profile} {}\r\n", stream.port, types.join(" ")).expect(CANNOT_FAIL);
        for format in &formats {
            format.write(&mut sdp);
        }
        if stream.rtcp_mux {
            sdp.push_str("a=rtcp-mux\r\n");
        }
        write_security(&mut sdp, &stream.security);
        if let Some(label) = &stream.label {
            write!(sdp, "a=label:{label}\r\n").expect(CANNOT_FAIL);
        }
        let direction = if stream.inactive { Direction::Inactive } else { Direction::RecvOnly };
        write!(sdp, "a={}\r\n", direction.as_str()).expect(CANNOT_FAIL);
    }
    sdp
}

/// Our formats for audio codecs: static numbers where there are some, telephone events at the rates in use, comfort
/// noise behind them.
fn own_formats(encodings: &[Encoding]) -> Vec<Format> {
    let format = |payload_type: u8, encoding: &str, clock_rate: u32, channels: u8, fmtp: Option<&str>| {
        let (encoding, fmtp) = (encoding.to_owned(), fmtp.map(str::to_owned));
        Format { payload_type, encoding, clock_rate, channels, fmtp }
    };
    let mut formats = Vec::new();
    for encoding in encodings {
        formats.extend(match encoding {
            Encoding::Pcmu => Some(format(0, "PCMU", 8_000, 1, None)),
            Encoding::Pcma => Some(format(8, "PCMA", 8_000, 1, None)),
            Encoding::G722 => Some(format(9, "G722", 8_000, 1, None)),
            Encoding::Opus => Some(format(96, "opus", 48_000, 2, Some("useinbandfec=1"))),
            Encoding::G729 => Some(format(18, "G729", 8_000, 1, Some("annexb=yes"))),
            Encoding::Vp8 | Encoding::H264 | Encoding::ComfortNoise | Encoding::TelephoneEvent => None,
        });
    }
    if encodings.contains(&Encoding::Opus) {
        formats.push(format(102, "telephone-event", 48_000, 1, Some("0-15")));
    }
    formats.push(format(101, "telephone-event", 8_000, 1, Some("0-15")));
    formats.push(format(13, "CN", 8_000, 1, None));
    formats
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sdp::offered_stream::negotiate;
    use crate::sdp::session_description::SessionDescription;

    #[test]
    fn our_offer_lists_what_we_can_record_and_only_receives() {
        let own = OwnSession { address: "192.0.2.9".parse().unwrap(), session_id: 5, version: 1 };
        let all = vec![Encoding::Opus, Encoding::G722, Encoding::Pcmu, Encoding::Pcma, Encoding::G729];
        let stream = StreamOffer { port: 30_000, encodings: all, ..StreamOffer::default() };
        let offer = recording_offer(own, &[stream.clone(), StreamOffer { inactive: true, ..stream }]);
        assert!(offer.contains("m=audio 30000 RTP/AVP 96 9 0 8 18 102 101 13\r\n"), "{offer}");
        assert!(offer.contains("a=rtpmap:96 opus/48000/2\r\na=fmtp:96 useinbandfec=1\r\n"), "{offer}");
        assert_eq!(
            (offer.matches("a=recvonly\r\n").count(), offer.matches("a=inactive\r\n").count()),
            (1, 1)
        );
        let read = negotiate(&SessionDescription::parse(offer.as_bytes()).unwrap());
        let known: Vec<_> = read[0].formats.iter().filter_map(Format::known).collect();
        assert_eq!(known.len(), 8);
    }
}
