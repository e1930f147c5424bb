//! Guessing passwords stops at ten failures in fifteen minutes, without shutting the person out.
//!
//! Three counters: of one account from one source, of one source, of one account. A source from which the person has signed
//! in before is bound by the first only, so that neither a colleague behind the same address nor a stranger elsewhere can
//! shut them out. Each API process counts for itself; the first counter also stands in the database.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use axum::http::{HeaderValue, header};
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use crate::layers::source::Source;
use crate::problem::{Code, Problem};

/// Failures that close a door (ASVS 5.0 6.1.1).
pub const MOST: usize = 10;
/// For how long a failure counts.
pub const WINDOW: TimeDelta = TimeDelta::minutes(15);
/// How many keys each counter remembers; the one that failed longest ago is forgotten first.
const REMEMBERED: usize = 20_000;

/// An account, as a digest: what is typed by mistake into the ID field is kept nowhere.
type Account = [u8; 32];

/// Failed sign-ins of the last quarter of an hour.
#[derive(Debug, Default)]
pub struct SignInThrottle(Mutex<Counters>);

#[derive(Debug, Default)]
struct Counters {
    pairs: HashMap<(Account, Source), Vec<DateTime<Utc>>>,
    sources: HashMap<Source, Vec<DateTime<Utc>>>,
    accounts: HashMap<Account, Vec<DateTime<Utc>>>,
    proved: HashMap<(Account, Source), Vec<DateTime<Utc>>>,
}

/// An attempt that was let through; it counts as failed until it is said to have succeeded.
#[derive(Debug)]
pub struct Attempt {
    account: Account,
    source: Source,
    at: DateTime<Utc>,
}

impl SignInThrottle {
    /// Lets an attempt through, counting it as failed at once: attempts sent side by side count too.
    ///
    /// # Errors
    /// `too-many-attempts` with the seconds until the oldest counted failure is forgotten.
    pub fn attempt(
        &self,
        tenant: &str,
        login_id: &str,
        source: Source,
        now: DateTime<Utc>,
    ) -> Result<Attempt, Problem> {
        let account = account(tenant, login_id);
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let proved = counters.proved.contains_key(&(account, source));
        let mut waits = vec![wait(counters.pairs.get_mut(&(account, source)), now)];
        if !proved {
            waits.push(wait(counters.sources.get_mut(&source), now));
            waits.push(wait(counters.accounts.get_mut(&account), now));
        }
        if let Some(seconds) = waits.into_iter().flatten().max() {
            let retry = HeaderValue::from(u64::try_from(seconds).unwrap_or(1).max(1));
            return Err(Problem::new(Code::TooManyAttempts).header(header::RETRY_AFTER, retry));
        }
        add(&mut counters.pairs, (account, source), now);
        add(&mut counters.sources, source, now);
        add(&mut counters.accounts, account, now);
        Ok(Attempt { account, source, at: now })
    }

    /// Takes a successful attempt out of the counters and remembers its source.
    pub fn succeeded(&self, attempt: &Attempt) {
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counters.pairs.remove(&(attempt.account, attempt.source));
        let Counters { sources, accounts, proved, .. } = &mut *counters;
        for times in
            [sources.get_mut(&attempt.source), accounts.get_mut(&attempt.account)].into_iter().flatten()
        {
            if let Some(place) = times.iter().rposition(|at| *at == attempt.at) {
                times.remove(place);
            }
        }
        proved.remove(&(attempt.account, attempt.source));
        add(proved, (attempt.account, attempt.source), attempt.at);
    }
}

fn account(tenant: &str, login_id: &str) -> Account {
    let mut hash = Sha256::new();
    hash.update(tenant.as_bytes());
    hash.update([0]);
    hash.update(login_id.to_lowercase().as_bytes());
    hash.finalize().into()
}

/// Seconds to wait, if the door is closed.
fn wait(times: Option<&mut Vec<DateTime<Utc>>>, now: DateTime<Utc>) -> Option<i64> {
    let times = times?;
    times.retain(|at| now - *at < WINDOW);
    let first = times.len().checked_sub(MOST)?;
    times.get(first).map(|oldest| ((*oldest + WINDOW - now).num_milliseconds() + 999) / 1000)
}

fn add<K: Hash + Eq + Clone>(counter: &mut HashMap<K, Vec<DateTime<Utc>>>, key: K, now: DateTime<Utc>) {
    if counter.len() >= REMEMBERED && !counter.contains_key(&key) {
        let oldest =
            counter.iter().min_by_key(|(_, times)| times.last().copied()).map(|(key, _)| key.clone());
        oldest.map(|key| counter.remove(&key));
    }
    counter.entry(key).or_default().push(now);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(last: u8) -> Source {
        Source([192, 0, 2, last].into())
    }

    #[test]
    fn the_eleventh_guess_waits_and_the_window_slides() {
        let throttle = SignInThrottle::default();
        let start = DateTime::UNIX_EPOCH;
        for second in 0..10 {
            assert!(throttle.attempt("aozora", "a1", source(1), start + TimeDelta::seconds(second)).is_ok());
        }
        let refused =
            throttle.attempt("aozora", "A1", source(1), start + TimeDelta::minutes(5)).expect_err("closed");
        assert_eq!(refused.code(), Code::TooManyAttempts);
        assert!(throttle.attempt("aozora", "a1", source(1), start + TimeDelta::minutes(15)).is_ok());
    }

    #[test]
    fn a_stranger_cannot_shut_the_person_out_of_a_place_they_signed_in_from() {
        let throttle = SignInThrottle::default();
        let start = DateTime::UNIX_EPOCH;
        let first = throttle.attempt("aozora", "a1", source(1), start).expect("open");
        throttle.succeeded(&first);
        for _ in 0..10 {
            throttle.attempt("aozora", "a1", source(66), start).expect("open");
        }
        assert!(throttle.attempt("aozora", "a1", source(66), start).is_err(), "the stranger's own place");
        assert!(throttle.attempt("aozora", "a1", source(67), start).is_err(), "a new place of anybody");
        assert!(throttle.attempt("aozora", "a1", source(1), start).is_ok(), "the person's place");
        assert!(throttle.attempt("aozora", "a2", source(1), start).is_ok(), "another account elsewhere");
        assert!(
            throttle.attempt("aozora", "a1", source(67), start + TimeDelta::minutes(15)).is_ok(),
            "not for ever"
        );
    }

    #[test]
    fn one_source_cannot_try_one_password_on_many_accounts() {
        let throttle = SignInThrottle::default();
        for account in 0..10 {
            let name = format!("a{account}");
            throttle.attempt("aozora", &name, source(1), DateTime::UNIX_EPOCH).expect("open");
        }
        assert!(throttle.attempt("aozora", "another", source(1), DateTime::UNIX_EPOCH).is_err());
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = SignInThrottle::default();
        for account in 0..(REMEMBERED + 10) {
            let place = Source(std::net::IpAddr::from((account as u32).to_be_bytes()));
            let _ = throttle.attempt("aozora", &account.to_string(), place, DateTime::UNIX_EPOCH);
        }
        assert!(throttle.0.lock().expect("not poisoned").accounts.len() <= REMEMBERED);
    }
}
