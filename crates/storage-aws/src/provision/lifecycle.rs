//! The lifecycle rules of a bucket: made from the policies' backstop classes, and compared with what is there.

use std::collections::BTreeSet;
use std::fmt;

use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, ExpirationStatus, LifecycleExpiration,
    LifecycleRule, LifecycleRuleFilter, NoncurrentVersionExpiration, Tag,
};
use rokuon_policy::backstop::BackstopClass;

/// What one of our rules does. There are no others: a rule that says more, or is none of ours, is found and told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// Objects with this class are hidden after its days, and what is hidden is erased a day later. Held versions stay.
    Backstop(BackstopClass),
    /// Uploads that were never finished go after a day (ours are never in parts).
    AbortUploads,
    /// Markers that hide nothing go.
    DropMarkers,
    /// Anything else that was found, in words.
    Foreign(String),
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Backstop(class) => write!(f, "rokuon-backstop-{class}"),
            Self::AbortUploads => f.write_str("rokuon-abort-uploads"),
            Self::DropMarkers => f.write_str("rokuon-drop-markers"),
            Self::Foreign(words) => f.write_str(words),
        }
    }
}

/// The rules a bucket shall have.
pub fn wanted(classes: &BTreeSet<BackstopClass>) -> BTreeSet<Rule> {
    let backstops = classes.iter().map(|class| Rule::Backstop(*class));
    backstops.chain([Rule::AbortUploads, Rule::DropMarkers]).collect()
}

/// The same in the words of S3.
///
/// # Errors
/// The SDK does not take them.
pub fn configuration(rules: &BTreeSet<Rule>) -> Result<BucketLifecycleConfiguration, BuildError> {
    let rules: Result<Vec<_>, _> = rules.iter().map(in_words_of_s3).collect();
    BucketLifecycleConfiguration::builder().set_rules(Some(rules?)).build()
}

fn in_words_of_s3(rule: &Rule) -> Result<LifecycleRule, BuildError> {
    let everything = LifecycleRuleFilter::builder().prefix("").build();
    let words = LifecycleRule::builder().id(rule.to_string()).status(ExpirationStatus::Enabled);
    match rule {
        Rule::Backstop(class) => {
            let tag = Tag::builder().key(BackstopClass::TAG).value(class.to_string()).build()?;
            let expiration = LifecycleExpiration::builder().days(class.days().into()).build();
            let hidden = NoncurrentVersionExpiration::builder().noncurrent_days(1).build();
            let filter = LifecycleRuleFilter::builder().tag(tag).build();
            words.filter(filter).expiration(expiration).noncurrent_version_expiration(hidden).build()
        }
        Rule::AbortUploads => {
            let abort = AbortIncompleteMultipartUpload::builder().days_after_initiation(1).build();
            words.filter(everything).abort_incomplete_multipart_upload(abort).build()
        }
        Rule::DropMarkers => {
            let markers = LifecycleExpiration::builder().expired_object_delete_marker(true).build();
            words.filter(everything).expiration(markers).build()
        }
        Rule::Foreign(words_of_it) => words.id(words_of_it).filter(everything).build(),
    }
}

/// What rules that were found do, by what they say and not by their names. One that is switched off does nothing.
pub fn read(found: &[LifecycleRule]) -> BTreeSet<Rule> {
    found.iter().filter(|rule| *rule.status() == ExpirationStatus::Enabled).map(read_one).collect()
}

fn read_one(rule: &LifecycleRule) -> Rule {
    let foreign = || {
        Rule::Foreign(format!(
            "{:?}: {:?} {:?}",
            rule.id().unwrap_or_default(),
            rule.filter(),
            rule.expiration()
        ))
    };
    if !rule.transitions().is_empty() || !rule.noncurrent_version_transitions().is_empty() {
        return foreign();
    }
    let tag = rule.filter().and_then(|filter| filter.tag());
    let within = rule.filter().map_or("", |filter| filter.prefix().unwrap_or_default());
    #[allow(deprecated)] // older stores still speak it
    let old_prefix = rule.prefix().unwrap_or_default();
    let is_narrow = !within.is_empty()
        || !old_prefix.is_empty()
        || rule.filter().is_some_and(|filter| filter.and().is_some());
    let expiration = rule.expiration();
    let days = expiration.and_then(LifecycleExpiration::days).filter(|days| *days > 0);
    let markers = expiration.and_then(LifecycleExpiration::expired_object_delete_marker) == Some(true);
    let dated = expiration.is_some_and(|expiration| expiration.date().is_some());
    let hidden = rule.noncurrent_version_expiration().and_then(NoncurrentVersionExpiration::noncurrent_days);
    let abort = rule.abort_incomplete_multipart_upload().and_then(|abort| abort.days_after_initiation());
    match (tag, days, hidden, abort, markers) {
        _ if is_narrow || dated => foreign(),
        (Some(tag), Some(days), Some(1), None, false) if tag.key() == BackstopClass::TAG => {
            let class = tag.value().parse::<BackstopClass>().ok();
            class.filter(|class| i32::from(class.days()) == days).map_or_else(foreign, Rule::Backstop)
        }
        (None, None, None, Some(1), false) => Rule::AbortUploads,
        (None, None, None, None, true) => Rule::DropMarkers,
        _ => foreign(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes() -> BTreeSet<BackstopClass> {
        ["d18", "d35", "d370"].iter().map(|class| class.parse().expect("a class")).collect()
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        let wanted = wanted(&classes());
        assert_eq!(wanted.len(), 5);
        let written = configuration(&wanted).expect("taken");
        assert_eq!(read(written.rules()), wanted);
    }

    // rule: I4
    #[test]
    fn a_rule_that_could_touch_what_is_kept_is_found_whatever_its_name() {
        let ours = configuration(&wanted(&classes())).expect("taken");
        let backstop = ours.rules().first().expect("a rule").clone();
        let altered = |change: fn(&mut LifecycleRule)| {
            let mut rule = backstop.clone();
            change(&mut rule);
            rule
        };
        let everything = |rule: &mut LifecycleRule| {
            rule.filter = Some(LifecycleRuleFilter::builder().prefix("").build());
        };
        let sooner = |rule: &mut LifecycleRule| {
            rule.expiration = Some(LifecycleExpiration::builder().days(1).build());
        };
        for (rule, how) in [
            (altered(everything), "of everything"),
            (altered(|rule| rule.filter = None), "without a filter"),
            (altered(sooner), "sooner than its class"),
            (altered(|rule| rule.noncurrent_version_expiration = None), "that leaves hidden versions"),
        ] {
            assert!(matches!(read_one(&rule), Rule::Foreign(_)), "a rule {how} passed for ours");
        }
        let off = altered(|rule| rule.status = ExpirationStatus::Disabled);
        assert!(read(&[off]).is_empty());
    }
}
