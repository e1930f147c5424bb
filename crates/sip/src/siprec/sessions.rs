//! Which of the recorded sessions go on, and who belongs to which (RFC 7865 §6.3, §6.6).

use std::collections::HashSet;

use super::metadata::{Metadata, Session};

impl Metadata {
    /// Sessions that have not ended, in the order listed.
    pub fn live_sessions(&self) -> impl Iterator<Item = &Session> {
        self.sessions.iter().filter(|session| self.is_live(session))
    }

    /// Whether a session of this id goes on.
    pub fn has_live_session(&self, id: &str) -> bool {
        self.live_sessions().any(|session| session.id == id)
    }

    /// Where several sessions go on: those who take part in the first, and those who are said to take part in none.
    /// `None` where one session at most goes on, for then everybody takes part in it.
    pub fn participants_of_first_session(&self) -> Option<HashSet<String>> {
        let mut live = self.live_sessions();
        let (first, _second) = (live.next()?, live.next()?);
        let elsewhere = |id: &str| {
            let mut joined = self.participant_sessions.iter().filter(|a| a.participant == id).peekable();
            joined.peek().is_some() && !joined.any(|a| a.session == first.id || a.session.is_empty())
        };
        let here = self.participants.iter().map(|p| &p.id).filter(|id| !elsewhere(id));
        Some(here.cloned().collect())
    }

    fn is_live(&self, session: &Session) -> bool {
        let over = |association: &&super::metadata::SessionRecordingAssociation| {
            association.session == session.id && association.disassociate_time.is_some()
        };
        session.stop_time.is_none() && !self.session_recordings.iter().any(|association| over(&association))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(inside: &str) -> Metadata {
        let xml = format!("<recording xmlns=\"urn:ietf:params:xml:ns:recording:1\">{inside}</recording>");
        Metadata::parse(xml.as_bytes()).0
    }

    // rule: SR11
    #[test]
    fn sessions_end_by_stop_time_or_by_leaving_the_recording() {
        let metadata = read(
            "<session session_id=\"a\"><stop-time>2026-11-29T10:00:00Z</stop-time></session>\
             <session session_id=\"b\"/><session session_id=\"c\"/>\
             <sessionrecordingassoc session_id=\"b\"><disassociate-time>2026-11-29T10:00:00Z</disassociate-time></sessionrecordingassoc>",
        );
        let live: Vec<&str> = metadata.live_sessions().map(|session| session.id.as_str()).collect();
        assert_eq!(live, ["c"]);
        assert!(metadata.has_live_session("c") && !metadata.has_live_session("a"));
        assert_eq!(metadata.participants_of_first_session(), None);
    }

    // rule: SR11
    #[test]
    fn of_two_sessions_the_first_has_its_own_participants() {
        let metadata = read(
            "<session session_id=\"a\"/><session session_id=\"b\"/>\
             <participant participant_id=\"1\"/><participant participant_id=\"2\"/><participant participant_id=\"3\"/>\
             <participantsessionassoc participant_id=\"1\" session_id=\"a\"/>\
             <participantsessionassoc participant_id=\"2\" session_id=\"b\"/>",
        );
        let mut of_first: Vec<String> =
            metadata.participants_of_first_session().unwrap().into_iter().collect();
        of_first.sort();
        assert_eq!(of_first, ["1", "3"]);
    }
}
