//! The readable rules cover the whole of every policy.

use super::*;
use crate::testing::{ALL, policy};

#[test]
fn every_entry_with_a_sentence_is_among_the_readable_rules() {
    for tenant in ALL {
        let policy = policy(tenant);
        let rules: Vec<Rule> = rules(&policy).into_iter().flat_map(|section| section.rules).collect();
        let shown = |article: &Article, words: &Text| {
            rules.iter().any(|rule| {
                rule.article == *article
                    && rule.sentence.ja.contains(&words.ja)
                    && rule.sentence.en.contains(&words.en)
            })
        };
        for purpose in &policy.purposes {
            assert!(shown(&purpose.article, &purpose.sentence), "{tenant}: purpose {}", purpose.key);
        }
        for post in &policy.posts {
            assert!(shown(&post.article, &post.sentence), "{tenant}: post {}", post.key);
        }
        for kept in &policy.retention {
            assert!(shown(&kept.article, &kept.sentence), "{tenant}: retention {}", kept.kind);
        }
        for application in &policy.applications {
            assert!(shown(&application.article, &application.sentence), "{tenant}: {}", application.key);
            for step in &application.steps {
                assert!(shown(&step.article, &step.name), "{tenant}: step {}", step.key);
            }
        }
        for ground in &policy.provision.grounds {
            assert!(shown(&ground.article, &ground.sentence), "{tenant}: ground {}", ground.key);
        }
        for duty in &policy.duties {
            assert!(shown(&duty.article, &duty.sentence), "{tenant}: duty {}", duty.key);
        }
        for ledger in &policy.ledgers {
            assert!(shown(&ledger.article, &ledger.name), "{tenant}: ledger {}", ledger.key);
        }
    }
}

#[test]
fn no_readable_rule_is_half_in_one_language() {
    for tenant in ALL {
        for section in rules(&policy(tenant)) {
            assert!(!section.title.ja.is_empty() && !section.title.en.is_empty());
            for rule in section.rules {
                assert!(!rule.sentence.ja.is_empty() && !rule.sentence.en.is_empty());
                let is_japanese = |c: char| {
                    ('\u{3040}'..='\u{30ff}').contains(&c) || ('\u{4e00}'..='\u{9fff}').contains(&c)
                };
                assert!(!rule.sentence.en.contains(is_japanese), "{tenant}: {}", rule.sentence.en);
                assert!(rule.sentence.ja.contains(is_japanese), "{tenant}: {}", rule.sentence.ja);
                assert!(
                    !rule.sentence.ja.contains("（）") && !rule.sentence.en.contains("()"),
                    "{tenant}: {}",
                    rule.sentence.ja
                );
            }
        }
    }
}
