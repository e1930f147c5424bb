//! Stopping and being full, as exchanges see it.

use std::time::Duration;

use rokuon_fixtures::g711::Law;
use rokuon_fixtures::phone::PhoneError;
use rokuon_fixtures::sip_link::Transport;

use crate::harness::PATIENCE;
use crate::harness::house::{EXCHANGE, House};
use crate::harness::raw_phone::RawPhone;
use crate::harness::recording_client::RecordingClient;
use crate::media::{LASTS, SPEAKS_ON, noise};

// rule: F20
#[tokio::test(flavor = "multi_thread")]
async fn draining_ends_no_call_takes_no_new_one_and_says_so() {
    let mut house = House::open().await;
    let phone = house.phone(Transport::Udp).await;
    let mut live = phone.invite(&noise(70, 60)).await.unwrap();
    let mut worker = house.take_worker();
    let drained = tokio::spawn(async move {
        let left = worker.drain(Duration::from_secs(60)).await;
        (worker, left)
    });
    let mut other = RecordingClient::new(RawPhone::at(EXCHANGE, house.target(Transport::Udp)).await);
    loop {
        // the word may not have reached the desk yet
        let answer = other.ask("OPTIONS", None, None).await;
        if answer.status() == Some(503) {
            assert!(answer.header("Retry-After").is_some());
            break;
        }
    }
    let refused = phone.invite(&noise(71, 10)).await;
    assert!(matches!(refused, Err(PhoneError::Refused { status: 503, .. })), "{refused:?}");
    live.said_everything().await;
    assert!(!drained.is_finished(), "a call lives");
    let sent = live.hang_up().await.unwrap();
    let (worker, left) = drained.await.unwrap();
    assert_eq!(left, 0);
    house.finished(&sent.call_id).await.assert_said(&sent.streams, Law::Pcmu);
    worker.shutdown(Duration::from_secs(5)).await;
}

// rule: F20
#[tokio::test(flavor = "multi_thread")]
async fn what_outlives_patience_goes_on_after_the_next_start() {
    let mut house = House::open().await;
    let phone = house.phone(Transport::Udp).await;
    let live = phone.invite(&noise(72, LASTS)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut worker = house.take_worker();
    assert_eq!(worker.drain(Duration::from_millis(100)).await, 1);
    worker.shutdown(Duration::from_secs(5)).await;
    house.start().await;
    tokio::time::sleep(SPEAKS_ON).await;
    let sent = live.hang_up().await.unwrap();
    let kept = house.finished(&sent.call_id).await;
    assert!(
        kept.recording.duration_ms.is_some_and(|length| length > 1_000),
        "{:?}",
        kept.recording.duration_ms
    );
}

// rule: F8
#[tokio::test(flavor = "multi_thread")]
async fn options_tell_the_truth_about_a_spool_that_is_full() {
    let house = House::with(|config| config.spool_reserve_bytes = u64::MAX).await;
    let mut src = RecordingClient::new(RawPhone::at(EXCHANGE, house.target(Transport::Udp)).await);
    let said = async {
        loop {
            let answer = src.ask("OPTIONS", None, None).await;
            if answer.status() == Some(503) {
                break answer.header("Retry-After").is_some();
            }
        }
    };
    assert!(tokio::time::timeout(PATIENCE, said).await.unwrap());
}
