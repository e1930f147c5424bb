//! What every route is handed: the database, the sealed recordings, the clock and the settings.

use std::sync::Arc;

use rokuon_policy::clock::Clock;

use crate::config::ApiConfig;

/// The parts of a running API; cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The settings.
    pub config: Arc<ApiConfig>,
}
