//! What an earlier life of the process left in the spool: finished calls are sealed, live ones go on where they stopped.

use std::sync::Arc;
use std::sync::mpsc::Sender;

use rokuon_capture::journal::{AsReceived, CallOpened};
use rokuon_policy::clock::Clock;
use rokuon_sip::endpoint::dialog::DialogSnapshot;
use rokuon_sip::siprec::metadata::Metadata;
use rokuon_storage::key_service::{DataKey, KeyContext};
use rokuon_storage::spool::{RecoveredCall, SpoolReader};
use rokuon_storage::spool_keys::{SpoolKeys, of_tenant};
use tokio::sync::{mpsc, oneshot};

use crate::config::WorkerConfig;
use crate::desk::call::{DeskCall, Keeping};
use crate::desk::signalling::Restored;
use crate::recorder::command::{NewCall, OpenCall, StreamSocket};
use crate::routing::call_routing::OfferedLabel;
use crate::routing::doubts;
use crate::routing::table::RoutingTable;
use crate::rtp::ports::PortPool;
use crate::sealing::replay::Replayed;
use crate::sealing::sealer::{Origin, SealOrder};

/// What recovery works with.
pub struct Recovery<'a> {
    /// Reads the journal.
    pub spool: SpoolReader,
    /// Opens what the journal keeps of keys.
    pub keys: Arc<SpoolKeys>,
    /// Connections and policies.
    pub routes: &'a RoutingTable,
    /// Binds the old ports again.
    pub ports: &'a PortPool,
    /// The recording thread.
    pub openings: Sender<NewCall>,
    /// Where finished calls go.
    pub seal: mpsc::UnboundedSender<SealOrder>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Settings.
    pub config: &'a WorkerConfig,
}

impl Recovery<'_> {
    /// Deals with every call found; returns those that may still be live, for the desk.
    pub async fn run(&self, found: Vec<RecoveredCall>) -> Vec<Restored> {
        let mut restored = Vec::new();
        for call in found {
            let context = KeyContext::recording(call.tenant.clone(), call.recording);
            let key = match self.keys.open(&context, &call.wrapped).await {
                Ok(key) => Some(key),
                Err(error) => {
                    tracing::error!(%error, recording = %call.recording, "a recording in the spool waits for its key");
                    None
                }
            };
            let live = match &key {
                Some(key) => self.resume(&call, key).await,
                None => None,
            };
            match live {
                Some(live) => restored.push(live),
                None => {
                    let RecoveredCall { tenant, recording, wrapped, .. } = call;
                    let _stopping = self.seal.send(SealOrder {
                        tenant,
                        recording,
                        wrapped,
                        key,
                        origin: Origin::LeftBehind,
                    });
                }
            }
        }
        restored
    }

    /// Takes a call up again; `None` when it had ended, or when nothing of it can go on.
    async fn resume(&self, call: &RecoveredCall, key: &DataKey) -> Option<Restored> {
        let (spool, read_key, recording) = (self.spool.clone(), key.clone(), call.recording);
        let read =
            tokio::task::spawn_blocking(move || Replayed::read(&spool, recording, &read_key)).await.ok()?;
        let read =
            read.inspect_err(|error| tracing::error!(%error, "a call in the spool cannot be read")).ok()?;
        let routing = read.routing.clone().filter(|_| read.ended.is_none())?;
        let snapshot: DialogSnapshot = serde_json::from_value(read.dialog.clone()).ok()?;
        let connection = self.routes.connection(routing.connection)?;
        let routes = self.routes.tenant(&routing.tenant)?.clone();
        let (mut sockets, mut ports) = (Vec::new(), Vec::new());
        for (setup, port) in read.streams.iter().zip(&read.local_ports) {
            match self.ports.bind_again(*port) {
                Ok(socket) => {
                    sockets.push(StreamSocket::new(setup.index, socket));
                    ports.push((setup.index, *port));
                }
                Err(error) => tracing::error!(%error, port, "a live call's port could not be bound again"),
            }
        }
        let now = self.clock.now();
        let mut routing = routing;
        if !routing.doubts.contains(&doubts::interrupted()) {
            routing.doubts.push(doubts::interrupted());
        }
        let mut continuation = read.continuation.clone();
        let down_until = (now - read.opened.opened_at).num_microseconds().unwrap_or(0);
        continuation.resumed_at_micros = u64::try_from(down_until).ok();
        let paused = continuation.paused;
        let held = continuation.streams_on_hold.iter().map(|stream| (*stream, true)).collect();
        let opened = CallOpened {
            streams: read.streams.clone(),
            local_ports: read.local_ports.clone(),
            dialog: read.dialog.clone(),
            routing: serde_json::to_value(&routing).unwrap_or_default(),
            sdp: Vec::new(),
            metadata: Vec::new(),
            software_version: env!("CARGO_PKG_VERSION").to_owned(),
            continuation: Some(continuation),
            repeated: false,
            ..read.opened.clone()
        };
        let open = OpenCall {
            opened,
            key: key.clone(),
            // This life has a spool key of its own.
            wrapped: of_tenant(&call.wrapped),
            sockets,
            // The continuation carries who was on hold.
            on_hold: held,
            protection: read.protection.clone().into_iter().collect(),
            paused,
            connection: connection.clone(),
            silent_after: self.config.silence_ends_restored_call_after,
        };
        let (answer, durable) = oneshot::channel();
        self.openings.send(NewCall::Open(Box::new(open), answer)).ok()?;
        durable.await.ok()?.ok()?;
        tracing::info!(recording = %call.recording, "a live call goes on after the restart");
        let labels = labels_of(&read, routing.channels.len());
        let desk_call = DeskCall {
            connection,
            routes,
            keeping: Keeping::Recorded(call.recording, read.opened.call),
            metadata: metadata_of(&read),
            header_parties: Vec::new(),
            metadata_cseq: 0,
            group: None,
            doubts: vec![doubts::interrupted()],
            labels,
            first_stream: 0,
            streams: read.streams.clone(),
            ports,
            routing,
            // The description last sent says both its number and its version.
            sdp_session: 0,
            answer: snapshot.local_sdp.clone(),
            hung_up_for: None,
        };
        Some(Restored { snapshot, call: desk_call })
    }
}

/// The metadata as it stood: everything received, in order.
fn metadata_of(read: &Replayed) -> Option<Metadata> {
    read.metadata.iter().filter_map(AsReceived::octets).fold(None, |known, octets| {
        let (update, _) = Metadata::parse(&octets);
        match known {
            Some(mut known) => {
                Metadata::apply(&mut known, update);
                Some(known)
            }
            None => Some(update),
        }
    })
}

fn labels_of(read: &Replayed, m_lines: usize) -> Vec<OfferedLabel> {
    let mut labels = vec![OfferedLabel { label: None, recorded: false }; m_lines];
    for setup in &read.streams {
        if let Some(slot) = labels.get_mut(usize::from(setup.index)) {
            *slot = OfferedLabel { label: setup.label.clone(), recorded: true };
        }
    }
    labels
}
