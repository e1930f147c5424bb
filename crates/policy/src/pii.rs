//! A wrapper for personal data that never prints what it holds.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Personal data (a phone number, a name): `Debug` and `Display` print `REDACTED`, so that no log line can leak it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Pii<T>(T);

impl<T> Pii<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }
    /// The value itself: call this only where it is stored or shown to a person who may see it.
    pub const fn reveal(&self) -> &T {
        &self.0
    }
    /// The value itself, by move.
    pub fn into_revealed(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Pii<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("REDACTED")
    }
}

impl<T> fmt::Display for Pii<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("REDACTED")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_prints_nothing_of_what_it_holds() {
        let number = Pii::new("0125000001".to_owned());
        assert_eq!(format!("{number:?} {number}"), "REDACTED REDACTED");
        assert_eq!(number.reveal(), "0125000001");
    }
}
