//! One worker a test with a database of its own, and phones decent and otherwise.

pub mod gated_keys;
pub mod house;
pub mod kept;
pub mod raw_phone;
pub mod recording_client;
pub mod tls;
pub mod voice;

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// How long anything may take that is waited for: against never, not against slow.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until something holds; after [`PATIENCE`] the test fails for `what`.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let late = Instant::now() + PATIENCE;
    while !holds().await {
        assert!(Instant::now() < late, "{what}");
        sleep(Duration::from_millis(20)).await;
    }
}
