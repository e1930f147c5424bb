//! Cutting a live call: what is sealed of it need not stay in the spool.

use std::time::Duration;

use rokuon_policy::ids::RecordingId;
use tokio::sync::oneshot;

use super::Recorder;
use crate::recorder::command::{FreedByCut, Told};
use crate::recorder::shared_spool::WAITING_ENOUGH;

/// A live call that could not be cut is tried again after so long.
const CUT_AGAIN: Duration = Duration::from_secs(60);

/// What arrived so shortly before is left for the next part: packets may still come late or out of order.
const SETTLE: Duration = Duration::from_secs(10);

/// The same while the spool is nearly full …
const SETTLE_PRESSED: Duration = Duration::from_secs(1);
/// … and how often parts are sealed then.
const SEAL_EVERY_PRESSED: Duration = Duration::from_secs(5);

impl Recorder {
    pub(super) fn cut_failed(&mut self, recording: RecordingId) {
        let again = self.began.elapsed() + CUT_AGAIN.min(self.seal_every);
        if let Some(call) = self.calls.get_mut(&recording) {
            call.next_cut = Some(again);
        }
    }

    pub(super) fn cut(
        &mut self,
        recording: RecordingId,
        changes: u64,
        entries: &[Vec<u8>],
        answer: oneshot::Sender<Option<FreedByCut>>,
    ) {
        let now = self.now();
        let Some(call) = self.calls.get_mut(&recording) else {
            let _gone = answer.send(None);
            return;
        };
        call.next_cut = Some(now.monotonic + CUT_AGAIN.min(self.seal_every));
        let mut spool = self.spool.lock();
        let waits = spool.waiting_bytes() > 2 * WAITING_ENOUGH;
        if call.changes != changes || waits {
            let _gone = answer.send(None);
            return;
        }
        // What came before belongs before.
        call.sweep(&mut self.receiver, now);
        self.scratch.clear();
        if call.live.pending_len() <= WAITING_ENOUGH {
            call.live.take_pending(&mut self.scratch);
        }
        let kept = self.spool.key_to_keep(&call.tenant, recording, &call.key, &call.wrapped);
        let mut fresh = spool.open_call(&call.tenant, recording, &kept, &call.key);
        let before = call.spool.run();
        let pending = match self.scratch.as_slice() {
            [] => Ok(()),
            pending => spool.append(&mut call.spool, pending),
        };
        let mut entries = entries.iter();
        let journaled = pending.and_then(|()| entries.try_for_each(|some| spool.append(&mut fresh, some)));
        drop(spool);
        if let Err(error) = journaled {
            tracing::warn!(%error, %recording, "a live call could not be cut");
            let _gone = answer.send(None);
            return;
        }
        call.spool = fresh;
        call.cut_at = now.monotonic;
        call.next_cut = Some(now.monotonic + self.seal_every);
        self.cuts.push((answer, FreedByCut { recording, through_run: before.saturating_sub(1) }));
    }

    /// Tells which calls have lasted; what they have brought is durable.
    pub(super) fn tell_lasting(&mut self) {
        let now = self.now();
        let settle = if self.crowded { SETTLE_PRESSED } else { SETTLE }.min(self.seal_every / 8);
        let pressed = self.crowded.then_some(SEAL_EVERY_PRESSED);
        for call in self.calls.values_mut() {
            if let Some(lasting) = call.lasts(now, self.durable_at.saturating_sub(settle), pressed) {
                let _gone = self.told.send(Told::Lasts(Box::new(lasting)));
            }
        }
    }
}
