//! Recording by hand, and what is noted of telling the other party.

use rokuon_db::announcements::{self, Announcement};
use rokuon_db::capture_orders::{self, OrderState};
use rokuon_db::recording_search::{self, Filter, VisibleDepartments};
use rokuon_policy::announcement::{AnnouncementStatus, NotedBy};
use rokuon_policy::capture_order::{Capture, CaptureOrder};
use rokuon_policy::recording_scope::RecordingStart;

use crate::city::{Platform, noon};

// req: TK-4
#[tokio::test]
async fn an_order_waits_for_its_worker_and_is_carried_out_once() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let mut call = city.call(noon());
    call.start = RecordingStart::OnDemand;
    city.start(&call).await;

    let mut tx = city.tx().await;
    let found = capture_orders::lock(&mut tx, call.recording).await.unwrap().unwrap();
    assert_eq!((found.start, found.capture), (RecordingStart::OnDemand, Capture::Waiting));
    let order = city.order_of(call.recording, CaptureOrder::Start);
    capture_orders::place(&mut tx, &order).await.unwrap();
    let found = capture_orders::lock(&mut tx, call.recording).await.unwrap().unwrap();
    assert_eq!(found.capture, Capture::Running, "the next one is judged on what is ordered already");
    tx.commit_bookkeeping().await.unwrap();

    let waiting = capture_orders::waiting(&platform.database).await.unwrap();
    let mine: Vec<_> = waiting.iter().filter(|one| one.recording == call.recording).collect();
    assert_eq!(mine.len(), 1);
    assert_eq!((&mine[0].tenant, mine[0].order), (&city.tenant, CaptureOrder::Start));

    for _ in 0..2 {
        let mut tx = city.tx().await;
        capture_orders::carried_out(&mut tx, order.id, call.recording, order.order, noon()).await.unwrap();
        tx.commit_bookkeeping().await.unwrap();
    }
    let mut tx = city.tx().await;
    let orders = capture_orders::of_recordings(&mut tx, &[call.recording]).await.unwrap();
    assert_eq!(orders.iter().map(|one| one.state).collect::<Vec<_>>(), [OrderState::Done]);
    assert!(!capture_orders::too_late(&mut tx, order.id, noon()).await.unwrap(), "it is settled");
    let live = recording_search::live(&mut tx, &VisibleDepartments::All, 10).await.unwrap();
    assert_eq!(live.len(), 1);
    assert_eq!(live[0].recording.as_ref().unwrap().capture, Capture::Running);
    assert!(capture_orders::waiting(&platform.database).await.unwrap().is_empty());
}

// req: TK-4
#[tokio::test]
async fn what_was_told_is_kept_with_the_call_and_found_by_it() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let (told, other) = (city.sealed_call(noon()).await, city.sealed_call(noon()).await);
    let mut tx = city.tx().await;
    let noted = Announcement::by_person(
        AnnouncementStatus::Exception,
        Some("danger".to_owned()),
        city.person,
        noon(),
    );
    assert!(announcements::note(&mut tx, told.call, &noted).await.unwrap());
    let by = |status| Filter { announcement: Some(status), ..Filter::newest(10) };
    let page = recording_search::search(&mut tx, &by(AnnouncementStatus::Exception)).await.unwrap();
    assert_eq!(page.items.iter().map(|one| one.id).collect::<Vec<_>>(), [told.call]);
    assert_eq!(page.items[0].announcement, noted);
    let page = recording_search::search(&mut tx, &by(AnnouncementStatus::NotNoted)).await.unwrap();
    assert_eq!(page.items.iter().map(|one| one.id).collect::<Vec<_>>(), [other.call]);
    assert_eq!(page.items[0].announcement.by, NotedBy::Nobody);
    let bare = Announcement { exception: None, ..noted };
    let refused = announcements::note(&mut tx, told.call, &bare).await.unwrap_err();
    assert_eq!(refused.constraint(), Some("calls_announcement_exception_named"));
}
