//! A whole session against a peer made of the same library's client half: checks, keys, media, reports, and what a stranger on
//! the same port achieves.

use rokuon_secure_media::dtls::handshake::{DtlsHandshake, DtlsProgress, DtlsRole};
use rokuon_secure_media::receiver::SrtpReceiver;
use rokuon_secure_media::sender::SrtpSender;
use rtc_stun::attributes::ATTR_USE_CANDIDATE;

use super::*;
use crate::ice::tests::check;
use crate::offer::tests::{FINGERPRINT, browser};

struct Peer {
    address: SocketAddr,
    dtls: DtlsHandshake,
    keys: Option<(SrtpSender, SrtpReceiver)>,
}

struct Meeting {
    now: Instant,
    session: WhipSession,
    peer: Peer,
    ours: IceCredentials,
    theirs: IceCredentials,
}

fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

fn identity() -> DtlsIdentity {
    DtlsIdentity::generate().expect("randomness")
}

fn offer_of(identity: &DtlsIdentity) -> Offer {
    let text = String::from_utf8(browser()).expect("text");
    let fingerprint = format!("a=fingerprint:{}", identity.fingerprint());
    Offer::parse(text.replace(FINGERPRINT, &fingerprint).as_bytes()).expect("an offer")
}

/// `shown` is the certificate the peer really has; the offer names that of `signalled`.
fn meet(signalled: &DtlsIdentity, shown: &DtlsIdentity) -> Meeting {
    let (identity, now) = (identity(), Instant::now());
    let offer = offer_of(signalled);
    let ours = IceCredentials::from_entropy(&[9; 24]);
    let session = WhipSession::new(&identity, &offer, ours.clone(), 1, now).expect("a session");
    let announced = vec![identity.fingerprint().clone()];
    let dtls = DtlsHandshake::new(shown, DtlsRole::Active, announced, now).expect("a first flight");
    let peer = Peer { address: address("198.51.100.1:5000"), dtls, keys: None };
    Meeting { now, session, peer, ours, theirs: offer.ice }
}

impl Meeting {
    fn prove(&mut self) {
        let datagram = check(&self.ours, &self.theirs, &[(ATTR_USE_CANDIDATE, vec![])]);
        assert_eq!(self.session.handle(self.now, self.peer.address, &datagram), Taken::Nothing);
    }

    /// Carries datagrams both ways until neither side has more to say.
    fn talk(&mut self) -> Vec<Bytes> {
        let mut reports = Vec::new();
        for _ in 0..50 {
            let mut moved = false;
            while let Some(sent) = self.peer.dtls.next_datagram() {
                moved = true;
                self.session.handle(self.now, self.peer.address, &sent);
            }
            while let Some((to, datagram)) = self.session.poll_transmit() {
                moved = true;
                assert_eq!(to, self.peer.address);
                match protocol(&datagram) {
                    Protocol::Dtls => {
                        self.peer.dtls.receive(&datagram, self.now);
                        self.peer.take_keys();
                    }
                    Protocol::Rtcp => reports.push(datagram),
                    _ => {}
                }
            }
            if !moved {
                break;
            }
        }
        reports
    }

    fn rtp(&mut self, payload_type: u8, ssrc: u32, sequence: u16) -> Vec<u8> {
        let packet = RtpPacket {
            payload_type,
            marker: false,
            sequence_number: sequence,
            timestamp: u32::from(sequence) * 960,
            ssrc,
            payload: &[5; 40],
        };
        let mut sealed = Vec::new();
        packet.write(&mut sealed);
        let (out, _) = self.peer.keys.as_mut().expect("keys");
        out.seal_rtp(&mut sealed).expect("protected");
        sealed
    }
}

impl Peer {
    fn take_keys(&mut self) {
        if let (None, DtlsProgress::Keyed(keys)) = (&self.keys, self.dtls.progress()) {
            let receiver = SrtpReceiver::new(std::slice::from_ref(&keys.theirs));
            self.keys = Some((SrtpSender::new(&keys.ours), receiver));
        }
    }
}

#[test]
fn media_arrives_in_the_clear_and_reports_go_back() {
    let shown = identity();
    let mut meeting = meet(&shown, &shown);
    meeting.prove();
    meeting.talk();
    assert!(meeting.session.is_connected());
    for sequence in [1, 2, 5] {
        let datagram = meeting.rtp(111, 77, sequence);
        let Taken::Media { stream: 0, packet } =
            meeting.session.handle(meeting.now, meeting.peer.address, &datagram)
        else {
            panic!("the packet was not taken")
        };
        assert_eq!(RtpPacket::parse(&packet).expect("RTP").payload, [5; 40]);
        let again = meeting.session.handle(meeting.now, meeting.peer.address, &datagram);
        assert_eq!(again, Taken::Dropped, "a repetition");
    }
    let picture = meeting.rtp(96, 78, 9);
    let taken = meeting.session.handle(meeting.now, meeting.peer.address, &picture);
    assert!(matches!(taken, Taken::Media { stream: 1, .. }));
    meeting.now += Duration::from_secs(11);
    meeting.session.handle_timeout(meeting.now);
    let reports = meeting.talk();
    let (_, incoming) = meeting.peer.keys.as_mut().expect("keys");
    let mut report = reports.first().expect("a report").to_vec();
    let length = incoming.open_rtcp(&mut report).expect("an authentic report");
    report.truncate(length);
    assert_eq!(report[1], 201);
    assert!(report.windows(4).any(|w| w == b"REMB"), "the camera is told how much it may send");
}

// rule: S4
#[test]
fn a_stranger_on_the_port_is_not_answered_and_a_forger_leaves_no_state() {
    let shown = identity();
    let mut meeting = meet(&shown, &shown);
    let stranger = address("203.0.113.66:666");
    let hello = meeting.peer.dtls.next_datagram().expect("a ClientHello");
    assert_eq!(meeting.session.handle(meeting.now, stranger, &hello), Taken::Dropped);
    assert_eq!(meeting.session.poll_transmit(), None, "an unproved ClientHello is not amplified");
    meeting.prove();
    meeting.session.handle(meeting.now, meeting.peer.address, &hello);
    meeting.talk();
    assert!(meeting.session.is_connected());
    let real = meeting.rtp(111, 77, 1);
    assert_eq!(meeting.session.handle(meeting.now, stranger, &real), Taken::Dropped);
    for forged in 0..2_000_u32 {
        let mut datagram = real.clone();
        datagram[8..12].copy_from_slice(&(forged | 0x8000_0000).to_be_bytes());
        assert_eq!(meeting.session.handle(meeting.now, meeting.peer.address, &datagram), Taken::Dropped);
    }
    assert!(matches!(meeting.session.handle(meeting.now, meeting.peer.address, &real), Taken::Media { .. }));
    assert_eq!(meeting.session.receptions.len(), 1);
    for length in 0..real.len() {
        let cut = meeting.session.handle(meeting.now, meeting.peer.address, &real[..length]);
        assert!(!matches!(cut, Taken::Media { .. }));
    }
}

#[test]
fn another_certificate_than_the_signalled_one_ends_the_session() {
    let (signalled, shown) = (identity(), identity());
    let mut meeting = meet(&signalled, &shown);
    meeting.prove();
    meeting.talk();
    assert!(!meeting.session.is_connected());
    assert_eq!(meeting.session.ended(), Some(EndCause::KeysFailed), "somebody else answered");
}

// rule: WI9
#[test]
fn a_client_that_falls_silent_is_given_up_within_thirty_seconds() {
    let shown = identity();
    let mut meeting = meet(&shown, &shown);
    meeting.prove();
    meeting.talk();
    let silent_since = meeting.now;
    while meeting.session.ended().is_none() {
        meeting.now = meeting.session.next_timeout();
        meeting.session.handle_timeout(meeting.now + Duration::from_millis(1));
        assert!(meeting.now < silent_since + Duration::from_secs(31), "still waiting");
    }
    assert_eq!(meeting.session.ended(), Some(EndCause::ConsentExpired));
}

#[test]
fn a_client_that_never_comes_is_given_up() {
    let shown = identity();
    let mut meeting = meet(&shown, &shown);
    meeting.session.handle_timeout(meeting.now + Duration::from_secs(31));
    assert_eq!(meeting.session.ended(), Some(EndCause::NeverConnected));
}

// rule: WI3
#[test]
fn a_restart_takes_hold_with_its_first_check_and_until_then_the_old_path_stands() {
    let shown = identity();
    let mut meeting = meet(&shown, &shown);
    meeting.prove();
    meeting.talk();
    let fresh = IceCredentials::received("fresh", "0123456789012345678901").expect("credentials");
    let ours = IceCredentials::from_entropy(&[3; 24]);
    meeting.session.restart(fresh.clone(), ours.clone());
    meeting.prove();
    let datagram = meeting.rtp(111, 77, 1);
    assert!(matches!(
        meeting.session.handle(meeting.now, meeting.peer.address, &datagram),
        Taken::Media { .. }
    ));
    meeting.talk();
    meeting.peer.address = address("198.51.100.200:6000");
    let moved = check(&ours, &fresh, &[(ATTR_USE_CANDIDATE, vec![])]);
    assert_eq!(meeting.session.handle(meeting.now, meeting.peer.address, &moved), Taken::Nothing);
    assert_eq!(meeting.session.peer_credentials(), &fresh);
    let datagram = meeting.rtp(111, 77, 2);
    assert!(matches!(
        meeting.session.handle(meeting.now, meeting.peer.address, &datagram),
        Taken::Media { .. }
    ));
}

#[test]
fn the_peers_good_bye_ends_the_session_at_once() {
    let shown = identity();
    let mut meeting = meet(&shown, &shown);
    meeting.prove();
    meeting.talk();
    meeting.peer.dtls.close(meeting.now);
    meeting.talk();
    assert_eq!(meeting.session.ended(), Some(EndCause::ClosedByPeer));
}
