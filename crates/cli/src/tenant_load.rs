//! Brings a tenant's rows to what its policy and register say: adds what is missing, renames, removes nobody.

use chrono::{DateTime, NaiveDate, Utc};
use ipnet::IpNet;
use rokuon_api::passwords::{hash_blocking, initial_password};
use rokuon_db::audit_events::{Actor, AuditEvent};
use rokuon_db::connection_terms::{ConnectionKind, ConnectionSecurity};
use rokuon_db::connections::{Connection, NewConnection, fresh_address_user};
use rokuon_db::database::Database;
use rokuon_db::departments::Department;
use rokuon_db::error::DbError;
use rokuon_db::tenant_tx::TenantTx;
use rokuon_db::{
    appointments, connections, credentials, departments, lines, people, policy_versions, tenants,
};
use rokuon_policy::access::{Caller, may_appoint};
use rokuon_policy::appointment::Appointment;
use rokuon_policy::civil::{civil_day, day_begins};
use rokuon_policy::decision::Decision;
use rokuon_policy::ids::{AppointmentId, ConnectionId, PersonId};
use rokuon_policy::pii::Pii;
use rokuon_policy::policy::Policy;
use rokuon_policy::recording_scope::{Line, LineSource, RecordingStart, normalise_number};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::failure::Failure;
use crate::register::{Register, RegisteredAppointment, RegisteredLine, RegisteredPerson, TrainedOn};

/// What a tenant has now. Initial passwords stand here and nowhere else.
#[derive(Debug, Serialize)]
pub struct LoadedTenant {
    tenant: String,
    name: String,
    policy_version: i32,
    people: Vec<LoadedPerson>,
    connections: Vec<LoadedConnection>,
}

#[derive(Debug, Serialize)]
struct LoadedPerson {
    login_id: String,
    display_name: String,
    department: Option<String>,
    posts: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    initial_password: Option<String>,
}

#[derive(Debug, Serialize)]
struct LoadedConnection {
    id: ConnectionId,
    name: String,
    addresses: Vec<String>,
}

/// Loads everything in one transaction. `sip` is where calls are taken: `host:port;transport=udp` and the like.
pub async fn load(
    db: &Database,
    policy: &Policy,
    toml: &str,
    register: &Register,
    sip: &[String],
    now: DateTime<Utc>,
) -> Result<LoadedTenant, Failure> {
    let stored = |error: DbError| stored(&error);
    let mut tx = db.tenant(policy.tenant()).await.map_err(stored)?;
    let mut events = Vec::new();
    let is_new = tenants::put(&mut tx, policy.name(), &policy.name_short().ja, now).await.map_err(stored)?;
    let loaded = policy_versions::load(&mut tx, toml, policy.effective_from(), now).await.map_err(stored)?;
    let (policy_version, is_new_version) = loaded;
    if is_new_version && !is_new {
        // Dropping the transaction undoes it.
        return Err(an_amendment(policy));
    }
    if is_new || is_new_version {
        let detail = json!({ "version": policy_version, "effective_from": policy.effective_from() });
        events.push(event("policy.load", now).on("policy", policy_version).with(detail));
    }
    let departments = all_departments(policy, register);
    departments::put_all(&mut tx, &departments).await.map_err(stored)?;
    lines::put_all(&mut tx, &all_lines(policy, register)?).await.map_err(stored)?;
    let mut set_up = SetUp { policy, register, departments: &departments, now, events };
    let people = set_up.people(&mut tx).await?;
    let connections = set_up.connections(&mut tx, sip).await?;
    let written = if set_up.events.is_empty() {
        tx.commit_bookkeeping().await
    } else {
        tx.commit_with_all(&set_up.events).await
    };
    written.map_err(stored)?;
    Ok(LoadedTenant {
        tenant: policy.tenant().to_string(),
        name: policy.name().ja.clone(),
        policy_version,
        people,
        connections,
    })
}

/// A tenant's rules change by two persons, not by whoever can type here.
fn an_amendment(policy: &Policy) -> Failure {
    let tenant = policy.tenant();
    Failure::new(
        format!(
            "{tenant} はすでに登録され、規程の内容が違います。規程の改正はポータルの「規程の改正案」で提案し、別の人が承認してください。台帳だけを更新するときは、登録済みの規程ファイルを指定してください。何も変えていません。"
        ),
        format!(
            "{tenant} is there already, and this policy is another: propose the amended document in the portal (policy amendments) and let another person approve it. To bring only the register up to date give the policy file that is loaded. Nothing was changed"
        ),
    )
}

fn event(kind: &str, now: DateTime<Utc>) -> AuditEvent {
    AuditEvent::new(kind, Actor::Platform("setup".to_owned()), now)
}

struct SetUp<'a> {
    policy: &'a Policy,
    register: &'a Register,
    departments: &'a [Department],
    now: DateTime<Utc>,
    events: Vec<AuditEvent>,
}

impl SetUp<'_> {
    /// Issues IDs to those who have none and enters the posts they never held.
    async fn people(&mut self, tx: &mut TenantTx) -> Result<Vec<LoadedPerson>, Failure> {
        let mut ids = Vec::new();
        let mut loaded = Vec::new();
        for person in &self.register.people {
            let (id, initial_password) = self.person(tx, person).await?;
            ids.push(id);
            let department = self.departments.iter().find(|one| Some(&one.id) == person.department.as_ref());
            let posts = person.appointments.iter().filter_map(|one| self.policy.post(&one.post));
            loaded.push(LoadedPerson {
                login_id: person.login_id.clone(),
                display_name: person.display_name.clone(),
                department: department.map(|one| one.name.ja.clone()),
                posts: posts.map(|post| post.name.ja.clone()).collect(),
                initial_password,
            });
        }
        self.appointments(tx, &ids).await?;
        Ok(loaded)
    }

    async fn person(
        &mut self,
        tx: &mut TenantTx,
        person: &RegisteredPerson,
    ) -> Result<(PersonId, Option<String>), Failure> {
        let stored = |error: DbError| stored(&error);
        if let Some(known) = people::find_by_login_id(tx, &person.login_id).await.map_err(stored)? {
            return Ok((known.id, None));
        }
        let id = PersonId(Uuid::now_v7());
        let name = Pii::new(person.display_name.clone());
        let department = person.department.as_ref();
        people::issue(tx, id, &person.login_id, &name, department, self.now).await.map_err(stored)?;
        let password = initial_password();
        let hash = hash_blocking(&password).map_err(|error| {
            Failure::new(
                format!("パスワードを作れません（{error}）。"),
                format!("cannot hash a password: {error}"),
            )
        })?;
        credentials::issue(tx, id, &hash, self.now).await.map_err(stored)?;
        self.events.push(event("person.issue", self.now).on("person", id));
        Ok((id, Some(password)))
    }

    /// Enters appointments: those by office first, the others by whoever the policy lets appoint; an ended one stays ended.
    async fn appointments(&mut self, tx: &mut TenantTx, ids: &[PersonId]) -> Result<(), Failure> {
        let stored = |error: DbError| stored(&error);
        let mut held: Vec<(PersonId, Vec<Appointment>)> = Vec::new();
        for id in ids {
            held.push((*id, appointments::of_person(tx, *id).await.map_err(stored)?));
        }
        let mut waiting: Vec<(PersonId, &RegisteredAppointment)> = Vec::new();
        for (person, (id, held)) in self.register.people.iter().zip(&held) {
            let never = |one: &&RegisteredAppointment| {
                !held.iter().any(|known| known.post == one.post && known.department == one.department)
            };
            waiting.extend(person.appointments.iter().filter(never).map(|one| (*id, one)));
        }
        while !waiting.is_empty() {
            let mut left = Vec::new();
            let before = waiting.len();
            let mut refusal = None;
            for (person, wanted) in waiting {
                let appointment = self.appointment(wanted);
                match self.appointer(&held, &appointment) {
                    Ok((by, decision)) => {
                        appointments::appoint(tx, person, &appointment, by).await.map_err(stored)?;
                        let detail = json!({ "person": person, "post": appointment.post, "department": appointment.department });
                        let entered = event("appointment.enter", self.now)
                            .on("appointment", appointment.id)
                            .with(detail);
                        self.events.push(match decision {
                            Some(decision) => entered.decided_by(&decision),
                            None => entered,
                        });
                        if let Some((_, held)) = held.iter_mut().find(|(id, _)| *id == person) {
                            held.push(appointment);
                        }
                    }
                    Err(decision) => {
                        refusal = Some(decision);
                        left.push((person, wanted));
                    }
                }
            }
            if let Some(decision) = refusal.filter(|_| left.len() == before) {
                let post = &left[0].1.post;
                return Err(Failure::new(
                    format!("台帳の職 {post} を指定できる人がいません: {}", decision.sentence.ja),
                    format!("nobody in the register may appoint to {post}: {}", decision.sentence.en),
                ));
            }
            waiting = left;
        }
        Ok(())
    }

    fn appointment(&self, wanted: &RegisteredAppointment) -> Appointment {
        Appointment {
            id: AppointmentId(Uuid::now_v7()),
            post: wanted.post.clone(),
            department: wanted.department.clone(),
            from: self.now,
            until: None,
            trained_on: wanted.trained_on.map(|day| self.day(day)),
        }
    }

    fn day(&self, trained_on: TrainedOn) -> NaiveDate {
        match trained_on {
            TrainedOn::Day(day) => day,
            TrainedOn::Today => civil_day(self.now),
        }
    }

    /// Who appoints to it: nobody for a post filled by office, else the first whom the policy lets.
    fn appointer(
        &self,
        held: &[(PersonId, Vec<Appointment>)],
        wanted: &Appointment,
    ) -> Result<(Option<PersonId>, Option<Decision>), Decision> {
        if self.policy.post(&wanted.post).is_some_and(|post| post.by_office) {
            return Ok((None, None));
        }
        let mut refusal = None;
        for (person, appointments) in held {
            let caller = Caller { person: *person, appointments };
            let department = wanted.department.as_ref();
            let decision =
                may_appoint(self.policy, &caller, &wanted.post, department, wanted.trained_on, self.now);
            if decision.allowed {
                return Ok((Some(*person), Some(decision)));
            }
            refusal.get_or_insert(decision);
        }
        Err(refusal.unwrap_or_else(|| {
            let nobody = Caller { person: PersonId(Uuid::nil()), appointments: &[] };
            may_appoint(
                self.policy,
                &nobody,
                &wanted.post,
                wanted.department.as_ref(),
                wanted.trained_on,
                self.now,
            )
        }))
    }

    /// Makes the connections that are missing (told by their names) and tells where each calls.
    async fn connections(
        &mut self,
        tx: &mut TenantTx,
        sip: &[String],
    ) -> Result<Vec<LoadedConnection>, Failure> {
        let stored = |error: DbError| stored(&error);
        let today = civil_day(self.now);
        let known = connections::list(tx, today, day_begins(today)).await.map_err(stored)?;
        for wanted in &self.register.connections {
            if known.iter().any(|connection| connection.name == wanted.name) {
                continue;
            }
            let networks = wanted.networks.iter().map(|network| parsed_network(&wanted.name, network));
            let new = NewConnection {
                id: ConnectionId(Uuid::now_v7()),
                name: wanted.name.clone(),
                address_user: fresh_address_user().map_err(stored)?,
                networks: networks.collect::<Result<_, _>>()?,
                default_line: None,
                kind: ConnectionKind::Siprec,
                security: ConnectionSecurity::default(),
            };
            connections::create(tx, &new, self.now).await.map_err(stored)?;
            self.events.push(event("connection.create", self.now).on("connection", new.id));
        }
        let listed = connections::list(tx, today, day_begins(today)).await.map_err(stored)?;
        Ok(listed.into_iter().map(|connection| loaded_connection(connection, sip)).collect())
    }
}

fn loaded_connection(connection: Connection, sip: &[String]) -> LoadedConnection {
    let user = &connection.address_user;
    // where an exchange records to; what was connected in another way says so in the portal
    let sip = if connection.kind == ConnectionKind::Siprec { sip } else { &[] };
    let addresses = sip.iter().map(|place| format!("sip:{user}@{place}")).collect();
    LoadedConnection { id: connection.id, name: connection.name, addresses }
}

fn parsed_network(connection: &str, network: &str) -> Result<IpNet, Failure> {
    network.parse().map_err(|_| {
        Failure::new(
            format!("接続「{connection}」の {network} はネットワークではありません（例 192.0.2.0/24）。"),
            format!("{network} of connection {connection} is no network such as 192.0.2.0/24"),
        )
    })
}

/// The policy's departments, then the register's.
fn all_departments(policy: &Policy, register: &Register) -> Vec<Department> {
    let of_policy =
        policy.departments.iter().map(|one| Department { id: one.key.clone(), name: one.name.clone() });
    let added = register.departments.iter().filter(|one| policy.department(&one.key).is_none());
    of_policy.chain(added.map(|one| Department { id: one.key.clone(), name: one.name.clone() })).collect()
}

/// The policy's lines with what the register adds to them, then the register's own.
fn all_lines(policy: &Policy, register: &Register) -> Result<Vec<Line>, Failure> {
    let mut lines = policy.lines().to_vec();
    for added in &register.lines {
        let is_pattern = added.number.ends_with(['*', '?']);
        let digits: String = added.number.chars().filter(char::is_ascii_digit).collect();
        let number = if is_pattern { Some(digits) } else { normalise_number(&added.number) };
        let number = number.ok_or_else(|| wrong_line(added, "番号ではありません", "is no number"))?;
        if let Some(line) =
            lines.iter_mut().find(|line| line.number == number && line.pattern.is_some() == is_pattern)
        {
            line.department = added.department.clone().or(line.department.take());
            line.group = added.group.clone().or(line.group.take());
            line.start = added.start.unwrap_or(line.start);
            line.announces |= added.announces;
            continue;
        }
        let (Some(key), Some(name)) = (&added.key, &added.name) else {
            return Err(wrong_line(
                added,
                "規程にない回線には key と name が要ります",
                "is not in the policy: give key and name",
            ));
        };
        let pattern = is_pattern
            .then(|| added.number.chars().filter(|c| c.is_ascii_digit() || matches!(c, '*' | '?')).collect());
        lines.push(Line {
            key: key.clone(),
            number,
            pattern,
            name: name.clone(),
            department: added.department.clone(),
            group: added.group.clone(),
            purpose: added.purpose.clone(),
            start: added.start.unwrap_or(RecordingStart::Automatic),
            announces: added.announces,
            source: LineSource::Register,
        });
    }
    Ok(lines)
}

fn wrong_line(line: &RegisteredLine, ja: &str, en: &str) -> Failure {
    let number = &line.number;
    Failure::new(format!("台帳の回線 {number}: {ja}"), format!("line {number} of the register {en}"))
}

fn stored(error: &DbError) -> Failure {
    match error.constraint() {
        Some(constraint) if constraint.ends_with("_department") => Failure::new(
            format!("台帳が知らない所属を使っています（{constraint}）。"),
            format!("the register names a department that is not there ({constraint})"),
        ),
        _ => crate::database::of_database(error),
    }
}
