//! A cell's key in memory, with a knob that makes it fail: the twin of the real one for tests.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use uuid::Uuid;

use crate::cell_key::CellKey;
use crate::key_service::{DataKey, KeyError, KeyErrorKind, WrappedKey};

/// Remembers what it made; the wrapped form is only a name for it.
#[derive(Default)]
pub struct MemoryCellKey {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    made: HashMap<Uuid, (Uuid, DataKey)>,
    down: bool,
    unwrapped: u64,
}

impl MemoryCellKey {
    /// Nothing made, no fault.
    pub fn new() -> Self {
        Self::default()
    }

    /// While set, every call fails as [`KeyErrorKind::Unavailable`].
    pub fn set_down(&self, down: bool) {
        self.state().down = down;
    }

    /// How many spool keys were made.
    pub fn generated(&self) -> usize {
        self.state().made.len()
    }

    /// How many were unwrapped.
    pub fn unwrapped(&self) -> u64 {
        self.state().unwrapped
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn met_faults(&self) -> Result<MutexGuard<'_, State>, KeyError> {
        let state = self.state();
        match state.down {
            true => Err(KeyError::new(KeyErrorKind::Unavailable, "a fault the test asked for")),
            false => Ok(state),
        }
    }
}

#[async_trait]
impl CellKey for MemoryCellKey {
    async fn generate_spool_key(&self, id: Uuid) -> Result<(DataKey, WrappedKey), KeyError> {
        let (key, name) = (DataKey::generate(), Uuid::new_v4());
        self.met_faults()?.made.insert(name, (id, key.clone()));
        Ok((key, WrappedKey::from_bytes(name.as_bytes().to_vec())))
    }

    async fn unwrap_spool_key(&self, id: Uuid, wrapped: &WrappedKey) -> Result<DataKey, KeyError> {
        let mut state = self.met_faults()?;
        state.unwrapped += 1;
        let made = Uuid::from_slice(wrapped.as_bytes()).ok().and_then(|name| state.made.get(&name).cloned());
        made.filter(|(of, _)| *of == id).map(|(_, key)| key).ok_or_else(|| {
            KeyError::new(KeyErrorKind::Refused, "altered, or made for another life of a spool")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::cell_key_contract;

    #[tokio::test]
    async fn the_memory_twin_keeps_the_contract() {
        cell_key_contract::keeps_the_contract(&MemoryCellKey::new()).await;
    }
}
