//! Which of the last 128 packets have been seen (RFC 3711 §3.3.2 asks for 64).

/// The highest index that was let in and a bit for each of the 128 up to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ReplayWindow {
    pub(crate) highest: u64,
    /// Bit 0 is `highest` itself; 0 altogether when nothing has been let in.
    pub(crate) seen: u128,
}

impl ReplayWindow {
    /// Whether a packet of this index may still be let in.
    pub(crate) fn is_new(&self, index: u64) -> bool {
        match self.highest.checked_sub(index) {
            _ if self.seen == 0 => true,
            None => true,
            Some(behind @ 0..128) => self.seen >> behind & 1 == 0,
            Some(_) => false,
        }
    }

    /// Notes an index. To be called for authenticated packets only.
    pub(crate) fn note(&mut self, index: u64) {
        match index.checked_sub(self.highest) {
            _ if self.seen == 0 => *self = Self { highest: index, seen: 1 },
            Some(ahead) => {
                let moved = u32::try_from(ahead).ok().and_then(|ahead| self.seen.checked_shl(ahead));
                *self = Self { highest: index, seen: moved.unwrap_or(0) | 1 };
            }
            None => {
                let bit =
                    u32::try_from(self.highest - index).ok().and_then(|behind| 1_u128.checked_shl(behind));
                self.seen |= bit.unwrap_or(0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_index_is_let_in_twice_and_none_of_the_last_128_is_refused(
            steps in proptest::collection::vec(0_u64..400, 1..300),
        ) {
            let (mut window, mut let_in) = (ReplayWindow::default(), HashSet::new());
            for index in steps {
                let highest = let_in.iter().copied().max();
                let near = highest.is_none_or(|highest| index + 128 > highest);
                prop_assert_eq!(window.is_new(index), near && !let_in.contains(&index));
                if window.is_new(index) {
                    window.note(index);
                    let_in.insert(index);
                }
            }
        }
    }
}
