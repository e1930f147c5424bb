//! What changed in a live recording, told to the recorder: the journal's entry, new sockets, streams on hold.

use chrono::DateTime;
use rokuon_capture::journal::{AsReceived, CallUpdated};
use rokuon_policy::ids::RecordingId;
use rokuon_sip::endpoint::event::{Invite, MetadataBody};
use tokio::sync::oneshot;

use super::Desk;
use crate::recorder::command::{Command, StreamSocket};
use crate::routing::call_routing::CallRouting;

/// What changed besides the judgement and the dialogs, which are written down each time.
#[derive(Default)]
pub(super) struct News {
    /// Sockets of streams that joined.
    pub sockets: Vec<StreamSocket>,
    /// Streams and whether they are on hold now.
    pub on_hold: Vec<(u8, bool)>,
    /// Whether streams joined, left, moved or changed their channel.
    pub streams: bool,
    /// Session descriptions received.
    pub sdp: Vec<AsReceived>,
    /// Metadata received.
    pub metadata: Vec<AsReceived>,
    /// Who waits until the recorder has taken it.
    pub taken: Option<oneshot::Sender<()>>,
}

impl Desk {
    /// What was received in a message of a call.
    pub(super) fn received(&self, invite: &Invite) -> News {
        let at = self.parts.clock.now();
        let sdp =
            (!invite.raw_offer.is_empty()).then(|| AsReceived::new(at, "application/sdp", &invite.raw_offer));
        News {
            sdp: sdp.into_iter().collect(),
            metadata: invite.metadata.iter().map(|body| self.metadata_received(body)).collect(),
            ..News::default()
        }
    }

    pub(super) fn metadata_received(&self, body: &MetadataBody) -> AsReceived {
        AsReceived::new(self.parts.clock.now(), body.content_type.clone(), &body.raw)
    }

    /// The judgement on a recording: that of its first dialog, and what the others prove besides.
    pub(super) fn routing_of(&self, recording: RecordingId) -> Option<CallRouting> {
        let dialogs = self.members.dialogs(recording);
        let mut routings =
            dialogs.iter().filter_map(|dialog| self.calls.get(dialog)).map(|call| &call.routing);
        let mut routing = routings.next()?.clone();
        for other in routings {
            routing.caller.proved |= other.caller.proved;
            routing.called.proved |= other.called.proved;
        }
        Some(routing)
    }

    /// Tells the recorder, with all that a restart would need to know.
    pub(super) fn tell_recorder(&self, recording: RecordingId, news: News) {
        let dialogs = self.members.dialogs(recording);
        let calls = || dialogs.iter().filter_map(|dialog| self.calls.get(dialog));
        let streams =
            news.streams.then(|| calls().flat_map(|call| call.streams.iter().cloned()).collect::<Vec<_>>());
        let local_ports = streams.as_ref().map(|streams| {
            let ports: Vec<(u8, u16)> = calls().flat_map(|call| call.ports.iter().copied()).collect();
            let port = |index: u8| ports.iter().find(|(one, _)| *one == index).map_or(0, |(_, port)| *port);
            streams.iter().map(|stream| port(stream.index)).collect()
        });
        let updated = CallUpdated {
            at: DateTime::UNIX_EPOCH,
            at_micros: 0,
            streams,
            local_ports,
            dialog: dialogs
                .first()
                .and_then(|dialog| self.parts.endpoint.snapshot(dialog))
                .and_then(|snapshot| serde_json::to_value(snapshot).ok()),
            routing: self.routing_of(recording).and_then(|routing| serde_json::to_value(routing).ok()),
            sdp: news.sdp,
            metadata: news.metadata,
        };
        self.send(Command::Update {
            recording,
            updated: Box::new(updated),
            sockets: news.sockets,
            on_hold: news.on_hold,
            taken: news.taken,
        });
    }
}
