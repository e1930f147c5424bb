//! Handshakes between two of ours, over a network that loses and forges. A peer that is not ours: `tests/openssl_peer.rs`.

use std::time::{Duration, Instant};

use crate::dtls::fingerprint::Fingerprint;
use crate::dtls::handshake::{DtlsFailure, DtlsHandshake, DtlsKeys, DtlsProgress, DtlsRole};
use crate::dtls::identity::DtlsIdentity;

struct Pair {
    active: DtlsHandshake,
    passive: DtlsHandshake,
    now: Instant,
}

fn pair(
    announced_by_active: &Fingerprint,
    announced_by_passive: &Fingerprint,
    ids: [&DtlsIdentity; 2],
) -> Pair {
    let now = Instant::now();
    let side = |identity, role, announced: &Fingerprint| {
        DtlsHandshake::new(identity, role, vec![announced.clone()], now).expect("begun")
    };
    Pair {
        active: side(ids[0], DtlsRole::Active, announced_by_passive),
        passive: side(ids[1], DtlsRole::Passive, announced_by_active),
        now,
    }
}

impl Pair {
    /// Carries datagrams both ways for a minute of their time; `lose` says of each by its number whether it is lost.
    fn run(&mut self, mut lose: impl FnMut(u32) -> bool) {
        let mut number = 0;
        for _ in 0..600 {
            self.carry(|_| {
                number += 1;
                lose(number)
            });
            self.now += Duration::from_millis(100);
            self.active.tick(self.now);
            self.passive.tick(self.now);
        }
    }

    /// Carries datagrams both ways until none is left; no time passes.
    fn carry(&mut self, mut lose: impl FnMut(&[u8]) -> bool) {
        loop {
            let (to_passive, to_active) = (self.active.next_datagram(), self.passive.next_datagram());
            if to_passive.is_none() && to_active.is_none() {
                break;
            }
            for (datagram, receiver) in [(to_passive, &mut self.passive), (to_active, &mut self.active)] {
                let Some(datagram) = datagram else { continue };
                if !lose(&datagram) {
                    receiver.receive(&datagram, self.now);
                }
            }
        }
    }

    fn keys(&self) -> [DtlsKeys; 2] {
        match (self.active.progress(), self.passive.progress()) {
            (DtlsProgress::Keyed(active), DtlsProgress::Keyed(passive)) => [active.clone(), passive.clone()],
            other => panic!("no keys: {other:?}"),
        }
    }
}

fn identities() -> [DtlsIdentity; 2] {
    [DtlsIdentity::generate().expect("randomness"), DtlsIdentity::generate().expect("randomness")]
}

// rule: RT13
#[test]
fn both_sides_come_to_the_same_keys() {
    let [one, two] = identities();
    let mut pair = pair(one.fingerprint(), two.fingerprint(), [&one, &two]);
    pair.run(|_| false);
    let [active, passive] = pair.keys();
    assert_eq!((&active.ours, &active.theirs), (&passive.theirs, &passive.ours));
    assert_ne!(active.ours, active.theirs);
}

// rule: RT13
#[test]
fn without_loss_nothing_waits_for_a_repeat() {
    let [one, two] = identities();
    let mut pair = pair(one.fingerprint(), two.fingerprint(), [&one, &two]);
    pair.carry(|_| false);
    pair.keys();
}

// rule: RT13
#[test]
fn hellos_that_waited_unread_are_answered_twice_and_do_no_harm() {
    let [one, two] = identities();
    let mut pair = pair(one.fingerprint(), two.fingerprint(), [&one, &two]);
    let hello = pair.active.next_datagram().expect("a hello");
    for record in 0..3 {
        let mut again = hello.clone();
        again[10] = record;
        pair.passive.receive(&again, pair.now);
    }
    pair.carry(|_| false);
    pair.keys();
}

// rule: RT13
#[test]
fn a_network_that_loses_every_third_datagram_only_delays() {
    let [one, two] = identities();
    let mut pair = pair(one.fingerprint(), two.fingerprint(), [&one, &two]);
    pair.run(|number| number % 3 == 0);
    pair.keys();
}

// rule: RT13, S4
#[test]
fn another_certificate_than_announced_ends_it_on_either_side() {
    let [one, two] = identities();
    let stranger = DtlsIdentity::generate().expect("randomness");
    let mut wrong_server = pair(one.fingerprint(), stranger.fingerprint(), [&one, &two]);
    wrong_server.run(|_| false);
    assert_eq!(wrong_server.active.progress(), &DtlsProgress::Failed(DtlsFailure::WrongFingerprint));
    assert!(!matches!(wrong_server.passive.progress(), DtlsProgress::Keyed(_)));

    let mut wrong_client = pair(stranger.fingerprint(), two.fingerprint(), [&one, &two]);
    wrong_client.run(|_| false);
    assert_eq!(wrong_client.passive.progress(), &DtlsProgress::Failed(DtlsFailure::WrongFingerprint));
}

// rule: RT13
#[test]
fn a_peer_that_never_comes_is_given_up() {
    let [one, two] = identities();
    let mut pair = pair(one.fingerprint(), two.fingerprint(), [&one, &two]);
    pair.run(|_| true);
    assert_eq!(pair.active.progress(), &DtlsProgress::Failed(DtlsFailure::TimedOut));
    assert_eq!(pair.passive.progress(), &DtlsProgress::Failed(DtlsFailure::TimedOut));
}

// rule: S4
#[test]
fn a_thousand_forged_hellos_before_and_between_stop_no_handshake() {
    let [one, two] = identities();
    let mut pair = pair(one.fingerprint(), two.fingerprint(), [&one, &two]);
    let hello = pair.active.next_datagram().expect("a hello");
    for forged in 0_u32..1_000 {
        let mut datagram = hello.clone();
        datagram[30..34].copy_from_slice(&forged.to_be_bytes());
        pair.passive.receive(&datagram, pair.now);
        let request = pair.passive.next_datagram().expect("a request for a cookie");
        assert!(request.len() <= datagram.len(), "no amplification");
        // with a cookie nobody gave
        let cookie_at = 13 + 12 + 2 + 32 + 1;
        datagram[cookie_at] = 20;
        datagram.splice(cookie_at + 1..cookie_at + 1, [7; 20]);
        let length = u16::try_from(datagram.len() - 13).expect("short").to_be_bytes();
        datagram[11..13].copy_from_slice(&length);
        let length = u16::try_from(datagram.len() - 25).expect("short").to_be_bytes();
        datagram[15..17].copy_from_slice(&length);
        datagram[23..25].copy_from_slice(&length);
        pair.passive.receive(&datagram, pair.now);
        assert_eq!(pair.passive.next_datagram(), None);
    }
    assert_eq!(pair.passive.dropped(), 1_000);
    pair.run(|_| false);
    pair.keys();
}

// rule: S4
#[test]
fn octets_that_are_no_handshake_are_dropped_and_it_goes_on() {
    let [one, two] = identities();
    let mut pair = pair(one.fingerprint(), two.fingerprint(), [&one, &two]);
    let hello = pair.active.next_datagram().expect("a hello");
    for length in 0..hello.len() {
        pair.passive.receive(&hello[..length], pair.now);
    }
    for (octet, value) in (0..hello.len()).flat_map(|octet| [0, 1, 0x7F, 0xFF].map(|value| (octet, value))) {
        let mut bad = hello.clone();
        bad[octet] = value;
        pair.passive.receive(&bad, pair.now);
    }
    for junk in
        [&[22, 254, 253][..], &[20; 60], &[21, 254, 253, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40], &[23; 1_500]]
    {
        pair.passive.receive(junk, pair.now);
        pair.active.receive(junk, pair.now);
    }
    while pair.passive.next_datagram().is_some() {}
    pair.run(|_| false);
    pair.keys();
}
