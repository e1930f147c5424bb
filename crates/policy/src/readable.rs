//! The policy as rules a clerk reads: the portal's policy page.

mod custody_and_work;
mod people_and_scope;

use serde::Serialize;

use crate::article::Article;
use crate::policy::Policy;
use crate::text::Text;

/// A group of rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleSection {
    /// Its title.
    pub title: Text,
    /// Its rules.
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// The article.
    pub article: Article,
    /// The rule in one sentence.
    pub sentence: Text,
}

/// The whole policy, section by section; sections without rules are left out.
pub fn rules(policy: &Policy) -> Vec<RuleSection> {
    let mut sections = people_and_scope::sections(policy);
    sections.extend(custody_and_work::sections(policy));
    sections.retain(|section| !section.rules.is_empty());
    sections
}

fn section(ja: &str, en: &str, rules: Vec<Rule>) -> RuleSection {
    RuleSection { title: Text::new(ja, en), rules }
}

fn rule(article: &Article, ja: impl Into<String>, en: impl Into<String>) -> Rule {
    Rule { article: article.clone(), sentence: Text::new(ja, en) }
}

/// "name: sentence", for entries that have both.
fn named(article: &Article, name: &Text, sentence: &Text) -> Rule {
    rule(article, format!("{}：{}", name.ja, sentence.ja), format!("{}: {}", name.en, sentence.en))
}

/// Names of posts, joined.
fn posts(policy: &Policy, keys: &[String]) -> Text {
    let names = keys.iter().filter_map(|key| policy.post(key)).map(|post| &post.name);
    let (ja, en): (Vec<&str>, Vec<&str>) = names.map(|name| (name.ja.as_str(), name.en.as_str())).unzip();
    Text::new(ja.join("・"), en.join(", "))
}

fn texts(texts: &[Text]) -> Text {
    let (ja, en): (Vec<&str>, Vec<&str>) =
        texts.iter().map(|text| (text.ja.as_str(), text.en.as_str())).unzip();
    Text::new(ja.join("、"), en.join("; "))
}

#[cfg(test)]
mod tests;
