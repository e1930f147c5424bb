//! What a session tells the client of what it received, and what it asks for.

use std::time::{Duration, Instant};

use super::{PICTURE_EVERY, REPORT_EVERY, Stream, WhipSession};
use crate::codecs::MediaKind;
use crate::feedback::Feedback;

/// And not more often than this, whatever is lost.
const PICTURE_AT_MOST_EVERY: Duration = Duration::from_secs(1);
/// How much a camera may send, in bits a second; without a word browsers stay at 300 kbit/s.
const VIDEO_BITS: u64 = 2_500_000;

impl WhipSession {
    pub(super) fn send_feedback(&mut self, now: Instant) {
        let full = now >= self.next_report;
        let mut asks = Vec::new();
        for (sender, reception) in &mut self.receptions {
            let stream = self.streams.iter().find(|stream| stream.index == reception.stream);
            let missing = reception.to_ask_for(now);
            if stream.is_some_and(|stream| stream.asks_for_packets) && !missing.is_empty() {
                asks.push((*sender, missing));
            }
            let lost =
                reception.take_given_up() && stream.is_some_and(|stream| stream.kind == MediaKind::Video);
            if lost {
                let soonest = self.last_picture.map_or(now, |last| last + PICTURE_AT_MOST_EVERY);
                self.next_picture = self.next_picture.min(soonest);
            }
        }
        let video = |this: &Self, wanted: fn(&Stream) -> bool| {
            let is = |index: u8| {
                this.streams.iter().any(|s| s.index == index && s.kind == MediaKind::Video && wanted(s))
            };
            this.receptions
                .iter()
                .filter(|(_, r)| is(r.stream))
                .map(|(sender, _)| *sender)
                .collect::<Vec<_>>()
        };
        let pictures =
            if now >= self.next_picture { video(self, |s| s.asks_for_pictures) } else { Vec::new() };
        if !full && asks.is_empty() && pictures.is_empty() {
            return;
        }
        let blocks = if full {
            self.receptions.iter_mut().map(|(sender, reception)| (*sender, reception.report(now))).collect()
        } else {
            Vec::new()
        };
        let mut feedback = Feedback::new(self.ssrc, "rokuon", &blocks);
        for (sender, missing) in asks {
            feedback.ask_for(sender, &missing);
        }
        for sender in &pictures {
            feedback.ask_for_picture(*sender);
        }
        if !pictures.is_empty() {
            (self.last_picture, self.next_picture) = (Some(now), now + PICTURE_EVERY);
        }
        if full {
            feedback.allow(&video(self, |s| s.said_how_much), VIDEO_BITS);
            self.next_report = now + REPORT_EVERY;
        }
        if let (Some(peer), Some(packet)) = (self.peer, self.transport.seal_rtcp(feedback.into_octets())) {
            self.outgoing.push_back((peer, packet.into()));
        }
    }

    /// Asks for a whole picture soon: a recording that begins, or goes on after a pause, can be shown only from one.
    pub fn ask_for_picture(&mut self, now: Instant) {
        self.next_picture = self.next_picture.min(now);
    }
}
