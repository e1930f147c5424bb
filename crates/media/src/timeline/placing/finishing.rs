//! What placing yields when every packet has its place: spans, points for the holes, and the sources' clocks.

use super::{ANCHORS_KEPT, Placed, Placer};
use crate::codec::Codec;
use crate::g729;
use crate::timeline::holes::{DROPOUT, Point, Points};
use crate::timeline::{SourceAnchor, Span};

impl<'a> Placer<'a, '_> {
    pub(super) fn finish(mut self) -> Placed<'a> {
        for source in &mut self.sources {
            source.received.extend(source.known_until);
            source.received.sort_unstable();
            source.received.dedup();
            let steps = source
                .received
                .iter()
                .zip(source.received.iter().skip(1))
                .map(|(from, to)| to.abs_diff(*from) - 1);
            self.counts.lost += steps.filter(|missing| *missing <= DROPOUT).sum::<u64>();
        }
        let anchors = self.anchors();
        let audio = self.taken.iter().map(|(&start, taken)| Point {
            start,
            end: taken.end(start),
            source: taken.source,
            number: taken.number,
            marker: taken.marker,
            silent: taken.codec == Codec::G729 && g729::ends_in_silence(taken.payload),
            slip: taken.slip,
        });
        let mut points: Vec<Point> = audio.chain(self.marks).collect();
        points.sort_by_key(|point| (point.start, point.number));
        let received = self.sources.iter_mut().map(|source| std::mem::take(&mut source.received)).collect();
        let names = self.names.into_iter().map(|(name, source)| (source, name)).collect();
        let spans = self.taken.into_iter().map(|(start_sample, taken)| Span {
            start_sample,
            samples: taken.samples,
            lead: taken.lead,
            codec: taken.codec,
            payload: taken.payload,
        });
        Placed {
            spans: spans.collect(),
            placed_at: self.placed_at,
            anchors,
            counts: self.counts,
            points: Points { points, received, names },
        }
    }

    /// The newest clock of each source, as far on as it got; the most recent sources if there are many.
    fn anchors(&self) -> Vec<SourceAnchor> {
        let anchor = |((stream, ssrc), source): (&(u8, u32), &usize)| {
            let source = self.sources.get(*source)?;
            let clock = source.clocks.front()?;
            let (clock_rate, timestamp, sample, slip) =
                source.last.unwrap_or((clock.rate, clock.timestamp, clock.sample, 0));
            Some(SourceAnchor {
                stream: *stream,
                ssrc: *ssrc,
                sequence_number: u16::try_from(source.highest? & 0xFFFF).unwrap_or(0),
                clock_rate,
                timestamp,
                sample: u64::try_from(sample).ok()?,
                ahead: clock.ahead(),
                silent: source.silent,
                slip,
            })
        };
        let mut anchors: Vec<SourceAnchor> = self.names.iter().filter_map(anchor).collect();
        anchors.sort_by_key(|anchor| std::cmp::Reverse(anchor.sample));
        anchors.truncate(ANCHORS_KEPT);
        anchors
    }
}
