//! Whatever is in a file, checking it answers and never panics.

use proptest::prelude::*;

use super::*;
use crate::testing::{ALL, source};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_text_is_checked_without_a_panic(text in any::<String>()) {
        let _ = check(&text);
    }

    #[test]
    fn any_toml_like_text_is_checked_without_a_panic(
        lines in prop::collection::vec("(\\[{1,2}[a-z_.]{1,12}\\]{1,2}|[a-z_]{1,12} = (\"[^\"]{0,8}\"|[0-9-]{1,12}|\\{ ?[a-z]{1,6} = [0-9]{1,20} ?\\}|\\[[0-9, ]{0,8}\\]|true))", 0..20)
    ) {
        let _ = check(&lines.join("\n"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Cutting, repeating or overwriting any part of a good file gives findings or a policy, never a panic.
    #[test]
    fn a_mutated_policy_is_checked_without_a_panic(
        tenant in prop::sample::select(&ALL[..]),
        from in any::<prop::sample::Index>(),
        length in 0..400_usize,
        with in prop_oneof![Just(String::new()), any::<String>(), Just("= [[".to_owned()), Just("99999999999999999999".to_owned()), Just("{ }".to_owned())],
    ) {
        let text: Vec<char> = source(tenant).chars().collect();
        let from = from.index(text.len());
        let until = (from + length).min(text.len());
        let mutated: String = text[..from].iter().copied().chain(with.chars()).chain(text[until..].iter().copied()).collect();
        match crate::policy::Policy::parse(&mutated) {
            Ok(policy) => prop_assert!(!crate::readable::rules(&policy).is_empty()),
            Err(findings) => {
                prop_assert!(!findings.is_empty());
                let lines = mutated.lines().count() + 1;
                prop_assert!(findings.iter().all(|finding| finding.line <= lines));
            }
        }
    }

    /// Dropping any single line never gives a policy that lost an article.
    #[test]
    fn dropping_a_line_is_noticed_or_harmless(tenant in prop::sample::select(&ALL[..]), index in any::<prop::sample::Index>()) {
        let text = source(tenant);
        let lines: Vec<&str> = text.lines().collect();
        let dropped = index.index(lines.len());
        let is_article = lines[dropped].starts_with("article = ");
        let kept: Vec<&str> = lines.iter().enumerate().filter(|(at, _)| *at != dropped).map(|(_, line)| *line).collect();
        let findings = check(&kept.join("\n"));
        prop_assert!(!is_article || !findings.is_empty(), "line {} went unnoticed", dropped + 1);
    }
}
