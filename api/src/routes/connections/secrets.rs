//! The secrets a connection has beside its row: the credential it proves itself with, and the account with which we register.

use chrono::{DateTime, Utc};
use rokuon_db::connection_credentials::{self, FreshCredential};
use rokuon_db::connection_terms::ConnectionKind;
use rokuon_db::error::DbError;
use rokuon_db::registration_accounts::{self, RegistrationAccount};
use rokuon_db::tenant_tx::TenantTx;
use rokuon_policy::ids::ConnectionId;
use rokuon_storage::key_service::{KeyContext, SecretPurpose};
use rokuon_storage::sealed_secret::SealedSecret;

use crate::access::session::Session;
use crate::problem::Problem;
use crate::routes::connections::draft::CheckedAccount;
use crate::routes::connections::model::Secret;

/// The credential a connection of this kind and security proves itself with, if it has one, and its secret as it is shown once.
///
/// # Errors
/// `internal` without randomness.
pub fn fresh_credential(
    kind: ConnectionKind,
    digest_required: bool,
    username: &str,
) -> Result<Option<(FreshCredential, Secret)>, Problem> {
    match kind {
        ConnectionKind::Whip => {
            let fresh = FreshCredential::token()?;
            let secret = Secret::Token { token: fresh.secret.to_string() };
            Ok(Some((fresh, secret)))
        }
        ConnectionKind::Siprec | ConnectionKind::Sip if digest_required => {
            let fresh = FreshCredential::digest(username)?;
            let secret = Secret::Digest {
                username: username.to_owned(),
                password: fresh.secret.to_string(),
                realm: rokuon_db::connection_credentials::REALM.to_owned(),
            };
            Ok(Some((fresh, secret)))
        }
        ConnectionKind::Siprec | ConnectionKind::Sip | ConnectionKind::Registration => Ok(None),
    }
}

/// The account, if there is one, with its password sealed under the tenant's key; `kept` is the sealed password to keep where none was
/// given. Sealing asks the key service, which may be slow: before the transaction, not inside it.
///
/// # Errors
/// `unavailable` while the key service is away.
pub async fn sealed_account(
    session: &Session,
    connection: ConnectionId,
    account: Option<CheckedAccount>,
    kept: Option<Vec<u8>>,
) -> Result<Option<RegistrationAccount>, Problem> {
    let Some(account) = account else { return Ok(None) };
    let sealed_password = match (account.password, kept) {
        (Some(password), _) => {
            let purpose = SecretPurpose::RegistrationPassword;
            let context = KeyContext::connection_secret(session.tenant().clone(), connection, purpose);
            let sealed = SealedSecret::seal(session.app.keys(), &context, password.as_bytes()).await;
            sealed.map_err(Problem::unavailable)?.as_bytes().to_vec()
        }
        (None, Some(kept)) => kept,
        (None, None) => return Err(Problem::field("account.password", "必須です", "is required")),
    };
    Ok(Some(RegistrationAccount {
        registrar_host: account.registrar_host,
        registrar_port: account.registrar_port,
        transport: account.transport,
        domain: account.domain,
        username: account.username,
        auth_username: account.auth_username,
        sealed_password,
        expires_seconds: account.expires_seconds,
    }))
}

/// Writes what there is of both, from now on.
///
/// # Errors
/// [`DbError`].
pub async fn put_secrets(
    tx: &mut TenantTx,
    connection: ConnectionId,
    credential: Option<&(FreshCredential, Secret)>,
    account: Option<&RegistrationAccount>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    if let Some((fresh, _)) = credential {
        connection_credentials::add(tx, connection, fresh, now, now).await?;
    }
    if let Some(account) = account {
        registration_accounts::put(tx, connection, account, now).await?;
    }
    Ok(())
}
