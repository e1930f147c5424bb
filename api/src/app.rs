//! What every route is handed: the database, the sealed recordings, the clock and the settings.

use std::sync::Arc;

use rokuon_db::database::Database;
use rokuon_policy::clock::Clock;
use rokuon_policy::ids::TenantId;
use rokuon_storage::key_service::KeyService;
use rokuon_storage::recording_reader::RecordingReader;

use crate::access::sign_in_throttle::SignInThrottle;
use crate::config::ApiConfig;
use crate::layers::rate_limit::RateLimit;
use crate::layers::source::Source;
use crate::problem::Problem;
use crate::routes::recordings::picture::PictureCache;
use crate::tenant_rules::{RulesCache, TenantRules};

/// The parts of a running API; cheap to clone.
#[derive(Clone)]
pub struct App {
    parts: Arc<Parts>,
}

struct Parts {
    db: Database,
    reader: RecordingReader,
    keys: Arc<dyn KeyService>,
    rules: RulesCache,
    pictures: PictureCache,
    clock: Arc<dyn Clock>,
    config: ApiConfig,
    throttle: SignInThrottle,
    by_source: RateLimit<Source>,
    by_session: RateLimit<[u8; 32]>,
}

impl App {
    /// Puts the parts together.
    pub fn new(
        db: Database,
        reader: RecordingReader,
        keys: Arc<dyn KeyService>,
        clock: Arc<dyn Clock>,
        config: ApiConfig,
    ) -> Self {
        let parts = Parts {
            db,
            reader,
            keys,
            rules: RulesCache::default(),
            pictures: PictureCache::default(),
            clock,
            throttle: SignInThrottle::default(),
            by_source: RateLimit::new(config.requests_per_minute_per_source),
            by_session: RateLimit::new(config.requests_per_minute_per_session),
            config,
        };
        Self { parts: Arc::new(parts) }
    }

    /// The database.
    pub fn db(&self) -> &Database {
        &self.parts.db
    }

    /// The sealed recordings.
    pub fn reader(&self) -> &RecordingReader {
        &self.parts.reader
    }

    /// Where secrets are sealed under the tenant's key. Nothing of the API opens one again.
    pub fn keys(&self) -> &dyn KeyService {
        self.parts.keys.as_ref()
    }

    /// The pictures of sounds drawn lately.
    pub fn pictures(&self) -> &PictureCache {
        &self.parts.pictures
    }

    /// A tenant's rules in force.
    ///
    /// # Errors
    /// `not-found` when there is no such tenant; `unavailable`.
    pub async fn rules(&self, tenant: &TenantId) -> Result<Arc<TenantRules>, Problem> {
        self.parts.rules.rules(self, tenant).await
    }

    /// The settings.
    pub fn config(&self) -> &ApiConfig {
        &self.parts.config
    }

    /// The clock.
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.parts.clock.clone()
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
