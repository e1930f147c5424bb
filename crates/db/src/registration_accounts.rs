//! The accounts with which we register at cloud PBXs and trunks, and how each stands.

use std::fmt;

use chrono::{DateTime, Utc};
use rokuon_policy::closed_list;
use rokuon_policy::ids::ConnectionId;
use rokuon_policy::pii::Pii;

use crate::connection_terms::SipTransport;
use crate::error::DbError;
use crate::row::{Place, revealed};
use crate::tenant_tx::TenantTx;

closed_list! {
    /// How a registration stands.
    pub enum RegistrationState {
        /// Not tried yet, or switched off.
        Unregistered = "unregistered",
        /// The registrar knows us.
        Registered = "registered",
        /// The registrar answered no; the status code says why.
        Refused = "refused",
        /// The registrar did not answer, or its name or certificate is wrong.
        Unreachable = "unreachable",
    }
}

/// An account at a registrar.
#[derive(Clone, PartialEq, Eq)]
pub struct RegistrationAccount {
    /// Host name or address of the registrar.
    pub registrar_host: String,
    /// Its port.
    pub registrar_port: u16,
    /// What to reach it over.
    pub transport: SipTransport,
    /// The domain of the address of record; the registrar's host when `None`.
    pub domain: Option<String>,
    /// User part of the address of record; may be a telephone number.
    pub username: Pii<String>,
    /// User name of the digest; the user part when `None`.
    pub auth_username: Option<Pii<String>>,
    /// The password sealed under the tenant's key; opened by a worker alone.
    pub sealed_password: Vec<u8>,
    /// The expiry asked for, in seconds: 60–86400.
    pub expires_seconds: u32,
}

impl fmt::Debug for RegistrationAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegistrationAccount")
            .field("registrar_host", &self.registrar_host)
            .field("registrar_port", &self.registrar_port)
            .field("transport", &self.transport)
            .finish_non_exhaustive()
    }
}

/// How an account stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationStanding {
    /// In one word.
    pub state: RegistrationState,
    /// The last final status code of the registrar.
    pub status_code: Option<u16>,
    /// Since when it stands so.
    pub since: Option<DateTime<Utc>>,
    /// When the registrar last confirmed it.
    pub confirmed_at: Option<DateTime<Utc>>,
}

/// An account with how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingAccount {
    /// The account.
    pub account: RegistrationAccount,
    /// How it stands.
    pub standing: RegistrationStanding,
}

/// Sets the account of a connection: makes it or replaces it. It stands as not tried again.
///
/// # Errors
/// [`DbError::Conflict`] `registration_accounts_connection` for an unknown connection.
pub async fn put(
    tx: &mut TenantTx,
    connection: ConnectionId,
    account: &RegistrationAccount,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let (tenant, sql) = tx.parts();
    sqlx::query(
        "INSERT INTO registration_accounts (
            tenant_id,
            connection_id,
            registrar_host,
            registrar_port,
            transport,
            domain,
            username,
            auth_username,
            sealed_password,
            expires_seconds,
            state,
            state_since
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'unregistered', $11)
        ON CONFLICT (tenant_id, connection_id) DO UPDATE SET
            registrar_host = excluded.registrar_host,
            registrar_port = excluded.registrar_port,
            transport = excluded.transport,
            domain = excluded.domain,
            username = excluded.username,
            auth_username = excluded.auth_username,
            sealed_password = excluded.sealed_password,
            expires_seconds = excluded.expires_seconds,
            state = 'unregistered',
            status_code = NULL,
            state_since = excluded.state_since",
    )
    .bind(tenant)
    .bind(connection.0)
    .bind(&account.registrar_host)
    .bind(i32::from(account.registrar_port))
    .bind(account.transport.as_str())
    .bind(&account.domain)
    .bind(account.username.reveal())
    .bind(revealed(&account.auth_username))
    .bind(&account.sealed_password)
    .bind(i32::try_from(account.expires_seconds).unwrap_or(i32::MAX))
    .bind(now)
    .execute(sql)
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    registrar_host: String,
    registrar_port: i32,
    transport: String,
    domain: Option<String>,
    username: String,
    auth_username: Option<String>,
    sealed_password: Vec<u8>,
    expires_seconds: i32,
    state: String,
    status_code: Option<i32>,
    state_since: Option<DateTime<Utc>>,
    confirmed_at: Option<DateTime<Utc>>,
}

/// The account of a connection.
///
/// # Errors
/// [`DbError`].
pub async fn find(tx: &mut TenantTx, connection: ConnectionId) -> Result<Option<StandingAccount>, DbError> {
    let (tenant, sql) = tx.parts();
    let row: Option<Row> = sqlx::query_as(
        "SELECT
            registrar_host,
            registrar_port,
            transport,
            domain,
            username,
            auth_username,
            sealed_password,
            expires_seconds,
            state,
            status_code,
            state_since,
            confirmed_at
        FROM registration_accounts
        WHERE tenant_id = $1 AND connection_id = $2",
    )
    .bind(tenant)
    .bind(connection.0)
    .fetch_optional(sql)
    .await?;
    row.map(|row| row.standing(connection)).transpose()
}

/// Notes how the account stands; the time since when stays while it stands the same.
///
/// # Errors
/// [`DbError`].
pub async fn note(
    tx: &mut TenantTx,
    connection: ConnectionId,
    state: RegistrationState,
    status_code: Option<u16>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let (tenant, sql) = tx.parts();
    sqlx::query(
        "UPDATE registration_accounts
        SET
            state_since = CASE
                WHEN state = $3 AND status_code IS NOT DISTINCT FROM $4 THEN coalesce(state_since, $5)
                ELSE $5
            END,
            confirmed_at = CASE WHEN $3 = 'registered' THEN greatest(confirmed_at, $5) ELSE confirmed_at END,
            state = $3,
            status_code = $4
        WHERE tenant_id = $1 AND connection_id = $2",
    )
    .bind(tenant)
    .bind(connection.0)
    .bind(state.as_str())
    .bind(status_code.map(i32::from))
    .bind(now)
    .execute(sql)
    .await?;
    Ok(())
}

impl Row {
    fn standing(self, connection: ConnectionId) -> Result<StandingAccount, DbError> {
        let place = Place { table: "registration_accounts", row: &connection };
        Ok(StandingAccount {
            standing: RegistrationStanding {
                state: place.parse("state", &self.state)?,
                status_code: self.status_code.map(|code| place.number("status_code", code)).transpose()?,
                since: self.state_since,
                confirmed_at: self.confirmed_at,
            },
            account: RegistrationAccount {
                registrar_port: place.number("registrar_port", self.registrar_port)?,
                transport: place.parse("transport", &self.transport)?,
                expires_seconds: place.number("expires_seconds", self.expires_seconds)?,
                registrar_host: self.registrar_host,
                domain: self.domain,
                username: Pii::new(self.username),
                auth_username: self.auth_username.map(Pii::new),
                sealed_password: self.sealed_password,
            },
        })
    }
}
