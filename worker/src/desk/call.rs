//! One dialog as the desk knows it.

use std::sync::Arc;

use rokuon_capture::stream::StreamSetup;
use rokuon_policy::ids::{CallId, ConnectionId, RecordingId};
use rokuon_policy::text::Text;
use rokuon_sip::endpoint::event::MetadataBody;
use rokuon_sip::siprec::metadata::Metadata;
use rokuon_sip::siprec::party::Party;

use crate::routing::call_routing::{CallRouting, OfferedLabel, Told, judge_call};
use crate::routing::doubts::metadata_doubt;
use crate::routing::table::{ConnectionRoute, TenantRoutes};

/// What the desk keeps of a dialog between messages.
pub struct DeskCall {
    /// Its connection.
    pub connection: Arc<ConnectionRoute>,
    /// Its tenant's rules as they were when it began.
    pub routes: Arc<TenantRoutes>,
    /// How its media is kept.
    pub keeping: Keeping,
    /// Metadata received so far, put together.
    pub metadata: Option<Metadata>,
    /// The parties as headers tell them, where no metadata does.
    pub header_parties: Vec<Party>,
    /// The CSeq of the newest metadata.
    pub metadata_cseq: u32,
    /// The group its session belonged to, should a later document not list that session any more.
    pub group: Option<String>,
    /// Oddities of the metadata.
    pub doubts: Vec<Text>,
    /// The m-lines of the last offer.
    pub labels: Vec<OfferedLabel>,
    /// The number of its first stream in the recording: two dialogs may share one.
    pub first_stream: u8,
    /// Its streams as last negotiated.
    pub streams: Vec<StreamSetup>,
    /// Receive ports by stream number.
    pub ports: Vec<(u8, u16)>,
    /// The judgement as it stands.
    pub routing: CallRouting,
    /// Our SDP's session id.
    pub sdp_session: u64,
    /// The SDP we last answered, or that waits for the recorder.
    pub answer: String,
    /// Why we hung up, if we did.
    pub hung_up_for: Option<&'static str>,
}

/// How a dialog's media is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// Not yet: it has no media, or the policy does not record it as it stands.
    NotYet,
    /// The recorder is being asked.
    Opening,
    /// In this recording.
    Recorded(RecordingId, CallId),
    /// No more: another dialog of the same session took its recording over.
    Superseded,
}

/// A communication session on a connection.
pub type SessionKey = (ConnectionId, String);

/// Metadata read from a message: what it says, and what is odd about it.
pub fn read_metadata(body: Option<&MetadataBody>) -> (Option<Metadata>, Vec<Text>) {
    let Some(body) = body else { return (None, Vec::new()) };
    let (metadata, doubts) = Metadata::parse(&body.raw);
    let mut texts = doubts.iter().map(metadata_doubt).collect::<Vec<_>>();
    texts.dedup();
    (Some(metadata), texts)
}

fn first_group(metadata: Option<&Metadata>) -> Option<String> {
    metadata?.live_sessions().next()?.group.clone()
}

impl DeskCall {
    /// Its recording, once there is one.
    pub const fn recording(&self) -> Option<RecordingId> {
        match self.keeping {
            Keeping::Recorded(recording, _) => Some(recording),
            _ => None,
        }
    }

    /// The communication session it records, if its metadata names one.
    pub fn session(&self) -> Option<SessionKey> {
        let session = self.metadata.as_ref()?.live_sessions().next()?;
        (!session.id.is_empty()).then(|| (self.connection.id, session.id.clone()))
    }

    /// Whether the session it recorded is over and another goes on in its place (a persistent recording session). A
    /// session of the same group is the same call after a transfer.
    pub fn records_another_call(&self, before: Option<&SessionKey>) -> bool {
        let (Some(metadata), Some((_, before))) = (&self.metadata, before) else { return false };
        let Some(now) = metadata.live_sessions().next() else { return false };
        if now.id == *before || metadata.has_live_session(before) {
            return false;
        }
        let known = metadata.sessions.iter().find(|session| session.id == *before);
        let group = known.and_then(|session| session.group.as_ref()).or(self.group.as_ref());
        group.is_none() || now.group.as_ref() != group
    }

    /// Takes further metadata (RFC 7865 §6.1.1: partial adds, complete replaces) and judges again.
    ///
    /// Returns whether the judgement changed. Metadata older than what is known is passed over.
    pub fn take_metadata(&mut self, cseq: u32, body: &MetadataBody) -> bool {
        if cseq < self.metadata_cseq {
            return false;
        }
        self.metadata_cseq = cseq;
        let (update, doubts) = read_metadata(Some(body));
        self.group = first_group(self.metadata.as_ref()).or(self.group.take());
        match (&mut self.metadata, update) {
            (Some(known), Some(update)) => known.apply(update),
            (known @ None, update) => *known = update,
            (Some(_), None) => {}
        }
        for doubt in doubts {
            if !self.doubts.contains(&doubt) {
                self.doubts.push(doubt);
            }
        }
        self.judge_again()
    }

    /// Judges with what is known now; returns whether anything changed.
    pub fn judge_again(&mut self) -> bool {
        let told = Told::of(self.metadata.as_ref(), &self.header_parties);
        let mut routing = judge_call(&self.routes, &self.connection, told, self.doubts.clone(), &self.labels);
        // How a call began is no question any more: a recording that runs does not begin to wait, nor the other way round.
        (routing.start, routing.announcement) = (self.routing.start, self.routing.announcement);
        if self.recording().is_some() && self.routing.kept && self.routing.line_proved && !routing.kept {
            // It was recorded by right. Wherever it is transferred to, what was said on the listed line is not undone.
            routing.stay_on_line(&self.routing);
        }
        let changed = routing != self.routing;
        self.routing = routing;
        changed
    }

    /// Gives the streams the channels of the judgement; whether any changed.
    pub fn place_streams(&mut self) -> bool {
        let mut changed = false;
        for stream in &mut self.streams {
            let at = stream.index.checked_sub(self.first_stream).map(usize::from);
            let channel = at.and_then(|at| self.routing.channels.get(at).copied()).flatten();
            if channel.is_some() && (stream.channel, stream.mixed) != (channel, self.routing.mixed) {
                (stream.channel, stream.mixed) = (channel, self.routing.mixed);
                changed = true;
            }
        }
        changed
    }
}
