//! All accounts of one recorder: feed it answers and time, poll it for what to send and how the accounts stand.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::account::{Account, AccountId, RegistrationOutput, RegistrationState};
use super::attempt::{LONGEST_EXPIRES, Phase, Registration};
use super::request::{BRANCH_MARK, T2};
use super::response::{Answer, read};
use crate::digest::challenge::Challenge;
use crate::endpoint::Entropy;
use crate::message::parse::{Message, parse};
use crate::message::request::Response;
use crate::message::via::{COOKIE, Via};
use crate::transport::Flow;

/// How long the shell may take to open a flow.
const CONNECT_WAIT: Duration = Duration::from_secs(32);
/// Answers in one attempt that make us ask anew.
const MOST_TURNS: u8 = 6;
/// Shorter registrations are no use to anybody.
const SHORTEST_EXPIRES: u32 = 60;

/// The registrations of a recorder.
pub struct Registrations {
    accounts: BTreeMap<AccountId, Registration>,
    entropy: Entropy,
    outputs: VecDeque<RegistrationOutput>,
}

impl Registrations {
    /// None yet. `entropy` fills a buffer with unpredictable octets.
    pub fn new(entropy: Entropy) -> Registrations {
        Registrations { accounts: BTreeMap::new(), entropy, outputs: VecDeque::new() }
    }

    /// Takes an account up, or anew with other settings.
    pub fn add(&mut self, now: Duration, id: AccountId, account: Account) {
        let registration = Registration {
            target: account.target.clone(),
            expires: account.expires.clamp(SHORTEST_EXPIRES, LONGEST_EXPIRES),
            account,
            call_id: self.token(),
            from_tag: self.token(),
            cseq: 0,
            flow: None,
            phase: Phase::Resting { until: now },
            challenges: Vec::new(),
            nonce_count: 0,
            turns: 0,
            failures: 0,
            said: None,
            leaving: false,
            keep_alive_at: None,
        };
        self.accounts.insert(id, registration);
        self.begin(now, id);
    }

    /// Takes the registration back, if there is one; the account is forgotten once the registrar has answered or
    /// half a minute has passed.
    pub fn remove(&mut self, now: Duration, id: AccountId) {
        let Some(registration) = self.accounts.get_mut(&id) else { return };
        if registration.flow.is_none() {
            return self.leave(id);
        }
        registration.leaving = true;
        registration.keep_alive_at = None;
        registration.turns = 0;
        self.ask(now, id);
    }

    /// The flow that `Connect` asked for is open.
    pub fn connected(&mut self, now: Duration, id: AccountId, flow: Flow) {
        let Some(registration) = self.accounts.get_mut(&id) else { return };
        if matches!(registration.phase, Phase::Connecting { .. }) {
            registration.flow = Some(flow);
            self.ask(now, id);
        }
    }

    /// The flow that `Connect` asked for could not be opened.
    pub fn unreachable(&mut self, now: Duration, id: AccountId) {
        if self.accounts.get(&id).is_some_and(|known| matches!(known.phase, Phase::Connecting { .. })) {
            self.fail(now, id, RegistrationState::Unreachable, None);
        }
    }

    /// Takes note that a stream is gone.
    pub fn flow_closed(&mut self, now: Duration, flow: Flow) {
        let uses = |registration: &Registration| registration.flow == Some(flow);
        for id in self.ids(|registration| flow.transport.is_reliable() && uses(registration)) {
            self.fail(now, id, RegistrationState::Unreachable, None);
        }
    }

    /// Takes one message; false when it is none of ours and belongs to the endpoint.
    pub fn receive(&mut self, now: Duration, flow: Flow, message: &[u8]) -> bool {
        if !message.starts_with(b"SIP/2.0 ") {
            return false;
        }
        let Ok(Message::Response(response)) = parse(message) else { return false };
        let via = response.headers.get("via").and_then(Via::parse);
        let branch = via.as_ref().and_then(Via::branch).unwrap_or_default();
        if !branch.strip_prefix(COOKIE).is_some_and(|rest| rest.starts_with(BRANCH_MARK)) {
            return false;
        }
        let waits = |registration: &Registration| {
            let is_from_there = registration.flow.is_some_and(|known| known.remote.ip() == flow.remote.ip());
            is_from_there
                && matches!(&registration.phase, Phase::Asking { branch: ours, .. } if ours == branch)
        };
        for id in self.ids(waits) {
            self.answered(now, id, &response);
        }
        true
    }

    /// When `handle_timeout` must be called next.
    pub fn next_timeout(&self) -> Option<Duration> {
        self.accounts.values().map(Registration::due).min()
    }

    /// Does what is due at `now`.
    pub fn handle_timeout(&mut self, now: Duration) {
        for id in self.ids(|registration| registration.due() <= now) {
            self.account_due(now, id);
        }
    }

    /// The next thing to do; call until `None` after each input.
    pub fn poll_output(&mut self) -> Option<RegistrationOutput> {
        self.outputs.pop_front()
    }

    /// How an account stands.
    pub fn state(&self, id: AccountId) -> Option<&RegistrationState> {
        self.accounts.get(&id)?.said.as_ref()
    }

    fn account_due(&mut self, now: Duration, id: AccountId) {
        let lot = self.lot();
        let Some(registration) = self.accounts.get_mut(&id) else { return };
        if let (Some(flow), Some(at)) = (registration.flow, registration.keep_alive_at)
            && at <= now
        {
            registration.keep_alive_at = Some(now + Registration::keep_alive_after(&flow, lot));
            self.outputs.push_back(RegistrationOutput::Send { flow, bytes: b"\r\n\r\n".to_vec() });
        }
        match &mut registration.phase {
            Phase::Resting { until } if *until <= now => self.begin(now, id),
            Phase::Connecting { until } | Phase::Asking { until, .. } if *until <= now => {
                self.fail(now, id, RegistrationState::Unreachable, None);
            }
            Phase::Asking { repeat_at: Some(at), interval, bytes, .. } if *at <= now => {
                *interval = (*interval * 2).min(T2);
                *at = now + *interval;
                if let Some(flow) = registration.flow {
                    self.outputs.push_back(RegistrationOutput::Send { flow, bytes: bytes.clone() });
                }
            }
            _ => {}
        }
    }

    /// Begins an attempt: on the flow there is, or with a new one.
    fn begin(&mut self, now: Duration, id: AccountId) {
        let Some(registration) = self.accounts.get_mut(&id) else { return };
        registration.turns = 0;
        if registration.flow.is_some() {
            return self.ask(now, id);
        }
        self.say(id, RegistrationState::Registering);
        self.connect(now, id);
    }

    fn connect(&mut self, now: Duration, id: AccountId) {
        let Some(registration) = self.accounts.get_mut(&id) else { return };
        registration.phase = Phase::Connecting { until: now + CONNECT_WAIT };
        let target = registration.target.clone();
        self.outputs.push_back(RegistrationOutput::Connect { account: id, target });
    }

    fn ask(&mut self, now: Duration, id: AccountId) {
        let token = self.token();
        let Some(registration) = self.accounts.get_mut(&id) else { return };
        let Some(flow) = registration.flow else { return };
        let bytes = registration.ask(now, flow, &token);
        self.outputs.push_back(RegistrationOutput::Send { flow, bytes });
    }

    fn answered(&mut self, now: Duration, id: AccountId, response: &Response) {
        let Some(registration) = self.accounts.get_mut(&id) else { return };
        let answer = read(response, &registration.account.contact_user, registration.target.transport);
        let status = response.status;
        if let (Answer::Wait, Phase::Asking { interval, .. }) = (&answer, &mut registration.phase) {
            *interval = T2;
            return;
        }
        if registration.leaving && !matches!(answer, Answer::Challenged(_)) {
            return self.leave(id);
        }
        registration.turns = registration.turns.saturating_add(1);
        let may_ask_anew = registration.turns <= MOST_TURNS;
        match answer {
            Answer::Granted(Some(1..) | None) => self.granted(now, id, &answer),
            Answer::Challenged(asked) if may_ask_anew => self.challenged(now, id, status, asked),
            Answer::Challenged(_) => {
                self.fail(now, id, RegistrationState::CredentialRefused { status }, None)
            }
            Answer::TooBrief(least)
                if may_ask_anew && (registration.expires + 1..=LONGEST_EXPIRES).contains(&least) =>
            {
                registration.expires = least;
                self.ask(now, id);
            }
            Answer::Moved(target) if may_ask_anew => {
                registration.target = target;
                registration.flow = None;
                registration.keep_alive_at = None;
                self.connect(now, id);
            }
            Answer::Refused { retry_after, wants_other_credential: true } => {
                self.fail(now, id, RegistrationState::CredentialRefused { status }, retry_after);
            }
            Answer::Refused { retry_after, .. } => {
                self.fail(now, id, RegistrationState::Refused { status }, retry_after);
            }
            _ => self.fail(now, id, RegistrationState::Refused { status }, None),
        }
    }

    fn granted(&mut self, now: Duration, id: AccountId, answer: &Answer) {
        let lot = self.lot();
        let Some(registration) = self.accounts.get_mut(&id) else { return };
        let Answer::Granted(seconds) = answer else { return };
        let expires = seconds.unwrap_or(registration.expires);
        registration.failures = 0;
        registration.phase = Phase::Resting { until: now + Registration::refresh_after(expires, lot) };
        if let (Some(flow), None) = (registration.flow, registration.keep_alive_at) {
            registration.keep_alive_at = Some(now + Registration::keep_alive_after(&flow, lot));
        }
        self.say(id, RegistrationState::Registered { expires });
    }

    fn challenged(&mut self, now: Duration, id: AccountId, status: u16, asked: Vec<Challenge>) {
        let Some(registration) = self.accounts.get_mut(&id) else { return };
        // A realm that asks again within one attempt, and not for an old nonce, does not take the password.
        let answered_once = registration.turns > 1;
        let is_known = |one: &Challenge| registration.challenges.iter().any(|old| old.realm == one.realm);
        if answered_once && asked.iter().any(|one| is_known(one) && !one.stale) {
            registration.challenges.clear();
            return self.fail(now, id, RegistrationState::CredentialRefused { status }, None);
        }
        registration.challenges.retain(|old| asked.iter().all(|new| new.realm != old.realm));
        registration.challenges.extend(asked);
        registration.challenges.truncate(MOST_REALMS);
        registration.nonce_count = 0;
        self.ask(now, id);
    }

    /// An attempt came to nothing: waits, then begins anew with a fresh flow and the account's own settings.
    fn fail(&mut self, now: Duration, id: AccountId, state: RegistrationState, retry_after: Option<u32>) {
        let lot = self.lot();
        let Some(registration) = self.accounts.get_mut(&id) else { return };
        if registration.leaving {
            return self.leave(id);
        }
        registration.flow = None;
        registration.keep_alive_at = None;
        registration.target = registration.account.target.clone();
        let wait = registration.wait_after_failure(retry_after, lot);
        registration.phase = Phase::Resting { until: now.saturating_add(wait) };
        self.say(id, state);
    }

    fn leave(&mut self, id: AccountId) {
        self.say(id, RegistrationState::Unregistered);
        self.accounts.remove(&id);
    }

    fn say(&mut self, account: AccountId, state: RegistrationState) {
        let Some(registration) = self.accounts.get_mut(&account) else { return };
        if registration.said.as_ref() != Some(&state) {
            registration.said = Some(state.clone());
            self.outputs.push_back(RegistrationOutput::State { account, state });
        }
    }

    fn ids(&self, is_meant: impl Fn(&Registration) -> bool) -> Vec<AccountId> {
        self.accounts.iter().filter(|(_, known)| is_meant(known)).map(|(id, _)| *id).collect()
    }

    fn token(&mut self) -> String {
        let mut octets = [0; 12];
        (self.entropy)(&mut octets);
        octets.iter().map(|octet| format!("{octet:02x}")).collect()
    }

    fn lot(&mut self) -> u64 {
        let mut octets = [0; 8];
        (self.entropy)(&mut octets);
        u64::from_ne_bytes(octets)
    }
}

/// Registrar and proxies on the way to it.
const MOST_REALMS: usize = 4;

impl std::fmt::Debug for Registrations {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registrations").field("accounts", &self.accounts.len()).finish_non_exhaustive()
    }
}
