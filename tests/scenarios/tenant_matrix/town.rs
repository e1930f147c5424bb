//! A tenant with things of every kind, each with a word in it that stands nowhere else.

use std::collections::BTreeSet;

use rokuon_fixtures::demo::sign_ins::SignIns;
use rokuon_fixtures::g711::Law;
use rokuon_fixtures::metadata::Party;
use rokuon_fixtures::payload::Payload;
use rokuon_fixtures::phone::CallPlan;
use rokuon_fixtures::sip_link::Transport;
use serde_json::{Value, json};
use uuid::Uuid;

use super::asker::Asker;
use super::operations::Names;
use crate::harness::platform::TestPlatform;

/// Somebody of the town, signed in.
pub struct Townsperson {
    pub login_id: String,
    pub asker: Asker,
    pub capabilities: BTreeSet<String>,
    pub me: Value,
}

/// A tenant of the matrix.
pub struct Town {
    pub tenant: String,
    pub names: Names,
    /// What may stand in no answer to anybody else.
    pub markers: Vec<String>,
    /// Those of the register with posts, the manager first; then one without any post.
    pub people: Vec<Townsperson>,
    /// Somebody whose issued password was never changed.
    pub newcomer: Asker,
    /// The rules name who appoints to which post: the place of the one who may appoint to the post in `names`.
    appointer: usize,
    called: &'static str,
}

impl Town {
    /// Signs everybody in and fills the town. `called` is a listed number of its.
    pub async fn fill(platform: &TestPlatform, tenant: &str, called: &'static str) -> Self {
        let sign_ins = SignIns::load(&platform.data_dir());
        let mut people = Vec::new();
        for one in sign_ins.of(tenant) {
            let (asker, me) = Asker::signed_in(platform.http(), tenant, &one.login_id, &one.password).await;
            people.push(townsperson(&one.login_id, asker, me));
        }
        people.sort_by_key(|one| std::cmp::Reverse(one.capabilities.len()));
        let issuer = &able(&people, "person.issue").asker;
        let idle = issued(issuer, tenant, "matrix-idle").await;
        let (login_id, password) = (idle.0, "an idle heron by the weir".to_owned());
        let (first, _) = Asker::signed_in(platform.http(), tenant, &login_id, &idle.1).await;
        first.post("/v1/password", json!({ "current_password": idle.1, "new_password": password })).await;
        let (asker, me) = Asker::signed_in(platform.http(), tenant, &login_id, &password).await;
        let (login_id_of_new, initial) = issued(issuer, tenant, "matrix-new").await;
        let newcomer = Asker::signed_in(platform.http(), tenant, &login_id_of_new, &initial).await.0;
        people.push(townsperson(&login_id, asker, me));
        let mut town = Self {
            tenant: tenant.to_owned(),
            names: Names { tenant: tenant.to_owned(), ..Names::nobodys() },
            markers: Vec::new(),
            people,
            newcomer,
            appointer: 0,
            called,
        };
        town.names.line = town.own_line().await;
        town.add_things(platform).await;
        town
    }

    /// Somebody who may do this, if anybody may.
    pub fn able(&self, capability: &str) -> &Townsperson {
        match capability {
            "person.appoint" => &self.people[self.appointer],
            _ => able(&self.people, capability),
        }
    }

    /// Somebody who may do this, if the rules of the town give it to anybody here.
    pub fn able_if_any(&self, capability: &str) -> Option<&Townsperson> {
        self.people.iter().any(|one| one.capabilities.contains(capability)).then(|| self.able(capability))
    }

    /// The person with the fewest capabilities: none.
    pub fn lowest(&self) -> &Townsperson {
        let last = self.people.last().expect("somebody");
        assert!(last.capabilities.is_empty(), "{:?}", last.capabilities);
        last
    }

    async fn own_line(&self) -> String {
        let lines = self.able("policy.read").asker.get("/v1/lines").await;
        lines["items"][0]["key"].as_str().expect("a line").to_owned()
    }

    /// A recording that was listened to, a person in a post, a connection; the names are of the newest of each.
    pub async fn add_things(&mut self, platform: &TestPlatform) {
        let word = Uuid::new_v4().simple().to_string()[..10].to_owned();
        let number = format!("0900{:07}", Uuid::new_v4().as_u128() % 10_000_000);
        let marked = |kind: &str| format!("{kind}{word}");
        let recording = self.add_recording(platform, &number, &marked("電話の主")).await;
        let person = self
            .able("person.issue")
            .asker
            .post("/v1/people", json!({ "login_id": marked("id"), "display_name": marked("見本氏名") }))
            .await["person"]["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        let appointment = self.add_appointment(&person).await;
        let connection = self
            .able("connection.manage")
            .asker
            .post("/v1/connections", json!({ "name": marked("交換機"), "networks": ["198.51.100.0/24"] }))
            .await;
        let alarm = self.add_alarm(platform, &marked("")).await;
        let (certificate, job) = self.add_certificate(platform, &recording).await;
        let (amendment, document) = self.add_amendment(&marked("改正の理由")).await;
        let day = chrono::NaiveDate::from_ymd_opt(2090, 1, 1).expect("a day");
        let day = day + chrono::Days::new(u64::from(Uuid::new_v4().as_fields().0 % 3_000));
        self.able("calendar.manage")
            .asker
            .post("/v1/operating-calendar/special-days", json!({ "day": day, "note": marked("休館") }))
            .await;
        let register = self.able("line.manage").asker.get("/v1/devices").await;
        let device_rule = register["rules"][0]["key"].as_str().expect("the rules name a device").to_owned();
        let department = self.people[0].asker.get("/v1/departments").await["items"][0]["id"].clone();
        let entered = json!({
            "rule": device_rule,
            "entry": {
                "number": marked("D"), "name": marked("装置"), "place": "窓口", "department": department,
                "start": "automatic", "in_use_from": "2026-04-01",
            },
        });
        let device = self.able("line.manage").asker.post("/v1/devices", entered).await;
        let listener = self.able("recording.play");
        let purposes = listener.me["purposes"].as_array().expect("a list");
        let purpose = purposes[0]["key"].as_str().expect("a key").to_owned();
        let stated = json!({ "purpose": purpose, "case_note": marked("事案") });
        let granted = listener.asker.post(&format!("/v1/recordings/{recording}/uses"), stated).await;
        let shown = listener.asker.get(&format!("/v1/recordings/{recording}")).await;
        let (hold, erasure, ground) = self.add_hold(&recording, &marked("理由")).await;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        self.names = Names {
            recording,
            use_id: text(&granted["id"]),
            person,
            appointment: appointment.0,
            connection: text(&connection["id"]),
            alarm,
            certificate,
            job,
            amendment,
            document,
            hold,
            erasure,
            ground,
            day: day.to_string(),
            device: text(&device["id"]),
            device_rule,
            department: text(&shown["department"]["id"]),
            post: appointment.1,
            post_department: appointment.2,
            purpose,
            number: number.clone(),
            word: word.clone(),
            ..self.names.clone()
        };
        let names = &self.names;
        let ids = [&names.recording, &names.use_id, &names.person, &names.appointment];
        let more = [&names.connection, &names.alarm, &names.device, &names.certificate, &names.amendment];
        let ids = ids.into_iter().chain(more).chain([&names.hold, &names.erasure]).collect::<Vec<_>>();
        self.markers.extend(ids.into_iter().cloned());
        self.markers.extend([word, number, text(&shown["call_id"])]);
    }

    /// A hold, a request for erasure that somebody else than its decider entered, and a ground of the rules.
    async fn add_hold(&self, recording: &str, reason: &str) -> (String, String, String) {
        let holder = &self.able("hold.place").asker;
        let rules = holder.get("/v1/holds").await["rules"].clone();
        let ground = rules["grounds"][0]["key"].as_str().expect("the rules name a ground").to_owned();
        let body =
            json!({ "recordings": [recording], "ground": ground, "reason": reason, "authority": reason });
        let hold = holder.post("/v1/holds", body).await;
        let decider = self.able("erasure.decide").login_id.clone();
        let mut refused = Vec::new();
        for one in self.people.iter().filter(|one| one.login_id != decider) {
            let question = super::asker::Question {
                method: reqwest::Method::POST,
                path: "/v1/erasures".to_owned(),
                body: Some(super::operations::erasure_of(recording, reason)),
            };
            let answer = one.asker.ask(&question).await;
            if answer.status == 201 {
                let id = |value: &Value| value["id"].as_str().expect("an id").to_owned();
                return (id(&hold), id(&answer.json()), ground);
            }
            refused.push(answer.text());
        }
        panic!("{} lets nobody ask for an erasure: {refused:#?}", self.tenant);
    }

    /// An alarm of the past: the watch opens them itself, and closes what it does not find.
    async fn add_alarm(&self, platform: &TestPlatform, subject: &str) -> String {
        let id = Uuid::now_v7().to_string();
        let tenant = &self.tenant;
        platform
            .as_owner(format!(
                "BEGIN; SET LOCAL app.tenant = '{tenant}';
                INSERT INTO alarms (tenant_id, alarm_id, kind, subject, opened_at, seen_at, closed_at)
                VALUES ('{tenant}', '{id}', 'canary_missing', '{subject}', now(), now(), now());
                COMMIT"
            ))
            .await;
        id
    }

    /// A certificate, as if of an earlier life of the recording, and a job that waits for a person.
    async fn add_certificate(&self, platform: &TestPlatform, recording: &str) -> (String, String) {
        let (id, job) = (Uuid::now_v7().to_string(), Uuid::now_v7().to_string());
        let tenant = &self.tenant;
        platform
            .as_owner(format!(
                "BEGIN; SET LOCAL app.tenant = '{tenant}';
                INSERT INTO certificates (tenant_id, certificate_id, recording_id, issued_at, reason, article, policy_version,
                    call_day, note, note_sha256)
                VALUES ('{tenant}', '{id}', '{recording}', now(), 'expired', '1', 1, '2026-01-01',
                    E'matrix {recording}\n', sha256('matrix'));
                DELETE FROM jobs WHERE kind = 'log_erasure';
                INSERT INTO jobs (tenant_id, job_id, kind, state, next_at, done, figures, failures)
                VALUES ('{tenant}', '{job}', 'log_erasure', 'stopped', now() + interval '1 day', 0, '{{}}', 0);
                COMMIT"
            ))
            .await;
        (id, job)
    }

    /// An amendment proposed by somebody who may not approve it; with it a document that may be proposed.
    async fn add_amendment(&self, reason: &str) -> (String, String) {
        let question = super::asker::Question {
            method: reqwest::Method::GET,
            path: "/v1/policy/text".into(),
            body: None,
        };
        let text = self.able("policy.read").asker.ask(&question).await.text();
        let day = chrono::Utc::now().date_naive() + chrono::Days::new(60);
        let of_day = |comment: &str| {
            let lines = text.lines().map(|line| match line.starts_with("effective_from") {
                true => format!("effective_from = {day}"),
                false => line.to_owned(),
            });
            format!("# {comment}\n{}\n", lines.collect::<Vec<_>>().join("\n"))
        };
        let proposer = self.people.iter().find(|one| {
            one.capabilities.contains("policy.propose") && !one.capabilities.contains("policy.approve")
        });
        let proposed = json!({ "toml": of_day(reason), "reason": reason });
        let answer = proposer.expect("a second person").asker.post("/v1/policy-amendments", proposed).await;
        let id = answer["id"].as_str().expect("an id").to_owned();
        (id, of_day(&Uuid::new_v4().to_string()))
    }

    async fn add_recording(&self, platform: &TestPlatform, number: &str, name: &str) -> String {
        let phone = platform.phone(&self.tenant, Transport::Udp).await;
        let said = [Payload::noise(7, 50), Payload::noise(8, 50)];
        let caller = Party { name: Some(name.to_owned()), ..Party::number(number) };
        let plan = CallPlan::two_streams(caller, Party::number(self.called), Law::Pcmu, said);
        let mut call = phone.invite(&plan).await.expect("answered");
        call.said_everything().await;
        let sent = call.hang_up().await.expect("hung up");
        let watcher = platform.person(&self.tenant, "kanri").await;
        platform.sealed(&watcher, &sent.call_id).await.id
    }

    /// Appoints the person to the first post that the rules let somebody give; its id, post and department.
    async fn add_appointment(&mut self, person: &str) -> (String, String, Option<String>) {
        let able = self.people.iter().enumerate();
        let able = able.filter(|(_, one)| one.capabilities.contains("person.appoint"));
        let posts = self.people[0].asker.get("/v1/posts").await;
        let department = self.people[0].asker.get("/v1/departments").await["items"][0]["id"].clone();
        let posts = posts["items"].as_array().expect("a list");
        let mut refused = Vec::new();
        for ((place, appointer), post) in able.flat_map(|one| posts.iter().map(move |post| (one, post))) {
            let department = if post["scope"] == "department" { department.clone() } else { Value::Null };
            let body = json!({
                "post": post["key"], "department": &department, "trained_on": chrono::Utc::now().date_naive(),
            });
            let question = super::asker::Question {
                method: reqwest::Method::POST,
                path: format!("/v1/people/{person}/appointments"),
                body: Some(body),
            };
            let answer = appointer.asker.ask(&question).await;
            if answer.status == 201 {
                let id = answer.json()["id"].as_str().expect("an id").to_owned();
                let post = post["key"].as_str().unwrap_or_default().to_owned();
                self.appointer = place;
                return (id, post, department.as_str().map(str::to_owned));
            }
            refused.push(answer.text());
        }
        panic!("{} lets nobody be appointed: {refused:#?}", self.tenant);
    }
}

fn townsperson(login_id: &str, asker: Asker, me: Value) -> Townsperson {
    let capabilities = me["capabilities"].as_array().into_iter().flatten();
    let capabilities = capabilities.filter_map(|one| one.as_str()).map(str::to_owned).collect();
    Townsperson { login_id: login_id.to_owned(), asker, capabilities, me }
}

fn able<'p>(people: &'p [Townsperson], capability: &str) -> &'p Townsperson {
    let found = people.iter().find(|one| one.capabilities.contains(capability));
    found.unwrap_or_else(|| panic!("nobody may {capability}"))
}

/// Issues an ID; gives it and its first password.
async fn issued(issuer: &Asker, tenant: &str, login_id: &str) -> (String, String) {
    let body = json!({ "login_id": login_id, "display_name": format!("{tenant} {login_id}") });
    let answer = issuer.post("/v1/people", body).await;
    (login_id.to_owned(), answer["initial_password"].as_str().expect("a password").to_owned())
}
