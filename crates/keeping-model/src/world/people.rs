//! What people do in the model: hold, release, ask, approve, close, restore. Each is one transaction.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rokuon_policy::keeping::open_request::{self, RequestEnd};
use rokuon_policy::keeping::restored::{self, Fate, RestoredRow, Witness};
use rokuon_policy::keeping::two_persons::{Actor, are_two};
use rokuon_policy::keeping::{Cause, DueReason, HOLD_GRACE, erasure_rules, hold_rules};
use rokuon_policy::recording_state::{RecordingState, Tier};

use super::World;
use super::log::Event;
use super::rows::{HoldId, HoldRow, ObjectHolds};
use super::store::Bucket;
use crate::instant::person;

impl World {
    /// A hold or an open request: counted on the row in the statement that asks whether it is too late. Idempotent by its id.
    pub(super) fn place(&mut self, number: u8, id: HoldId) {
        let Some(recording) = self.chosen(number) else { return };
        let row = &mut self.rows[recording];
        if hold_rules::too_late(&self.policy, row.kept.state).is_some() || row.holds.contains_key(&id) {
            return;
        }
        row.holds.insert(id, HoldRow { stands: true, lets_go_at: None });
        row.kept.active_holds += 1;
        row.object_holds = ObjectHolds::Wanted;
        self.truths[recording].promised.insert(id);
        self.log.write(recording, Event::Held(id));
    }

    /// Person 0 placed every hold; `by` releases it, where the policy lets them.
    pub(super) fn release(&mut self, number: u8, id: HoldId, by: u8) {
        let Some(recording) = self.chosen(number) else { return };
        let (placed, releasing) = (Actor::in_own_right(person(0)), Actor::in_own_right(person(by)));
        if self.policy.holds.two_persons && !are_two(&placed, &releasing) {
            return;
        }
        self.let_go(recording, id);
    }

    /// One hold less; at none, a day of grace begins.
    pub(super) fn let_go(&mut self, recording: usize, id: HoldId) {
        let now = self.database_now();
        let row = &mut self.rows[recording];
        let Some(hold) = row.holds.get_mut(&id).filter(|hold| hold.stands) else { return };
        hold.stands = false;
        row.kept.active_holds -= 1;
        if row.kept.active_holds == 0 {
            row.kept.hold_grace_until = row.kept.hold_grace_until.max(Some(now + HOLD_GRACE));
            row.object_holds = ObjectHolds::Unwanted;
        }
        let truth = &mut self.truths[recording];
        truth.promised.remove(&id);
        truth.last_release = Some(now);
        self.log.write(recording, Event::Released(id));
    }

    pub(super) fn close(&mut self, number: u8, id: HoldId, end: RequestEnd) {
        let Some(recording) = self.chosen(number) else { return };
        let at = open_request::lets_go_at(end, self.database_now());
        let Some(hold) = self.rows[recording].holds.get_mut(&id).filter(|hold| hold.stands) else { return };
        if at <= self.now + self.database_skew {
            self.let_go(recording, id);
        } else if hold.lets_go_at.is_none() {
            hold.lets_go_at = Some(at);
        }
    }

    /// Person 0 asked; `by` approves. The request's own hold ends with it; others are waited for.
    pub(super) fn approve_erasure(&mut self, number: u8, by: u8) {
        let Some(recording) = self.chosen(number) else { return };
        let row = &mut self.rows[recording];
        let asked = row.holds.get(&HoldId::Erasure).is_some_and(|hold| hold.stands);
        let (asker, approver) = (Actor::in_own_right(person(0)), Actor::in_own_right(person(by)));
        let form = erasure_rules::application(&self.policy);
        let early = row.kept.is_within_minimum(self.now + self.database_skew)
            && !form.is_some_and(|form| form.before_minimum);
        if !asked || !are_two(&asker, &approver) || early {
            return;
        }
        row.kept.cause =
            Some(Cause { reason: DueReason::Erasure, article: self.policy.holds.article.clone() });
        self.truths[recording].erasure_approved = true;
        if row.kept.state == RecordingState::Due {
            let cause = row.kept.cause.clone();
            cause.into_iter().for_each(|cause| self.log.write(recording, Event::Due(cause)));
        }
        self.let_go(recording, HoldId::Erasure);
    }

    /// The database as it was backed up; then every row is compared with log and stores before anything is served.
    pub(super) fn restore(&mut self) {
        let Some(backup) = self.backup.clone() else { return };
        self.restored = true;
        for worker in &mut self.workers {
            *worker = super::Worker::default();
        }
        for recording in 0..self.rows.len() {
            match backup.get(recording) {
                Some(row) => self.rows[recording] = row.clone(),
                None => self.truths[recording].lost = true,
            }
        }
        for recording in 0..backup.len() {
            self.compare(recording);
        }
    }

    fn compare(&mut self, recording: usize) {
        let (_, standing) = self.log.replayed(recording);
        let row = &self.rows[recording];
        let found = |bucket: Bucket| self.store.versions(bucket, recording).first().map(|version| version.id);
        let own = (self.store.versions(row.media.0, recording).iter().any(|one| one.id == row.media.1))
            .then_some(row.kept.tier);
        let elsewhere = [(Tier::Primary, Bucket::Media), (Tier::Secondary, Bucket::Secondary)]
            .into_iter()
            .find_map(|(tier, bucket)| found(bucket).map(|_| tier));
        let witness = Witness {
            certificate: self.log.certificates(recording) > 0,
            committed: self.log.committed(recording),
            key: found(Bucket::Keys).is_some(),
            media: own.or(elsewhere),
            holds: u32::try_from(standing.len()).unwrap_or(u32::MAX),
        };
        let restored =
            RestoredRow { state: row.kept.state, tier: row.kept.tier, active_holds: row.kept.active_holds };
        let step = restored::step(&restored, &witness);
        let moved_to = found(Bucket::Secondary).map(|id| (Bucket::Secondary, id));
        let now = self.database_now();
        let row = &mut self.rows[recording];
        match step.fate {
            Fate::Serve => {}
            Fate::FollowMedia(tier) => {
                row.kept.tier = tier;
                row.media = moved_to.unwrap_or(row.media);
                if row.kept.state != RecordingState::Due {
                    row.kept.state = tier.state();
                }
            }
            Fate::MarkDestroyed => row.kept.state = RecordingState::Destroyed,
            Fate::FinishDestruction => row.kept.state = RecordingState::Destroying,
            Fate::Quarantine => row.kept.state = RecordingState::Quarantined,
        }
        let gone = matches!(row.kept.state, RecordingState::Destroying | RecordingState::Destroyed);
        if gone {
            row.holds.values_mut().for_each(|hold| hold.stands = false);
        } else {
            for id in &standing {
                row.holds.entry(*id).or_insert(HoldRow { stands: true, lets_go_at: None }).stands = true;
            }
            // Released after the backup, standing again by it: a mistake on the safe side, and its day of grace has to begin anew.
            row.object_holds = if row.standing() > 0 { ObjectHolds::Wanted } else { ObjectHolds::Unwanted };
            row.kept.hold_grace_until = row.kept.hold_grace_until.max(Some(now + HOLD_GRACE));
        }
        row.kept.active_holds = row.standing();
        if step.active_holds > row.kept.active_holds {
            self.breaks(recording, "a restore counts holds that no row stands for");
        }
        let row = &self.rows[recording];
        let standing = row.holds.iter().filter(|(_, hold)| hold.stands).map(|(id, _)| *id).collect();
        self.log.write(recording, Event::Restored(row.kept.state, standing));
    }

    /// When each request lets go, as far as it is known.
    pub(super) fn requests_over(&self, now: DateTime<Utc>) -> BTreeMap<usize, Vec<HoldId>> {
        let over = |recording: usize| {
            let holds = self.rows[recording].holds.iter();
            holds
                .filter(|(_, hold)| hold.stands && hold.lets_go_at.is_some_and(|at| at <= now))
                .map(|(id, _)| *id)
                .collect::<Vec<_>>()
        };
        (0..self.rows.len()).map(|recording| (recording, over(recording))).collect()
    }
}
