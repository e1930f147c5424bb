//! Stretches of time and their sums: union, difference, intersection, exact to the instant.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

/// A stretch of time: `from` belongs to it, `until` does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Span {
    /// Its first instant.
    pub from: DateTime<Utc>,
    /// The first instant after it.
    pub until: DateTime<Utc>,
}

impl Span {
    /// A stretch; nothing when it would be empty or run backwards.
    pub fn new(from: DateTime<Utc>, until: DateTime<Utc>) -> Option<Self> {
        (from < until).then_some(Self { from, until })
    }

    /// How long it is.
    pub fn length(self) -> TimeDelta {
        self.until - self.from
    }

    /// What it shares with another.
    pub fn shared(self, other: Self) -> Option<Self> {
        Self::new(self.from.max(other.from), self.until.min(other.until))
    }

    /// Whether an instant lies in it.
    pub fn holds(self, instant: DateTime<Utc>) -> bool {
        self.from <= instant && instant < self.until
    }
}

/// Stretches in order, none touching another.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Spans(Vec<Span>);

impl Spans {
    /// The stretches, in order.
    pub fn iter(&self) -> impl Iterator<Item = Span> + '_ {
        self.0.iter().copied()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How long all of them are together.
    pub fn total(&self) -> TimeDelta {
        self.0.iter().fold(TimeDelta::zero(), |sum, span| sum + span.length())
    }

    /// Whether an instant lies in one of them.
    pub fn holds(&self, instant: DateTime<Utc>) -> bool {
        let after = self.0.partition_point(|span| span.until <= instant);
        self.0.get(after).is_some_and(|span| span.holds(instant))
    }

    /// What lies in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.iter().chain(other.iter()).collect()
    }

    /// What lies in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let (mut here, mut there) = (self.iter().peekable(), other.iter().peekable());
        let mut shared = Vec::new();
        while let (Some(a), Some(b)) = (here.peek().copied(), there.peek().copied()) {
            shared.extend(a.shared(b));
            if a.until <= b.until {
                here.next();
            } else {
                there.next();
            }
        }
        Self(shared)
    }

    /// What lies in these and not in the others.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let mut left = Vec::new();
        let mut others = other.iter().peekable();
        for mut span in self.iter() {
            while let Some(cut) = others.peek().copied() {
                if cut.until <= span.from {
                    others.next();
                    continue;
                }
                if cut.from >= span.until {
                    break;
                }
                left.extend(Span::new(span.from, cut.from));
                match Span::new(cut.until, span.until) {
                    Some(rest) => span = rest,
                    None => {
                        span.from = span.until;
                        break;
                    }
                }
            }
            left.extend(Span::new(span.from, span.until));
        }
        Self(left)
    }
}

impl FromIterator<Span> for Spans {
    /// Sorts them and joins those that touch.
    fn from_iter<T: IntoIterator<Item = Span>>(spans: T) -> Self {
        let mut sorted: Vec<Span> = spans.into_iter().filter(|span| span.from < span.until).collect();
        sorted.sort_unstable();
        let mut joined: Vec<Span> = Vec::with_capacity(sorted.len());
        for span in sorted {
            match joined.last_mut() {
                Some(last) if span.from <= last.until => last.until = last.until.max(span.until),
                _ => joined.push(span),
            }
        }
        Self(joined)
    }
}

impl From<Span> for Spans {
    fn from(span: Span) -> Self {
        std::iter::once(span).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LAST: i64 = 60;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(second)
    }

    fn spans() -> impl Strategy<Value = Spans> {
        proptest::collection::vec((0..LAST, 0..LAST), 0..8)
            .prop_map(|pairs| pairs.into_iter().filter_map(|(a, b)| Span::new(at(a), at(b))).collect())
    }

    /// The same as a set of seconds.
    fn seconds(spans: &Spans) -> Vec<bool> {
        (0..LAST).map(|second| spans.iter().any(|span| span.holds(at(second)))).collect()
    }

    fn is_sound(spans: &Spans) -> bool {
        spans.0.windows(2).all(|pair| pair[0].until < pair[1].from)
            && spans.iter().all(|span| span.from < span.until)
    }

    proptest! {
        #[test]
        fn the_sums_are_those_of_sets_of_instants(a in spans(), b in spans()) {
            let (x, y) = (seconds(&a), seconds(&b));
            let of = |op: fn(bool, bool) -> bool| -> Vec<bool> { x.iter().zip(&y).map(|(x, y)| op(*x, *y)).collect() };
            prop_assert_eq!(seconds(&a.union(&b)), of(|x, y| x || y));
            prop_assert_eq!(seconds(&a.intersection(&b)), of(|x, y| x && y));
            prop_assert_eq!(seconds(&a.without(&b)), of(|x, y| x && !y));
            for sum in [a.union(&b), a.intersection(&b), a.without(&b)] {
                prop_assert!(is_sound(&sum), "{:?}", sum);
                prop_assert_eq!(sum.total().num_seconds(), seconds(&sum).iter().filter(|in_it| **in_it).count() as i64);
                for second in 0..LAST {
                    prop_assert_eq!(sum.holds(at(second)), seconds(&sum)[second as usize]);
                }
            }
        }

        #[test]
        fn nothing_is_lost_between_the_parts(a in spans(), b in spans()) {
            let (inside, outside) = (a.intersection(&b), a.without(&b));
            prop_assert_eq!(inside.total() + outside.total(), a.total());
            prop_assert_eq!(inside.union(&outside), a);
        }
    }
}
