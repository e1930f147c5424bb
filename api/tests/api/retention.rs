//! What is kept, for how long and why, as the page shows it.

use chrono::TimeDelta;
use rokuon_db::audit_events::AuditOutcome;
use rokuon_policy::civil::civil_day;
use serde_json::json;

use crate::harness::house::House;
use crate::harness::sealed_call::SampleCall;

// req: O-6.1
#[tokio::test]
async fn the_rules_of_each_kind_stand_with_their_article_their_places_and_how_much_there_is() {
    let house = House::open().await;
    let city = house.city("osaka-waterworks").await;
    house.record(&city, &house.sample()).await;
    let old = SampleCall { started_at: house.now() - TimeDelta::days(40), ..house.sample() };
    house.record(&city, &old).await;
    let manager = house.signed_in(&city, "m1", &[("operations-manager", None)]).await;
    let page = manager.get("/v1/retention").await.ok(200);
    let audio = &page["rules"][0];
    assert_eq!(
        (&audio["kind"], &audio["maximum"]["ja"]),
        (&json!("call_audio"), &json!("12か月")),
        "{audio}"
    );
    assert!(audio["article_label"].as_str().is_some_and(|label| label.starts_with('第')), "{audio}");
    let tiers: Vec<_> =
        audio["tiers"].as_array().expect("tiers").iter().map(|one| &one["keep"]["en"]).collect();
    assert_eq!(tiers, [&json!("6 months"), &json!("6 months")]);
    assert_eq!((&audio["kept"]["primary"], &audio["kept"]["held"]), (&json!(2), &json!(0)), "{audio}");
    let months = audio["kept"]["months"].as_array().expect("months");
    assert_eq!(months.iter().filter_map(|one| one["recordings"].as_u64()).sum::<u64>(), 2, "{audio}");
    let last: chrono::NaiveDate = serde_json::from_value(audio["todays_last_day"].clone()).expect("a day");
    let days = (last - civil_day(house.now())).num_days();
    assert!((364..=366).contains(&days), "{days} days");
    assert_eq!(page["rules"][1]["kept"], json!(null), "the call log is no recording");
    assert_eq!(house.last(&city, "retention.read").await.outcome, AuditOutcome::Done);
}
