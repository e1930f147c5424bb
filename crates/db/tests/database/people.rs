//! IDs, posts, passwords, sessions, and the counting of failed sign-ins.

use chrono::TimeDelta;
use rokuon_db::sessions::{self, Session, SessionId};
use rokuon_db::{appointments, credentials, people, sign_in_throttle};
use rokuon_policy::appointment::Appointment;
use rokuon_policy::ids::{AppointmentId, PersonId};
use rokuon_policy::pii::Pii;
use uuid::Uuid;

use crate::city::{Platform, noon, token};

// req: O-3
#[tokio::test]
async fn a_login_id_is_issued_once_a_city_and_found_in_any_case() {
    let platform = Platform::new().await;
    let (city, other) = (platform.city("aozora").await, platform.city("minato").await);
    let mut tx = city.tx().await;
    let id = PersonId(Uuid::new_v4());
    let name = Pii::new("佐藤 花子".to_owned());
    let department = "shimin".parse().unwrap();
    people::issue(&mut tx, id, "H.Sato", &name, Some(&department), noon()).await.unwrap();
    let found = people::find_by_login_id(&mut tx, "h.SATO").await.unwrap().unwrap();
    assert_eq!((found.id, found.display_name, found.department), (id, name.clone(), Some(department)));
    assert_eq!((found.created_at, found.must_change_password), (noon(), false));
    credentials::issue(&mut tx, id, "hash", noon()).await.unwrap();
    assert!(people::find(&mut tx, id).await.unwrap().unwrap().must_change_password);
    let all = people::list(&mut tx).await.unwrap();
    assert_eq!(all.iter().map(|p| p.login_id.as_str()).collect::<Vec<_>>(), ["h.sato", "t.yamada"]);
    tx.commit_bookkeeping().await.unwrap();

    let again =
        people::issue(&mut city.tx().await, PersonId(Uuid::new_v4()), "h.sato", &name, None, noon()).await;
    assert_eq!(again.unwrap_err().constraint(), Some("people_login_id_once"));
    people::issue(&mut other.tx().await, PersonId(Uuid::new_v4()), "h.sato", &name, None, noon())
        .await
        .unwrap();
    let mut tx = city.tx().await;
    people::signed_in(&mut tx, id, noon()).await.unwrap();
    assert!(people::disable(&mut tx, id, noon()).await.unwrap());
    assert!(!people::disable(&mut tx, id, noon() + TimeDelta::days(1)).await.unwrap());
    let person = people::find(&mut tx, id).await.unwrap().unwrap();
    assert_eq!((person.disabled_at, person.last_sign_in_at), (Some(noon()), Some(noon())));
    let unknown = "nowhere".parse().unwrap();
    let refused = people::issue(&mut tx, PersonId(Uuid::new_v4()), "x", &name, Some(&unknown), noon()).await;
    assert_eq!(refused.unwrap_err().constraint(), Some("people_department"));
}

#[tokio::test]
async fn an_appointment_holds_until_it_is_ended_and_is_ended_once() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let appointment = Appointment {
        id: AppointmentId(Uuid::new_v4()),
        post: "handler".to_owned(),
        department: Some("zeimu".parse().unwrap()),
        from: noon(),
        until: None,
        trained_on: Some("2026-03-01".parse().unwrap()),
    };
    let mut tx = city.tx().await;
    appointments::appoint(&mut tx, city.person, &appointment, Some(city.person)).await.unwrap();
    assert_eq!(
        appointments::of_person(&mut tx, city.person).await.unwrap(),
        std::slice::from_ref(&appointment)
    );
    assert_eq!(appointments::list(&mut tx).await.unwrap(), [(city.person, appointment.clone())]);
    let later = noon() + TimeDelta::hours(1);
    assert!(appointments::end(&mut tx, appointment.id, later).await.unwrap());
    assert!(!appointments::end(&mut tx, appointment.id, later + TimeDelta::hours(1)).await.unwrap());
    let (whose, ended) = appointments::find(&mut tx, appointment.id).await.unwrap().unwrap();
    assert_eq!((whose, ended.until), (city.person, Some(later)));
    // One that has yet to begin ends as it begins.
    let future = Appointment { id: AppointmentId(Uuid::new_v4()), from: later, ..appointment };
    appointments::appoint(&mut tx, city.person, &future, None).await.unwrap();
    assert!(appointments::end(&mut tx, future.id, noon()).await.unwrap());
    assert_eq!(appointments::find(&mut tx, future.id).await.unwrap().unwrap().1.until, Some(later));
    assert!(appointments::find(&mut tx, AppointmentId(Uuid::new_v4())).await.unwrap().is_none());
}

// req: T-5.3
#[tokio::test]
async fn a_password_is_changed_by_whoever_knew_the_old_one_and_its_age_counts_from_there() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let mut tx = city.tx().await;
    assert!(credentials::find(&mut tx, city.person).await.unwrap().is_none());
    credentials::issue(&mut tx, city.person, "first", noon()).await.unwrap();
    let later = noon() + TimeDelta::days(1);
    assert!(!credentials::change(&mut tx, city.person, "guess", "new", later).await.unwrap());
    assert!(credentials::change(&mut tx, city.person, "first", "second", later).await.unwrap());
    let now = credentials::find(&mut tx, city.person).await.unwrap().unwrap();
    assert_eq!((now.password_hash.as_str(), now.must_change), ("second", false));
    assert_eq!((now.issued_at, now.changed_at), (noon(), later));
    assert!(!format!("{now:?}").contains("second"));
    credentials::issue(&mut tx, city.person, "reset", later).await.unwrap();
    assert!(credentials::find(&mut tx, city.person).await.unwrap().unwrap().must_change);
    let error = credentials::issue(&mut tx, PersonId(Uuid::new_v4()), "x", noon()).await.unwrap_err();
    assert_eq!(error.constraint(), Some("credentials_person"));
}

// req: KB-6
#[tokio::test]
async fn a_session_ends_by_time_by_word_and_with_its_person() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let begin = async |tx: &mut _, n: u8| {
        let session = Session {
            id: SessionId(Uuid::new_v4()),
            person: city.person,
            csrf_token: format!("csrf-{n}"),
            created_at: noon(),
            last_seen_at: noon(),
            expires_at: noon() + TimeDelta::hours(1),
        };
        sessions::begin(tx, &session, &[n; 32]).await.unwrap();
        session
    };
    let mut tx = city.tx().await;
    let (one, two) = (begin(&mut tx, 1).await, begin(&mut tx, 2).await);
    assert_eq!(sessions::find(&mut tx, &[1; 32], noon()).await.unwrap(), Some(one.clone()));
    assert_eq!(sessions::find(&mut tx, &[9; 32], noon()).await.unwrap(), None);
    assert_eq!(sessions::find(&mut tx, &[1; 32], one.expires_at).await.unwrap(), None);

    let seen = noon() + TimeDelta::minutes(5);
    sessions::touch(&mut tx, one.id, seen).await.unwrap();
    sessions::touch(&mut tx, one.id, noon()).await.unwrap();
    assert_eq!(sessions::find(&mut tx, &[1; 32], noon()).await.unwrap().unwrap().last_seen_at, seen);

    assert!(sessions::end(&mut tx, two.id, noon()).await.unwrap());
    assert!(!sessions::end(&mut tx, two.id, noon()).await.unwrap());
    assert_eq!(sessions::find(&mut tx, &[2; 32], noon()).await.unwrap(), None);
    assert_eq!(
        sessions::end_all_of(&mut tx, city.person, Some(one.id), noon()).await.unwrap(),
        1,
        "the founding one"
    );
    assert!(sessions::find(&mut tx, &token("aozora"), noon()).await.unwrap().is_none());
    people::disable(&mut tx, city.person, noon()).await.unwrap();
    assert_eq!(sessions::find(&mut tx, &[1; 32], noon()).await.unwrap(), None);
}

#[tokio::test]
async fn failed_sign_ins_are_counted_by_account_and_source_and_forgotten() {
    let platform = Platform::new().await;
    let city = platform.city("aozora").await;
    let (here, there) = ("192.0.2.1".parse().unwrap(), "2001:db8::1".parse().unwrap());
    let mut tx = city.tx().await;
    for (login, source, minute) in [("a", here, 0), ("A", here, 1), ("a", there, 2), ("b", here, 3)] {
        let at = noon() + TimeDelta::minutes(minute);
        sign_in_throttle::failed(&mut tx, login, source, at).await.unwrap();
    }
    let counts = sign_in_throttle::count(&mut tx, "a", here, noon()).await.unwrap();
    assert_eq!((counts.of_account, counts.of_source, counts.of_both), (3, 3, 2));
    let recent = sign_in_throttle::count(&mut tx, "a", here, noon() + TimeDelta::minutes(2)).await.unwrap();
    assert_eq!((recent.of_account, recent.of_source, recent.of_both), (1, 1, 0));
    sign_in_throttle::succeeded(&mut tx, "a", here).await.unwrap();
    let after = sign_in_throttle::count(&mut tx, "a", here, noon()).await.unwrap();
    assert_eq!((after.of_account, after.of_source, after.of_both), (1, 1, 0));
    assert_eq!(sign_in_throttle::forget(&mut tx, noon() + TimeDelta::minutes(3)).await.unwrap(), 1);
}
