//! Which calls the five tenants keep, number by number.

use proptest::prelude::*;

use super::*;
use crate::testing::{ALL, department, policy};

fn facts(caller: &str, called: &str, direction: Option<Direction>) -> CallFacts {
    let number = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    CallFacts { caller: number(caller), called: number(called), direction }
}

fn registered(key: &str, number: &str, of_department: &str) -> Line {
    Line {
        key: key.to_owned(),
        number: number.to_owned(),
        pattern: None,
        name: Text::new("登録回線", "registered line"),
        department: Some(department(of_department)),
        group: None,
        purpose: None,
        start: RecordingStart::Automatic,
        announces: false,
        source: LineSource::Register,
    }
}

/// "line direction" when kept, the rule's last word otherwise.
fn verdict(judgement: &Judgement) -> String {
    match judgement {
        Judgement::Record { line, direction, decision, .. } => {
            assert!(decision.allowed);
            format!("{line} {direction}")
        }
        Judgement::DoNotKeep { decision } => {
            assert!(!decision.allowed);
            decision.rule.trim_start_matches("recording_scope.").to_owned()
        }
        Judgement::Unproved { decision } => {
            assert!(decision.allowed, "an unproved call is kept");
            "unproved".to_owned()
        }
    }
}

fn check(tenant: &str, lines: &[Line], cases: &[(&str, &str, Option<Direction>, &str)]) {
    let policy = policy(tenant);
    for (caller, called, direction, expected) in cases {
        let judgement = judge(&policy, lines, &facts(caller, called, *direction));
        assert_eq!(verdict(&judgement), *expected, "{tenant}: {caller:?} → {called:?} ({direction:?})");
    }
}

const IN: Option<Direction> = Some(Direction::Inbound);
const OUT: Option<Direction> = Some(Direction::Outbound);
const INTERNAL: Option<Direction> = Some(Direction::Internal);

// req: T-2
#[test]
fn toyonaka_keeps_calls_received_on_its_two_numbers_and_nothing_else() {
    check(
        "toyonaka",
        &[],
        &[
            ("090-0000-1234", "06-6858-5050", None, "call-centre inbound"),
            ("090-0000-1234", "sip:+81668582525@pbx.example;user=phone", IN, "city-hall inbound"),
            ("anonymous", "0668585050", IN, "call-centre inbound"),
            ("", "tel:+81-6-6858-5050", None, "call-centre inbound"),
            ("0668582525", "0668585050", None, "call-centre inbound"),
            ("0668585050", "09000001234", None, "direction_not_recorded"),
            ("0668585050", "09000001234", OUT, "direction_not_recorded"),
            ("0668585050", "09000001234", IN, "direction_not_recorded"),
            ("0668582525", "0668585050", INTERNAL, "direction_not_recorded"),
            ("090-0000-1234", "06-0000-1234", None, "line_not_listed"),
            ("", "06-0000-1234", IN, "line_not_listed"),
            ("anonymous", "06-0000-1234", None, "line_not_listed"),
            ("", "", OUT, "line_not_listed"),
            ("09000001234", "", None, "unproved"),
            ("", "", None, "unproved"),
            ("anonymous", "reception", IN, "unproved"),
        ],
    );
    // The register cannot widen a list that the document closes.
    let stranger = registered("extra", "0600001234", "tax");
    check("toyonaka", &[stranger], &[("090-0000-1234", "06-0000-1234", None, "line_not_listed")]);
}

// req: O-2
#[test]
fn osakas_four_numbers_are_bound_to_group_and_purpose() {
    let policy = policy("osaka-waterworks");
    let bound: Vec<_> = policy
        .lines()
        .iter()
        .map(|line| (line.number.as_str(), line.group.as_deref(), line.purpose.as_deref()))
        .collect();
    let purpose = Some("customer-centre-calls");
    assert_eq!(
        bound,
        [
            ("0664581132", Some("representative"), purpose),
            ("0664587160", Some("credit"), purpose),
            ("0664587211", Some("account"), purpose),
            ("0664587225", Some("fax"), purpose),
        ]
    );
    let collected = policy.collection_purposes.iter().find(|it| Some(it.key.as_str()) == purpose).unwrap();
    assert_eq!(collected.purposes, ["service-quality", "content-check"]);
    check(
        "osaka-waterworks",
        &[],
        &[
            ("06-0000-1234", "06-6458-7211", None, "account inbound"),
            ("06-6458-7225", "06-0000-1234", None, "fax outbound"),
            ("06-6458-7160", "06-6458-1132", None, "representative internal"),
            ("06-0000-1234", "06-6458-7212", None, "line_not_listed"),
        ],
    );
    let Judgement::Record { department: found, decision, .. } =
        judge(&policy, &[], &facts("06-0000-1234", "06-6458-7211", None))
    else {
        panic!("not kept");
    };
    assert_eq!(found, Some(department("customer-centre")));
    assert_eq!(decision.article.as_str(), "2, 4");
}

// req: I-2
#[test]
fn ichinomiya_keeps_outside_calls_both_ways_on_registered_lines() {
    let lines = [registered("tax", "0586-00-1234", "tax"), registered("ward", "0586-00-5678", "welfare")];
    check(
        "ichinomiya",
        &lines,
        &[
            ("090-0000-1234", "0586-00-1234", None, "tax inbound"),
            ("0586-00-5678", "090-0000-1234", OUT, "ward outbound"),
            ("1234", "5678", INTERNAL, "line_not_listed"),
            ("0586-00-1234", "5678", INTERNAL, "direction_not_recorded"),
            ("0586-00-1234", "0586-00-5678", None, "ward inbound"),
            ("090-0000-1234", "0586-00-9999", None, "line_not_listed"),
        ],
    );
    check("ichinomiya", &[], &[("090-0000-1234", "0586-00-1234", None, "line_not_listed")]);
    use CallFact::{Audio, CalledNumber, CallerNumber, Duration, StartedAt};
    assert_eq!(
        policy("ichinomiya").recording.facts,
        [Audio, StartedAt, Duration, CallerNumber, CalledNumber]
    );
}

// req: KB-1
#[test]
fn kobe_keeps_every_call_of_its_handsets_in_any_direction() {
    let handsets = Line {
        pattern: Some("078000*".into()),
        number: "078000".into(),
        ..registered("handsets", "", "main")
    };
    let one = registered("child-care", "078-000-1234", "child-care");
    let lines = [handsets, one];
    check(
        "kobe",
        &lines,
        &[
            ("090-0000-1234", "078-000-9999", None, "handsets inbound"),
            ("078-000-9999", "090-0000-1234", None, "handsets outbound"),
            ("078-000-9999", "078-000-1234", None, "child-care internal"),
            ("078-000-1234", "301", INTERNAL, "child-care internal"),
            ("301", "078-000-1234", INTERNAL, "child-care internal"),
            ("301", "302", INTERNAL, "line_not_listed"),
            ("anonymous", "078-000-1234", None, "child-care inbound"),
            ("078-000-1234", "", None, "child-care outbound"),
            ("090-0000-1234", "078-111-1234", None, "line_not_listed"),
            ("090-0000-1234", "", None, "unproved"),
        ],
    );
    let recording = &policy("kobe").recording;
    assert_eq!(recording.directions, [Direction::Inbound, Direction::Outbound, Direction::Internal]);
    for fact in [CallFact::Audio, CallFact::StartedAt, CallFact::CallerNumber, CallFact::CalledNumber] {
        assert!(recording.facts.contains(&fact), "{fact}");
    }
}

#[test]
fn a_department_set_in_the_register_follows_a_line_of_the_document() {
    let stored =
        Line { source: LineSource::Policy, ..registered("call-centre", "0668585050", "call-centre") };
    let found = judge(&policy("toyonaka"), &[stored], &facts("09000001234", "0668585050", None));
    let Judgement::Record { department: found, .. } = found else { panic!("not kept") };
    assert_eq!(found, Some(department("call-centre")));
}

#[test]
fn numbers_are_brought_into_one_form() {
    for (raw, expected) in [
        ("06-6858-5050", Some("0668585050")),
        ("+81-6-6858-5050", Some("0668585050")),
        ("+81(0)668585050", Some("0668585050")),
        ("tel:+81668585050", Some("0668585050")),
        ("sip:0668585050@192.0.2.1:5060;transport=udp", Some("0668585050")),
        ("SIPS:%2B81668585050@pbx.example", Some("0668585050")),
        ("\"豊中 太郎\" <sip:+819000001234@pbx.example>;tag=1", Some("09000001234")),
        ("sip:+81668585050;npdi@pbx.example;user=phone", Some("0668585050")),
        ("０６－６８５８－５０５０", Some("0668585050")),
        ("81668585050", Some("0668585050")),
        ("010-81-6-6858-5050", Some("0668585050")),
        ("1840668585050", Some("0668585050")),
        ("18609000001234", Some("09000001234")),
        ("+1 (202) 555-0123", Some("+12025550123")),
        ("tel:1234;phone-context=example", Some("1234")),
        ("301", Some("301")),
        ("0120-00-1234", Some("0120001234")),
        ("sip:anonymous@anonymous.invalid", None),
        ("Anonymous", None),
        ("sip:reception@pbx.example", None),
        ("sip:192.0.2.1", None),
        ("unavailable", None),
        ("+81", None),
        ("+", None),
        ("", None),
        ("   ", None),
        ("*67", None),
        ("12345678901234567890123", None),
    ] {
        assert_eq!(normalise_number(raw).as_deref(), expected, "{raw:?}");
    }
}

#[test]
fn the_more_specific_line_wins_and_equal_ones_overlap() {
    let pattern = |key: &str, text: &str| Line { pattern: Some(text.into()), ..registered(key, "", "tax") };
    let exact = registered("exact", "0780001234", "tax");
    assert!(covers(&pattern("p", "078000*"), "0780001234"));
    assert!(covers(&pattern("p", "078000????"), "0780001234"));
    assert!(!covers(&pattern("p", "078000???"), "0780001234"));
    assert!(!covers(&pattern("p", "0780001*"), "0780002234"));
    assert!(!covers(&pattern("p", "*"), "0780002234"), "a pattern without a digit covers nothing");
    assert!(!covers(&registered("empty", "", "tax"), ""));
    assert!(!overlap(&pattern("a", "078000*"), &exact), "an exact number is more specific");
    assert!(!overlap(&pattern("a", "078000*"), &pattern("b", "0780001*")));
    assert!(overlap(&pattern("a", "078000*"), &pattern("b", "078000*")));
    assert!(overlap(&pattern("a", "0780?01*"), &pattern("b", "07800?1*")));
    assert!(!overlap(&pattern("a", "078000*"), &pattern("b", "078001*")));
    assert!(overlap(&exact, &registered("again", "0780001234", "tax")));
}

proptest! {
    #[test]
    fn normalising_twice_changes_nothing(raw in "(sip:|tel:)?[+]?[0-9０-９ ()-]{0,24}(@[a-z.]{0,12})?") {
        if let Some(once) = normalise_number(&raw) {
            prop_assert_eq!(normalise_number(&once), Some(once.clone()));
            prop_assert!(once.trim_start_matches('+').bytes().all(|b| b.is_ascii_digit()), "{}", once);
        }
    }

    #[test]
    fn any_text_is_answered(raw in any::<String>(), other in any::<String>(), tenant in prop::sample::select(&ALL[..])) {
        let _ = normalise_number(&raw);
        let line = Line { pattern: Some(other.clone()), ..registered("odd", &raw, "tax") };
        let _ = judge(&policy(tenant), &[line], &facts(&raw, &other, None));
    }

    /// A number that no line covers is never kept, whatever the other side and the exchange say.
    #[test]
    fn nothing_unlisted_is_kept_when_both_numbers_are_known(
        caller in "0[1-9]0000[0-9]{4}", called in "0[1-9]0000[0-9]{4}", direction in prop::option::of(prop::sample::select(Direction::ALL)),
        tenant in prop::sample::select(&ALL[..]),
    ) {
        let judgement = judge(&policy(tenant), &[], &facts(&caller, &called, direction));
        prop_assert!(matches!(judgement, Judgement::DoNotKeep { .. }), "{judgement:?}");
    }
}
