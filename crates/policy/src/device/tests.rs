//! Devices under the shipped policies.

use super::*;
use crate::testing::{department, policy};

// req: I-2c, TK-2, KB-1
#[test]
fn each_document_registers_and_records_the_devices_it_names() {
    let office = department("zeimu");
    use RecordingStart::{Automatic, OnDemand};
    let cases = [
        ("ichinomiya", "counter-camera", true, Automatic, Ok((Some(MediaKind::Camera), false))),
        ("ichinomiya", "counter-camera", true, OnDemand, Ok((Some(MediaKind::Camera), true))),
        ("ichinomiya", "counter-camera", false, Automatic, Err("device.department_missing")),
        ("ichinomiya", "exchange-recorder", false, Automatic, Ok((Some(MediaKind::CallAudio), false))),
        ("takikawa", "telephone-recorder", true, OnDemand, Ok((Some(MediaKind::CallAudio), true))),
        ("takikawa", "telephone-recorder", true, Automatic, Ok((Some(MediaKind::CallAudio), false))),
        ("takikawa", "counter-camera", true, Automatic, Err("device.not_named")),
        ("kobe", "handsets", true, Automatic, Ok((Some(MediaKind::CallAudio), false))),
        ("kobe", "handsets", true, OnDemand, Err("device.not_on_demand")),
        ("kobe", "office-workstation", true, Automatic, Ok((None, false))),
    ];
    for (tenant, rule, bound, start, expected) in cases {
        let policy = policy(tenant);
        let facts = DeviceFacts { rule, department: bound.then_some(&office), start };
        let may = may_register(&policy, &facts);
        let judged = judge(&policy, &facts);
        let found = match (may.allowed, judged) {
            (false, _) => Err(may.rule),
            (true, DeviceJudgement::Record { media, notice_first, .. }) => Ok((Some(media), notice_first)),
            (true, DeviceJudgement::DoNotKeep { .. }) => Ok((None, false)),
        };
        assert_eq!(found, expected, "{tenant} {rule} {start}");
    }
}

#[test]
fn a_decision_on_a_device_names_its_article() {
    let policy = policy("ichinomiya");
    let office = department("zeimu");
    let facts =
        DeviceFacts { rule: "counter-camera", department: Some(&office), start: RecordingStart::Automatic };
    let DeviceJudgement::Record { decision, .. } = judge(&policy, &facts) else { panic!("not kept") };
    assert_eq!((decision.rule, decision.article.as_str()), ("device.named", "2 item 3, 2 item 4"));
}
