//! The steps of a destruction in their order, and when it is done (I7: keys go first).

use crate::closed_list::closed_list;

closed_list! {
    /// One step of a destruction. Each may be repeated; each erases every version.
    pub enum DestructionStep {
        /// Every version of the wrapped key: from here on nothing can decrypt the media (INV-8).
        Keys = "keys",
        /// Every version of the sealed media and the manifest, on both tiers.
        Media = "media",
        /// What a worker's spool may still hold.
        Spool = "spool",
        /// What was derived: waveform and other renditions.
        Derived = "derived",
        /// Data keys in memory.
        Caches = "caches",
        /// Holders of registered copies are told.
        Copies = "copies",
    }
}

impl DestructionStep {
    /// The step after this one.
    pub fn next(self) -> Option<Self> {
        let at = Self::ALL.iter().position(|step| *step == self)?;
        Self::ALL.get(at + 1).copied()
    }
}

/// What a look at the stores found after the last step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PostCheck {
    /// Versions (delete markers too) left under the recording's keys in the key bucket.
    pub key_versions: u64,
    /// Versions (delete markers too) left of its media in both tiers.
    pub media_versions: u64,
    /// What of it is left in spools.
    pub spooled: u64,
}

impl PostCheck {
    /// Whether nothing is left: only then is it destroyed, and only then is there a certificate.
    pub const fn is_clean(&self) -> bool {
        self.key_versions == 0 && self.media_versions == 0 && self.spooled == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: I7
    #[test]
    fn keys_are_erased_first_and_copies_are_told_last() {
        let mut order = vec![DestructionStep::Keys];
        while let Some(next) = order.last().and_then(|last| last.next()) {
            order.push(next);
        }
        assert_eq!(order, DestructionStep::ALL);
    }

    #[test]
    fn it_is_done_only_when_nothing_is_left() {
        assert!(PostCheck::default().is_clean());
        for left in [
            PostCheck { key_versions: 1, ..PostCheck::default() },
            PostCheck { media_versions: 1, ..PostCheck::default() },
            PostCheck { spooled: 1, ..PostCheck::default() },
        ] {
            assert!(!left.is_clean(), "{left:?}");
        }
    }
}
