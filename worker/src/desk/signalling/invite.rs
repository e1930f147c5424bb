//! A new INVITE: whose it is, whether there is room, what it offers; then it is opened, joined, or answered without media.

use rokuon_db::connection_events::ConnectionEvent;
use rokuon_db::connection_terms::ConnectionKind;
use rokuon_db::unrecorded_counts::RefusalReason;
use rokuon_sip::endpoint::event::Invite;
use rokuon_sip::siprec::dialled_parties::parties_of_invite;
use rokuon_sip::siprec::header_parties::{forked_leg, header_parties};
use rokuon_sip::siprec::metadata::Metadata;
use rokuon_sip::siprec::party::Party;
use uuid::Uuid;

use super::pairing::{Waiting, fork_of, parties_of_fork};
use super::{Desk, RETRY_AFTER};
use crate::desk::call::{DeskCall, Keeping, read_metadata};
use crate::desk::offers::{Offer, Unsupported};
use crate::routing::call_routing::{OfferedLabel, Told, judge_call};
use crate::routing::speakers::MOST_CHANNELS;

impl Desk {
    pub(super) fn on_invite(&mut self, invite: &Invite) {
        let Some((connection, routes)) = self.admit(invite) else { return };
        let refused = |desk: &Self, reason| desk.parts.registrar.refused(&connection, reason);
        if self.capacity.is_full(self.calls.len()) {
            refused(self, RefusalReason::Full);
            self.saw(&connection, invite, ConnectionEvent::RecorderBusy, Some(503));
            return self.refuse(invite, 503, "Recorder Full", Some(RETRY_AFTER));
        }
        let (metadata, doubts) = read_metadata(invite.metadata.as_ref());
        let forked = forked_leg(&invite.request.headers);
        let offer = match &invite.offer {
            Some(offer) => Offer::read(offer, self.means(invite)),
            // A forking phone's dialogs bring one voice each; else one stream for each that the metadata names.
            None if forked.is_some() => Offer::of_ours(&[None]),
            None => Offer::of_ours(&labels_of(metadata.as_ref())),
        };
        match offer.unsupported() {
            None => {}
            Some(Unsupported::NoCodec) => {
                refused(self, RefusalReason::NoCodec);
                self.saw(&connection, invite, ConnectionEvent::NoCodec, Some(488));
                return self.refuse(invite, 488, "PCMU Or PCMA Is Needed", None);
            }
            Some(Unsupported::Encryption) => {
                refused(self, RefusalReason::SrtpUnusable);
                self.saw(&connection, invite, ConnectionEvent::SrtpUnusable, Some(488));
                return self.refuse(invite, 488, "Media Encryption Not Acceptable", None);
            }
        }
        if !self.agrees(invite, &connection, &offer) {
            return;
        }
        let mut labels = offer.labels();
        let header_parties = match &forked {
            Some(leg) => parties_of_fork(leg, &mut labels),
            None if connection.kind == ConnectionKind::Siprec => parties_of_headers(invite, &mut labels),
            None => {
                let extension =
                    connection.registration.as_ref().map(|account| account.username.reveal().as_str());
                let ours = [Some(connection.address_user.as_str()), extension];
                parties_of_invite(&invite.request.headers, &ours.into_iter().flatten().collect::<Vec<_>>())
            }
        };
        let told = Told::of(metadata.as_ref(), &header_parties);
        let routing = judge_call(&routes, &connection, told, doubts.clone(), &labels);
        let call = DeskCall {
            connection,
            routes,
            keeping: Keeping::NotYet,
            metadata,
            header_parties,
            metadata_cseq: invite.cseq,
            group: None,
            doubts,
            labels,
            first_stream: 0,
            streams: Vec::new(),
            ports: Vec::new(),
            routing,
            sdp_session: u64::from(Uuid::new_v4().as_fields().0),
            answer: String::new(),
            hung_up_for: None,
        };
        if let Some(old) = self.superseded_by(&call) {
            return self.take_over(invite, &offer, call, &old);
        }
        match forked.as_ref().and_then(|leg| fork_of(leg, call.connection.id)) {
            Some(fork) => self.pair(fork, Box::new(Waiting { invite: invite.clone(), offer, call })),
            None => self.keep_or_not(invite, &offer, call),
        }
    }
}

/// The labels of the streams that metadata names; one without a label where it names none.
fn labels_of(metadata: Option<&Metadata>) -> Vec<Option<String>> {
    let named: Vec<Option<String>> = metadata
        .map(|metadata| {
            metadata.streams.iter().map(|stream| stream.label.clone()).take(MOST_CHANNELS).collect()
        })
        .unwrap_or_default();
    if named.is_empty() { vec![None] } else { named }
}

/// Parties whom headers name with the m-lines they speak on (network-based recording); those m-lines have no labels, so
/// they are given one each to be told apart by.
fn parties_of_headers(invite: &Invite, labels: &mut [OfferedLabel]) -> Vec<Party> {
    let told = header_parties(&invite.request.headers);
    let name = |at: usize| format!("m-line {at}");
    if told.iter().any(|party| !party.media_indexes.is_empty()) {
        for (at, label) in labels.iter_mut().enumerate() {
            label.label.get_or_insert_with(|| name(at));
        }
    }
    told.into_iter()
        .map(|told| Party {
            labels_sent: told.media_indexes.iter().map(|at| name(*at)).collect(),
            ..told.party
        })
        .collect()
}
