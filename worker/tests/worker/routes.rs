//! Routes are read again and again: what is unchanged of a city is kept as it is, what changed is seen.

use std::sync::Arc;

use chrono::Utc;
use rokuon_db::lines;
use rokuon_worker::routing::refresh::load_routes;
use rokuon_worker::routing::table::RoutingTable;

use crate::harness::house::House;

#[tokio::test(flavor = "multi_thread")]
async fn a_city_is_read_anew_only_where_something_of_it_changed() {
    let (house, now) = (House::open().await, Utc::now());
    let of = |table: &RoutingTable| table.tenant(&house.tenant).unwrap().clone();
    let first = load_routes(&house.db, &RoutingTable::default(), now).await.unwrap();
    let again = load_routes(&house.db, &first, now).await.unwrap();
    assert!(Arc::ptr_eq(&of(&first), &of(&again)), "its policy was parsed anew for nothing");
    let mut line = of(&again).lines[0].clone();
    line.name.ja.push('新');
    let mut tx = house.db.tenant(&house.tenant).await.unwrap();
    lines::put(&mut tx, &line).await.unwrap();
    tx.commit_bookkeeping().await.unwrap();
    let changed = load_routes(&house.db, &again, now).await.unwrap();
    assert!(of(&changed).lines.contains(&line) && !of(&again).lines.contains(&line));
}
