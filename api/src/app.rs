//! What every route is handed: the database, the sealed recordings, the clock and the settings.

use std::sync::Arc;

use rokuon_policy::clock::Clock;

use crate::access::sign_in_throttle::SignInThrottle;
use crate::config::ApiConfig;
use crate::layers::rate_limit::RateLimit;
use crate::layers::source::Source;
use crate::problem::Problem;

/// The parts of a running API; cheap to clone.
#[derive(Clone)]
pub struct App {
    parts: Arc<Parts>,
}

struct Parts {
    clock: Arc<dyn Clock>,
    config: ApiConfig,
    throttle: SignInThrottle,
    by_source: RateLimit<Source>,
    by_session: RateLimit<[u8; 32]>,
}

impl App {
    /// Puts the parts together.
    pub fn new(clock: Arc<dyn Clock>, config: ApiConfig) -> Self {
        let by_source = RateLimit::new(config.requests_per_minute_per_source);
        let by_session = RateLimit::new(config.requests_per_minute_per_session);
        Self {
            parts: Arc::new(Parts {
                clock,
                config,
                throttle: SignInThrottle::default(),
                by_source,
                by_session,
            }),
        }
    }

    /// The settings.
    pub fn config(&self) -> &ApiConfig {
        &self.parts.config
    }

    /// The time.
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.parts.clock.now()
    }

    /// Failed sign-ins.
    pub fn throttle(&self) -> &SignInThrottle {
        &self.parts.throttle
    }

    /// Counts one request of a source.
    ///
    /// # Errors
    /// `too-many-requests`.
    pub fn take_request_of_source(&self, source: Source) -> Result<(), Problem> {
        self.parts.by_source.take(source, self.now())
    }

    /// Counts one request of a session.
    ///
    /// # Errors
    /// `too-many-requests`.
    pub fn take_request_of_session(&self, stored_token: [u8; 32]) -> Result<(), Problem> {
        self.parts.by_session.take(stored_token, self.now())
    }
}
