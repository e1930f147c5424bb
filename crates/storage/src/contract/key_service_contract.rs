//! The contract of [`KeyService`].

use rokuon_policy::ids::{ConnectionId, RecordingId, TenantId};
use uuid::Uuid;

use crate::key_service::{KeyContext, KeyErrorKind, KeyService, SecretPurpose, WrappedKey};

/// A context for tests: a tenant and a numbered recording.
///
/// # Panics
/// If `tenant` is no tenant's key.
pub fn context(tenant: &str, recording: u128) -> KeyContext {
    let tenant: TenantId = tenant.parse().expect("a tenant");
    KeyContext::recording(tenant, RecordingId(Uuid::from_u128(recording)))
}

/// The context of the registration password of a numbered connection.
///
/// # Panics
/// If `tenant` is no tenant's key.
pub fn secret_context(tenant: &str, connection: u128) -> KeyContext {
    let tenant: TenantId = tenant.parse().expect("a tenant");
    let connection = ConnectionId(Uuid::from_u128(connection));
    KeyContext::connection_secret(tenant, connection, SecretPurpose::RegistrationPassword)
}

/// Runs the whole suite. The tenants `contract-a` and `contract-b` are made.
///
/// # Panics
/// Where the contract is broken.
pub async fn keeps_the_contract(keys: &dyn KeyService) {
    let ours = context("contract-a", 1);
    let theirs = context("contract-b", 1);
    keys.ensure_tenant_key(&ours.tenant).await.expect("a tenant's key is made");
    keys.ensure_tenant_key(&ours.tenant).await.expect("and making it again is nothing");
    keys.ensure_tenant_key(&theirs.tenant).await.expect("another tenant's key");

    let (key, wrapped) = keys.generate_data_key(&ours).await.expect("a data key");
    let again = keys.unwrap(&ours, &wrapped).await.expect("it unwraps");
    assert_eq!(again.expose(), key.expose(), "unwrapping gives the same key");
    assert!(
        !wrapped.as_bytes().windows(32).any(|octets| octets == key.expose()),
        "the key lies open in its wrapping"
    );
    assert!(wrapped.as_bytes().len() <= WrappedKey::MAX_LEN, "the wrapped key is too long to carry");

    let (other, other_wrapped) = keys.generate_data_key(&ours).await.expect("a second data key");
    assert_ne!(other.expose(), key.expose(), "two data keys are the same");
    assert_ne!(other_wrapped, wrapped, "two wrapped keys are the same");

    let strangers = [
        (context("contract-a", 2), "another recording"),
        (theirs, "another tenant"),
        (secret_context("contract-a", 1), "a secret of a connection with the recording's id"),
    ];
    for (stranger, who) in strangers {
        let error = keys.unwrap(&stranger, &wrapped).await.expect_err(who);
        assert_eq!(error.kind, KeyErrorKind::Refused, "{who}");
        assert!(!error.retryable(), "{who}");
    }
    keeps_secrets_apart(keys).await;
    for place in 0..wrapped.as_bytes().len() {
        let mut altered = wrapped.as_bytes().to_vec();
        altered[place] ^= 1;
        let altered = keys.unwrap(&ours, &WrappedKey::from_bytes(altered)).await;
        assert!(altered.is_err(), "altered at octet {place} and still unwrapped");
    }
    for len in [0, 1, wrapped.as_bytes().len() - 1] {
        let cut = WrappedKey::from_bytes(wrapped.as_bytes()[..len].to_vec());
        assert!(keys.unwrap(&ours, &cut).await.is_err(), "cut to {len} octets and still unwrapped");
    }
}

async fn keeps_secrets_apart(keys: &dyn KeyService) {
    let ours = secret_context("contract-a", 1);
    let (key, wrapped) = keys.generate_data_key(&ours).await.expect("a secret's key");
    let again = keys.unwrap(&ours, &wrapped).await.expect("it unwraps");
    assert_eq!(again.expose(), key.expose(), "unwrapping gives the same key");
    let strangers = [
        (secret_context("contract-a", 2), "another connection's secret"),
        (secret_context("contract-b", 1), "another tenant's secret"),
        (context("contract-a", 1), "a recording with the connection's id"),
    ];
    for (stranger, who) in strangers {
        let error = keys.unwrap(&stranger, &wrapped).await.expect_err(who);
        assert_eq!(error.kind, KeyErrorKind::Refused, "{who}");
    }
}
