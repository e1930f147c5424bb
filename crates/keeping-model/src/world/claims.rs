//! What must hold after every single thing that happens, and once everything has come to rest.
//!
//! | invariant of standards §5 | claimed here | else shown by |
//! | --- | --- | --- |
//! | I1 held is never destroyed, tier-lost, hidden, unreadable | [`World::check`], and at each commit | `tests/exhaustive.rs`; races on PostgreSQL |
//! | I2 the counter is the number of holds and requests | [`World::check`] | |
//! | I3 nothing leaves destroyed, nothing is read from destroying on | [`World::check_step`], [`World::check`] | |
//! | I4 expired and unheld: gone | [`World::check_at_rest`] | the two simulated years |
//! | I5 nothing before the minimum | at each commit | |
//! | I6 destroyed, one certificate, one leaf | [`World::check`] | |
//! | I7 keys first | [`World::check`] | `policy::keeping::destruction`; caches: `crates/storage` |
//! | I8 no orphans, both ways | [`World::check`], [`World::check_at_rest`] | the two simulated years, against real buckets |
//! | I9 sealed octets never change | [`World::check`] | `crates/storage` |
//! | I10 copies are registered | | the register of copies, a later issue |
//! | I11 one event a transition, replay rebuilds | [`World::check`] | |
//! | I12 one writer an epoch | every statement of [`World`] asks it | `crates/db`, `tests/exhaustive.rs` |
//! | I13 two persons | people of [`World`] | `policy::keeping::{hold_rules, erasure_rules, policy_change}` |
//! | I14 only the policy's posts | | `policy::keeping::hold_rules`, `api` |
//! | I15 requests keep until appeal is over | people of [`World`] | `policy::keeping::open_request` |
//! | I16 deadlines | | `policy::civil` and its oracle |
//! | I17, I18 exit, reports | | later issues |
//! | I19 the runaway guard | [`World::check`] | `policy::keeping::guard` |
//! | I20 a restore changes none of it | restores among the actions | `policy::keeping::restored` |

use chrono::TimeDelta;
use rokuon_policy::access::{RecordingFacts, playable};
use rokuon_policy::recording_state::RecordingState;

use super::store::{BUCKETS, Bucket};
use super::{ELSEWHERE, World, rows::Row};
use crate::action::Action;

impl World {
    /// What an action must not do to what there was before.
    pub fn check_step(&mut self, before: &[Row], action: Action) {
        use RecordingState as S;
        if action == Action::Restore {
            return;
        }
        for (recording, was) in before.iter().enumerate() {
            let is = self.rows[recording].kept.state;
            let back = match was.kept.state {
                S::Destroyed => is != S::Destroyed,
                S::Destroying => !matches!(is, S::Destroying | S::Destroyed),
                _ => false,
            };
            if back {
                self.breaks(recording, "I3: it came back from destruction");
            }
        }
    }

    /// What must hold at every moment.
    pub fn check(&mut self) {
        for recording in 0..self.rows.len() {
            if self.truths[recording].lost {
                let committed = self.log.committed(recording);
                if !committed
                    && (self.named_is_missing(recording)
                        || self.store.versions(Bucket::Keys, recording).is_empty())
                {
                    self.breaks(recording, "I20: lost in a restore, and its media too");
                }
                continue;
            }
            for what in self.wrong(recording) {
                self.breaks(recording, what);
            }
        }
        let most = 1_000 - ELSEWHERE;
        if self.released == 0 && self.committed.values().any(|count| *count > most) {
            self.broken.push("I19: more in a day than the guard lets go".to_owned());
        }
    }

    fn named_is_missing(&self, recording: usize) -> bool {
        let (bucket, id) = self.rows[recording].media;
        !self.store.versions(bucket, recording).iter().any(|version| version.id == id)
    }

    fn wrong(&self, recording: usize) -> Vec<&'static str> {
        use RecordingState as S;
        let mut wrong = Vec::new();
        let row = &self.rows[recording];
        let state = row.kept.state;
        let gone = matches!(state, S::Destroying | S::Destroyed);
        let keys = !self.store.versions(Bucket::Keys, recording).is_empty();
        let facts = RecordingFacts {
            department: None,
            line_proved: true,
            started_at: row.kept.started_at,
            media: row.kept.media,
            state,
            keep_until: row.kept.retention.keep_until,
            active_holds: row.kept.active_holds,
            due_article: row.kept.cause.as_ref().map(|cause| cause.article.clone()),
        };
        let readable = playable(&self.policy, &facts, self.database_now()).is_none();
        if !self.truths[recording].promised.is_empty()
            && (gone || !readable || !keys || self.named_is_missing(recording))
        {
            wrong.push("I1: a promised hold did not keep it whole and readable");
        }
        if row.kept.active_holds != row.standing() {
            wrong.push("I2: the counter is not the number of holds");
        }
        if gone && readable {
            wrong.push("I3: readable though its destruction is committed");
        }
        let certificates = self.log.certificates(recording);
        if certificates != usize::from(state == S::Destroyed) {
            wrong.push("I6: destroyed without one certificate, or a certificate without destruction");
        }
        let media = !self.store.versions(Bucket::Media, recording).is_empty()
            || !self.store.versions(Bucket::Secondary, recording).is_empty();
        if gone && keys && !media {
            wrong.push("I7: media erased before its key");
        }
        if state == S::Destroyed && keys {
            wrong.push("I7: destroyed and its key is there");
        }
        if !gone && (!keys || self.named_is_missing(recording)) {
            wrong.push("I8: a live row names what is not there");
        }
        let (bucket, id) = row.media;
        let named = self.store.versions(bucket, recording).iter().find(|version| version.id == id);
        if named.is_some_and(|version| version.content != row.content) {
            wrong.push("I9: sealed media has changed");
        }
        let (replayed, standing) = self.log.replayed(recording);
        let rows: Vec<_> = row.holds.iter().filter(|(_, hold)| hold.stands).map(|(id, _)| *id).collect();
        if replayed != Some(state) || !standing.iter().eq(rows.iter()) {
            wrong.push("I11: the events do not rebuild the row");
        }
        wrong
    }

    /// Whether its row still says that its erasure was approved: a restore may have brought back an older one, whose request stands open.
    fn row_knows_erasure(&self, recording: usize) -> bool {
        let standing = &self.rows[recording].holds;
        standing.get(&super::rows::HoldId::Erasure).is_some_and(|hold| !hold.stands) && !self.restored
    }

    /// Lets everything come to rest: clocks right, nothing new, workers that run, a person who lets the sweep go on; for a hundred days.
    pub fn come_to_rest(&mut self) {
        self.apply(Action::ClocksPutRight);
        self.apply(Action::Restart { hours: 0 });
        self.apply(Action::Pass { hours: 2 });
        self.released = u64::MAX;
        for _ in 0..100 {
            for worker in 0..2 {
                self.apply(Action::Look { worker });
                while !self.workers[usize::from(worker)].plan.is_empty() {
                    self.apply(Action::Work { worker, nth: 0 });
                }
            }
            self.apply(Action::EraseOrphans);
            self.apply(Action::Pass { hours: 25 });
        }
    }

    /// What must hold once everything has come to rest.
    pub fn check_at_rest(&mut self) {
        use RecordingState as S;
        for recording in 0..self.rows.len() {
            if self.truths[recording].lost {
                continue;
            }
            let row = self.rows[recording].clone();
            let since = self.now - TimeDelta::days(3);
            let free =
                row.kept.active_holds == 0 && row.kept.hold_grace_until.is_none_or(|until| until <= since);
            let over = row.kept.retention.keep_until.is_some_and(|until| until <= since)
                && row.kept.retention.keep_at_least_until.is_none_or(|until| until <= since);
            if free && over && row.kept.state != S::Destroyed {
                self.breaks(recording, "I4: expired, unheld, and not destroyed");
            }
            if free
                && self.truths[recording].erasure_approved
                && self.row_knows_erasure(recording)
                && row.kept.state != S::Destroyed
            {
                self.breaks(recording, "I4: its erasure was approved, nothing holds it, and it is there");
            }
            if row.kept.state == S::Destroying || row.kept.state == S::Due && free {
                self.breaks(recording, "I4: begun and not finished");
            }
            if row.kept.state == S::Destroyed && self.store.count(recording) > 0 {
                self.breaks(recording, "I4: destroyed, and something of it is left");
            }
            let versions: Vec<(Bucket, u64)> = BUCKETS
                .into_iter()
                .flat_map(|bucket| {
                    self.store.versions(bucket, recording).iter().map(move |one| (bucket, one.id))
                })
                .collect();
            if versions.into_iter().any(|(bucket, id)| self.is_orphan(recording, bucket, id)) {
                self.breaks(recording, "I8: an object that no row names");
            }
            let is_locked =
                |bucket| self.store.versions(bucket, recording).iter().all(|version| version.held);
            if row.kept.active_holds > 0 && !(is_locked(row.media.0) && is_locked(Bucket::Keys)) {
                self.breaks(recording, "I1: held, and the store would let it be erased");
            }
        }
    }
}
