//! Time in the model: it passes, clocks jump, processes begin anew, amendments take force.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rokuon_policy::civil::Period;
use rokuon_policy::keeping::clocks::{ClockReading, Clocks};
use rokuon_policy::keeping::policy_change::{self, Amendment, DELAY};
use rokuon_policy::keeping::two_persons::Actor;
use rokuon_policy::policy::Policy;

use super::{Worker, World};
use crate::instant::person;

/// What the clocks show.
pub(super) fn reading(
    now: DateTime<Utc>,
    own_skew: TimeDelta,
    database_skew: TimeDelta,
    began: DateTime<Utc>,
) -> ClockReading {
    ClockReading {
        own: now + own_skew,
        database: now + database_skew,
        monotonic: (now - began).to_std().unwrap_or(Duration::ZERO),
    }
}

impl World {
    /// What the database's clock says.
    pub fn database_now(&self) -> DateTime<Utc> {
        self.now + self.database_skew
    }

    pub(super) fn read_clocks(&self) -> ClockReading {
        reading(self.now, self.own_skew, self.database_skew, self.began)
    }

    /// The time to act by, if it can be believed.
    pub(super) fn believed(&mut self) -> Option<DateTime<Utc>> {
        let reading = self.read_clocks();
        self.clocks.agree(&reading).is_ok().then_some(reading.own)
    }

    /// The process looks at the clocks all the time.
    pub(super) fn keep_time(&mut self) {
        let _ = self.believed();
    }

    pub(super) fn put_clocks_right(&mut self) {
        (self.own_skew, self.database_skew) = (TimeDelta::zero(), TimeDelta::zero());
    }

    pub(super) fn pass(&mut self, by: TimeDelta) {
        let until = self.now + by;
        // Hour by hour while an amendment waits, so that it takes force on its day.
        while let Some((from, amended)) = self.amendment.take() {
            if from > until {
                self.amendment = Some((from, amended));
                break;
            }
            self.now = self.now.max(from);
            self.take_force(amended);
        }
        self.now = until;
    }

    pub(super) fn restart(&mut self, down: TimeDelta) {
        let last_seen = self.database_now();
        self.workers = [Worker::default(), Worker::default()];
        self.pass(down);
        self.began = self.now;
        self.clocks = Clocks::begin(self.read_clocks(), Some(last_seen));
        if !(self.own_skew.is_zero() && self.database_skew.is_zero()) {
            // Somebody is alarmed and puts the clock right while the process settles; it is told so.
            self.put_clocks_right();
            self.clocks.believe(self.read_clocks());
        }
    }

    pub(super) fn amend(&mut self, longer: bool) {
        let amended = Arc::new(scaled(&self.policy, longer));
        let from = if longer { self.now } else { self.now + DELAY };
        let amendment = Amendment {
            proposed_by: Actor::in_own_right(person(0)),
            approved: Some((Actor::in_own_right(person(1)), self.now)),
            previewed: true,
            in_force_from: from,
        };
        if policy_change::may_take_force(&self.policy, &amended, &amendment, self.now).allowed {
            self.amendment = Some((from, amended));
            self.pass(TimeDelta::zero());
        }
    }

    /// Whoever judged a recording by its old dates is refused: the committing statement asks them anew.
    fn take_force(&mut self, amended: Arc<Policy>) {
        for (recording, row) in self.rows.iter_mut().enumerate() {
            if self.truths[recording].lost {
                continue;
            }
            row.kept.retention = policy_change::recomputed(&amended, &row.kept, self.now);
        }
        self.policy = amended;
    }
}

/// The same policy with every period doubled or halved.
fn scaled(policy: &Policy, longer: bool) -> Policy {
    let count = |n: u32| if longer { (n * 2).min(48) } else { (n / 2).max(1) };
    let period = |period: Period| match period {
        Period::Days(n) => Period::Days(count(n)),
        Period::Weeks(n) => Period::Weeks(count(n)),
        Period::Months(n) => Period::Months(count(n)),
        Period::Years(n) => Period::Years(count(n)),
    };
    let mut scaled = policy.clone();
    for rule in &mut scaled.retention {
        rule.minimum = rule.minimum.map(period);
        rule.maximum = rule.maximum.map(period);
        for tier in &mut rule.tiers {
            tier.keep = period(tier.keep);
        }
    }
    scaled
}
