//! Places at which a test may stop a job, as a kill would: nothing after them has happened.

use std::fmt;
use std::sync::Arc;

use crate::failure::KeepingError;

/// Says at which places to stop. In production nowhere.
#[derive(Clone, Default)]
pub struct Interruption(Option<Arc<dyn Fn(&'static str) -> bool + Send + Sync>>);

impl Interruption {
    /// Stops at the places for which `stop` says so.
    pub fn when(stop: impl Fn(&'static str) -> bool + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(stop)))
    }

    /// A place.
    ///
    /// # Errors
    /// [`KeepingError::Interrupted`] where a test wants it.
    pub fn at(&self, place: &'static str) -> Result<(), KeepingError> {
        match &self.0 {
            Some(stop) if stop(place) => Err(KeepingError::Interrupted(place)),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Interruption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Interruption(some)" } else { "Interruption(none)" })
    }
}
