//! The jobs of the model: read now, done later, in pieces that a crash may part or a repeat may double.

use rokuon_policy::civil;
use rokuon_policy::keeping::destruction::{DestructionStep, PostCheck};
use rokuon_policy::keeping::guard::{self, Guard};
use rokuon_policy::keeping::step::{Step, may_commit, next_step};
use rokuon_policy::keeping::{Cause, DueReason, KeptRecording, capacity};
use rokuon_policy::recording_state::{RecordingState, Tier};

use super::log::Event;
use super::rows::{HoldId, ObjectHolds};
use super::store::{BUCKETS, Bucket};
use super::{ELSEWHERE, World};

/// One piece of work on one recording, with what was read when it was planned.
#[derive(Debug, Clone)]
pub(super) struct Task {
    recording: usize,
    epoch: u64,
    work: Work,
}

#[derive(Debug, Clone)]
enum Work {
    BecomeDue(Cause),
    KeepAfterAll(Tier),
    Read,
    Put(u64),
    Switch(u64),
    EraseFirstCopy,
    Commit,
    Erase(DestructionStep),
    PostCheck,
    SetObjectHold,
    /// The same, killed between the store and the row.
    SetObjectHoldHalfway,
    LetGo(HoldId),
}

impl World {
    /// Reads everything there is to do. Dates are asked only while the clocks are believed; what was committed goes on all the same.
    pub(super) fn look(&mut self, worker: usize) {
        let believed = self.believed();
        let mut plan = Vec::new();
        let mut planned = 0;
        for (recording, row) in self.rows.iter().enumerate().filter(|(at, _)| !self.truths[*at].lost) {
            let step = match (believed, row.kept.state) {
                (None, RecordingState::Destroying) => Step::FinishDestruction,
                (None, _) => Step::Wait,
                (Some(now), _) => next_step(&row.kept, now),
            };
            let work = match step {
                Step::Wait => None,
                Step::MoveToSecondary => Some(Work::Read),
                Step::BecomeDue(cause) => Some(Work::BecomeDue(cause)),
                Step::KeepAfterAll(tier) => Some(Work::KeepAfterAll(tier)),
                Step::CommitDestruction => Some(Work::Commit),
                Step::FinishDestruction => Some(Work::Erase(DestructionStep::Keys)),
            };
            planned += u64::from(matches!(work, Some(Work::Commit)));
            let object_hold = matches!(row.object_holds, ObjectHolds::Wanted | ObjectHolds::Unwanted)
                .then_some(Work::SetObjectHold);
            let epoch = row.kept.epoch;
            plan.extend([work, object_hold].into_iter().flatten().map(|work| Task {
                recording,
                epoch,
                work,
            }));
        }
        if self.guard(planned) != Guard::GoOn {
            plan.retain(|task| !matches!(task.work, Work::Commit));
        }
        if let Some(now) = believed {
            plan.extend(self.giving_way(now));
            for (recording, over) in self.requests_over(now) {
                plan.extend(over.into_iter().map(|id| Task { recording, epoch: 0, work: Work::LetGo(id) }));
            }
        }
        self.workers[worker].plan = plan.into();
    }

    fn guard(&self, planned: u64) -> Guard {
        let today = civil::civil_day(self.database_now());
        let already = self.committed.get(&today).copied().unwrap_or_default() + ELSEWHERE;
        guard::allowed(planned, 0, already, self.released)
    }

    fn giving_way(&self, now: chrono::DateTime<chrono::Utc>) -> Vec<Task> {
        let Some(capacity) = self.policy.retention.iter().find_map(|rule| rule.capacity.as_ref()) else {
            return Vec::new();
        };
        let sealed = |kept: &KeptRecording| {
            matches!(
                kept.state,
                RecordingState::Primary | RecordingState::Secondary | RecordingState::Quarantined
            )
        };
        let rows =
            || self.rows.iter().enumerate().filter(|(at, row)| !self.truths[*at].lost && sealed(&row.kept));
        let used = rows().map(|(_, row)| row.octets).sum();
        let oldest_first = rows().map(|(at, row)| (at, &row.kept, row.octets));
        let chosen = capacity::gives_way(capacity, used, oldest_first, now);
        let task = |recording: usize| Task {
            recording,
            epoch: self.rows[recording].kept.epoch,
            work: Work::BecomeDue(chosen.cause.clone()),
        };
        chosen.recordings.iter().copied().map(task).collect()
    }

    /// Does one piece of what a worker read: the first of one recording. Pieces of one recording stay in their order.
    pub(super) fn work(&mut self, worker: usize, nth: usize) {
        let plan = &mut self.workers[worker].plan;
        let mut recordings: Vec<usize> = plan.iter().map(|task| task.recording).collect();
        recordings.dedup();
        if recordings.is_empty() {
            return;
        }
        let recording = recordings[nth % recordings.len()];
        let Some(at) = plan.iter().position(|task| task.recording == recording) else { return };
        let Some(task) = plan.remove(at) else { return };
        self.workers[worker].last = Some(task.clone());
        if let Some(next) = self.perform(&task) {
            self.workers[worker].plan.insert(at, next);
        }
    }

    pub(super) fn again(&mut self, worker: usize) {
        if let Some(mut task) = self.workers[worker].last.clone() {
            if matches!(task.work, Work::SetObjectHold) {
                task.work = Work::SetObjectHoldHalfway;
            }
            self.perform(&task);
        }
    }

    /// Does it, and says what comes next of the same.
    fn perform(&mut self, task: &Task) -> Option<Task> {
        let Task { recording, epoch, work } = task;
        let recording = *recording;
        if self.truths[recording].lost {
            return None;
        }
        let next = match work {
            Work::BecomeDue(cause) => self.become_due(recording, *epoch, cause),
            Work::KeepAfterAll(tier) => self.keep_after_all(recording, *epoch, *tier),
            Work::Read => {
                self.store.versions(Bucket::Media, recording).first().map(|one| Work::Put(one.content))
            }
            Work::Put(read) => self.put_copy(recording, *read),
            Work::Switch(version) => self.switch(recording, *epoch, *version),
            Work::EraseFirstCopy => self.erase_first_copy(recording),
            Work::Commit => self.commit(recording, *epoch),
            Work::Erase(step) => self.erase(recording, *step),
            Work::PostCheck => self.post_check(recording),
            Work::SetObjectHold => self.set_object_hold(recording, true),
            Work::SetObjectHoldHalfway => self.set_object_hold(recording, false),
            Work::LetGo(id) => {
                let over = self.rows[recording].holds.get(id).and_then(|hold| hold.lets_go_at);
                if over.is_some_and(|at| at <= self.database_now()) {
                    self.let_go(recording, *id);
                }
                None
            }
        };
        next.map(|work| Task { recording, epoch: *epoch, work })
    }

    fn become_due(&mut self, recording: usize, epoch: u64, cause: &Cause) -> Option<Work> {
        use RecordingState as S;
        self.believed()?;
        let kept = &mut self.rows[recording].kept;
        let stands = matches!(kept.state, S::Primary | S::Secondary | S::Quarantined)
            && kept.active_holds == 0
            && kept.epoch == epoch
            // An erasure approved meanwhile is the stronger cause.
            && kept.cause.as_ref().is_none_or(|standing| standing == cause);
        if stands {
            (kept.state, kept.cause) = (S::Due, Some(cause.clone()));
            self.log.write(recording, Event::Due(cause.clone()));
        }
        None
    }

    fn keep_after_all(&mut self, recording: usize, epoch: u64, tier: Tier) -> Option<Work> {
        self.believed()?;
        let kept = &mut self.rows[recording].kept;
        let erased = kept.cause.as_ref().is_some_and(|cause| cause.reason == DueReason::Erasure);
        if kept.state == RecordingState::Due && kept.active_holds == 0 && kept.epoch == epoch && !erased {
            (kept.state, kept.cause) = (tier.state(), None);
            self.log.write(recording, Event::KeptAfterAll(tier));
        }
        None
    }

    fn put_copy(&mut self, recording: usize, read: u64) -> Option<Work> {
        let copy = self.store.put_new(Bucket::Secondary, recording, read, self.now);
        (copy.content == read).then_some(Work::Switch(copy.id))
    }

    fn switch(&mut self, recording: usize, epoch: u64, version: u64) -> Option<Work> {
        let row = &mut self.rows[recording];
        let stands = row.kept.state == RecordingState::Primary
            && row.kept.active_holds == 0
            && row.kept.epoch == epoch;
        // The copy is looked for once more: somebody may have taken it for an orphan meanwhile.
        let there = self.store.versions(Bucket::Secondary, recording).iter().any(|one| one.id == version);
        if !(stands && there) {
            return None;
        }
        (row.kept.state, row.kept.tier) = (RecordingState::Secondary, Tier::Secondary);
        row.media = (Bucket::Secondary, version);
        self.log.write(recording, Event::Moved);
        Some(Work::EraseFirstCopy)
    }

    fn erase_first_copy(&mut self, recording: usize) -> Option<Work> {
        if self.rows[recording].media.0 == Bucket::Secondary {
            // Held meanwhile: it stays, and the search for orphans finds it later.
            let _ = self.store.erase_all(Bucket::Media, recording);
        }
        None
    }

    /// The one statement. What the guard says is asked again here: another worker may have planned as much.
    fn commit(&mut self, recording: usize, epoch: u64) -> Option<Work> {
        let now = self.believed()?;
        if self.guard(1) != Guard::GoOn {
            return None;
        }
        if !may_commit(&self.rows[recording].kept, epoch, now).allowed {
            return None;
        }
        self.check_commit(recording);
        let kept = &mut self.rows[recording].kept;
        kept.state = RecordingState::Destroying;
        *self.committed.entry(civil::civil_day(self.now + self.database_skew)).or_default() += 1;
        self.log.write(recording, Event::Committed);
        Some(Work::Erase(DestructionStep::Keys))
    }

    /// What must be true whenever a destruction is committed, by what is true and not by what anybody believes.
    fn check_commit(&mut self, recording: usize) {
        let kept = self.rows[recording].kept.clone();
        let truth = self.truths[recording].clone();
        if !truth.promised.is_empty() {
            self.breaks(recording, "I1: destroyed while a promised hold stands");
        }
        let by_erasure = truth.erasure_approved;
        if truth.first_minimum.is_some_and(|until| self.now < until) && !by_erasure {
            self.breaks(recording, "I5: destroyed before its shortest period was over");
        }
        let reason = kept.cause.as_ref().map(|cause| cause.reason);
        let over = match reason {
            Some(DueReason::Capacity) => true,
            Some(DueReason::Erasure) => by_erasure,
            Some(DueReason::Expired) | None => {
                kept.retention.keep_until.is_some_and(|until| until <= self.now)
            }
        };
        if !over {
            self.breaks(recording, "destroyed before its period was over, without an approved erasure");
        }
        let database = self.database_now();
        if truth.last_release.is_some_and(|at| database < at + rokuon_policy::keeping::HOLD_GRACE) {
            self.breaks(recording, "destroyed within a day of its last hold");
        }
    }

    fn erase(&mut self, recording: usize, step: DestructionStep) -> Option<Work> {
        if self.rows[recording].kept.state != RecordingState::Destroying {
            return None;
        }
        let erased = match step {
            DestructionStep::Keys => self.store.erase_all(Bucket::Keys, recording),
            DestructionStep::Media => self
                .store
                .erase_all(Bucket::Media, recording)
                .and(self.store.erase_all(Bucket::Secondary, recording)),
            _ => Ok(()),
        };
        // Held by the store still: nothing after this step, and it is tried again later.
        erased.ok()?;
        Some(step.next().map_or(Work::PostCheck, Work::Erase))
    }

    fn post_check(&mut self, recording: usize) -> Option<Work> {
        let count = |bucket| u64::try_from(self.store.versions(bucket, recording).len()).unwrap_or(u64::MAX);
        let found = PostCheck {
            key_versions: count(Bucket::Keys),
            media_versions: count(Bucket::Media) + count(Bucket::Secondary),
            spooled: 0,
        };
        let kept = &mut self.rows[recording].kept;
        if found.is_clean() && kept.state == RecordingState::Destroying {
            kept.state = RecordingState::Destroyed;
            self.log.write(recording, Event::Destroyed);
        }
        None
    }

    /// By one at a time, from a fresh look at what the row wants to the write. Otherwise what was wanted earlier can be done after what
    /// is wanted now: the random lives found that.
    fn set_object_hold(&mut self, recording: usize, commits: bool) -> Option<Work> {
        let wanted = self.rows[recording].object_holds;
        match wanted {
            ObjectHolds::Wanted => {
                // What the row names, and the key: a copy that no row names shall go as any orphan does.
                let (bucket, id) = self.rows[recording].media;
                self.store.hold(bucket, recording, id);
                for key in self.store.versions(Bucket::Keys, recording).to_vec() {
                    self.store.hold(Bucket::Keys, recording, key.id);
                }
            }
            ObjectHolds::Unwanted => self.store.free(recording),
            ObjectHolds::On | ObjectHolds::Off => return None,
        }
        if commits {
            let on = wanted == ObjectHolds::Wanted;
            self.rows[recording].object_holds = if on { ObjectHolds::On } else { ObjectHolds::Off };
        }
        None
    }

    /// Versions that no live row names and that are older than a day.
    pub(super) fn erase_orphans(&mut self) {
        for recording in 0..self.rows.len() {
            for bucket in BUCKETS {
                for version in self.store.versions(bucket, recording).to_vec() {
                    let old = version.put_at + chrono::TimeDelta::hours(24) <= self.now;
                    if old && self.is_orphan(recording, bucket, version.id) {
                        let _ = self.store.erase(bucket, recording, version.id);
                    }
                }
            }
        }
    }

    /// Whether no live row names this version. What a restore lost the row of is set aside for a person, not erased.
    pub(super) fn is_orphan(&self, recording: usize, bucket: Bucket, id: u64) -> bool {
        let row = &self.rows[recording];
        match row.kept.state {
            _ if self.truths[recording].lost => false,
            RecordingState::Destroyed => true,
            // Its destroyers are at it.
            RecordingState::Destroying => false,
            _ => bucket != Bucket::Keys && row.media != (bucket, id),
        }
    }
}
