//! A made-up city with everything a test needs: policy, departments, lines, a connection, a person.

use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rokuon_db::alarms;
use rokuon_db::announcements::Announcement;
use rokuon_db::audit_events::{Actor, AuditEvent};
use rokuon_db::calls::{self, CallStarted, KnownFacts};
use rokuon_db::capture_orders::{self, OrderState, PlacedOrder};
use rokuon_db::connection_terms::{ConnectionKind, ConnectionSecurity};
use rokuon_db::connection_watches::{self, ConnectionWatch};
use rokuon_db::connections::{self, NewConnection};
use rokuon_db::database::{Database, PoolSettings};
use rokuon_db::departments::{self, Department};
use rokuon_db::devices::{self, DeviceEntry};
use rokuon_db::expected_call_files::{self, ExpectedCallFile};
use rokuon_db::legs::Party;
use rokuon_db::recordings::{self, FinishedRecording, Guarded, ListedGap, Outcome};
use rokuon_db::segments::{self, Segment};
use rokuon_db::sessions::{self, Session, SessionId};
use rokuon_db::tenant_tx::TenantTx;
use rokuon_db::uses::{self, Use};
use rokuon_db::{connection_hours, operating_calendar, truncated_recordings, untaken_minutes};
use rokuon_db::{
    credentials, lines, people, plays, policy_versions, sign_in_throttle, tenants, unrecorded_counts,
};
use rokuon_embedded_postgres::test_database::{TestDatabase, test_database};
use rokuon_policy::alarm::{AlarmKind, Finding};
use rokuon_policy::announcement::{AnnouncementStatus, NotedBy};
use rokuon_policy::appointment::Appointment;
use rokuon_policy::capture_order::{CaptureOrder, PauseReason};
use rokuon_policy::decision::Decision;
use rokuon_policy::device::DeviceKind;
use rokuon_policy::expected_call::ExpectedCall;
use rokuon_policy::ids::{
    AppointmentId, CallId, ConnectionId, DeviceId, PersonId, RecordingId, TenantId, UseId,
};
use rokuon_policy::media_kind::MediaKind;
use rokuon_policy::operating_calendar::{SpecialDay, TenantHours};
use rokuon_policy::pii::Pii;
use rokuon_policy::recording_scope::{Direction, Line, LineSource, RecordingStart};
use rokuon_policy::retention::RetentionDates;
use rokuon_policy::text::Text;
use uuid::Uuid;

/// A database of the test's own, and the app's pool on it.
pub struct Platform {
    pub test: TestDatabase,
    pub database: Database,
}

impl Platform {
    pub async fn new() -> Self {
        let test = test_database().await;
        let settings = PoolSettings { max_connections: 4, ..PoolSettings::default() };
        let database = Database::connect_with(&test.app_url(), settings).await.unwrap();
        Self { test, database }
    }

    /// A city of this key with its register filled.
    pub async fn city(&self, key: &str) -> City {
        City::found(self.database.clone(), key).await
    }
}

pub struct City {
    pub database: Database,
    pub tenant: TenantId,
    pub connection: ConnectionId,
    pub person: PersonId,
    pub session: SessionId,
}

/// A moment for tests: 2026-04-01 12:00:00 in Japan.
pub fn noon() -> DateTime<Utc> {
    "2026-04-01T03:00:00Z".parse().unwrap()
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn number(digits: &str) -> Option<Pii<String>> {
    Some(Pii::new(digits.to_owned()))
}

pub fn decision(rule: &'static str) -> Decision {
    Decision::allow(rule, "2(1)".parse().unwrap(), Text::new("対象回線です", "a listed line"))
}

pub fn retention(keep_until: Option<DateTime<Utc>>) -> RetentionDates {
    RetentionDates {
        keep_at_least_until: None,
        secondary_from: None,
        keep_until,
        article: "5(2)".parse().unwrap(),
        sentence: Text::new("31日", "31 days"),
    }
}

impl City {
    async fn found(database: Database, key: &str) -> Self {
        let tenant: TenantId = key.parse().unwrap();
        let city = Self {
            database,
            tenant,
            connection: ConnectionId(Uuid::new_v4()),
            person: PersonId(Uuid::new_v4()),
            session: SessionId(Uuid::new_v4()),
        };
        let mut tx = city.tx().await;
        tenants::put(&mut tx, &Text::new(format!("{key}市"), key), key, noon()).await.unwrap();
        policy_versions::load(&mut tx, &format!("tenant = \"{key}\""), day("2026-01-01"), noon())
            .await
            .unwrap();
        let department = |id: &str, ja: &str| Department { id: id.parse().unwrap(), name: Text::new(ja, id) };
        departments::put_all(&mut tx, &[department("shimin", "市民課"), department("zeimu", "税務課")])
            .await
            .unwrap();
        lines::put_all(
            &mut tx,
            &[line("main", "0125001234", Some("shimin")), line("tax", "0125005678", Some("zeimu"))],
        )
        .await
        .unwrap();
        let new = NewConnection {
            id: city.connection,
            name: "本庁舎".to_owned(),
            address_user: connections::fresh_address_user().unwrap(),
            networks: vec!["192.0.2.0/24".parse().unwrap()],
            default_line: None,
            kind: ConnectionKind::Siprec,
            security: ConnectionSecurity::default(),
        };
        connections::create(&mut tx, &new, noon()).await.unwrap();
        people::issue(&mut tx, city.person, "t.yamada", &Pii::new("山田 太郎".into()), None, noon())
            .await
            .unwrap();
        let session = Session {
            id: city.session,
            person: city.person,
            csrf_token: "csrf".to_owned(),
            created_at: noon(),
            last_seen_at: noon(),
            expires_at: noon() + TimeDelta::hours(12),
        };
        sessions::begin(&mut tx, &session, &token(key)).await.unwrap();
        tx.commit_with(AuditEvent::new("tenant.load", Actor::Platform("setup".into()), noon()))
            .await
            .unwrap();
        city
    }

    pub async fn tx(&self) -> TenantTx {
        self.database.tenant(&self.tenant).await.unwrap()
    }

    /// A call to the main line that begins at `at`, not yet written.
    pub fn call(&self, at: DateTime<Utc>) -> CallStarted {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        CallStarted {
            call: CallId(Uuid::new_v4()),
            recording: RecordingId(Uuid::new_v4()),
            connection: self.connection,
            sip_call_id: format!("call-{}", NEXT.fetch_add(1, Ordering::Relaxed)),
            started_at: at,
            facts: KnownFacts {
                direction: Some(Direction::Inbound),
                caller: Party { number: number("09000001234"), name: None, proved: true },
                called: Party { number: number("0125001234"), name: number("代表"), proved: true },
                line: Some("main".to_owned()),
                department: Some("shimin".parse().unwrap()),
                line_proved: true,
                decision: decision("recording.line_listed"),
            },
            start: RecordingStart::Automatic,
            announcement: Announcement::by_rule(AnnouncementStatus::NotNoted, NotedBy::Nobody),
            doubts: vec![],
            media: MediaKind::CallAudio,
            policy_version: 1,
            retention: retention(Some(at + TimeDelta::days(31))),
            epoch: 1,
        }
    }

    /// Writes a call as begun.
    pub async fn start(&self, call: &CallStarted) {
        let mut tx = self.tx().await;
        assert!(calls::start(&mut tx, call).await.unwrap());
        tx.commit_bookkeeping().await.unwrap();
    }

    /// Writes a call with one segment, sealed.
    pub async fn sealed_call(&self, at: DateTime<Utc>) -> CallStarted {
        let call = self.call(at);
        self.start(&call).await;
        let mut tx = self.tx().await;
        assert!(segments::add(&mut tx, call.recording, &segment(0)).await.unwrap());
        assert_eq!(recordings::finish(&mut tx, &finished(&call)).await.unwrap(), Guarded::Written);
        tx.commit_with(
            AuditEvent::new("seal.done", Actor::Platform("worker".into()), at)
                .on("recording", call.recording),
        )
        .await
        .unwrap();
        call
    }

    /// Puts at least one row into every table. Returns the recording.
    pub async fn fill(&self) -> CallStarted {
        let call = self.sealed_call(noon()).await;
        let mut tx = self.tx().await;
        truncated_recordings::note(&mut tx, call.recording, Uuid::new_v4(), noon()).await.unwrap();
        credentials::issue(&mut tx, self.person, "$argon2id$hash", noon()).await.unwrap();
        let appointment = Appointment {
            id: AppointmentId(Uuid::new_v4()),
            post: "manager".to_owned(),
            department: Some("shimin".parse().unwrap()),
            from: noon(),
            until: None,
            trained_on: None,
        };
        rokuon_db::appointments::appoint(&mut tx, self.person, &appointment, None).await.unwrap();
        sign_in_throttle::failed(&mut tx, "x", "192.0.2.1".parse().unwrap(), noon()).await.unwrap();
        let granted = self.use_of(call.recording);
        uses::grant(&mut tx, &granted).await.unwrap();
        assert!(plays::begin(&mut tx, granted.id, noon()).await.unwrap());
        capture_orders::place(&mut tx, &self.order_of(call.recording, CaptureOrder::Pause)).await.unwrap();
        self.watch(&mut tx).await;
        let camera = DeviceEntry {
            number: "1".to_owned(),
            name: "窓口カメラ".to_owned(),
            place: "市民課窓口".to_owned(),
            department: Some("shimin".parse().unwrap()),
            digits: None,
            start: RecordingStart::Automatic,
            notice: "録画しています".to_owned(),
            notice_place: "窓口".to_owned(),
            in_use_from: day("2026-04-01"),
        };
        let id = DeviceId(Uuid::now_v7());
        devices::register(&mut tx, id, "counter-camera", DeviceKind::Camera, &camera, noon()).await.unwrap();
        unrecorded_counts::add(&mut tx, day("2026-04-01"), self.connection, "line_not_listed", "2(1)")
            .await
            .unwrap();
        crate::connecting::fill(&mut tx, self.connection).await;
        crate::holding::fill(&mut tx, self.person, call.recording).await;
        crate::erasing::fill(&mut tx, self.person, call.recording).await;
        crate::keeping::fill(&mut tx, call.recording, self.person).await;
        tx.commit_bookkeeping().await.unwrap();
        call
    }

    /// Something in every table of the watch.
    async fn watch(&self, tx: &mut TenantTx) {
        connection_hours::heard(tx, self.connection, noon()).await.unwrap();
        untaken_minutes::add(tx, noon(), self.connection, "refused_full", 1).await.unwrap();
        operating_calendar::set_hours(tx, &TenantHours::default(), noon()).await.unwrap();
        let closed = SpecialDay { day: day("2026-04-01"), hours: None, note: "停電".to_owned() };
        operating_calendar::set_special_day(tx, &closed).await.unwrap();
        connection_watches::set(tx, &ConnectionWatch::usual(self.connection), noon()).await.unwrap();
        assert!(alarms::begin_round(tx, noon(), TimeDelta::zero()).await.unwrap());
        let found =
            Finding { kind: AlarmKind::WorkerSilent, subject: String::new(), figure: None, since: None };
        alarms::settle(tx, &[found], noon()).await.unwrap();
        expected_call_files::enter(tx, &self.cdr_file(1), &[self.expected(noon(), 0)]).await.unwrap();
    }

    pub fn cdr_file(&self, number: u8) -> ExpectedCallFile {
        ExpectedCallFile {
            id: Uuid::now_v7(),
            sha256: [number; 32],
            name: "cdr.csv".to_owned(),
            encoding: "utf-8".to_owned(),
            lines: 1,
            added: 0,
            bad_lines: Vec::new(),
            person: self.person,
            uploaded_at: noon(),
        }
    }

    /// A call of the exchange's own word, with its id.
    pub fn expected(&self, at: DateTime<Utc>, same_before: u32) -> (Uuid, ExpectedCall) {
        let call = ExpectedCall {
            started_at: at,
            duration: Some(TimeDelta::seconds(60)),
            caller: Some("09000001234".to_owned()),
            called: Some("0125001234".to_owned()),
            direction: None,
        };
        (expected_call_files::expected_id(self.tenant.as_str(), &call, same_before), call)
    }

    pub fn order_of(&self, recording: RecordingId, order: CaptureOrder) -> PlacedOrder {
        PlacedOrder {
            id: Uuid::now_v7(),
            recording,
            order,
            reason: order.needs_reason().then_some(PauseReason::AskedByParty),
            person: self.person,
            placed_at: noon(),
            state: OrderState::Placed,
            settled_at: None,
        }
    }

    pub fn use_of(&self, recording: RecordingId) -> Use {
        Use {
            id: UseId(Uuid::new_v4()),
            recording,
            person: self.person,
            session: self.session,
            purpose: "quality".to_owned(),
            case_note: None,
            article: "3(2) item 2".parse().unwrap(),
            sentence: Text::new("応対品質の向上", "service quality"),
            granted_at: noon(),
            expires_at: noon() + TimeDelta::minutes(30),
        }
    }
}

/// The token hash of the session every city has.
pub fn token(key: &str) -> [u8; 32] {
    let mut token = [7; 32];
    token[..key.len()].copy_from_slice(key.as_bytes());
    token
}

pub fn line(key: &str, number: &str, department: Option<&str>) -> Line {
    Line {
        key: key.to_owned(),
        number: number.to_owned(),
        pattern: None,
        name: Text::new(format!("{key}電話"), format!("{key} line")),
        department: department.map(|d| d.parse().unwrap()),
        group: None,
        purpose: None,
        start: RecordingStart::Automatic,
        announces: false,
        source: LineSource::Policy,
    }
}

pub fn segment(number: u32) -> Segment {
    Segment {
        number,
        bucket: "media".to_owned(),
        object_key: format!("media/{}/{number}", Uuid::new_v4()),
        version_id: "v1".to_owned(),
        container_bytes: 17_000,
        container_sha256: [1; 32],
        media_bytes: 16_058,
        media_sha256: [2; 32],
        start_sample: u64::from(number) * 8_000,
        samples: 8_000,
        channels: vec![0, 1],
        codec: "pcmu".to_owned(),
        video_codec: None,
        gaps: vec![],
        sealed_at: noon(),
        sections: None,
    }
}

pub fn finished(call: &CallStarted) -> FinishedRecording {
    FinishedRecording {
        recording: call.recording,
        epoch: call.epoch,
        outcome: Outcome::SealedWithGaps,
        ended_at: call.started_at + TimeDelta::seconds(61),
        duration_ms: 61_000,
        channels: vec![0, 1],
        gaps: vec![ListedGap { channel: 1, start_sample: 800, samples: 160, cause: "loss".to_owned() }],
        lost_ms: 20,
        doubts: vec![Text::new("回線が不明", "the line is not certain")],
        manifest_sha256: Some([9; 32]),
        retention: call.retention.clone(),
        finished_at: call.started_at + TimeDelta::seconds(63),
    }
}
