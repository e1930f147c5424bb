//! What the worker tells of a connection: the steps of its test, and the sums of its calls.

use chrono::{TimeDelta, Utc};
use rokuon_db::{connection_edits, connections};
use rokuon_fixtures::metadata::Party;
use rokuon_fixtures::sip_link::Transport;

use crate::harness::house::{CITIZEN, EXCHANGE, House, LISTED, STRANGER};
use crate::harness::raw_phone::RawPhone;
use crate::harness::until;
use crate::media::noise;

/// What the test of a connection was told: event, status and why, oldest first.
pub async fn told(house: &House) -> Vec<(String, Option<i32>, Option<String>)> {
    sqlx::query_as(
        "SELECT event, status_code, detail->>'why' FROM connection_observations WHERE tenant_id = $1 ORDER BY observation_id",
    )
    .bind(house.tenant.as_str())
    .fetch_all(&house.looker)
    .await
    .unwrap()
}

/// Waits until an event is told, with this reason where one is given.
pub async fn until_told(house: &House, event: &str, why: Option<&str>) {
    until(event, async || {
        told(house)
            .await
            .iter()
            .any(|(one, _, reason)| one == event && (why.is_none() || reason.as_deref() == why))
    })
    .await;
}

/// Begins a test of the exchange's connection; returns once the worker knows.
async fn begin_test(house: &House) {
    begin_test_of(house, &house.user).await;
}

/// The same of the connection at this address.
pub async fn begin_test_of(house: &House, user: &str) {
    let now = Utc::now();
    let mut tx = house.db.tenant(&house.tenant).await.unwrap();
    let all = connections::list(&mut tx, now.date_naive(), now).await.unwrap();
    let exchange = all.into_iter().find(|one| one.address_user == user).unwrap();
    connection_edits::begin_test(&mut tx, exchange.id, now, now + TimeDelta::minutes(30)).await.unwrap();
    tx.commit_bookkeeping().await.unwrap();
    until("the worker knows", async || {
        house.routes().named(&[Some(user)]).is_some_and(|route| route.is_tested(Utc::now()))
    })
    .await;
}

// req: P-2
#[tokio::test(flavor = "multi_thread")]
async fn a_call_under_test_is_told_step_by_step_and_adds_to_the_health() {
    let house = House::open().await;
    begin_test(&house).await;
    let sent = house.call(&noise(61, 50)).await;
    house.finished(&sent.call_id).await;
    for (figure, statement) in [
        (
            1,
            "SELECT coalesce(sum(total), 0)::bigint FROM connection_figures WHERE tenant_id = $1 AND figure = 'calls_ended'",
        ),
        (
            2,
            "SELECT coalesce(sum(total), 0)::bigint FROM connection_figures WHERE tenant_id = $1 AND figure = 'codec_pcmu'",
        ),
        (
            100,
            "SELECT coalesce(sum(total), 0)::bigint FROM connection_figures WHERE tenant_id = $1 AND figure = 'packets_expected'",
        ),
        (
            2,
            "SELECT coalesce(sum(total), 0)::bigint FROM connection_figures WHERE tenant_id = $1 AND figure = 'streams'",
        ),
        (
            1,
            "SELECT coalesce(sum(total), 0)::bigint FROM connection_figures WHERE tenant_id = $1 AND figure LIKE 'setup%'",
        ),
    ] {
        until(statement, async || house.count(statement).await == figure).await;
    }
    let steps = "SELECT count(DISTINCT event) FROM connection_observations WHERE tenant_id = $1
        AND event IN ('authenticated', 'media_agreed', 'sound_heard', 'speakers_proved', 'sealed')";
    until("every step is told", async || house.count(steps).await == 5).await;
    let numbers =
        "SELECT count(*) FROM connection_observations WHERE tenant_id = $1 AND detail::text ~ '[0-9]{8}'";
    assert_eq!(house.count(numbers).await, 0, "nobody's number is noted");
}

/// A packet of 20 ms in this payload type.
fn packet(payload_type: u8, number: u8) -> Vec<u8> {
    let mut packet = vec![0x80, payload_type, 0, number, 0, 0, number, 0, 1, 2, 3, 4];
    packet.extend([0x55; 160]);
    packet
}

// req: P-2
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_the_sound_is_told_while_the_call_lasts() {
    let house = House::open().await;
    begin_test(&house).await;
    let phone = RawPhone::at(EXCHANGE, house.target(Transport::Udp)).await;
    let call = phone.call([&Party::number(CITIZEN), &Party::number(LISTED)]).await;
    let (first, to) = (&call.sockets[0], call.ports[0].unwrap());
    // from somebody else, then by its own sender in a codec that nobody agreed on, then as it should be
    let elsewhere = rokuon_fixtures::rtp_pump::bind_stream(STRANGER).unwrap();
    elsewhere.send_to(&packet(0, 1), to).unwrap();
    until_told(&house, "sound_from_elsewhere", None).await;
    first.send_to(&packet(97, 2), to).unwrap();
    until_told(&house, "sound_unreadable", Some("codec")).await;
    first.send_to(&packet(0, 3), to).unwrap();
    until_told(&house, "sound_heard", None).await;
    // the other stream stays silent
    until_told(&house, "no_sound", None).await;
    let live = "SELECT count(*) FROM connection_observations WHERE tenant_id = $1 AND event IN ('sealed', 'sealed_with_gaps')";
    assert_eq!(house.count(live).await, 0, "all of it was told before the end");
    let stream = "SELECT count(*) FROM connection_observations WHERE tenant_id = $1 AND event = 'no_sound' AND detail->>'stream' = '1'";
    assert_eq!(house.count(stream).await, 1);
    phone.hang_up(&call.dialog).await;
    until_told(&house, "sealed_with_gaps", None).await;
}
