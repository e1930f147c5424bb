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

/// Waits until something holds; after half a minute the test fails for `what`.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let late = Instant::now() + Duration::from_secs(30);
    while !holds().await {
        assert!(Instant::now() < late, "{what}");
        sleep(Duration::from_millis(20)).await;
    }
}
