//! What is kept as numbers: by kind, tier and the month in which the last day lies in Japan.

use chrono::TimeDelta;
use rokuon_db::retention_counts::{KeptCount, MonthCount, kept, months};
use rokuon_policy::media_kind::MediaKind;
use rokuon_policy::recording_state::Tier;
use sqlx::{Connection, PgConnection};

use crate::city::{Platform, day, noon, retention};

// req: O-6.1
#[tokio::test]
async fn what_is_kept_is_counted_by_tier_and_by_the_month_of_its_last_day() {
    let platform = Platform::new().await;
    let (city, other) = (platform.city("aozora").await, platform.city("midori").await);
    other.sealed_call(noon()).await;
    // the first instant of May in Japan ends a period whose last day is 30 April
    for (hours, end) in [(0, "2026-04-30T15:00:00Z"), (1, "2026-04-30T15:00:01Z")] {
        let mut call = city.call(noon() + TimeDelta::hours(hours));
        call.retention = retention(Some(end.parse().unwrap()));
        city.start(&call).await;
    }
    let mut undated = city.call(noon() - TimeDelta::days(400));
    undated.retention = retention(None);
    city.start(&undated).await;
    city.sealed_call(noon()).await;
    let mut owner = PgConnection::connect(&platform.test.owner_url()).await.unwrap();
    let change = format!(
        "BEGIN; SET LOCAL app.tenant = 'aozora';
        UPDATE recordings SET tier = 'secondary', active_holds = 2 WHERE recording_id = '{}';
        UPDATE recordings SET state = 'due', due_at = now(), due_reason = 'expired', due_article = '5(2)' WHERE state = 'primary';
        COMMIT",
        undated.recording
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(change)).execute(&mut owner).await.unwrap();

    let mut tx = city.tx().await;
    let count = |tier, recordings, held, due, oldest| KeptCount {
        media: MediaKind::CallAudio,
        tier,
        recordings,
        held,
        due,
        oldest: Some(oldest),
    };
    let wanted = [count(Tier::Primary, 3, 0, 1, noon()), count(Tier::Secondary, 1, 1, 0, undated.started_at)];
    assert_eq!(kept(&mut tx).await.unwrap(), wanted);
    let month = |month, recordings| MonthCount { media: MediaKind::CallAudio, month, recordings };
    let wanted = [month(Some(day("2026-04-01")), 1), month(Some(day("2026-05-01")), 2), month(None, 1)];
    assert_eq!(months(&mut tx).await.unwrap(), wanted);
}
