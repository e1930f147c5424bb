//! The metadata of one recording session over time: applied in order, known to be lost where it is (RFC 7866 §9).

use super::doubt::Doubt;
use super::metadata::{DataMode, Metadata};
use super::speakers::Speakers;

/// What became of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It was applied; these things were odd about it or about what is known now.
    Applied(Vec<Doubt>),
    /// It is older than what is known, and was passed over.
    Older,
}

/// All that is known of one recording session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MetadataState {
    known: Option<Metadata>,
    speakers: Speakers,
    cseq: u32,
    is_stale: bool,
}

impl MetadataState {
    /// Takes a document that came with a request of that CSeq number, at a time of the recorder's own clock.
    pub fn take(&mut self, now_ms: i64, cseq: u32, raw: &[u8]) -> Taken {
        if self.known.is_some() && cseq < self.cseq {
            return Taken::Older;
        }
        self.cseq = cseq;
        let (document, mut doubts) = Metadata::parse(raw);
        match (&mut self.known, document.datamode) {
            (known, DataMode::Complete) => {
                self.is_stale = false;
                *known = Some(document);
            }
            (Some(known), DataMode::Partial) => known.apply(document),
            (known, DataMode::Partial) => {
                // Changes of something that was never told.
                self.is_stale = true;
                *known = Some(document);
            }
        }
        if let Some(known) = &self.known {
            let missing = known.missing_references();
            self.is_stale |= known.datamode == DataMode::Partial && !missing.is_empty();
            for doubt in missing {
                if !doubts.contains(&doubt) {
                    doubts.push(doubt);
                }
            }
            self.speakers.observe(now_ms, known);
        }
        Taken::Applied(doubts)
    }

    /// Something may have been missed: the recorder was away, or requests were lost on the way.
    pub fn may_have_missed(&mut self) {
        self.is_stale |= self.known.is_some();
    }

    /// Whether what is known can be wrong until the peer tells everything anew: ask it for a snapshot.
    pub fn is_stale(&self) -> bool {
        self.is_stale
    }

    /// What is known, if anything.
    pub fn known(&self) -> Option<&Metadata> {
        self.known.as_ref()
    }

    /// Who spoke where and when.
    pub fn speakers(&self) -> &Speakers {
        &self.speakers
    }

    /// Ends what lasts: the call is over.
    pub fn finish(&mut self, now_ms: i64) {
        self.speakers.finish(now_ms);
    }
}
