//! Who spoke on which channel at each instant: transfers, holds, conferences, several sessions (MD5, RFC 7865 §6).

use rokuon_sip::siprec::doubt::Doubt;
use rokuon_sip::siprec::metadata_state::{MetadataState, Taken};

/// Noon of a day, in milliseconds; documents come at seconds after it.
const NOON: i64 = 1_795_953_600_000;

/// A document of short words: `p:A` participant, `s:1=L1@S` stream 1 labelled L1 of session S, `g:S` session, `x:S`
/// session stopped, `A>1` A speaks on stream 1, `A>` on none, `A+S` A joins session S, `A-S` leaves it.
fn document(mode: &str, words: &str) -> String {
    let mut xml =
        format!("<recording xmlns=\"urn:ietf:params:xml:ns:recording:1\"><datamode>{mode}</datamode>");
    for word in words.split_whitespace() {
        let element = if let Some(id) = word.strip_prefix("p:") {
            format!("<participant participant_id=\"{id}\"><nameID aor=\"sip:{id}@x\"/></participant>")
        } else if let Some(stream) = word.strip_prefix("s:") {
            let (id, rest) = stream.split_once('=').unwrap();
            let (label, session) = rest.split_once('@').unwrap();
            format!("<stream stream_id=\"{id}\" session_id=\"{session}\"><label>{label}</label></stream>")
        } else if let Some(id) = word.strip_prefix("g:") {
            format!("<session session_id=\"{id}\"/>")
        } else if let Some(id) = word.strip_prefix("x:") {
            format!("<session session_id=\"{id}\"><stop-time>2026-11-29T03:00:00Z</stop-time></session>")
        } else if let Some((who, streams)) = word.split_once('>') {
            let sends: String = streams
                .split(',')
                .filter(|id| !id.is_empty())
                .map(|id| format!("<send>{id}</send>"))
                .collect();
            format!("<participantstreamassoc participant_id=\"{who}\">{sends}</participantstreamassoc>")
        } else if let Some((who, session)) = word.split_once('+') {
            format!(
                "<participantsessionassoc participant_id=\"{who}\" session_id=\"{session}\"><associate-time>2026-11-29T21:00:00.250+09:00</associate-time></participantsessionassoc>"
            )
        } else {
            let (who, session) = word.split_once('-').unwrap();
            format!(
                "<participantsessionassoc participant_id=\"{who}\" session_id=\"{session}\"><disassociate-time>2026-11-29T12:00:59Z</disassociate-time></participantsessionassoc>"
            )
        };
        xml.push_str(&element);
    }
    xml + "</recording>"
}

const TWO: &str = "g:S p:A p:B s:1=L1@S s:2=L2@S A+S B+S A>1 B>2";

/// Plays documents (second, mode, words) and compares who speaks at instants (second, label, speakers).
#[track_caller]
fn check(documents: &[(i64, &str, &str)], instants: &[(i64, &str, &str)]) -> MetadataState {
    let mut state = MetadataState::default();
    for (cseq, (second, mode, words)) in (1u32..).zip(documents) {
        let taken = state.take(NOON + second * 1_000, cseq, document(mode, words).as_bytes());
        assert!(matches!(taken, Taken::Applied(_)), "{words}");
    }
    state.finish(NOON + 3_600_000);
    for (second, label, expected) in instants {
        let mut at: Vec<&str> = state.speakers().at(label, NOON + second * 1_000 + 500).collect();
        at.sort_unstable();
        assert_eq!(at.join(" "), *expected, "{label} at {second}");
    }
    state
}

// rule: MD5
#[test]
fn two_parties_speak_each_on_its_channel_until_the_end() {
    let state = check(
        &[(0, "complete", TWO)],
        &[(0, "L1", "A"), (0, "L2", "B"), (1_800, "L1", "A"), (3_600, "L1", ""), (0, "L3", "")],
    );
    let span = &state.speakers().spans()[0];
    assert_eq!(span.from.at_ms(), NOON + 250, "the told time, to the millisecond, where it can be true");
    assert_eq!(span.to.as_ref().unwrap().at_ms(), NOON + 3_600_000);
    check(&[(60, "complete", TWO)], &[(59, "L1", ""), (60, "L1", "A")]);
}

// rule: MD5
#[test]
fn transfers_put_another_on_the_channel() {
    // By a new complete document.
    check(
        &[(0, "complete", TWO), (30, "complete", "g:S p:A p:C s:1=L1@S s:2=L2@S A+S A>1 C>2")],
        &[(29, "L2", "B"), (30, "L2", "C"), (30, "L1", "A")],
    );
    // By a partial one: B leaves, C comes on B's stream.
    check(
        &[(0, "complete", TWO), (30, "partial", "B-S p:C C>2")],
        &[(29, "L2", "B"), (31, "L2", "C"), (31, "L1", "A")],
    );
    // As a new session of the same recording session.
    check(
        &[(0, "complete", TWO), (30, "partial", "x:S g:T p:C s:3=L1@T s:4=L2@T A>3 C>4 A+T")],
        &[(29, "L1", "A"), (29, "L2", "B"), (31, "L1", "A"), (31, "L2", "C")],
    );
    // There and back again.
    let state = check(
        &[(0, "complete", TWO), (20, "partial", "p:C B> C>2"), (40, "partial", "C> B>2")],
        &[(10, "L2", "B"), (30, "L2", "C"), (50, "L2", "B")],
    );
    assert_eq!(state.speakers().spans().len(), 4);
}

// rule: MD5
#[test]
fn holds_silence_one_side_and_music_speaks_for_it() {
    // The held party sends nothing.
    check(
        &[(0, "complete", TWO), (10, "partial", "B>"), (20, "partial", "B>2")],
        &[(5, "L2", "B"), (15, "L2", ""), (15, "L1", "A"), (25, "L2", "B")],
    );
    // Both are held.
    check(&[(0, "complete", TWO), (10, "partial", "A> B>")], &[(15, "L1", ""), (15, "L2", "")]);
    // Somebody else is heard meanwhile.
    check(
        &[(0, "complete", TWO), (10, "partial", "p:M B> M>2"), (20, "partial", "M> B>2")],
        &[(15, "L2", "M"), (25, "L2", "B")],
    );
}

// rule: MD5
#[test]
fn conferences_put_several_on_a_channel() {
    // A mixed stream: all on one label.
    check(
        &[
            (0, "complete", "g:S p:A p:B p:C s:1=L1@S A>1 B>1 C>1"),
            (30, "partial", "C-S"),
            (40, "partial", "B>"),
        ],
        &[(10, "L1", "A B C"), (35, "L1", "A B"), (50, "L1", "A")],
    );
    // Somebody joins and leaves by association.
    check(
        &[(0, "complete", TWO), (110, "partial", "p:C C+S C>1"), (170, "partial", "C-S")],
        &[(105, "L1", "A"), (115, "L1", "A C"), (175, "L1", "A")],
    );
    // One party on two channels.
    check(&[(0, "complete", "g:S p:A s:1=L1@S s:2=L2@S A>1,2")], &[(1, "L1", "A"), (1, "L2", "A")]);
}

// rule: SR10
// rule: SR11
// rule: MD5
#[test]
fn several_sessions_come_and_go_in_one_recording_session() {
    // Nothing at first, two sessions side by side later, each ending by itself.
    check(
        &[
            (0, "complete", ""),
            (110, "partial", "g:S p:A p:B s:1=L1@S s:2=L2@S A+S B+S A>1 B>2"),
            (120, "partial", "g:T p:C p:D s:3=L3@T s:4=L4@T C+T D+T C>3 D>4"),
            (130, "partial", "x:S"),
            (140, "partial", "x:T"),
        ],
        &[
            (105, "L1", ""),
            (115, "L1", "A"),
            (125, "L1", "A"),
            (125, "L3", "C"),
            (135, "L1", ""),
            (135, "L4", "D"),
            (145, "L4", ""),
        ],
    );
    // One participant in two sessions leaves one of them.
    check(
        &[(0, "complete", "g:S g:T p:A s:1=L1@S s:2=L2@T A+S A+T A>1,2"), (30, "partial", "A-S")],
        &[(10, "L1", "A"), (10, "L2", "A"), (61, "L1", ""), (61, "L2", "A")],
    );
}

// rule: SR7
// rule: SR8
#[test]
fn a_lost_state_is_noticed_and_mended_by_a_snapshot() {
    let mut state = MetadataState::default();
    let take = |state: &mut MetadataState, cseq, mode: &str, words: &str| {
        state.take(NOON, cseq, document(mode, words).as_bytes())
    };
    // Changes of something never told.
    assert!(matches!(take(&mut state, 1, "partial", "A>1"), Taken::Applied(doubts) if doubts.len() == 2));
    assert!(state.is_stale());
    take(&mut state, 2, "complete", TWO);
    assert!(!state.is_stale());
    // A stream that was added in a document we never saw.
    assert_eq!(
        take(&mut state, 4, "partial", "A>9"),
        Taken::Applied(vec![Doubt::UnknownStream("9".to_owned())])
    );
    assert!(state.is_stale());
    take(&mut state, 5, "complete", "g:S p:A s:9=L9@S A>9");
    assert!(!state.is_stale());
    assert_eq!(state.known().unwrap().participants.len(), 1, "the snapshot replaces all");
    // Older news is no news.
    assert_eq!(take(&mut state, 4, "complete", TWO), Taken::Older);
    assert_eq!(state.known().unwrap().participants.len(), 1);
    state.may_have_missed();
    assert!(state.is_stale());
    take(&mut state, 6, "partial", "p:B");
    assert!(state.is_stale(), "a partial document mends nothing");
    take(&mut state, 6, "complete", TWO);
    assert!(!state.is_stale());
}

#[test]
fn clocks_that_are_wrong_do_not_move_the_spans() {
    for told in ["1970-01-01T00:00:10Z", "2026-11-29T12:00:01", "2027-01-01T00:00:00Z", "soon"] {
        let words = document("complete", TWO).replace("2026-11-29T21:00:00.250+09:00", told);
        let mut state = MetadataState::default();
        state.take(NOON, 1, words.as_bytes());
        let span = &state.speakers().spans()[0];
        assert_eq!((span.from.at_ms(), span.from.told.as_deref()), (NOON, Some(told)));
    }
}

#[test]
fn a_peer_that_never_stops_changing_costs_bounded_memory() {
    let mut state = MetadataState::default();
    for cseq in 1..6_000 {
        let who = format!("p:A p:B{cseq} s:1=L1@S B{cseq}>1");
        state.take(NOON, cseq, document("complete", &who).as_bytes());
    }
    assert!(state.speakers().spans().len() <= 2_000);
}
