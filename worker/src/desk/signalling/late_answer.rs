//! The answer to an offer of ours: it comes with the ACK of an INVITE that had none (RFC 3261 §13.2.1).

use rokuon_capture::journal::AsReceived;
use rokuon_sip::endpoint::event::DialogId;
use rokuon_sip::sdp::session_description::SessionDescription;

use super::Desk;
use super::news::News;
use crate::desk::offers::Offer;
use crate::desk::protection::Means;

impl Desk {
    /// Takes the streams as the peer will send them. An answer that cannot be read changes nothing: what we offered is
    /// listened for all the same.
    pub(super) fn on_late_answer(&mut self, dialog: &DialogId, answer: &[u8]) {
        let Ok(sdp) = SessionDescription::parse(answer) else {
            tracing::warn!("the answer to an offer of ours cannot be read; what was offered stands");
            return;
        };
        let agreed = Offer::read(&sdp, Means::default());
        let Some(call) = self.calls.get_mut(dialog) else { return };
        let Some(recording) = call.recording() else { return };
        if agreed.unsupported().is_some() || agreed.is_empty() {
            tracing::warn!("the answer to an offer of ours takes none of its streams");
            return self.hang_up(recording, "no_codec");
        }
        call.streams = agreed.setups(&call.routing, call.first_stream);
        let kept = |port: &(u8, u16)| call.streams.iter().any(|stream| stream.index == port.0);
        call.ports = call.ports.iter().filter(|port| kept(port)).copied().collect();
        let on_hold = agreed.on_hold(&call.routing, call.first_stream);
        let sdp = vec![AsReceived::new(self.parts.clock.now(), "application/sdp", answer)];
        self.tell_recorder(recording, News { on_hold, streams: true, sdp, ..News::default() });
    }
}
