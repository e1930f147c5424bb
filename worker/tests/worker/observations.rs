//! What the worker tells of a connection: the steps of its test, and the sums of its calls.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use rokuon_db::{connection_edits, connections};
use tokio::time::{Instant, sleep};

use crate::harness::house::House;
use crate::media::noise;

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let late = Instant::now() + Duration::from_secs(20);
    while !holds().await {
        assert!(Instant::now() < late, "{what}");
        sleep(Duration::from_millis(30)).await;
    }
}

/// Begins a test of the exchange's connection; returns once the worker knows.
async fn begin_test(house: &House) {
    let now = Utc::now();
    let mut tx = house.db.tenant(&house.tenant).await.unwrap();
    let all = connections::list(&mut tx, now.date_naive(), now).await.unwrap();
    let exchange = all.into_iter().find(|one| one.address_user == house.user).unwrap();
    connection_edits::begin_test(&mut tx, exchange.id, now, now + TimeDelta::minutes(30)).await.unwrap();
    tx.commit_bookkeeping().await.unwrap();
    // The routes are read again five times a second.
    sleep(Duration::from_millis(1_200)).await;
}

// req: P-2
#[tokio::test(flavor = "multi_thread")]
async fn a_call_under_test_is_told_step_by_step_and_adds_to_the_health() {
    let house = House::open().await;
    begin_test(&house).await;
    let sent = house.call(&noise(61, 50)).await;
    house.finished(&sent.call_id).await;
    for (figure, statement) in [
        (1, "SELECT total FROM connection_figures WHERE tenant_id = $1 AND figure = 'calls_ended'"),
        (2, "SELECT total FROM connection_figures WHERE tenant_id = $1 AND figure = 'codec_pcmu'"),
        (100, "SELECT total FROM connection_figures WHERE tenant_id = $1 AND figure = 'packets_expected'"),
        (2, "SELECT total FROM connection_figures WHERE tenant_id = $1 AND figure = 'streams'"),
        (
            1,
            "SELECT sum(total)::bigint FROM connection_figures WHERE tenant_id = $1 AND figure LIKE 'setup%'",
        ),
    ] {
        assert_eq!(house.count(statement).await, figure, "{statement}");
    }
    let steps = "SELECT count(DISTINCT event) FROM connection_observations WHERE tenant_id = $1
        AND event IN ('authenticated', 'media_agreed', 'sound_heard', 'speakers_proved', 'sealed')";
    until("every step is told", async || house.count(steps).await == 5).await;
    let numbers =
        "SELECT count(*) FROM connection_observations WHERE tenant_id = $1 AND detail::text ~ '[0-9]{8}'";
    assert_eq!(house.count(numbers).await, 0, "nobody's number is noted");
}
