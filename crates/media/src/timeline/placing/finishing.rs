//! What placing yields when every packet has its place: spans, points for the holes, and the sources' clocks.

use super::{ANCHORS_KEPT, Placed, Placer};
use crate::codec::Codec;
use crate::g729;
use crate::timeline::holes::{DROPOUT, Point, Points};
use crate::timeline::source::Source;
use crate::timeline::{SourceAnchor, Span};

impl<'a> Placer<'a, '_> {
    pub(super) fn finish(mut self) -> Placed<'a> {
        for source in &mut self.sources {
            source.received.extend(source.known_until);
            source.received.sort_unstable();
            source.received.dedup();
        }
        self.count();
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

    /// Counts what is known only once all is placed, as far as it belongs before the cut.
    fn count(&mut self) {
        let before_cut = self.placed_at.iter().filter(|at| **at < self.cut_at).count();
        let counted_before = self.sources.iter().filter(|source| source.stood_at.is_some()).count();
        self.counts.frames = before_cut.saturating_sub(counted_before) as u64;
        for source in &self.sources {
            // With a cut, what is missing behind the packet that the source stands at is the next segment's to count.
            let standing = source.standing.map_or(i64::MIN, |standing| standing.number);
            let last = if self.cut_at == u64::MAX { i64::MAX } else { standing };
            let steps = source.received.iter().zip(source.received.iter().skip(1));
            let steps = steps.filter(|(_, to)| **to <= last).map(|(from, to)| to.abs_diff(*from) - 1);
            self.counts.lost += steps.filter(|missing| *missing <= DROPOUT).sum::<u64>();
        }
        let (known, new): (Vec<&Source>, Vec<&Source>) = self
            .sources
            .iter()
            .filter(|source| source.standing.is_some())
            .partition(|source| source.recalled);
        let first = usize::from(known.is_empty());
        self.counts.source_changes = new.len().saturating_sub(first) as u64;
    }

    /// Each source as it stood; the most recent sources if there are many.
    fn anchors(&self) -> Vec<SourceAnchor> {
        let anchor = |((stream, ssrc), source): (&(u8, u32), &usize)| {
            let standing = self.sources.get(*source)?.standing?;
            Some(SourceAnchor {
                stream: *stream,
                ssrc: *ssrc,
                sequence_number: u16::try_from(standing.number & 0xFFFF).unwrap_or(0),
                clock_rate: standing.rate,
                timestamp: standing.timestamp,
                sample: u64::try_from(standing.sample).ok()?,
                ahead: standing.ahead,
                silent: standing.silent,
                slip: standing.slip,
            })
        };
        let mut anchors: Vec<SourceAnchor> = self.names.iter().filter_map(anchor).collect();
        anchors.sort_by_key(|anchor| std::cmp::Reverse(anchor.sample));
        anchors.truncate(ANCHORS_KEPT);
        anchors
    }
}
