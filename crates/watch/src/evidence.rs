//! What the database knows of recorders and exchanges, brought into faults: stretches in which something was wrong.

use chrono::{DateTime, Days, TimeDelta, Utc};
use rokuon_db::connection_terms::ConnectionState;
use rokuon_db::connection_watches::{self, ConnectionWatch};
use rokuon_db::connections::{self, Connection};
use rokuon_db::error::DbError;
use rokuon_db::tenant_tx::TenantTx;
use rokuon_db::worker_runs::{self, TroubleKind, WorkerRun};
use rokuon_db::{connection_hours, worker_runs::Trouble};
use rokuon_policy::alarm::{WORKER_SILENT_AFTER, usual_silence};
use rokuon_policy::civil::{civil_day, day_begins};
use rokuon_policy::coverage::{Fault, GapCause};
use rokuon_policy::ids::ConnectionId;
use rokuon_policy::policy::Policy;
use rokuon_policy::span::{Span, Spans};

use crate::calendar::OwnCalendar;

/// What is usual for a connection is learned from so many days.
const LEARNED_FROM: Days = Days::new(14);

/// An active connection, how long it may be silent, and when it was.
#[derive(Debug, Clone)]
pub struct ConnectionEvidence {
    /// The connection.
    pub connection: Connection,
    /// What is expected of it.
    pub watch: ConnectionWatch,
    /// Silent for longer than this within the operating hours is a gap.
    pub silent_after: TimeDelta,
    /// The stretches of operating hours in which it was silent for too long.
    pub silent: Spans,
}

/// Everything known of a stretch of time.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// What was wrong.
    pub faults: Vec<Fault>,
    /// Since when anything is known at all; nothing before any recorder ever ran.
    pub since: Option<DateTime<Utc>>,
    /// The tenant's active connections.
    pub connections: Vec<ConnectionEvidence>,
}

/// Gathers what is known of `span`, as of `now`.
///
/// # Errors
/// [`DbError`].
pub async fn gather(
    tx: &mut TenantTx,
    policy: &Policy,
    span: Span,
    now: DateTime<Utc>,
) -> Result<Evidence, DbError> {
    let since = worker_runs::first(tx).await?;
    let known = since.and_then(|since| Span::new(span.from.max(since), span.until.min(now)));
    let connections = connections_of(tx, policy, span, now).await?;
    let Some(known) = known else { return Ok(Evidence { faults: Vec::new(), since, connections }) };
    let runs = worker_runs::within(tx, known).await?;
    let troubles = worker_runs::troubles(tx, known).await?;
    let mut faults = down(&runs, known, now);
    faults.extend(troubles.iter().filter_map(|trouble| of_trouble(trouble, &runs, known, now)));
    for one in &connections {
        faults.extend(one.silent.iter().filter_map(|silent| {
            let span = silent.shared(known)?;
            Some(Fault { cause: GapCause::ConnectionSilent, span, connection: Some(one.connection.id) })
        }));
    }
    Ok(Evidence { faults, since, connections })
}

/// The stretches in which no recorder ran.
fn down(runs: &[WorkerRun], known: Span, now: DateTime<Utc>) -> Vec<Fault> {
    let up: Spans = runs.iter().filter_map(|run| Span::new(run.started_at, lives_until(run, now))).collect();
    let down = Spans::from(known).without(&up);
    down.iter().map(|span| Fault { cause: GapCause::WorkerDown, span, connection: None }).collect()
}

/// Until when a life is taken to last: to its last beat, or until now while its next one may still come.
fn lives_until(run: &WorkerRun, now: DateTime<Utc>) -> DateTime<Utc> {
    match run.stopped_at {
        Some(stopped) => stopped,
        None if now - run.last_beat_at <= WORKER_SILENT_AFTER => now.max(run.last_beat_at),
        None => run.last_beat_at,
    }
}

fn of_trouble(trouble: &Trouble, runs: &[WorkerRun], known: Span, now: DateTime<Utc>) -> Option<Fault> {
    let cause = match trouble.kind {
        TroubleKind::SpoolFull => GapCause::SpoolFull,
        TroubleKind::KeysAway => GapCause::KeysAway,
        // Recording goes on meanwhile: no gap.
        TroubleKind::DatabaseAway
        | TroubleKind::SealingBehind
        | TroubleKind::TailsBehind
        | TroubleKind::SpoolKeyMissing => return None,
    };
    let life = runs.iter().find(|run| run.run == trouble.run).map(|run| lives_until(run, now));
    let until = trouble.ended_at.or(life)?;
    let span = Span::new(trouble.began_at, until)?.shared(known)?;
    Some(Fault { cause, span, connection: None })
}

async fn connections_of(
    tx: &mut TenantTx,
    policy: &Policy,
    span: Span,
    now: DateTime<Utc>,
) -> Result<Vec<ConnectionEvidence>, DbError> {
    let today = civil_day(now);
    let active = connections::list(tx, today, day_begins(today)).await?;
    let active = active.into_iter().filter(|one| one.state == ConnectionState::Active);
    let watches = connection_watches::list(tx).await?;
    let first = civil_day(span.from).checked_sub_days(LEARNED_FROM).unwrap_or_default();
    let looked_at = Span { from: day_begins(first), until: span.until.min(now).max(span.from) };
    let own = OwnCalendar::load(tx, first, civil_day(looked_at.until)).await?;
    let owed = own.with(policy).owed(first, civil_day(looked_at.until));
    let heard = connection_hours::heard_within(tx, looked_at).await?;
    Ok(active
        .map(|connection| {
            let id = connection.id;
            let watch = watches.iter().find(|watch| watch.connection == id).cloned();
            let watch = watch.unwrap_or_else(|| ConnectionWatch::usual(id));
            let mut heard = heard.iter().find(|(one, _)| *one == id).map(|(_, heard)| heard.clone());
            if heard.is_none() && connection.last_heartbeat_at.is_some_and(|last| last < looked_at.from) {
                // It was heard before all that is looked at: silent all along, not being set up.
                let before = Span { from: looked_at.from - TimeDelta::minutes(1), until: looked_at.from };
                heard = Some(before.into());
            }
            let (silent_after, silent) = silence(&watch, heard.as_ref(), &owed, looked_at.until);
            ConnectionEvidence { connection, watch, silent_after, silent }
        })
        .collect())
}

/// How long it may be silent, and when it was silent for longer.
fn silence(
    watch: &ConnectionWatch,
    heard: Option<&Spans>,
    owed: &Spans,
    until: DateTime<Utc>,
) -> (TimeDelta, Spans) {
    let heard: Vec<Span> = heard.map(|heard| heard.iter().collect()).unwrap_or_default();
    let within = |from, until| Span::new(from, until).map(Spans::from).unwrap_or_default().intersection(owed);
    let pauses: Vec<Spans> = heard
        .iter()
        .zip(heard.iter().skip(1).map(|span| span.from).chain([until]))
        .map(|(span, next)| within(span.until, next))
        .collect();
    let silent_after = match watch.silent_after_minutes {
        Some(minutes) => TimeDelta::minutes(i64::from(minutes)),
        None => {
            // Minutes that follow each other are pauses of no length.
            let minutes = heard.iter().map(|span| span.length().num_minutes() - 1);
            let none = minutes.flat_map(|more| (0..more.clamp(0, 20_000)).map(|_| TimeDelta::zero()));
            usual_silence(pauses.iter().map(Spans::total).chain(none).collect())
        }
    };
    let silent = pauses.iter().filter(|pause| pause.total() > silent_after).flat_map(Spans::iter).collect();
    (silent_after, silent)
}

/// The connections of which one of these ids is.
pub fn name_of(connections: &[ConnectionEvidence], id: ConnectionId) -> Option<&str> {
    connections.iter().find(|one| one.connection.id == id).map(|one| one.connection.name.as_str())
}

#[cfg(test)]
mod tests {
    use rokuon_db::worker_runs::Vitals;
    use rokuon_policy::ids::ConnectionId;

    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    fn run(from: i64, beat: i64, stopped: Option<i64>) -> WorkerRun {
        WorkerRun {
            run: Default::default(),
            worker: Default::default(),
            software_version: "1".into(),
            started_at: at(from),
            last_beat_at: at(beat),
            stopped_at: stopped.map(at),
            vitals: Vitals::default(),
        }
    }

    // req: T-5.1
    #[test]
    fn a_recorder_was_down_between_its_lives_and_is_up_while_its_next_beat_may_come() {
        let known = Span { from: at(0), until: at(100) };
        let runs = [run(0, 20, None), run(30, 60, Some(60)), run(70, 100, None)];
        let gaps: Vec<Span> = down(&runs, known, at(100)).into_iter().map(|fault| fault.span).collect();
        assert_eq!(gaps, [Span { from: at(20), until: at(30) }, Span { from: at(60), until: at(70) }]);
        assert_eq!(down(&runs[2..], Span { from: at(70), until: at(100) }, at(100)), []);
        let dead = down(&runs, Span { from: at(70), until: at(102) }, at(102));
        assert_eq!(dead.len(), 1, "no beat for two minutes");
        let two = [run(0, 50, None), run(40, 100, None)];
        assert_eq!(down(&two, known, at(100)), [], "another one ran");
    }

    // req: T-5.1
    #[test]
    fn silence_is_measured_in_operating_hours_against_its_limit() {
        let watch = |minutes| ConnectionWatch {
            silent_after_minutes: minutes,
            ..ConnectionWatch::usual(ConnectionId(Default::default()))
        };
        let minute = |minute| Span { from: at(minute), until: at(minute + 1) };
        let heard: Spans = [minute(10), minute(30), minute(90)].into_iter().collect();
        let owed: Spans = [Span { from: at(0), until: at(60) }, Span { from: at(80), until: at(120) }]
            .into_iter()
            .collect();
        let (limit, silent) = silence(&watch(Some(25)), Some(&heard), &owed, at(120));
        assert_eq!(limit, TimeDelta::minutes(25));
        let spans: Vec<Span> = silent.iter().collect();
        let long = [Span { from: at(31), until: at(60) }, Span { from: at(80), until: at(90) }];
        assert_eq!(spans[..2], long, "39 minutes of operating hours");
        assert_eq!(spans[2..], [Span { from: at(91), until: at(120) }], "and it is silent now");
        assert!(silence(&watch(None), Some(&heard), &owed, at(120)).1.is_empty(), "nothing is usual yet");
        assert!(silence(&watch(Some(1)), None, &owed, at(120)).1.is_empty(), "being set up");
    }
}
