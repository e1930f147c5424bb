//! What `infra/` says of the policies is what they say.

use std::collections::BTreeSet;

use rokuon_policy::backstop::BackstopClass;
use rokuon_policy::policy::Policy;
use rokuon_tests::tree;

// rule: I4
#[test]
fn the_backstop_classes_of_the_buckets_rules_are_those_of_the_policies() {
    let files = tree::files(&["toml"]).expect("the checkout can be read");
    let policies: Vec<Policy> = files
        .iter()
        .filter(|file| file.path.starts_with("policies/"))
        .map(|file| Policy::parse(&file.text).expect("a sound policy"))
        .collect();
    assert!(!policies.is_empty(), "no policy file was found in policies/");
    let wanted = BackstopClass::of_policies(&policies);
    let path = tree::root().join("infra/backstop-classes.json");
    let text = std::fs::read_to_string(path).expect("infra/backstop-classes.json");
    let listed: Vec<String> = serde_json::from_str(&text).expect("a list of classes");
    let listed: BTreeSet<BackstopClass> =
        listed.iter().map(|class| class.parse().expect("a class")).collect();
    assert!(wanted.is_subset(&listed), "put these into infra/backstop-classes.json: {wanted:?}");
}
