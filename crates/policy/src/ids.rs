//! Typed identifiers: what one noun is called on every floor.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A string that cannot be an identifier of this kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {kind}: {reason}")]
pub struct InvalidId {
    /// The kind of identifier that was expected.
    pub kind: &'static str,
    /// What is wrong with it.
    pub reason: &'static str,
}

/// A municipality or bureau whose rules apply: its key, such as `toyonaka`.
///
/// 2–40 of `a-z 0-9 -`, beginning with a letter; safe in URLs, object keys and encryption contexts.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TenantId(String);

/// A department (課) of a tenant: the key the policy or the tenant's register gives it.
///
/// 1–64 of `a-z 0-9 -`, beginning with a letter.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DepartmentId(String);

fn slug(kind: &'static str, text: &str, longest: usize, shortest: usize) -> Result<String, InvalidId> {
    if text.len() < shortest || text.len() > longest {
        return Err(InvalidId { kind, reason: "wrong length" });
    }
    if !text.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Err(InvalidId { kind, reason: "must begin with a lower-case letter" });
    }
    if !text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        return Err(InvalidId { kind, reason: "only a-z, 0-9 and - are allowed" });
    }
    Ok(text.to_owned())
}

macro_rules! slug_id {
    ($name:ident, $kind:literal, $shortest:literal, $longest:literal) => {
        impl $name {
            /// The key as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                slug($kind, text, $longest, $shortest).map(Self)
            }
        }
        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

slug_id!(TenantId, "tenant", 2, 40);
slug_id!(DepartmentId, "department", 1, 64);

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::parse_str(text)
                    .map(Self)
                    .map_err(|_| InvalidId { kind: stringify!($name), reason: "not a UUID" })
            }
        }
    )*};
}

uuid_ids! {
    /// One conversation as the tenant's call log knows it.
    CallId;
    /// What is kept of a call.
    RecordingId;
    /// A cloud PBX or trunk the tenant records from.
    ConnectionId;
    /// A recorder, handset or camera in the tenant's register.
    DeviceId;
    /// A member of staff who was issued an ID.
    PersonId;
    /// A post held by a person from–to.
    AppointmentId;
    /// A stated, permitted purpose that opens one recording to one person for a short time.
    UseId;
    /// One line of the audit trail.
    AuditEventId;
    /// A preservation hold, on one recording or on many.
    HoldId;
    /// A request that recordings be erased before their period is over.
    ErasureId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_key_is_a_short_slug() {
        assert_eq!("osaka-waterworks".parse::<TenantId>().map(String::from), Ok("osaka-waterworks".into()));
        for bad in ["", "t", "Toyonaka", "1city", "a b", "../etc", "市"] {
            assert!(bad.parse::<TenantId>().is_err(), "{bad:?} was accepted");
        }
    }
}
