//! Who is heard at all: known sources, each within its budget; everybody else costs one look-up and gets silence.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Instant;

use arc_swap::ArcSwap;

use super::handshake_failure::HandshakeFailure;
use crate::registrar::Routes;
use crate::routing::source_index::SourceIndex;

/// Messages a second one source may send on the long run: an SBC of 500 calls a second with all its ACKs, BYEs and repeats.
const MESSAGES_A_SECOND: f64 = 4_000.0;
/// Refusals a second one source may earn; beyond it there is silence, so that guessing is slow and an exchange that is
/// set up wrongly still hears why.
const REFUSALS_A_SECOND: f64 = 20.0;
/// Budgets hold so many seconds' worth.
const BURST_SECONDS: f64 = 2.0;
/// Sources with a budget of their own at one time.
const SOURCES: usize = 65_536;

/// The gate in front of the desk; shared by every listener.
pub struct Gate {
    routes: Routes,
    /// Networks of live calls that the table no longer allows, and registrars we speak to: heard all the same.
    also: ArcSwap<SourceIndex>,
    messages: Budgets,
    refusals: Budgets,
    strangers: OnceLock<TellStranger>,
    handshakes: OnceLock<TellHandshake>,
}

/// Told of a datagram whose source is in nobody's networks: the source, and what came.
pub type TellStranger = Box<dyn Fn(IpAddr, &[u8]) + Send + Sync>;

/// Told of a TLS handshake that came to nothing: with whom, and why.
pub type TellHandshake = Box<dyn Fn(IpAddr, HandshakeFailure) + Send + Sync>;

/// What a message is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hearing {
    /// It goes to the desk.
    Heard,
    /// Its source is in nobody's networks.
    Unknown,
    /// Its source sends more than any exchange does.
    TooMany,
}

impl Gate {
    /// A gate that knows who the routing table knows.
    pub fn new(routes: Routes) -> Self {
        Self {
            routes,
            also: ArcSwap::default(),
            messages: Budgets::new(MESSAGES_A_SECOND),
            refusals: Budgets::new(REFUSALS_A_SECOND),
            strangers: OnceLock::new(),
            handshakes: OnceLock::new(),
        }
    }

    /// Whom to tell of strangers' datagrams; set once, before anything is heard.
    pub fn on_stranger(&self, tell: TellStranger) {
        let _set_before = self.strangers.set(tell);
    }

    /// Tells of a stranger's datagram. It gets no answer, whatever comes of it.
    pub fn tell_stranger(&self, source: IpAddr, message: &[u8]) {
        if let Some(tell) = self.strangers.get() {
            tell(source, message);
        }
    }

    /// Whom to tell of handshakes that fail; set once, before anything is heard.
    pub fn on_failed_handshake(&self, tell: TellHandshake) {
        let _set_before = self.handshakes.set(tell);
    }

    /// Tells of a handshake that failed; of a known source only, since everybody else's is no business of ours.
    pub fn tell_failed_handshake(&self, source: IpAddr, failure: HandshakeFailure) {
        metrics::counter!("rokuon_sip_handshakes_failed_total", "why" => failure.as_str()).increment(1);
        if let Some(tell) = self.handshakes.get().filter(|_| self.knows(source)) {
            tell(source, failure);
        }
    }

    /// Whether a source may open a stream.
    pub fn knows(&self, source: IpAddr) -> bool {
        self.routes.load().knows_source(source) || self.also.load().contains(source)
    }

    /// Whether a stream may be opened from anywhere because a certificate will tell whose it is.
    pub fn knows_certificates(&self) -> bool {
        self.routes.load().has_pinned_certificates()
    }

    /// Whether a connection pins this certificate (SHA-256 of its DER form).
    pub fn knows_certificate(&self, sha256: &[u8; 32]) -> bool {
        self.routes.load().knows_certificate(sha256)
    }

    /// Judges one message by its source.
    pub fn hear(&self, source: IpAddr) -> Hearing {
        let hearing = if !self.knows(source) {
            Hearing::Unknown
        } else if !self.messages.take(source, Instant::now()) {
            Hearing::TooMany
        } else {
            Hearing::Heard
        };
        self.count(hearing)
    }

    /// Judges one message of a stream whose certificate is known.
    pub fn hear_certified(&self, source: IpAddr) -> Hearing {
        let within = self.messages.take(source, Instant::now());
        self.count(if within { Hearing::Heard } else { Hearing::TooMany })
    }

    /// Whether one more refusal may be said to this source.
    pub fn may_refuse(&self, source: IpAddr) -> bool {
        self.refusals.take(source, Instant::now())
    }

    /// Hears these as well from now on.
    pub fn hear_also(&self, sources: SourceIndex) {
        self.also.store(sources.into());
    }

    fn count(&self, hearing: Hearing) -> Hearing {
        match hearing {
            Hearing::Heard => {}
            Hearing::Unknown => {
                metrics::counter!("rokuon_sip_messages_ignored_total", "why" => "unknown_source")
                    .increment(1);
            }
            Hearing::TooMany => {
                metrics::counter!("rokuon_sip_messages_ignored_total", "why" => "too_many").increment(1);
            }
        }
        hearing
    }
}

/// A token bucket for each source.
struct Budgets {
    a_second: f64,
    left: Mutex<HashMap<IpAddr, (f64, Instant)>>,
}

impl Budgets {
    fn new(a_second: f64) -> Self {
        Self { a_second, left: Mutex::new(HashMap::new()) }
    }

    fn take(&self, source: IpAddr, now: Instant) -> bool {
        let most = self.a_second * BURST_SECONDS;
        let grown = |left: f64, since: Instant| {
            (left + now.saturating_duration_since(since).as_secs_f64() * self.a_second).min(most)
        };
        let mut budgets = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        if budgets.len() >= SOURCES && !budgets.contains_key(&source) {
            // One that has its whole budget back is as good as one never seen.
            budgets.retain(|_, (left, since)| grown(*left, *since) < most);
            if budgets.len() >= SOURCES {
                return false;
            }
        }
        let (left, since) = budgets.entry(source.to_canonical()).or_insert((most, now));
        *left = grown(*left, *since);
        *since = now;
        let within = *left >= 1.0;
        if within {
            *left -= 1.0;
        }
        within
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    // rule: S1
    #[test]
    fn a_source_that_spent_its_budget_waits_and_harms_no_other() {
        let budgets = Budgets::new(10.0);
        let (one, two) = ([10, 0, 0, 1].into(), [10, 0, 0, 2].into());
        let now = Instant::now();
        assert_eq!((0..100).filter(|_| budgets.take(one, now)).count(), 20);
        assert!(budgets.take(two, now));
        let later = now + Duration::from_millis(500);
        assert_eq!((0..100).filter(|_| budgets.take(one, later)).count(), 5);
    }

    // rule: S1
    #[test]
    fn budgets_of_very_many_sources_stay_bounded() {
        let budgets = Budgets::new(10.0);
        let now = Instant::now();
        for source in 0..(SOURCES as u32 + 10) {
            let _taken = budgets.take(IpAddr::V4(source.into()), now);
        }
        assert_eq!(budgets.left.lock().expect("no panic").len(), SOURCES);
        assert!(budgets.take([255, 0, 0, 1].into(), now + Duration::from_secs(3)), "old ones make room");
    }
}
