//! A refusing decision as a problem: the article and the sentence go with it.

use rokuon_policy::decision::Decision;

use crate::problem::{Code, Problem};

/// The problem of kind `code` that says what the rules said.
pub fn refused(code: Code, decision: &Decision) -> Problem {
    Problem::new(code)
        .detail(decision.sentence.ja.clone(), decision.sentence.en.clone())
        .article(decision.article.as_str(), decision.article.label_ja())
        .rule(decision.rule)
}
