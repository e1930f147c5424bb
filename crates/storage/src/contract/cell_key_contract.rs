//! The contract of [`CellKey`].

use uuid::Uuid;

use crate::cell_key::CellKey;
use crate::key_service::{KeyErrorKind, WrappedKey};

/// Runs the whole suite.
///
/// # Panics
/// Where the contract is broken.
pub async fn keeps_the_contract(cell: &dyn CellKey) {
    let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let (key, wrapped) = cell.generate_spool_key(one).await.expect("a spool key");
    let again = cell.unwrap_spool_key(one, &wrapped).await.expect("it unwraps");
    assert_eq!(again.expose(), key.expose(), "unwrapping gives the same key");
    assert!(
        !wrapped.as_bytes().windows(32).any(|octets| octets == key.expose()),
        "the key lies open in its wrapping"
    );
    let (other, _) = cell.generate_spool_key(one).await.expect("a second one");
    assert_ne!(other.expose(), key.expose(), "two spool keys are the same");
    let refused = cell.unwrap_spool_key(two, &wrapped).await.expect_err("made for another life");
    assert_eq!((refused.kind, refused.retryable()), (KeyErrorKind::Refused, false));
    let octets = wrapped.as_bytes();
    for len in [0, 1, octets.len() / 2, octets.len() - 1] {
        let cut = WrappedKey::from_bytes(octets[..len].to_vec());
        assert!(cell.unwrap_spool_key(one, &cut).await.is_err(), "cut to {len} octets and still unwrapped");
    }
}
