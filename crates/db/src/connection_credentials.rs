//! What connections prove themselves with: digest user names and passwords, bearer tokens. Made here, shown once, kept as hashes.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use md5::Md5;
use rokuon_policy::ids::ConnectionId;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::error::DbError;
use crate::tenant_tx::TenantTx;

/// The realm of every digest challenge of ours. It is hashed into each credential: changing it ends all of them.
pub const REALM: &str = "rokuon";

/// At most so many credentials of one connection are valid at once: the newest and the one it replaces.
pub const VALID_AT_ONCE: usize = 2;

/// What stands in for a secret.
#[derive(Clone, PartialEq, Eq)]
pub enum CredentialHash {
    /// RFC 7616 section 3.4.2: the hash of `username:realm:password`, in both algorithms PBXs know.
    Digest {
        /// The user name.
        username: String,
        /// By SHA-256.
        ha1_sha256: [u8; 32],
        /// By MD5.
        ha1_md5: [u8; 16],
    },
    /// SHA-256 of a bearer token.
    Token([u8; 32]),
}

impl fmt::Debug for CredentialHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Digest { .. } => "Digest(REDACTED)",
            Self::Token(_) => "Token(REDACTED)",
        })
    }
}

/// A credential as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionCredential {
    /// What stands in for the secret.
    pub hash: CredentialHash,
    /// When it ends; `None` while it is the newest.
    pub valid_until: Option<DateTime<Utc>>,
}

impl ConnectionCredential {
    /// Whether it still opens.
    pub fn is_valid(&self, now: DateTime<Utc>) -> bool {
        self.valid_until.is_none_or(|until| now < until)
    }
}

/// A credential just made: the only moment at which its secret is known.
pub struct FreshCredential {
    /// Its id.
    pub id: Uuid,
    /// What to tell the person, once. Wiped when dropped.
    pub secret: Zeroizing<String>,
    /// What is kept.
    pub hash: CredentialHash,
}

impl FreshCredential {
    /// A password of 24 letters and digits (120 random bits) for a user name.
    ///
    /// # Errors
    /// [`DbError::Randomness`].
    pub fn digest(username: &str) -> Result<Self, DbError> {
        let secret = Zeroizing::new(random_letters::<24>()?);
        let a1 = Zeroizing::new(format!("{username}:{REALM}:{}", *secret));
        let hash = CredentialHash::Digest {
            username: username.to_owned(),
            ha1_sha256: Sha256::digest(a1.as_bytes()).into(),
            ha1_md5: Md5::digest(a1.as_bytes()).into(),
        };
        Ok(Self { id: Uuid::now_v7(), secret, hash })
    }

    /// A bearer token of 52 letters and digits (260 random bits).
    ///
    /// # Errors
    /// [`DbError::Randomness`].
    pub fn token() -> Result<Self, DbError> {
        let secret = Zeroizing::new(random_letters::<52>()?);
        let hash = CredentialHash::Token(Sha256::digest(secret.as_bytes()).into());
        Ok(Self { id: Uuid::now_v7(), secret, hash })
    }
}

/// `N` of 32 letters and digits that are hard to mistake for each other, five random bits each.
pub(crate) fn random_letters<const N: usize>() -> Result<String, DbError> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = Zeroizing::new([0_u8; N]);
    getrandom::fill(&mut *bytes).map_err(|error| DbError::Randomness(error.to_string()))?;
    Ok(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect())
}

/// Adds a credential. Those before it end at `others_end`, if they do not end sooner; what has ended is taken away.
///
/// # Errors
/// [`DbError::Conflict`] `connection_credentials_connection` for an unknown connection.
pub async fn add(
    tx: &mut TenantTx,
    connection: ConnectionId,
    fresh: &FreshCredential,
    others_end: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let (tenant, sql) = tx.parts();
    sqlx::query(
        "UPDATE connection_credentials
        SET valid_until = least(valid_until, $3)
        WHERE tenant_id = $1 AND connection_id = $2",
    )
    .bind(tenant)
    .bind(connection.0)
    .bind(others_end)
    .execute(&mut *sql)
    .await?;
    let (kind, username, ha1_sha256, ha1_md5, token) = match &fresh.hash {
        CredentialHash::Digest { username, ha1_sha256, ha1_md5 } => {
            ("digest", Some(username), Some(ha1_sha256.as_slice()), Some(ha1_md5.as_slice()), None)
        }
        CredentialHash::Token(sha256) => ("token", None, None, None, Some(sha256.as_slice())),
    };
    sqlx::query(
        "INSERT INTO connection_credentials (
            tenant_id,
            connection_id,
            credential_id,
            kind,
            username,
            ha1_sha256,
            ha1_md5,
            token_sha256,
            created_at
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(tenant)
    .bind(connection.0)
    .bind(fresh.id)
    .bind(kind)
    .bind(username)
    .bind(ha1_sha256)
    .bind(ha1_md5)
    .bind(token)
    .bind(now)
    .execute(&mut *sql)
    .await?;
    // What has ended goes; of several that run out, the newest stay.
    sqlx::query(
        "DELETE FROM connection_credentials
        WHERE tenant_id = $1
            AND connection_id = $2
            AND (
                valid_until <= $3
                OR credential_id NOT IN (
                    SELECT k.credential_id
                    FROM connection_credentials k
                    WHERE k.tenant_id = $1 AND k.connection_id = $2
                    ORDER BY k.credential_id DESC
                    LIMIT $4
                )
            )",
    )
    .bind(tenant)
    .bind(connection.0)
    .bind(now)
    .bind(i64::try_from(VALID_AT_ONCE).unwrap_or(i64::MAX))
    .execute(sql)
    .await?;
    Ok(())
}

/// When the newest credential was made, and until when the one before it is still good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct CredentialDates {
    /// When the newest was made.
    pub created_at: DateTime<Utc>,
    /// When the one before it ends; `None` when it has.
    pub previous_until: Option<DateTime<Utc>>,
}

/// The dates of a connection's credentials; `None` when it has none.
///
/// # Errors
/// [`DbError`].
pub async fn dates(
    tx: &mut TenantTx,
    connection: ConnectionId,
    now: DateTime<Utc>,
) -> Result<Option<CredentialDates>, DbError> {
    let (tenant, sql) = tx.parts();
    let dates: (Option<DateTime<Utc>>, Option<DateTime<Utc>>) = sqlx::query_as(
        "SELECT
            max(created_at),
            max(valid_until) FILTER (WHERE valid_until > $3)
        FROM connection_credentials
        WHERE tenant_id = $1 AND connection_id = $2",
    )
    .bind(tenant)
    .bind(connection.0)
    .bind(now)
    .fetch_one(sql)
    .await?;
    Ok(dates.0.map(|created_at| CredentialDates { created_at, previous_until: dates.1 }))
}

/// The longest a replaced credential may stay valid.
pub const LONGEST_OVERLAP: TimeDelta = TimeDelta::days(14);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_credential_is_what_rfc_7616_calls_a1() {
        let fresh = FreshCredential::digest("exchange").unwrap();
        let CredentialHash::Digest { username, ha1_sha256, ha1_md5 } = &fresh.hash else { panic!() };
        assert_eq!(username, "exchange");
        let a1 = format!("exchange:rokuon:{}", *fresh.secret);
        assert_eq!(ha1_sha256.as_slice(), &Sha256::digest(&a1)[..]);
        assert_eq!(ha1_md5.as_slice(), &Md5::digest(&a1)[..]);
        assert_eq!(fresh.secret.len(), 24);
    }

    #[test]
    fn two_tokens_differ_and_nothing_prints_a_secret() {
        let (one, two) = (FreshCredential::token().unwrap(), FreshCredential::token().unwrap());
        assert_ne!(*one.secret, *two.secret);
        assert_eq!(one.secret.len(), 52);
        assert_eq!(format!("{:?}", one.hash), "Token(REDACTED)");
    }

    #[test]
    fn a_credential_ends_at_its_time() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let ending = ConnectionCredential {
            hash: CredentialHash::Token([0; 32]),
            valid_until: Some(at("2026-04-01T03:00:00Z")),
        };
        assert!(ending.is_valid(at("2026-04-01T02:59:59Z")));
        assert!(!ending.is_valid(at("2026-04-01T03:00:00Z")));
        assert!(ConnectionCredential { valid_until: None, ..ending }.is_valid(at("2036-04-01T03:00:00Z")));
    }
}
