//! What becomes of one call on the recording thread: changed, paused, ended, forgotten.

use rokuon_capture::counters::{CallCounters, DropReason};
use rokuon_capture::journal::{CallEnded, CallUpdated, Entry};
use rokuon_policy::ids::RecordingId;

use super::Recorder;
use super::journaling::{append, append_or_wait};
use crate::recorder::command::{StreamSocket, Told};
use crate::recorder::live_recording::LiveRecording;

impl Recorder {
    pub(super) fn update(
        &mut self,
        recording: RecordingId,
        mut updated: CallUpdated,
        sockets: Vec<StreamSocket>,
        on_hold: &[(u8, bool)],
    ) {
        let now = self.now();
        let Some(call) = self.calls.get_mut(&recording) else { return };
        // What came before the change belongs before it in the journal.
        call.sweep(&mut self.receiver, now);
        let at = call.since_epoch(now.monotonic);
        let (streams, micros) = (updated.streams.clone(), u64::try_from(at.as_micros()).unwrap_or(u64::MAX));
        (updated.at, updated.at_micros) = (now.date(), micros);
        let entry = Entry::Updated(Box::new(updated));
        if !append_or_wait(call, &self.spool, &entry, &mut self.scratch) {
            tracing::error!(%recording, "a change of a live call could not be journaled");
        }
        if let Some(streams) = &streams {
            call.live.reoffer(streams);
            call.sockets.retain(|s| streams.iter().any(|setup| setup.index == s.stream));
        }
        call.sockets.extend(sockets);
        if let Some(streams) = &streams {
            call.close_idle_rtcp(streams);
        }
        for (stream, held) in on_hold {
            call.live.set_on_hold(*stream, *held, at);
        }
        call.said_silent = false;
        call.changes += 1;
    }

    pub(super) fn pause(&mut self, recording: RecordingId, paused: bool) {
        let now = self.now();
        let Some(call) = self.calls.get_mut(&recording) else { return };
        // What the kernel holds came before: it belongs to the other side of the pause's edge.
        call.sweep(&mut self.receiver, now);
        call.live.set_paused(paused, call.since_epoch(now.monotonic));
        call.changes += 1;
    }

    pub(super) fn discard(&mut self, recording: RecordingId) {
        if self.calls.remove(&recording).is_some()
            && let Err(error) = self.spool.lock().release(recording)
        {
            tracing::error!(%error, %recording, "a call that is not to be kept could not be released from the spool");
        }
    }

    pub(super) fn end_calls(&mut self) {
        let now = self.now();
        let over = |call: &LiveRecording| call.closing.filter(|(at, _)| now.monotonic >= *at);
        let done = self
            .calls
            .values()
            .filter_map(|c| over(c).map(|(_, cause)| (c.recording, cause)))
            .collect::<Vec<_>>();
        for (recording, cause) in done {
            let Some(mut call) = self.calls.remove(&recording) else { continue };
            // In a long tick its turn may have come before its BYE did: what the kernel holds by now is the last of it.
            call.sweep(&mut self.receiver, now);
            let ended = CallEnded {
                at: now.date(),
                at_micros: u64::try_from(call.since_epoch(now.monotonic).as_micros()).unwrap_or(u64::MAX),
                cause: cause.to_owned(),
                counters: call.live.counters(),
            };
            let counters = ended.counters.clone();
            if !append(&mut call, &self.spool, &Entry::Ended(Box::new(ended)), &mut self.scratch) {
                tracing::error!(%recording, "the end of a call could not be journaled; it is tried again");
                self.calls.insert(recording, call);
                continue;
            }
            count_dropped(&counters);
            let LiveRecording { tenant, wrapped, key, .. } = call;
            self.ended.push(Told::Ended { tenant, recording, wrapped, key });
        }
    }
}

/// Datagrams that were not kept, by reason; counted once a call, at its end.
fn count_dropped(counters: &CallCounters) {
    for reason in DropReason::ALL {
        let dropped = counters.dropped_for(reason);
        if dropped > 0 {
            metrics::counter!("rokuon_media_dropped_total", "reason" => reason.as_str()).increment(dropped);
        }
    }
}
