//! So many requests a minute from one source and of one session; memory is bounded.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};

use crate::app::App;
use crate::layers::source::Source;
use crate::problem::{Code, Problem};

/// How many keys are remembered; when full, those that are at rest are forgotten, then the oldest.
const REMEMBERED: usize = 20_000;

/// Token buckets by key.
#[derive(Debug)]
pub struct RateLimit<K> {
    per_minute: f64,
    buckets: Mutex<HashMap<K, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: DateTime<Utc>,
}

impl<K: Hash + Eq + Clone> RateLimit<K> {
    /// At most `per_minute` requests a minute; as many at once.
    pub fn new(per_minute: u32) -> Self {
        Self { per_minute: f64::from(per_minute.max(1)), buckets: Mutex::default() }
    }

    /// Takes one request of `key` at `now`.
    ///
    /// # Errors
    /// `too-many-requests` with the seconds to wait.
    pub fn take(&self, key: K, now: DateTime<Utc>) -> Result<(), Problem> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= REMEMBERED && !buckets.contains_key(&key) {
            self.forget(&mut buckets, now);
        }
        let bucket = buckets.entry(key).or_insert(Bucket { tokens: self.per_minute, at: now });
        bucket.tokens = self.filled(bucket, now);
        bucket.at = now;
        if bucket.tokens < 1.0 {
            let seconds = ((1.0 - bucket.tokens) * 60.0 / self.per_minute).ceil().max(1.0);
            let retry =
                HeaderValue::from_str(&format!("{seconds:.0}")).unwrap_or(HeaderValue::from_static("1"));
            return Err(Problem::new(Code::TooManyRequests).header(header::RETRY_AFTER, retry));
        }
        bucket.tokens -= 1.0;
        Ok(())
    }

    fn filled(&self, bucket: &Bucket, now: DateTime<Utc>) -> f64 {
        let elapsed = (now - bucket.at).num_milliseconds().max(0) as f64;
        (bucket.tokens + elapsed * self.per_minute / 60_000.0).min(self.per_minute)
    }

    fn forget(&self, buckets: &mut HashMap<K, Bucket>, now: DateTime<Utc>) {
        buckets.retain(|_, bucket| self.filled(bucket, now) < self.per_minute);
        if buckets.len() >= REMEMBERED {
            let oldest = buckets.iter().min_by_key(|(_, bucket)| bucket.at).map(|(key, _)| key.clone());
            oldest.map(|key| buckets.remove(&key));
        }
    }
}

/// Refuses what one source sends too much of.
pub async fn by_source(State(app): State<App>, request: Request, next: Next) -> Response {
    let source = request.extensions().get::<Source>().copied();
    match source.map_or(Ok(()), |source| app.take_request_of_source(source)) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn what_is_above_the_rate_waits_and_others_do_not() {
        let limit = RateLimit::new(60);
        let start = DateTime::UNIX_EPOCH;
        assert!((0..60).all(|_| limit.take("a", start).is_ok()));
        let refused = limit.take("a", start).expect_err("above the rate");
        assert_eq!(refused.code(), Code::TooManyRequests);
        assert!(limit.take("b", start).is_ok());
        assert!(limit.take("a", start + TimeDelta::seconds(1)).is_ok());
        assert!(limit.take("a", start + TimeDelta::seconds(1)).is_err());
        assert!(limit.take("a", start - TimeDelta::seconds(60)).is_err(), "a clock set back gives nothing");
    }

    #[test]
    fn memory_is_bounded() {
        let limit = RateLimit::new(2);
        for key in 0..(REMEMBERED + 500) {
            let _ = limit.take(key, DateTime::UNIX_EPOCH);
        }
        assert!(limit.buckets.lock().expect("not poisoned").len() <= REMEMBERED);
    }
}
