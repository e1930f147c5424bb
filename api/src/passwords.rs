//! Passwords: hashed with Argon2id off the async threads, and checked at the same cost whoever is asked for.

use std::sync::{Arc, LazyLock};

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::problem::Problem;

/// Longest password, in characters (ASVS 5.0 6.2.9 asks for at least 64).
pub const PASSWORD_MAX_LENGTH: usize = 128;

/// How many hashes may be computed at once: each takes 19 MiB, and a flood of sign-ins must not take the machine.
const AT_ONCE: usize = 4;

static PLACES: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(AT_ONCE)));

/// What is verified when there is no such person, so that the answer takes as long as for one who exists.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| hash_blocking(&initial_password()).unwrap_or_else(|_| String::new()));

/// A fresh initial password: 20 characters without ones that look alike, 98 bits.
pub fn initial_password() -> String {
    const LETTERS: &[u8; 31] = b"abcdefghijkmnpqrstuvwxyz2345678";
    let mut password = String::with_capacity(23);
    while password.len() < 23 {
        if password.len() % 6 == 5 {
            password.push('-');
            continue;
        }
        let mut byte = [0_u8; 1];
        getrandom::fill(&mut byte).expect("the system gives random bytes");
        // 248 = 8 × 31: above it a letter would be more likely than another
        if byte[0] < 248 {
            password.push(char::from(LETTERS[usize::from(byte[0]) % LETTERS.len()]));
        }
    }
    password
}

/// Hashes a password to a PHC string, on this thread: for set-up commands. Takes some 20 ms and 19 MiB.
///
/// # Errors
/// None that a password could cause.
pub fn hash_blocking(password: &str) -> Result<String, argon2::password_hash::Error> {
    let hash: PasswordHash = Argon2::default().hash_password(password.as_bytes())?;
    Ok(hash.to_string())
}

/// Hashes a password to a PHC string.
///
/// # Errors
/// `internal` when the hasher fails.
pub async fn hash(password: String) -> Result<String, Problem> {
    let place = Arc::clone(&PLACES).acquire_owned().await.map_err(Problem::internal)?;
    let hashed = spawn_blocking(move || {
        let hashed = hash_blocking(&password);
        drop(place);
        hashed
    });
    hashed.await.map_err(Problem::internal)?.map_err(Problem::internal)
}

/// Whether `password` is the one of `stored` (a PHC string). Without `stored` the same work is done, and the answer is no.
///
/// # Errors
/// `internal` when the hasher fails.
pub async fn verify(password: String, stored: Option<String>) -> Result<bool, Problem> {
    let place = Arc::clone(&PLACES).acquire_owned().await.map_err(Problem::internal)?;
    let verified = spawn_blocking(move || {
        let nobody = NOBODY.as_str(); // made by whoever comes first, known or not
        let exists = stored.is_some();
        let stored = stored.unwrap_or_else(|| nobody.to_owned());
        let fits = Argon2::default().verify_password(password.as_bytes(), stored.as_str()).is_ok();
        drop(place);
        fits && exists
    });
    verified.await.map_err(Problem::internal)
}

/// What is wrong with a new password, if anything: in Japanese and English.
pub fn fault(new: &str, current: &str, login_id: &str, min_length: u32) -> Option<(String, String)> {
    let length = new.chars().count();
    let min = usize::try_from(min_length).unwrap_or(usize::MAX);
    let lower = new.to_lowercase();
    let distinct: std::collections::BTreeSet<char> = new.chars().collect();
    if length < min {
        Some((format!("{min}文字以上にしてください"), format!("must have at least {min} characters")))
    } else if length > PASSWORD_MAX_LENGTH {
        let (ja, en) = ("文字以内にしてください", "characters at most");
        Some((format!("{PASSWORD_MAX_LENGTH}{ja}"), format!("may have {PASSWORD_MAX_LENGTH} {en}")))
    } else if new == current {
        Some(("現在のパスワードとは別のものにしてください".into(), "must differ from the present one".into()))
    } else if !login_id.is_empty() && lower.contains(&login_id.to_lowercase()) {
        Some(("IDを含めないでください".into(), "must not contain the ID".into()))
    } else if distinct.len() < 5
        || COMMON.iter().any(|common| lower.contains(common) && length < common.len() + 6)
    {
        Some(("推測されやすいパスワードです".into(), "is too easy to guess".into()))
    } else {
        None
    }
}

/// Words that begin most guessed passwords; a password that adds fewer than six characters to one is refused.
const COMMON: &[&str] = &[
    "password", "passw0rd", "qwerty", "12345678", "abcdefgh", "letmein", "welcome", "rokuon", "iloveyou",
    "admin",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_of_somebody_fits() {
        let stored = hash("correct horse battery".into()).await.expect("hashed");
        assert!(stored.starts_with("$argon2id$"), "{stored}");
        assert!(verify("correct horse battery".into(), Some(stored.clone())).await.expect("verified"));
        assert!(!verify("correct horse".into(), Some(stored)).await.expect("verified"));
        assert!(!verify("anything".into(), None).await.expect("verified"));
        assert!(!verify("anything".into(), Some("not a hash".into())).await.expect("verified"));
    }

    #[test]
    fn initial_passwords_differ_and_pass_their_own_rules() {
        let (one, two) = (initial_password(), initial_password());
        assert_ne!(one, two);
        assert_eq!(one.len(), 23);
        assert_eq!(fault(&one, &two, "a01234", 15), None);
    }

    #[test]
    fn weak_passwords_are_named_as_what_they_are() {
        for (new, wanted) in [
            ("short", "at least 12"),
            ("the-present-one", "differ"),
            ("xx-A01234-yyyyyzz", "contain the ID"),
            ("aaaaaaaaaaaaaaa", "easy"),
            ("Password12345", "easy"),
            ("a long sentence nobody guesses", ""),
        ] {
            let said = fault(new, "the-present-one", "a01234", 12).map(|(_, en)| en).unwrap_or_default();
            assert!(if wanted.is_empty() { said.is_empty() } else { said.contains(wanted) }, "{new}: {said}");
        }
        assert!(fault(&"ab c1".repeat(26), "", "", 12).is_some_and(|(_, en)| en.contains("128")));
    }
}
