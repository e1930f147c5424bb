//! What deserves an alarm: a closed list of kinds, and the rules that find them in what was observed. They close by themselves.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::closed_list::closed_list;
use crate::span::{Span, Spans};

pub mod keeping;
mod words;

use keeping::KeepingSeen;

closed_list! {
    /// What can be wrong.
    pub enum AlarmKind {
        /// A recorder says nothing any more, or none runs at all.
        WorkerSilent = "worker_silent",
        /// An exchange was silent for longer than it should be.
        ConnectionSilent = "connection_silent",
        /// A recorder's disk is filling up.
        SpoolFilling = "spool_filling",
        /// Recordings wait to be sealed for long.
        SealingBehind = "sealing_behind",
        /// What is being recorded is on one machine alone: it is not copied to the store.
        TailsBehind = "tails_behind",
        /// A recorder's spool has no key of its own.
        SpoolKeyMissing = "spool_key_missing",
        /// Calls are being turned away.
        CallsRefused = "calls_refused",
        /// An account is no longer registered with its exchange.
        RegistrationLost = "registration_lost",
        /// The exchange says that there were calls of which no recording was found.
        ExpectedCallMissing = "expected_call_missing",
        /// A test call that must come did not come.
        CanaryMissing = "canary_missing",
        /// Calls come, and nothing can be kept of them.
        CallsFailing = "calls_failing",
        /// The clocks do not agree, so nothing is destroyed.
        ClocksDisagree = "clocks_disagree",
        /// More would be destroyed than is usual: it waits for a person.
        DestructionStopped = "destruction_stopped",
        /// What should be gone by now is not.
        DestructionLate = "destruction_late",
        /// Recordings did not pass their check.
        MediaBroken = "media_broken",
        /// The store and the rows do not agree.
        StoreMismatch = "store_mismatch",
        /// The store is full and nothing may give way.
        StoreFull = "store_full",
    }
}

/// Without a beat for so long a recorder is silent.
pub const WORKER_SILENT_AFTER: TimeDelta = TimeDelta::seconds(30);
/// From this share of its room on, in percent, a disk is filling up.
pub const SPOOL_FILLING_FROM: u64 = 80;
/// So many calls of an hour of which nothing could be kept.
pub const FAILING_FROM: u64 = 3;

/// Something that is wrong now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What.
    pub kind: AlarmKind,
    /// On what: a connection's or worker's id; empty for the platform as a whole.
    pub subject: String,
    /// A figure that belongs to it.
    pub figure: Option<u64>,
    /// Since when, where that is known.
    pub since: Option<DateTime<Utc>>,
}

/// A recorder as it was last heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerSeen {
    /// Its id.
    pub worker: String,
    /// When it last said that it lives.
    pub last_beat_at: DateTime<Utc>,
    /// Whether it stopped in order.
    pub stopped: bool,
    /// Percent of its room that its disk is filled to.
    pub spool_percent: u64,
    /// Recordings that wait to be sealed, when they have waited for long.
    pub sealing_behind: Option<u64>,
    /// Whether what it records is not copied to the store, though it should be.
    pub tails_behind: bool,
    /// Whether its spool has no key of its own, though it should have.
    pub spool_key_missing: bool,
}

/// A connection as it was last heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionSeen {
    /// Its id.
    pub connection: String,
    /// When it was last heard; one that never was is still being set up.
    pub last_heard: Option<DateTime<Utc>>,
    /// Silent for longer than this within the operating hours is too long.
    pub silent_after: TimeDelta,
    /// Its test call: how often it must come, and since when we wait for it.
    pub canary: Option<(TimeDelta, DateTime<Utc>)>,
    /// Since when its account is not registered.
    pub unregistered_since: Option<DateTime<Utc>>,
    /// Calls turned away within the last quarter of an hour.
    pub refused_lately: u64,
}

/// Everything the rules look at, of one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// The instant of looking.
    pub now: DateTime<Utc>,
    /// Recorders that were heard within the last day.
    pub workers: Vec<WorkerSeen>,
    /// Whether a recorder was ever heard: without one there is nothing to miss.
    pub ever_ran: bool,
    /// The tenant's active connections.
    pub connections: Vec<ConnectionSeen>,
    /// Operating hours, from long enough ago until now.
    pub owed: Spans,
    /// Calls of the last hour of which nothing could be kept.
    pub failed_lately: u64,
    /// Calls of the last week that should be there and are not.
    pub missing_lately: u64,
    /// What the jobs that keep and destroy found.
    pub keeping: KeepingSeen,
}

/// Everything that is wrong now.
pub fn find(observed: &Observed) -> Vec<Finding> {
    let mut found = Vec::new();
    workers(observed, &mut found);
    for connection in &observed.connections {
        found.extend(of_connection(observed, connection));
    }
    let mut whole = |kind, figure: u64, from: u64| {
        if figure >= from {
            found.push(Finding { kind, subject: String::new(), figure: Some(figure), since: None });
        }
    };
    whole(AlarmKind::CallsFailing, observed.failed_lately, FAILING_FROM);
    whole(AlarmKind::ExpectedCallMissing, observed.missing_lately, 1);
    found.extend(observed.keeping.findings());
    found
}

fn workers(observed: &Observed, found: &mut Vec<Finding>) {
    let silent = |worker: &WorkerSeen| observed.now - worker.last_beat_at > WORKER_SILENT_AFTER;
    let lives = |worker: &&WorkerSeen| !worker.stopped && !silent(worker);
    for worker in observed.workers.iter().filter(|worker| !worker.stopped) {
        let of = |kind, figure, since| Finding { kind, subject: worker.worker.clone(), figure, since };
        if silent(worker) {
            // What it did not seal yet lies on its disk: it is missed even when another one runs.
            found.push(of(AlarmKind::WorkerSilent, None, Some(worker.last_beat_at)));
            continue;
        }
        if worker.spool_percent >= SPOOL_FILLING_FROM {
            found.push(of(AlarmKind::SpoolFilling, Some(worker.spool_percent), None));
        }
        if let Some(waiting) = worker.sealing_behind {
            found.push(of(AlarmKind::SealingBehind, Some(waiting), None));
        }
        if worker.tails_behind {
            found.push(of(AlarmKind::TailsBehind, None, None));
        }
        if worker.spool_key_missing {
            found.push(of(AlarmKind::SpoolKeyMissing, None, None));
        }
    }
    if observed.ever_ran && !observed.workers.iter().any(|worker| lives(&worker)) {
        let since = observed.workers.iter().map(|worker| worker.last_beat_at).max();
        found.push(Finding { kind: AlarmKind::WorkerSilent, subject: String::new(), figure: None, since });
    }
}

fn of_connection(observed: &Observed, connection: &ConnectionSeen) -> Vec<Finding> {
    let subject = || connection.connection.clone();
    let mut found = Vec::new();
    if let Some(last) = connection.last_heard
        && waited(observed, last) > connection.silent_after
    {
        let kind = AlarmKind::ConnectionSilent;
        found.push(Finding { kind, subject: subject(), figure: None, since: Some(last) });
    }
    if let Some((every, since)) = connection.canary
        && waited(observed, since) > every
    {
        let kind = AlarmKind::CanaryMissing;
        found.push(Finding { kind, subject: subject(), figure: None, since: Some(since) });
    }
    if let Some(since) = connection.unregistered_since {
        let kind = AlarmKind::RegistrationLost;
        found.push(Finding { kind, subject: subject(), figure: None, since: Some(since) });
    }
    if connection.refused_lately > 0 {
        let figure = Some(connection.refused_lately);
        found.push(Finding { kind: AlarmKind::CallsRefused, subject: subject(), figure, since: None });
    }
    found
}

/// Operating time since an instant.
fn waited(observed: &Observed, since: DateTime<Utc>) -> TimeDelta {
    let span = Span::new(since, observed.now).map(Spans::from).unwrap_or_default();
    observed.owed.intersection(&span).total()
}

/// How long a connection may be silent when nobody set a limit: three times what is usual for it, from a quarter of an hour
/// up to a day. `pauses` are its pauses in operating hours; with few of them nothing is known yet.
pub fn usual_silence(mut pauses: Vec<TimeDelta>) -> TimeDelta {
    const ENOUGH: usize = 50;
    let (least, most) = (TimeDelta::minutes(15), TimeDelta::hours(24));
    if pauses.len() < ENOUGH {
        return most;
    }
    pauses.sort_unstable();
    let usual = pauses.get(pauses.len() * 95 / 100).copied().unwrap_or(most);
    (usual * 3).clamp(least, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    fn worker(last_beat_at: DateTime<Utc>) -> WorkerSeen {
        WorkerSeen {
            worker: "w".into(),
            last_beat_at,
            stopped: false,
            spool_percent: 10,
            sealing_behind: None,
            tails_behind: false,
            spool_key_missing: false,
        }
    }

    fn connection() -> ConnectionSeen {
        ConnectionSeen {
            connection: "c".into(),
            last_heard: Some(at(600)),
            silent_after: TimeDelta::minutes(30),
            canary: None,
            unregistered_since: None,
            refused_lately: 0,
        }
    }

    fn quiet() -> Observed {
        Observed {
            now: at(600),
            workers: vec![worker(at(600))],
            ever_ran: true,
            connections: vec![connection()],
            owed: Spans::from(Span { from: at(0), until: at(600) }),
            failed_lately: 0,
            missing_lately: 0,
            keeping: KeepingSeen::default(),
        }
    }

    fn kinds(observed: &Observed) -> Vec<(AlarmKind, String)> {
        find(observed).into_iter().map(|found| (found.kind, found.subject)).collect()
    }

    // req: T-5.1
    #[test]
    fn a_recorder_that_falls_silent_is_missed_even_when_another_one_runs() {
        assert_eq!(kinds(&quiet()), []);
        let silent = |worker| (AlarmKind::WorkerSilent, String::from(worker));
        let dead = Observed { workers: vec![worker(at(599))], ..quiet() };
        assert_eq!(kinds(&dead), [silent("w"), silent("")], "killed, and nobody else records");
        let other = WorkerSeen { worker: "other".into(), ..worker(at(600)) };
        let one_dead = Observed { workers: vec![worker(at(599)), other], ..quiet() };
        assert_eq!(kinds(&one_dead), [silent("w")]);
        let stopped = WorkerSeen { stopped: true, ..worker(at(599)) };
        let in_order = Observed { workers: vec![stopped], ..quiet() };
        assert_eq!(kinds(&in_order), [silent("")], "stopped in order, but nobody records");
        assert_eq!(kinds(&Observed { workers: vec![], ..quiet() }), [silent("")]);
        assert_eq!(kinds(&Observed { workers: vec![], ever_ran: false, ..quiet() }), []);
    }

    // req: T-5.1
    #[test]
    fn silence_counts_in_operating_hours_only() {
        let heard_at = |minute| ConnectionSeen { last_heard: Some(at(minute)), ..connection() };
        let of = |connection, owed| kinds(&Observed { connections: vec![connection], owed, ..quiet() });
        let all_day = Spans::from(Span { from: at(0), until: at(600) });
        let silent = [(AlarmKind::ConnectionSilent, "c".to_owned())];
        assert_eq!(of(heard_at(569), all_day.clone()), silent);
        assert_eq!(of(heard_at(570), all_day.clone()), [], "just within the limit");
        let closed_since = Spans::from(Span { from: at(0), until: at(590) });
        assert_eq!(of(heard_at(565), closed_since), [], "25 minutes of operating hours");
        assert_eq!(
            of(ConnectionSeen { last_heard: None, ..connection() }, all_day.clone()),
            [],
            "being set up"
        );
        let canary = ConnectionSeen { canary: Some((TimeDelta::minutes(60), at(530))), ..connection() };
        assert_eq!(of(canary, all_day), [(AlarmKind::CanaryMissing, "c".to_owned())]);
    }

    #[test]
    fn each_other_rule_finds_its_own() {
        let full = WorkerSeen {
            spool_percent: 80,
            sealing_behind: Some(4),
            tails_behind: true,
            spool_key_missing: true,
            ..worker(at(600))
        };
        let refusing = ConnectionSeen { refused_lately: 2, unregistered_since: Some(at(1)), ..connection() };
        let observed = Observed {
            workers: vec![full],
            connections: vec![refusing],
            failed_lately: 3,
            missing_lately: 1,
            ..quiet()
        };
        let found: Vec<(AlarmKind, Option<u64>)> =
            find(&observed).into_iter().map(|found| (found.kind, found.figure)).collect();
        assert_eq!(
            found,
            [
                (AlarmKind::SpoolFilling, Some(80)),
                (AlarmKind::SealingBehind, Some(4)),
                (AlarmKind::TailsBehind, None),
                (AlarmKind::SpoolKeyMissing, None),
                (AlarmKind::RegistrationLost, None),
                (AlarmKind::CallsRefused, Some(2)),
                (AlarmKind::CallsFailing, Some(3)),
                (AlarmKind::ExpectedCallMissing, Some(1)),
            ]
        );
    }

    #[test]
    fn what_is_usual_is_learned_within_bounds() {
        assert_eq!(
            usual_silence(vec![TimeDelta::minutes(1); 10]),
            TimeDelta::hours(24),
            "too little is known"
        );
        assert_eq!(usual_silence(vec![TimeDelta::minutes(1); 100]), TimeDelta::minutes(15));
        assert_eq!(usual_silence(vec![TimeDelta::minutes(20); 100]), TimeDelta::hours(1));
        assert_eq!(usual_silence(vec![TimeDelta::hours(20); 100]), TimeDelta::hours(24));
    }
}
