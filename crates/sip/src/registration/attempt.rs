//! How far one account is: what it waits for, and when it tries again.

use std::time::Duration;

use super::account::{Account, RegistrationState, Target};
use crate::digest::challenge::Challenge;
use crate::transport::Flow;

/// One account's registration.
#[derive(Debug)]
pub(super) struct Registration {
    pub account: Account,
    pub call_id: String,
    pub from_tag: String,
    pub cseq: u32,
    /// Where to send now: the account's target, or where a 30x pointed.
    pub target: Target,
    pub flow: Option<Flow>,
    pub phase: Phase,
    /// Seconds to ask for; a registrar may want more (423).
    pub expires: u32,
    /// What registrar and proxies asked last; answered in the next refresh too.
    pub challenges: Vec<Challenge>,
    /// How often their nonces were used.
    pub nonce_count: u32,
    /// Answers within this attempt that made us ask anew (401, 423, 30x): bounded.
    pub turns: u8,
    /// Failed attempts in a row.
    pub failures: u32,
    /// The last state said.
    pub said: Option<RegistrationState>,
    /// Whether we are taking the registration back.
    pub leaving: bool,
    /// When a sign of life is due on the flow.
    pub keep_alive_at: Option<Duration>,
}

/// What an account waits for.
#[derive(Debug)]
pub(super) enum Phase {
    /// The shell opens a flow.
    Connecting {
        /// When we stop waiting for it.
        until: Duration,
    },
    /// A REGISTER is on its way.
    Asking {
        branch: String,
        bytes: Vec<u8>,
        /// When to send it again (UDP).
        repeat_at: Option<Duration>,
        interval: Duration,
        /// When we stop waiting for an answer.
        until: Duration,
    },
    /// Registered, or waiting after a failure: asks again at this time.
    Resting { until: Duration },
}

/// RFC 5626 §4.5: the first wait and the longest.
const FIRST_WAIT: Duration = Duration::from_secs(30);
const LONGEST_WAIT: Duration = Duration::from_secs(1_800);
/// A registrar that wants us away for longer is asked once an hour all the same.
const LONGEST_RETRY_AFTER: u32 = 3_600;
/// However short the registration granted, it is not refreshed more often.
const SHORTEST_REFRESH: Duration = Duration::from_secs(10);
/// Nobody grants more than a day.
pub(super) const LONGEST_EXPIRES: u32 = 86_400;

impl Registration {
    /// When something is due next.
    pub(super) fn due(&self) -> Duration {
        let phase = match &self.phase {
            Phase::Connecting { until } | Phase::Resting { until } => *until,
            Phase::Asking { repeat_at, until, .. } => repeat_at.unwrap_or(*until).min(*until),
        };
        self.keep_alive_at.map_or(phase, |keep_alive| keep_alive.min(phase))
    }

    /// How long to wait after a failure: twice as long each time, of which half to all by lot, so that many recorders
    /// do not come back in one second. `lot` is any number.
    pub(super) fn wait_after_failure(&mut self, retry_after: Option<u32>, lot: u64) -> Duration {
        self.failures = self.failures.saturating_add(1);
        let wait = FIRST_WAIT * 2u32.saturating_pow(self.failures.min(10) - 1);
        let wait = share(wait.min(LONGEST_WAIT), 500, 1_000, lot);
        let asked = retry_after.map(|seconds| Duration::from_secs(seconds.min(LONGEST_RETRY_AFTER).into()));
        asked.map_or(wait, |asked| wait.max(asked + wait / 10))
    }

    /// When a registration of so many seconds is refreshed: at about its half.
    pub(super) fn refresh_after(granted: u32, lot: u64) -> Duration {
        share(Duration::from_secs(granted.into()), 450, 550, lot).max(SHORTEST_REFRESH)
    }

    /// When the flow needs a sign of life: NATs forget UDP within half a minute, streams within minutes
    /// (RFC 5626 §4.4.1).
    pub(super) fn keep_alive_after(flow: &Flow, lot: u64) -> Duration {
        share(Duration::from_secs(if flow.transport.is_reliable() { 120 } else { 29 }), 800, 1_000, lot)
    }
}

/// A share of a time, in thousandths, between two bounds by lot.
fn share(whole: Duration, least: u32, most: u32, lot: u64) -> Duration {
    let drawn = u32::try_from(lot % u64::from(most - least + 1)).unwrap_or_default();
    whole * (least + drawn) / 1_000
}
