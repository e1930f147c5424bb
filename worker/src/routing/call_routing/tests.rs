//! Judging calls on the shipped policies: lines, directions, speakers, doubts.

use super::*;
use rokuon_db::connection_terms::{ConnectionKind, ConnectionSecurity};
use rokuon_policy::policy::Policy;
use uuid::Uuid;

const TOYONAKA: &str = include_str!("../../../../policies/toyonaka.toml");

fn routes() -> TenantRoutes {
    let policy = Policy::parse(TOYONAKA).expect("the shipped policy is sound");
    let lines = policy.lines().to_vec();
    TenantRoutes { tenant: policy.tenant().clone(), policy, policy_version: 1, lines, devices: Vec::new() }
}

fn connection(routes: &TenantRoutes, default_line: Option<&str>) -> ConnectionRoute {
    ConnectionRoute {
        tenant: routes.tenant.clone(),
        id: ConnectionId(Uuid::nil()),
        kind: ConnectionKind::Siprec,
        address_user: "invented".into(),
        networks: Vec::new(),
        default_line: default_line.map(str::to_owned),
        security: ConnectionSecurity::default(),
        credentials: Vec::new(),
        registration: None,
        test_until: None,
    }
}

/// RFC 7865 metadata of two parties; `labels` are the streams each party sends.
fn metadata(first: &str, second: &str, labels: [&str; 2]) -> Metadata {
    let xml = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<recording xmlns="urn:ietf:params:xml:ns:recording:1"><datamode>complete</datamode>
<session session_id="cw=="/>
<participant participant_id="cDE="><nameID aor="{first}"><name>山田</name></nameID></participant>
<participant participant_id="cDI="><nameID aor="{second}"/></participant>
<stream stream_id="czE=" session_id="cw=="><label>{}</label></stream>
<stream stream_id="czI=" session_id="cw=="><label>{}</label></stream>
<participantstreamassoc participant_id="cDE="><send>czE=</send><recv>czI=</recv></participantstreamassoc>
<participantstreamassoc participant_id="cDI="><send>czI=</send><recv>czE=</recv></participantstreamassoc>
</recording>"#,
        labels[0], labels[1]
    );
    Metadata::parse(xml.as_bytes()).0
}

fn two_streams(labels: [&str; 2]) -> Vec<OfferedLabel> {
    labels.iter().map(|l| OfferedLabel { label: Some((*l).to_owned()), recorded: true }).collect()
}

#[test]
// req: T-2
fn an_inbound_call_to_a_listed_line_is_kept_with_caller_left_whatever_the_order_of_the_streams() {
    let routes = routes();
    let heard = metadata("sip:09000001234@pbx.invalid", "tel:+81668585050", ["96", "97"]);
    let judged = judge_call(
        &routes,
        &connection(&routes, None),
        Told::Metadata(&heard),
        Vec::new(),
        &two_streams(["97", "96"]),
    );
    assert!(judged.kept && judged.line_proved, "{judged:?}");
    assert_eq!(judged.direction, Some(Direction::Inbound));
    assert_eq!(judged.channels, [Some(1), Some(0)], "by label, not by order");
    assert_eq!(judged.caller.number.as_ref().map(Pii::reveal).map(String::as_str), Some("09000001234"));
    assert_eq!(judged.called.number.as_ref().map(Pii::reveal).map(String::as_str), Some("0668585050"));
    assert!(judged.caller.proved && judged.called.proved && judged.doubts.is_empty(), "{judged:?}");
}

#[test]
// req: T-2
fn a_call_of_no_listed_line_is_not_kept_and_neither_is_an_outbound_one() {
    let routes = routes();
    let connection = connection(&routes, None);
    let streams = two_streams(["1", "2"]);
    let other = metadata("tel:0900000111", "tel:0600000999", ["1", "2"]);
    assert!(!judge_call(&routes, &connection, Told::Metadata(&other), Vec::new(), &streams).kept);
    let outbound = metadata("tel:0668585050", "tel:09000001234", ["1", "2"]);
    let judged = judge_call(&routes, &connection, Told::Metadata(&outbound), Vec::new(), &streams);
    assert!(!judged.kept, "the ordinance lists received calls only: {judged:?}");
    assert!(!judged.article.as_str().is_empty() && !judged.rule.is_empty());
}

#[test]
fn no_metadata_or_damaged_metadata_keeps_the_audio_and_shows_the_doubt() {
    let routes = routes();
    let streams = two_streams(["1", "2"]);
    let unknown = judge_call(&routes, &connection(&routes, None), Told::Nothing, Vec::new(), &streams);
    assert!(unknown.kept && !unknown.line_proved && unknown.line.is_none());
    assert!(unknown.doubts.len() >= 2, "{:?}", unknown.doubts);
    let usual = routes.lines.first().expect("lines are listed").key.clone();
    let assumed =
        judge_call(&routes, &connection(&routes, Some(&usual)), Told::Nothing, Vec::new(), &streams);
    assert_eq!(assumed.line, Some(usual));
    assert!(!assumed.line_proved);
    let (torn, doubts) =
        Metadata::parse(b"<recording><participant participant_id='a'><nameID aor='tel:0668585050'>");
    assert!(!doubts.is_empty());
    let judged = judge_call(&routes, &connection(&routes, None), Told::Metadata(&torn), Vec::new(), &streams);
    assert!(judged.kept, "{judged:?}");
}

#[test]
fn labels_that_prove_nothing_fill_the_channels_in_order_and_say_so() {
    let routes = routes();
    let heard = metadata("tel:09000001234", "tel:0668585050", ["5", "6"]);
    let judged = judge_call(
        &routes,
        &connection(&routes, None),
        Told::Metadata(&heard),
        Vec::new(),
        &two_streams(["1", "2"]),
    );
    assert_eq!(judged.channels, [Some(0), Some(1)]);
    assert!(!judged.caller.proved && !judged.called.proved);
    assert!(
        judged
            .doubts
            .contains(&doubts::channel_unproved(crate::routing::speakers::Unproved::LabelNotOffered))
    );
}

#[test]
fn one_stream_is_a_mixed_recording_of_one_channel() {
    let routes = routes();
    let heard = metadata("tel:09000001234", "tel:0668585050", ["1", "1"]);
    let one = [OfferedLabel { label: Some("1".into()), recorded: true }];
    let judged = judge_call(&routes, &connection(&routes, None), Told::Metadata(&heard), Vec::new(), &one);
    assert!(judged.mixed && judged.kept);
    assert_eq!(judged.channels, [Some(0)]);
}
