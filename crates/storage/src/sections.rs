//! The sections of the object that ends a recording: its last segment's container, those of waveform and manifest, and an index.
//!
//! Each section is a container of its own, under its own context; the media container comes first, so that who reads it needs to
//! know no more than its length. The index is the object's last 64 octets: magic (8), the lengths of media, waveform and manifest
//! container (8 each, big-endian), SHA-256 of these 32 octets (32). It is no secret and vouches for nothing: what it points at opens
//! or does not.

use std::ops::Range;

use sha2::{Digest, Sha256};

use crate::container::sealed_len;

/// Octets of an index.
pub const INDEX_LEN: usize = 64;
const MAGIC: &[u8; 8] = b"RKNSEC1\n";
const SAID: usize = 32;

/// How long each section is, in octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sections {
    /// The segment's container.
    pub media_len: u64,
    /// The waveform's.
    pub peaks_len: u64,
    /// The manifest's.
    pub manifest_len: u64,
}

/// An index that cannot be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SectionsError {
    /// It is not what was written.
    #[error("the index of the object's sections has been altered")]
    Altered,
    /// It speaks of another object's length: this one was cut or extended.
    #[error("the object is not as long as its index says")]
    WrongLength,
}

impl Sections {
    /// Where the segment's container lies in the object.
    pub const fn media(self) -> Range<u64> {
        0..self.media_len
    }

    /// Where the waveform's lies.
    pub const fn peaks(self) -> Range<u64> {
        self.media_len..self.media_len.saturating_add(self.peaks_len)
    }

    /// Where the manifest's lies.
    pub const fn manifest(self) -> Range<u64> {
        let start = self.peaks().end;
        start..start.saturating_add(self.manifest_len)
    }

    /// Length of the whole object.
    pub const fn object_len(self) -> u64 {
        self.manifest().end.saturating_add(INDEX_LEN as u64)
    }

    /// The index.
    pub fn index(self) -> [u8; INDEX_LEN] {
        let mut octets = [0; INDEX_LEN];
        octets[..8].copy_from_slice(MAGIC);
        for (place, len) in [self.media_len, self.peaks_len, self.manifest_len].into_iter().enumerate() {
            octets[8 + place * 8..16 + place * 8].copy_from_slice(&len.to_be_bytes());
        }
        let sha256 = Sha256::digest(&octets[..SAID]);
        octets[SAID..].copy_from_slice(&sha256);
        octets
    }

    /// Reads the index from an object's last octets (64 at least; the whole object will do). `None`: it ends with none, and is one
    /// container.
    ///
    /// # Errors
    /// [`SectionsError`] for an index that is altered, or another object's.
    pub fn parse(tail: &[u8], object_len: u64) -> Result<Option<Self>, SectionsError> {
        let Some(index) = tail.last_chunk::<INDEX_LEN>().filter(|index| index.starts_with(MAGIC)) else {
            return Ok(None);
        };
        if Sha256::digest(&index[..SAID])[..] != index[SAID..] {
            return Err(SectionsError::Altered);
        }
        let len = |place: usize| {
            let octets = index[8 + place * 8..16 + place * 8].try_into().expect("8 octets");
            u64::from_be_bytes(octets)
        };
        let sections = Self { media_len: len(0), peaks_len: len(1), manifest_len: len(2) };
        let least = sealed_len(0);
        let sound = [sections.media_len, sections.peaks_len, sections.manifest_len]
            .into_iter()
            .try_fold(INDEX_LEN as u64, |sum, len| sum.checked_add(len).filter(|_| len >= least))
            == Some(object_len);
        if sound { Ok(Some(sections)) } else { Err(SectionsError::WrongLength) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECTIONS: Sections = Sections { media_len: 2_883_000, peaks_len: 3_700, manifest_len: 4_100 };

    #[test]
    fn sections_lie_one_behind_the_other_and_the_index_ends_them() {
        assert_eq!(SECTIONS.media(), 0..2_883_000);
        assert_eq!(SECTIONS.peaks(), 2_883_000..2_886_700);
        assert_eq!(SECTIONS.manifest(), 2_886_700..2_890_800);
        assert_eq!(SECTIONS.object_len(), 2_890_864);
        assert_eq!(Sections::parse(&SECTIONS.index(), SECTIONS.object_len()), Ok(Some(SECTIONS)));
        let longer_tail = [&[7; 100][..], &SECTIONS.index()].concat();
        assert_eq!(Sections::parse(&longer_tail, SECTIONS.object_len()), Ok(Some(SECTIONS)));
    }

    #[test]
    fn an_object_without_an_index_is_one_container() {
        for tail in [&[][..], &[0; 63], &[0xA5; 200]] {
            assert_eq!(Sections::parse(tail, 1_000), Ok(None));
        }
    }

    // rule: F18
    #[test]
    fn no_flipped_bit_of_an_index_is_followed() {
        for bit in 0..INDEX_LEN * 8 {
            let mut index = SECTIONS.index();
            index[bit / 8] ^= 1 << (bit % 8);
            let expected = if bit < 64 { Ok(None) } else { Err(SectionsError::Altered) };
            assert_eq!(Sections::parse(&index, SECTIONS.object_len()), expected, "bit {bit}");
        }
    }

    #[test]
    fn an_index_that_speaks_of_another_length_is_refused() {
        let index = SECTIONS.index();
        for len in [0, 64, SECTIONS.object_len() - 1, SECTIONS.object_len() + 1, u64::MAX] {
            assert_eq!(Sections::parse(&index, len), Err(SectionsError::WrongLength), "{len}");
        }
        for hostile in [
            Sections { media_len: u64::MAX, ..SECTIONS },
            Sections { media_len: u64::MAX - 100, peaks_len: 100, manifest_len: 100 },
            Sections { media_len: SECTIONS.media_len + SECTIONS.peaks_len, peaks_len: 0, ..SECTIONS },
            Sections { media_len: 71, ..SECTIONS },
        ] {
            for len in [hostile.object_len(), SECTIONS.object_len()] {
                assert_eq!(
                    Sections::parse(&hostile.index(), len),
                    Err(SectionsError::WrongLength),
                    "{hostile:?}"
                );
            }
        }
    }

    proptest! {
        /// Whatever is read, sections that are followed lie inside the object.
        #[test]
        fn whatever_the_octets_no_section_leaves_the_object(
            lens in any::<[u64; 3]>(), small in any::<[u16; 3]>(), object_len in any::<u64>(), noise in any::<[u8; 64]>(),
        ) {
            let [media_len, peaks_len, manifest_len] = lens;
            let wild = Sections { media_len, peaks_len, manifest_len };
            let [media_len, peaks_len, manifest_len] = small.map(u64::from);
            let tame = Sections { media_len, peaks_len, manifest_len };
            let magic = { let mut noise = noise; noise[..8].copy_from_slice(MAGIC); noise };
            for (tail, len) in [
                (wild.index(), object_len),
                (wild.index(), wild.object_len()),
                (tame.index(), tame.object_len()),
                (noise, object_len),
                (magic, object_len),
            ] {
                if let Ok(Some(found)) = Sections::parse(&tail, len) {
                    prop_assert!(found.object_len() == len && found.manifest().end <= len - 64);
                    prop_assert!(!found.media().is_empty() && !found.peaks().is_empty() && !found.manifest().is_empty());
                }
            }
        }
    }
}
