//! One dialog as the desk knows it.

use std::sync::Arc;

use rokuon_policy::ids::{CallId, RecordingId};
use rokuon_policy::text::Text;
use rokuon_sip::endpoint::event::MetadataBody;
use rokuon_sip::siprec::metadata::Metadata;

use crate::routing::call_routing::{CallRouting, OfferedLabel, judge_call};
use crate::routing::doubts::metadata_doubt;
use crate::routing::table::{ConnectionRoute, TenantRoutes};

/// What the desk keeps of a dialog between messages.
pub struct DeskCall {
    /// Its connection.
    pub connection: Arc<ConnectionRoute>,
    /// Its tenant's rules as they were when it began.
    pub routes: Arc<TenantRoutes>,
    /// Ids, once the recorder has it; `None` while opening, and for a call that is answered but not kept.
    pub recorded: Option<(RecordingId, CallId)>,
    /// Metadata received so far, put together.
    pub metadata: Option<Metadata>,
    /// The CSeq of the newest metadata.
    pub metadata_cseq: u32,
    /// Oddities of the metadata.
    pub doubts: Vec<Text>,
    /// The m-lines of the last offer.
    pub labels: Vec<OfferedLabel>,
    /// Receive ports by stream index.
    pub ports: Vec<(u8, u16)>,
    /// The judgement as it stands.
    pub routing: CallRouting,
    /// Our SDP's session id and version.
    pub sdp: (u64, u64),
    /// The SDP answer that waits for the recorder.
    pub answer: String,
    /// Why we hung up, if we did.
    pub hung_up_for: Option<&'static str>,
}

/// Metadata read from a message: what it says, and what is odd about it.
pub fn read_metadata(body: Option<&MetadataBody>) -> (Option<Metadata>, Vec<Text>) {
    let Some(body) = body else { return (None, Vec::new()) };
    let (metadata, doubts) = Metadata::parse(&body.raw);
    let mut texts = doubts.iter().map(metadata_doubt).collect::<Vec<_>>();
    texts.dedup();
    (Some(metadata), texts)
}

impl DeskCall {
    /// Takes further metadata (RFC 7865 §6.1.1: partial adds, complete replaces) and judges again.
    ///
    /// Returns whether the judgement changed. Metadata older than what is known is passed over.
    pub fn take_metadata(&mut self, cseq: u32, body: &MetadataBody) -> bool {
        if cseq < self.metadata_cseq {
            return false;
        }
        self.metadata_cseq = cseq;
        let (update, doubts) = read_metadata(Some(body));
        match (&mut self.metadata, update) {
            (Some(known), Some(update)) => known.apply(update),
            (known @ None, update) => *known = update,
            (Some(_), None) => {}
        }
        self.doubts.extend(doubts);
        self.doubts.dedup();
        self.judge_again()
    }

    /// Judges with what is known now; returns whether anything changed.
    pub fn judge_again(&mut self) -> bool {
        let mut routing = judge_call(
            &self.routes,
            &self.connection,
            self.metadata.as_ref(),
            self.doubts.clone(),
            &self.labels,
        );
        // How a call began is no question any more: a recording that runs does not begin to wait, nor the other way round.
        (routing.start, routing.announcement) = (self.routing.start, self.routing.announcement);
        let changed = routing != self.routing;
        self.routing = routing;
        changed
    }
}
