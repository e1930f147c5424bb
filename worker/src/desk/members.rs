//! Which dialogs feed which recording: usually one; two where a phone forks its two voices, or a new dialog takes over.

use std::collections::HashMap;

use rokuon_policy::ids::{CallId, RecordingId};
use rokuon_sip::endpoint::event::DialogId;

use super::call::SessionKey;

/// A recording that lives.
#[derive(Debug, Clone)]
pub struct Member {
    /// Its call.
    pub call: CallId,
    /// Its dialogs, the one that opened it first.
    pub dialogs: Vec<DialogId>,
}

/// Live recordings by id, and dialogs by the session they record.
#[derive(Debug, Default)]
pub struct Members {
    recordings: HashMap<RecordingId, Member>,
    sessions: HashMap<SessionKey, DialogId>,
}

impl Members {
    /// How many recordings live.
    pub fn live(&self) -> usize {
        self.recordings.len()
    }

    /// Notes that a dialog opened a recording.
    pub fn open(&mut self, recording: RecordingId, call: CallId, dialog: DialogId) {
        self.recordings.insert(recording, Member { call, dialogs: vec![dialog] });
    }

    /// Notes that a further dialog feeds it.
    pub fn join(&mut self, recording: RecordingId, dialog: DialogId) {
        if let Some(member) = self.recordings.get_mut(&recording) {
            member.dialogs.push(dialog);
        }
    }

    /// Puts one dialog in the place of another.
    pub fn replace(&mut self, recording: RecordingId, old: &DialogId, new: &DialogId) {
        if let Some(member) = self.recordings.get_mut(&recording) {
            for dialog in &mut member.dialogs {
                if dialog == old {
                    dialog.clone_from(new);
                }
            }
        }
    }

    /// Notes that a dialog feeds it no more; whether it was the last.
    pub fn leave(&mut self, recording: RecordingId, dialog: &DialogId) -> bool {
        let Some(member) = self.recordings.get_mut(&recording) else { return false };
        member.dialogs.retain(|one| one != dialog);
        let is_last = member.dialogs.is_empty();
        if is_last {
            self.recordings.remove(&recording);
        }
        is_last
    }

    /// The dialogs of a recording, the one that opened it first.
    pub fn dialogs(&self, recording: RecordingId) -> Vec<DialogId> {
        self.recordings.get(&recording).map(|member| member.dialogs.clone()).unwrap_or_default()
    }

    /// Notes which session a dialog records.
    pub fn name_session(&mut self, session: SessionKey, dialog: &DialogId) {
        self.sessions.insert(session, dialog.clone());
    }

    /// The dialog that records a session.
    pub fn of_session(&self, session: &SessionKey) -> Option<&DialogId> {
        self.sessions.get(session)
    }

    /// Forgets that a dialog records a session.
    pub fn forget_session(&mut self, session: &SessionKey, dialog: &DialogId) {
        if self.sessions.get(session) == Some(dialog) {
            self.sessions.remove(session);
        }
    }
}
