//! The container opens anywhere, to exactly what was sealed, for its own place only.

use proptest::prelude::*;
use rokuon_policy::ids::{RecordingId, TenantId};
use uuid::Uuid;

use super::*;

mod other_implementations;

fn key() -> DataKey {
    DataKey::from_bytes(std::array::from_fn(|n| u8::try_from(n * 7 % 256).expect("below 256")))
}

fn tenant(text: &str) -> TenantId {
    text.parse().expect("a tenant")
}

fn context() -> ContainerContext {
    ContainerContext::wav(tenant("ichinomiya"), RecordingId(Uuid::from_u128(0x019a << 112)), 3, 2)
}

/// Octets that differ everywhere.
fn media(len: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_u32;
    let step = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..len).map(step).collect()
}

/// Reads a range as a reader of a remote object does: only the octets that are asked for are handed in.
fn read(container: &[u8], range: Range<u64>) -> Result<Vec<u8>, ContainerError> {
    let reader = ContainerReader::open(
        &key(),
        &context(),
        &container[..HEADER_LEN.min(container.len())],
        container.len() as u64,
    )?;
    let place = reader.ciphertext_range(range.clone());
    reader.decrypt(range, &container[octets(&place)])
}

#[test]
fn every_length_around_a_chunk_survives() {
    for len in [0, 1, 15, 16, CHUNK_LEN - 1, CHUNK_LEN, CHUNK_LEN + 1, 2 * CHUNK_LEN, 3 * CHUNK_LEN + 7] {
        let container = seal(&key(), &context(), &media(len));
        assert_eq!(container.len() as u64, sealed_len(len as u64));
        assert_eq!(unseal(&key(), &context(), &container).as_deref(), Ok(&media(len)[..]), "{len} octets");
    }
}

#[test]
fn two_seals_of_the_same_media_share_nothing() {
    let (one, other) = (seal(&key(), &context(), &media(1_000)), seal(&key(), &context(), &media(1_000)));
    let equal = one.iter().zip(&other).filter(|(a, b)| a == b).count();
    assert!(equal < 40, "{equal} of 1,072 octets are equal");
}

#[test]
fn the_media_lies_nowhere_in_the_container() {
    let container = seal(&key(), &context(), &b"MARKER-TONE".repeat(5_000));
    assert!(!container.windows(6).any(|window| window == b"MARKER"));
}

#[test]
fn another_place_or_key_is_refused_before_the_first_octet() {
    let container = seal(&key(), &context(), &media(40_000));
    let right = context();
    let recording = RecordingId(Uuid::from_u128(1));
    let others = [
        ContainerContext { tenant: tenant("takikawa"), ..right.clone() },
        ContainerContext { recording, ..right.clone() },
        ContainerContext { segment: 4, ..right.clone() },
        ContainerContext { media_type: "audio/wav2".into(), ..right.clone() },
        ContainerContext { sample_rate: 16_000, ..right.clone() },
        ContainerContext { channels: 1, ..right.clone() },
    ];
    let total = container.len() as u64;
    for other in others {
        let refused = ContainerReader::open(&key(), &other, &container, total).err();
        assert_eq!(refused, Some(ContainerError::WrongKeyOrContext), "{other:?}");
    }
    let other_key = ContainerReader::open(&DataKey::from_bytes([1; 32]), &right, &container, total).err();
    assert_eq!(other_key, Some(ContainerError::WrongKeyOrContext));
}

#[test]
fn chunks_of_one_container_cannot_change_places() {
    let container = seal(&key(), &context(), &media(3 * CHUNK_LEN + 100));
    let mut swapped = container.clone();
    let (first, second) = (HEADER_LEN..HEADER_LEN + SEALED_CHUNK_LEN, HEADER_LEN + SEALED_CHUNK_LEN);
    swapped.copy_within(first.clone(), second);
    swapped[first].copy_from_slice(&container[second..second + SEALED_CHUNK_LEN]);
    assert_eq!(unseal(&key(), &context(), &swapped), Err(ContainerError::Altered { chunk: 0 }));
    assert_eq!(read(&swapped, 20_000..20_001), Err(ContainerError::Altered { chunk: 1 }));
    // A chunk of another container of the same key and place.
    let other = seal(&key(), &context(), &media(3 * CHUNK_LEN + 100));
    let mut spliced = container.clone();
    spliced[second..second + SEALED_CHUNK_LEN].copy_from_slice(&other[second..second + SEALED_CHUNK_LEN]);
    assert_eq!(unseal(&key(), &context(), &spliced), Err(ContainerError::Altered { chunk: 1 }));
    assert_eq!(read(&spliced, 0..CHUNK_LEN as u64).as_deref(), Ok(&media(3 * CHUNK_LEN)[..CHUNK_LEN]));
}

#[test]
fn a_container_cut_anywhere_is_refused() {
    let container = seal(&key(), &context(), &media(2 * CHUNK_LEN + 300));
    for len in (0..container.len()).filter(|len| len % 37 == 0 || (len + 344) % SEALED_CHUNK_LEN < 700) {
        assert!(
            unseal(&key(), &context(), &container[..len]).is_err(),
            "cut to {len} octets and still opened"
        );
    }
    let longer = [&container[..], &[0]].concat();
    assert!(unseal(&key(), &context(), &longer).is_err());
}

// req: O-5.2
#[test]
fn ten_thousand_single_changes_are_all_refused() {
    let sealed = media(CHUNK_LEN + 2_000);
    let container = seal(&key(), &context(), &sealed);
    let mut state = 7_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((state >> 33) % below as u64).expect("small")
    };
    let mut changed = container.clone();
    for round in 0..12_000 {
        let (octet, mask) = match round % 3 {
            0 => (random(HEADER_LEN), 1 << random(8)),
            _ => (random(container.len()), 1 << random(8)),
        };
        changed[octet] ^= mask;
        // Read only where it was changed; what is not read is not looked at.
        let chunk = octet.saturating_sub(HEADER_LEN) / SEALED_CHUNK_LEN;
        let start = (chunk * CHUNK_LEN) as u64;
        assert!(read(&changed, start..start + 10).is_err(), "a changed octet {octet} was accepted");
        changed[octet] ^= mask;
    }
    assert_eq!(unseal(&key(), &context(), &changed).as_deref(), Ok(&sealed[..]));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_range_read_equals_the_slice_and_fetches_little_more(
        len in 0_usize..120_000, from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>(),
    ) {
        let sealed = media(len);
        let container = seal(&key(), &context(), &sealed);
        for (a, b) in [(from.index(len + 1), to.index(len + 1)), (0, len), (len, len)] {
            let range = a.min(b)..a.max(b);
            let asked = range.start as u64..range.end as u64;
            prop_assert_eq!(read(&container, asked.clone()), Ok(sealed[range.clone()].to_vec()));
            let reader = ContainerReader::open(&key(), &context(), &container, container.len() as u64).expect("opens");
            let fetched = reader.ciphertext_range(asked);
            let chunks = range.len() / CHUNK_LEN + 2;
            prop_assert!(fetched.end - fetched.start <= (range.len() + 2 * CHUNK_LEN + chunks * TAG_LEN) as u64);
        }
        prop_assert_eq!(read(&container, 0..len as u64 + 1), Err(ContainerError::OutOfRange));
    }

    #[test]
    fn octets_that_are_not_those_of_the_range_are_refused(len in 1_usize..60_000, wrong in 0_usize..70_000) {
        let container = seal(&key(), &context(), &media(len));
        let reader = ContainerReader::open(&key(), &context(), &container, container.len() as u64).expect("opens");
        let handed = &container[HEADER_LEN..(HEADER_LEN + wrong).min(container.len())];
        if handed.len() != container.len() - HEADER_LEN {
            prop_assert!(reader.decrypt(0..len as u64, handed).is_err());
        }
    }
}
