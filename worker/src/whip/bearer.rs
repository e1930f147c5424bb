//! Bearer tokens (RFC 6750): read from the header, found by their hash in constant time.

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use chrono::{DateTime, Utc};
use rokuon_db::connection_credentials::CredentialHash;
use rokuon_db::connection_terms::ConnectionKind;
use sha2::{Digest as _, Sha256};
use subtle::{ConditionallySelectable as _, ConstantTimeEq as _};

use crate::routing::table::{ConnectionRoute, RoutingTable};

/// SHA-256 of a token: all that is ever kept of it.
pub type TokenHash = [u8; 32];

/// Longest token that is hashed; ours have 52 characters.
const LONGEST: usize = 1_024;

/// The hash of the token that a request carries.
pub fn token_of(headers: &HeaderMap) -> Option<TokenHash> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.len() <= LONGEST)
        .then(|| Sha256::digest(token.as_bytes()).into())
}

/// The connection that a token opens. Every hash is looked at, whichever fits, so that time tells nothing.
pub fn connection_of(
    routes: &RoutingTable,
    token: &TokenHash,
    now: DateTime<Utc>,
) -> Option<Arc<ConnectionRoute>> {
    let tokens = routes
        .of_kind(ConnectionKind::Whip)
        .flat_map(|connection| connection.valid_credentials(now).map(move |hash| (connection, hash)))
        .filter_map(|(connection, hash)| match hash {
            CredentialHash::Token(expected) => Some((connection, expected)),
            CredentialHash::Digest { .. } => None,
        })
        .collect::<Vec<_>>();
    let mut found = u32::MAX;
    for (place, (_, expected)) in (0_u32..).zip(&tokens) {
        found.conditional_assign(&place, expected.ct_eq(token));
    }
    let place = usize::try_from(found).ok()?;
    tokens.get(place).map(|(connection, _)| Arc::clone(connection))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    // rule: WI6
    #[test]
    fn a_token_is_read_whatever_the_case_of_its_scheme_and_nothing_else_is_one() {
        let with = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, HeaderValue::from_static(value));
            token_of(&headers)
        };
        assert_eq!(with("Bearer abc"), with("bearer  abc"));
        assert!(with("Bearer abc").is_some());
        for other in ["Basic abc", "Bearer", "Bearer ", "abc"] {
            assert_eq!(with(other), None, "{other}");
        }
        assert_eq!(token_of(&HeaderMap::new()), None);
    }
}
