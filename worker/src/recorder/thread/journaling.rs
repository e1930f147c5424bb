//! From a live call into the spool's buffer: what cannot be taken now stays with its call.

use rokuon_capture::journal::Entry;
use rokuon_storage::spool::MAX_ENTRY_LEN;

use crate::recorder::live_recording::LiveRecording;
use crate::recorder::shared_spool::SharedSpool;

/// Moves what waits with a call into the buffer; says whether nothing waits any more.
pub(super) fn hand_over(call: &mut LiveRecording, spool: &SharedSpool, scratch: &mut Vec<u8>) -> bool {
    let pending = call.live.pending_len();
    if pending == 0 {
        return true;
    }
    let Some(mut spool) = spool.with_room_for(pending) else { return false };
    scratch.clear();
    call.live.take_pending(scratch);
    if let Err(error) = spool.append(&mut call.spool, scratch) {
        metrics::counter!("rokuon_spool_refused_total").increment(1);
        tracing::error!(%error, recording = %call.recording, "audio could not be journaled and is lost");
    }
    true
}

/// Appends an entry after everything that waits with its call; `false` if it could not be taken, and then nothing is lost.
pub(super) fn append(
    call: &mut LiveRecording,
    spool: &SharedSpool,
    entry: &Entry<'_>,
    scratch: &mut Vec<u8>,
) -> bool {
    if !hand_over(call, spool, scratch) {
        return false;
    }
    scratch.clear();
    entry.encode(scratch).is_ok()
        && spool
            .with_room_for(scratch.len())
            .is_some_and(|mut spool| spool.append(&mut call.spool, scratch).is_ok())
}

/// The same; where it could not be taken now, it waits with the packets that came before it. `false` if it is lost.
pub(super) fn append_or_wait(
    call: &mut LiveRecording,
    spool: &SharedSpool,
    entry: &Entry<'_>,
    scratch: &mut Vec<u8>,
) -> bool {
    if append(call, spool, entry, scratch) {
        return true;
    }
    scratch.clear();
    // An entry of the spool holds all that waits, or none of it.
    entry.encode(scratch).is_ok()
        && call.live.pending_len() + scratch.len() <= MAX_ENTRY_LEN
        && call.live.add_entry(entry).is_ok()
}
