//! What the thread tells of a live call by itself.

use std::sync::Arc;

use tokio::sync::mpsc;

use crate::recorder::command::Told;
use crate::recorder::live_recording::{LiveRecording, Moment};

/// Tells how it stands with the sound of each stream, where that changed: a test shows it while the call lasts.
pub(super) fn tell_sounds(call: &mut LiveRecording, told: &mpsc::UnboundedSender<Told>, now: Moment) {
    for (stream, sound) in call.changed_sounds(now) {
        let connection = Arc::clone(call.connection());
        let _gone = told.send(Told::Sound { connection, stream, sound });
    }
}
