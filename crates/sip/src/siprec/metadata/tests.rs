//! Metadata: the standard shape, updates, parties.

use super::*;

const COMPLETE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<recording xmlns="urn:ietf:params:xml:ns:recording:1">
  <datamode>complete</datamode>
  <group group_id="g"><associate-time>2026-01-05T09:00:00+09:00</associate-time></group>
  <session session_id="s"><sipSessionID>a;remote=b</sipSessionID><group-ref>g</group-ref></session>
  <participant participant_id="p1"><nameID aor="sip:09000001234@x;user=phone"><name xml:lang="ja">小島</name></nameID></participant>
  <participant participant_id="p2"><nameID aor="sip:alice@x"/><nameID aor="tel:+81-125-00-1234"><name> </name></nameID></participant>
  <stream stream_id="t1" session_id="s"><label>96</label></stream>
  <stream stream_id="t2" session_id="s"><label>97</label></stream>
  <sessionrecordingassoc session_id="s"><associate-time>2026-01-05T00:00:00Z</associate-time></sessionrecordingassoc>
  <participantsessionassoc participant_id="p1" session_id="s"><associate-time>2026-01-05T00:00:00.123Z</associate-time></participantsessionassoc>
  <participantsessionassoc participant_id="p2" session_id="s"><associate-time>x</associate-time></participantsessionassoc>
  <participantstreamassoc participant_id="p1"><send>t2</send><recv>t1</recv></participantstreamassoc>
  <participantstreamassoc participant_id="p2"><send>t1</send><recv>t2</recv></participantstreamassoc>
  <v:callid xmlns:v="urn:v">42</v:callid>
</recording>"#;

fn read(source: &str) -> Metadata {
    let (metadata, doubts) = Metadata::parse(source.as_bytes());
    assert_eq!(doubts, []);
    metadata
}

#[test]
fn the_standard_shape_is_read_whole() {
    let metadata = read(COMPLETE);
    assert_eq!(metadata.groups[0].associate_time.as_deref(), Some("2026-01-05T09:00:00+09:00"));
    assert_eq!(
        (metadata.sessions[0].group.as_deref(), &metadata.sessions[0].sip_session_ids[..]),
        (Some("g"), &["a;remote=b".to_owned()][..])
    );
    assert_eq!(metadata.participant_sessions[0].associate_time.as_deref(), Some("2026-01-05T00:00:00.123Z"));
    assert_eq!(metadata.session_recordings.len(), 1);
    assert_eq!(
        (metadata.extensions[0].path.as_str(), metadata.extensions[0].text.as_str()),
        ("callid", "42")
    );
    let parties = metadata.parties();
    assert_eq!(parties[0].labels_sent, ["97"]);
    assert_eq!(
        (parties[0].number_raw.as_deref(), parties[0].name.as_deref()),
        (Some("09000001234"), Some("小島"))
    );
    assert_eq!((parties[1].number_raw.as_deref(), parties[1].name.as_deref()), (Some("alice"), None));
    assert_eq!(parties[1].labels_sent, ["96"]);
}

#[test]
fn a_partial_update_changes_what_it_names() {
    let mut metadata = read(COMPLETE);
    metadata.apply(read(
        r#"<recording xmlns="urn:ietf:params:xml:ns:recording:1"><datamode>partial</datamode>
        <participant participant_id="p3"><nameID aor="tel:0780001234"/></participant>
        <participantsessionassoc participant_id="p2" session_id="s"><disassociate-time>z</disassociate-time></participantsessionassoc>
        <participantsessionassoc participant_id="p3" session_id="s"><associate-time>y</associate-time></participantsessionassoc>
        <participantstreamassoc participant_id="p2"><recv>t2</recv></participantstreamassoc>
        <participantstreamassoc participant_id="p3"><send>t1</send></participantstreamassoc></recording>"#,
    ));
    let parties = metadata.parties();
    let seen: Vec<_> = parties
        .iter()
        .map(|party| {
            (
                party.number_raw.as_deref().unwrap(),
                party.labels_sent.join(","),
                party.disassociate_time.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("09000001234", "97".to_owned(), None),
            ("alice", String::new(), Some("z")),
            ("0780001234", "96".to_owned(), None)
        ]
    );
    assert_eq!(parties[1].associate_time.as_deref(), Some("x"));
    assert_eq!(metadata.streams.len(), 2);
}

#[test]
fn a_complete_update_replaces_everything() {
    let mut metadata = read(COMPLETE);
    metadata.apply(read(
        "<recording xmlns=\"urn:ietf:params:xml:ns:recording:1\"><datamode>complete</datamode></recording>",
    ));
    assert_eq!(metadata, Metadata::default());
}

#[test]
fn metadata_survives_being_written_down() {
    let metadata = read(COMPLETE);
    let text = serde_json::to_string(&metadata).unwrap();
    assert_eq!(serde_json::from_str::<Metadata>(&text).unwrap(), metadata);
}

#[test]
fn odd_documents_raise_doubts_and_nothing_else() {
    let odd = "<data xmlns='urn:x'><dataMode>full</dataMode><participant/><participantstreamassoc participant_id='q'><send>t</send></participantstreamassoc></data>";
    let (metadata, doubts) = Metadata::parse(odd.as_bytes());
    assert_eq!(
        doubts,
        [
            Doubt::OtherRoot("data".to_owned()),
            Doubt::OtherNamespace("urn:x".to_owned()),
            Doubt::UnknownDataMode("full".to_owned()),
            Doubt::MissingId("participant".to_owned()),
            Doubt::UnknownParticipant("q".to_owned()),
            Doubt::UnknownStream("t".to_owned()),
        ]
    );
    assert_eq!(metadata.parties()[0].participant_id, "participant 0");
}
