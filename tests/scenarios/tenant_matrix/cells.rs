//! The cells: who asks, what must come back.

use super::asker::{Answer, Asker, Question};
use super::operations::{Names, Operation};
use super::town::{Town, Townsperson};

/// What was asked so far, and what was not as it must be.
#[derive(Default)]
pub struct Matrix {
    pub cells: usize,
    pub open: Vec<String>,
}

/// Somebody without a session that counts.
pub struct Outsider {
    pub name: &'static str,
    pub asker: Asker,
    /// What they are told.
    pub code: &'static str,
}

impl Matrix {
    pub fn cell(&mut self, what: &str, closed: bool, detail: impl FnOnce() -> String) {
        self.cells += 1;
        if !closed {
            self.open.push(format!("{what}: {}", detail()));
        }
    }

    /// Asks, and takes down whether it was refused so; no refusal shows a word of the town's.
    async fn refused(
        &mut self,
        what: String,
        asker: &Asker,
        question: &Question,
        (status, code): (u16, &str),
        markers: &[String],
    ) -> Answer {
        let answer = asker.ask(question).await;
        let problem = answer.problem();
        // an answer to HEAD has no body to say it in
        let said = question.method == reqwest::Method::HEAD || problem.as_deref() == Some(code);
        let shown = answer.marker(markers);
        self.cell(&what, answer.status == status && said && shown.is_none(), || {
            format!("{} {problem:?}, wanted {status} {code}; shows {shown:?}", answer.status)
        });
        answer
    }

    /// No session, or none that counts: 401. What is for everybody answers everybody alike.
    pub async fn outsiders(&mut self, operation: &Operation, home: &Town, outsiders: &[Outsider]) {
        let mut first = None;
        for outsider in outsiders {
            let what = format!("{} by {} at {}", operation.id, outsider.name, home.tenant);
            // another ID each time, so that no throttle answers in the sign-in's place
            let word =
                if operation.id == "sign_in" { Names::nobodys().word } else { home.names.word.clone() };
            let question = operation.question(&Names { word, ..home.names.clone() });
            if operation.needs_session {
                let expected = (401, outsider.code);
                self.refused(what, &outsider.asker, &question, expected, &home.markers).await;
                continue;
            }
            let answer = outsider.asker.ask(&question).await;
            let alike = first.get_or_insert_with(|| answer.told());
            let closed =
                *alike == answer.told() && answer.status < 500 && answer.marker(&home.markers).is_none();
            self.cell(&what, closed, || format!("{:?} instead of {alike:?}", answer.told()));
        }
        if operation.id == "sign_in" {
            let there = outsiders[0].asker.ask(&operation.question(&home.names)).await;
            let nowhere = outsiders[0].asker.ask(&operation.question(&Names::nobodys())).await;
            self.cell("sign_in to a town that is not", there.told() == nowhere.told(), || nowhere.text());
        }
    }

    /// Somebody of another town: a thing of this one answers as one that nobody has, a list holds nothing of it.
    ///
    /// What the stranger's own rules judge first (posts, purposes) is of their own town.
    pub async fn stranger(
        &mut self,
        operation: &Operation,
        home: &Town,
        stranger: &Townsperson,
        own: &Names,
    ) {
        let what = format!("{} by {} of another town than {}", operation.id, stranger.login_id, home.tenant);
        let may = operation.capability.as_ref().is_none_or(|one| stranger.capabilities.contains(one));
        let by_own_rules = |names: Names| Names {
            post: own.post.clone(),
            post_department: own.post_department.clone(),
            purpose: own.purpose.clone(),
            ground: own.ground.clone(),
            ..names
        };
        let (homes, nobodys) = (by_own_rules(home.names.clone()), by_own_rules(Names::nobodys()));
        if operation.names_a_thing() {
            let expected = if may { (404, "not-found") } else { (403, "not-permitted") };
            let question = operation.question(&homes);
            let theirs =
                self.refused(what.clone(), &stranger.asker, &question, expected, &home.markers).await;
            for names in [nobodys.clone(), Names { recording: "not-an-id".into(), ..nobodys.clone() }] {
                let none = stranger.asker.ask(&operation.question(&names)).await;
                self.cell(&format!("{what}, told from nothing"), theirs.told() == none.told(), || {
                    format!("{:?} and {:?}", theirs.told(), none.told())
                });
            }
        } else if operation.body_names_a_thing() {
            let theirs = stranger.asker.ask(&operation.question(&homes)).await;
            let none = stranger.asker.ask(&operation.question(&nobodys)).await;
            let closed = theirs.told() == none.told() && theirs.status >= 400;
            self.cell(&format!("{what}, named in the body"), closed, || {
                format!("{:?} and {:?}", theirs.told(), none.told())
            });
        } else if operation.needs_session && !operation.question(&homes).changes() {
            let answer = stranger.asker.ask(&operation.question(&homes)).await;
            let shown = answer.marker(&home.markers);
            let right = if may { answer.status == 200 } else { answer.status == 403 };
            self.cell(&what, right && shown.is_none(), || format!("{} shows {shown:?}", answer.status));
        }
        let (searches, nothings) = (operation.searches(&homes), operation.searches(&nobodys));
        for (question, nothing) in searches.iter().zip(&nothings) {
            let theirs = stranger.asker.ask(question).await;
            let none = stranger.asker.ask(nothing).await;
            let parameter = question.path.split_once('?').map_or("", |(_, query)| query);
            let shown = theirs.marker(&home.markers).is_some();
            self.cell(&format!("{what}, by {parameter}"), theirs.told() == none.told() && !shown, || {
                format!("{} and {}", theirs.text(), none.text())
            });
        }
    }

    /// Somebody of the same town whose posts do not give them this, or whose password is not theirs yet.
    pub async fn colleagues(&mut self, operation: &Operation, home: &Town) {
        if !operation.needs_session {
            return;
        }
        let question = operation.question(&home.names);
        for colleague in &home.people {
            let what = format!("{} by {} of {}", operation.id, colleague.login_id, home.tenant);
            match &operation.capability {
                Some(capability) if !colleague.capabilities.contains(capability) => {
                    let expected = (403, "not-permitted");
                    let answer = self
                        .refused(what.clone(), &colleague.asker, &question, expected, &home.markers)
                        .await;
                    let json = answer.json();
                    let head = question.method == reqwest::Method::HEAD;
                    self.cell(
                        &format!("{what}, with its article"),
                        head || json["article"].is_string(),
                        || answer.text(),
                    );
                }
                None if !question.changes() => {
                    let answer = colleague.asker.ask(&question).await;
                    self.cell(&what, answer.status == 200, || answer.text());
                }
                _ => {}
            }
        }
        if !["me_show", "password_change", "sign_out"].contains(&operation.id.as_str()) {
            let what = format!("{} by a newcomer of {}", operation.id, home.tenant);
            let expected = (403, "password-change-required");
            self.refused(what, &home.newcomer, &question, expected, &home.markers).await;
        }
    }

    /// A change that does not come from our own pages: no token, somebody else's, another site's.
    pub async fn forged(&mut self, operation: &Operation, home: &Town, other: &Asker) {
        let question = operation.question(&home.names);
        if !question.changes() {
            return;
        }
        let able = operation.capability.as_ref().and_then(|one| home.able_if_any(one));
        let able = able.unwrap_or(&home.people[0]);
        let own = &able.asker;
        let mut ways = vec![
            ("another site's page", Asker { site: Some("cross-site"), ..own.clone() }),
            ("a sister site's page", Asker { site: Some("same-site"), ..own.clone() }),
        ];
        if operation.needs_session {
            ways.push(("no token", Asker { csrf: None, ..own.clone() }));
            ways.push(("another session's token", Asker { csrf: other.csrf.clone(), ..own.clone() }));
        }
        for (name, asker) in ways {
            let what = format!("{} at {} with {name}", operation.id, home.tenant);
            self.refused(what, &asker, &question, (403, "csrf-refused"), &home.markers).await;
        }
    }

    /// Somebody it is for. What is asked with made-up passwords is refused for that and nothing else.
    pub async fn welcome(&mut self, operation: &Operation, home: &Town) {
        let able = match &operation.capability {
            None => &home.people[0],
            // what the rules of this town give to nobody stays closed to everybody: the colleagues' cells say so
            Some(capability) => match home.able_if_any(capability) {
                Some(able) => able,
                None => return,
            },
        };
        let answer = able.asker.ask(&operation.question(&home.names)).await;
        let right = match operation.id.as_str() {
            "sign_in" => answer.status == 401,
            "password_change" => answer.status == 422,
            // a town whose rules set the hours changes them by an amendment only
            "operating_calendar_hours" => {
                answer.status == 204 || answer.text().contains("operating_calendar.set_by_policy")
            }
            // the town's recording is of a call that is over, on a line that is recorded by itself
            "capture_orders_place" => {
                answer.status == 403 && answer.text().contains("capture_order.automatic_line")
            }
            // the amendment may have been approved by then
            "policy_amendments_withdraw" => answer.status == 204 || answer.status == 409,
            // in alphabetical order: approved or too early, and then decided; released, and then over
            "erasures_approve" => {
                (200..300).contains(&answer.status) || answer.text().contains("erasure.before_minimum")
            }
            "erasures_refuse" | "erasures_withdraw" => {
                (200..300).contains(&answer.status) || answer.text().contains("erasure.decided_already")
            }
            // the town's device may have gone out of use by then
            "devices_issue_token" => (200..300).contains(&answer.status) || answer.status == 409,
            _ => (200..300).contains(&answer.status),
        };
        let what = format!("{} by {} of {}, who may", operation.id, able.login_id, home.tenant);
        self.cell(&what, right, || format!("{} {}", answer.status, answer.text()));
    }
}
