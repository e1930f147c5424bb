//! `Idempotency-Key`: by which a request that is sent again (a lost answer, a second press) is known and done once.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use rokuon_db::repeats::{self, Repeat, Repeatable};
use rokuon_db::tenant_tx::TenantTx;
use rokuon_policy::ids::PersonId;
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::problem::Problem;

/// The header.
pub const HEADER: &str = "idempotency-key";

/// The key that came with a request, if one did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepeatKey(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for RepeatKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(HEADER) else { return Ok(Self(None)) };
        let sound = value.to_str().ok().map(str::trim).filter(|key| (8..=128).contains(&key.len()));
        match sound {
            Some(key) => Ok(Self(Some(key.to_owned()))),
            None => Err(Problem::field(
                "Idempotency-Key",
                "8〜128文字の英数字です",
                "must have 8 to 128 printable characters",
            )),
        }
    }
}

impl RepeatKey {
    /// What is stored of it: a key is its person's own, and stands for one request only.
    pub fn of<T: Serialize>(&self, person: PersonId, asked: &T) -> Option<Repeat> {
        let key = self.0.as_ref()?;
        let mut whose = Sha256::new();
        whose.update(person.0.as_bytes());
        whose.update(key.as_bytes());
        let asked = Sha256::digest(serde_json::to_vec(asked).unwrap_or_default());
        Some(Repeat { key: whose.finalize().into(), asked: asked.into() })
    }
}

/// What an earlier request with this key made, if there was one.
///
/// # Errors
/// `invalid-fields` where the key was used for something else before; `unavailable`.
pub async fn made_before(
    tx: &mut TenantTx,
    what: Repeatable,
    repeat: &Repeat,
) -> Result<Option<Uuid>, Problem> {
    match repeats::made_before(tx, what, repeat).await? {
        None => Ok(None),
        Some((id, true)) => Ok(Some(id)),
        Some((_, false)) => Err(Problem::field(
            "Idempotency-Key",
            "別の内容の依頼ですでに使われています",
            "was used before, for something else",
        )),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    async fn read(value: &[u8]) -> Result<RepeatKey, Problem> {
        let (mut parts, ()) =
            Request::builder().header(HEADER, value).body(()).expect("a request").into_parts();
        RepeatKey::from_request_parts(&mut parts, &()).await
    }

    #[tokio::test]
    async fn a_key_is_its_persons_own_and_stands_for_one_request() {
        let key = read(b"0197a3f0-0000-7000-8000-000000000000").await.expect("sound");
        let (one, other) = (PersonId(Uuid::from_u128(1)), PersonId(Uuid::from_u128(2)));
        let first = key.of(one, &"a").expect("a key");
        assert_eq!(key.of(one, &"a"), Some(first));
        assert_ne!(key.of(other, &"a").expect("a key").key, first.key);
        let changed = key.of(one, &"b").expect("a key");
        assert_eq!((changed.key == first.key, changed.asked == first.asked), (true, false));
        assert_eq!(RepeatKey(None).of(one, &"a"), None);
        for wrong in [&b"short"[..], &[b'x'; 129], "鍵鍵鍵鍵鍵鍵".as_bytes()] {
            read(wrong).await.expect_err("not a key");
        }
    }
}
