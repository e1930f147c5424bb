//! Registering with a cloud PBX: refreshes, challenges, redirections, outages, and whatever else an answer may be.

use std::time::Duration;

use rokuon_sip::registration::account::{Account, AccountId, RegistrationOutput, RegistrationState, Target};
use rokuon_sip::registration::registrations::Registrations;
use rokuon_sip::transport::{Flow, Transport};

use crate::mutate::Mutator;
use crate::peer::{entropy, flow, header, response_to, seconds};

const ID: AccountId = AccountId(1);

/// A registrar that answers what the test says.
struct Pbx {
    registrations: Registrations,
    now: Duration,
    flow: Flow,
    sent: Vec<String>,
    states: Vec<RegistrationState>,
    connects: Vec<Target>,
}

fn account(transport: Transport) -> Account {
    Account {
        domain: "pbx.example.jp".to_owned(),
        target: Target { host: "edge.example.jp".to_owned(), port: None, transport },
        user: "0125001234".to_owned(),
        auth_user: Some("auth-1".to_owned()),
        password: "secret".to_owned().into(),
        contact_user: "a1b2c3".to_owned(),
        advertised: None,
        expires: 600,
    }
}

impl Pbx {
    fn new(transport: Transport) -> Pbx {
        let mut pbx = Pbx {
            registrations: Registrations::new(entropy(5)),
            now: seconds(100),
            flow: flow(transport),
            sent: vec![],
            states: vec![],
            connects: vec![],
        };
        pbx.registrations.add(pbx.now, ID, account(transport));
        pbx.collect();
        pbx
    }

    fn connected(transport: Transport) -> Pbx {
        let mut pbx = Pbx::new(transport);
        pbx.registrations.connected(pbx.now, ID, pbx.flow);
        pbx.collect();
        pbx
    }

    fn collect(&mut self) {
        while let Some(output) = self.registrations.poll_output() {
            match output {
                RegistrationOutput::Connect { account, target } => {
                    assert_eq!(account, ID);
                    self.connects.push(target);
                }
                RegistrationOutput::Send { bytes, .. } => self.sent.push(String::from_utf8(bytes).unwrap()),
                RegistrationOutput::State { state, .. } => self.states.push(state),
            }
        }
    }

    fn wait(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(due) = self.registrations.next_timeout().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.registrations.handle_timeout(self.now);
            self.collect();
        }
        self.now = end;
    }

    /// The REGISTERs sent since the last call; keep-alives are left out.
    fn asked(&mut self) -> Vec<String> {
        let sent = std::mem::take(&mut self.sent);
        sent.into_iter().filter(|message| message.starts_with("REGISTER ")).collect()
    }

    #[track_caller]
    fn answer(&mut self, status: &str, extra: &str) {
        let request = self.asked().pop().unwrap();
        let response = response_to(&request, status, extra).replace('\n', "\r\n");
        assert!(self.registrations.receive(self.now, self.flow, response.as_bytes()));
        self.collect();
    }

    fn states(&mut self) -> Vec<RegistrationState> {
        std::mem::take(&mut self.states)
    }
}

const REGISTERED: &str = "Contact: <sip:other@192.0.2.77>;expires=5\nContact: <sip:a1b2c3@192.0.2.9:5060;transport=udp>;expires=300\nExpires: 9\nService-Route: <sip:edge;lr>\nPath: <sip:p;lr>\n";
const CHALLENGE: &str = "WWW-Authenticate: Digest realm=\"pbx\", nonce=\"n1\", qop=\"auth\"\nWWW-Authenticate: Digest realm=\"pbx\", nonce=\"n1\", algorithm=SHA-256, qop=\"auth\"\n";

#[test]
fn an_account_registers_by_digest_and_refreshes_at_half_time() {
    for transport in [Transport::Udp, Transport::Tcp, Transport::Tls] {
        let mut pbx = Pbx::new(transport);
        assert_eq!(pbx.connects, [account(transport).target]);
        assert_eq!(pbx.states(), [RegistrationState::Registering]);
        pbx.registrations.connected(pbx.now, ID, pbx.flow);
        pbx.collect();
        let first = pbx.sent[0].clone();
        assert!(first.starts_with("REGISTER sip:pbx.example.jp SIP/2.0\r\n"), "{first}");
        assert_eq!(header(&first, "To"), Some("<sip:0125001234@pbx.example.jp>"));
        let contact = format!("<sip:a1b2c3@192.0.2.9:5060;transport={}>;expires=600", transport.as_str());
        assert_eq!(header(&first, "Contact"), Some(contact.as_str()));
        assert_eq!(header(&first, "Authorization"), None);
        pbx.answer("401 Unauthorized", CHALLENGE);
        let second = pbx.sent[0].clone();
        let shown = header(&second, "Authorization").unwrap();
        assert!(shown.starts_with(
            "Digest username=\"auth-1\", realm=\"pbx\", nonce=\"n1\", uri=\"sip:pbx.example.jp\""
        ));
        assert!(shown.contains("algorithm=SHA-256") && shown.contains("nc=00000001"), "{shown}");
        assert_eq!(header(&second, "Call-ID"), header(&first, "Call-ID"));
        assert_eq!(
            (header(&first, "CSeq"), header(&second, "CSeq")),
            (Some("1 REGISTER"), Some("2 REGISTER"))
        );
        pbx.answer("200 OK", REGISTERED);
        assert_eq!(pbx.states(), [RegistrationState::Registered { expires: 300 }]);
        pbx.wait(seconds(130));
        let keep_alives = pbx.sent.iter().filter(|sent| *sent == "\r\n\r\n").count();
        assert!(
            if transport == Transport::Udp { keep_alives >= 4 } else { keep_alives == 1 },
            "{keep_alives}"
        );
        assert_eq!(pbx.asked().len(), 0);
        pbx.wait(seconds(36));
        let refresh = pbx.sent.iter().find(|sent| sent.starts_with("REGISTER")).unwrap().clone();
        assert!(header(&refresh, "Authorization").unwrap().contains("nc=00000002"), "the nonce serves again");
        pbx.answer("200 OK", "Expires: 300\n");
        assert_eq!(pbx.states(), [], "nothing new");
    }
}

#[test]
fn a_wrong_password_is_said_and_not_tried_in_a_storm() {
    for (status, extra) in [("401 Unauthorized", CHALLENGE), ("403 Forbidden", "")] {
        let mut pbx = Pbx::connected(Transport::Tcp);
        pbx.answer("401 Unauthorized", CHALLENGE);
        pbx.answer(status, extra);
        let refused = RegistrationState::CredentialRefused { status: status[..3].parse().unwrap() };
        assert_eq!(pbx.states(), [RegistrationState::Registering, refused.clone()]);
        assert_eq!(pbx.registrations.state(ID), Some(&refused));
        pbx.connects.clear();
        let mut attempts = 0;
        for _ in 0..3_600 {
            pbx.wait(seconds(1));
            if !pbx.connects.is_empty() {
                pbx.connects.clear();
                attempts += 1;
                pbx.registrations.connected(pbx.now, ID, pbx.flow);
                pbx.collect();
                pbx.answer("403 Forbidden", "");
            }
        }
        assert!((3..=10).contains(&attempts), "{attempts} attempts in an hour");
    }
}

#[test]
fn a_stale_nonce_and_a_proxy_of_its_own_realm_are_answered() {
    let mut pbx = Pbx::connected(Transport::Tcp);
    pbx.answer("407 Proxy", "Proxy-Authenticate: Digest realm=\"edge\", nonce=\"p1\"\n");
    pbx.answer("401 Unauthorized", CHALLENGE);
    let both = pbx.sent[0].clone();
    assert!(header(&both, "Proxy-Authorization").unwrap().contains("realm=\"edge\""));
    assert!(header(&both, "Authorization").unwrap().contains("realm=\"pbx\""));
    pbx.answer("401 Unauthorized", &CHALLENGE.replace("\"n1\"", "\"n2\", stale=true"));
    assert!(header(&pbx.sent[0], "Authorization").unwrap().contains("nonce=\"n2\""));
    pbx.answer("200 OK", "");
    assert_eq!(pbx.states().pop(), Some(RegistrationState::Registered { expires: 600 }), "what we asked for");
}

#[test]
fn what_the_registrar_wants_is_done_within_bounds() {
    let mut pbx = Pbx::connected(Transport::Udp);
    pbx.answer("423 Interval Too Brief", "Min-Expires: 3600\n");
    assert!(pbx.sent[0].contains("\r\nExpires: 3600\r\n"));
    pbx.answer("423 Interval Too Brief", "Min-Expires: 3600\n");
    assert_eq!(
        pbx.states().pop(),
        Some(RegistrationState::Refused { status: 423 }),
        "it wants the same again"
    );
    // Moved, and moved in circles.
    let mut pbx = Pbx::connected(Transport::Udp);
    pbx.connects.clear();
    for turn in 0.. {
        let moved = "Contact: <mailto:x@y>, <sip:user@192.0.2.88:5070;transport=tcp>\n";
        pbx.answer("302 Moved Temporarily", moved);
        let Some(target) = pbx.connects.pop() else {
            assert!((3..=8).contains(&turn), "{turn}");
            break;
        };
        let expected = Target { host: "192.0.2.88".to_owned(), port: Some(5_070), transport: Transport::Tcp };
        assert_eq!(target, expected);
        pbx.registrations.connected(pbx.now, ID, pbx.flow);
        pbx.collect();
    }
    assert_eq!(pbx.states().pop(), Some(RegistrationState::Refused { status: 302 }));
    // Nobody talks us out of TLS.
    let mut pbx = Pbx::connected(Transport::Tls);
    pbx.answer("301 Moved", "Contact: <sip:192.0.2.88;transport=udp>\n");
    assert_eq!(pbx.states().pop(), Some(RegistrationState::Refused { status: 301 }));
    // Another of our contacts only: we are not registered.
    let mut pbx = Pbx::connected(Transport::Udp);
    pbx.answer("200 OK", "Contact: <sip:other@192.0.2.77>;expires=300\n");
    assert_eq!(pbx.states().pop(), Some(RegistrationState::Refused { status: 200 }));
}

#[test]
fn an_outage_is_waited_out_and_retry_after_is_respected() {
    let mut pbx = Pbx::connected(Transport::Tcp);
    pbx.answer("503 Service Unavailable", "Retry-After: 300 (busy)\n");
    assert_eq!(pbx.states().pop(), Some(RegistrationState::Refused { status: 503 }));
    pbx.connects.clear();
    pbx.wait(seconds(300));
    assert_eq!(pbx.connects, []);
    pbx.wait(seconds(10));
    assert_eq!(pbx.connects.len(), 1);
    pbx.registrations.unreachable(pbx.now, ID);
    pbx.collect();
    assert_eq!(pbx.states(), [RegistrationState::Registering, RegistrationState::Unreachable]);
    // Silence: UDP repeats, then the attempt is over.
    let mut pbx = Pbx::connected(Transport::Udp);
    pbx.wait(seconds(31));
    assert_eq!(pbx.asked().len(), 10);
    pbx.wait(seconds(2));
    assert_eq!(pbx.states().pop(), Some(RegistrationState::Unreachable));
    // A stream that closes while registered is opened anew.
    let mut pbx = Pbx::connected(Transport::Tls);
    pbx.answer("200 OK", "");
    pbx.connects.clear();
    pbx.registrations.flow_closed(pbx.now, pbx.flow);
    pbx.collect();
    assert_eq!(pbx.states().pop(), Some(RegistrationState::Unreachable));
    pbx.wait(seconds(31));
    assert_eq!(pbx.connects.len(), 1);
}

#[test]
fn an_account_is_taken_back() {
    let mut pbx = Pbx::connected(Transport::Udp);
    pbx.answer("200 OK", "");
    pbx.registrations.remove(pbx.now, ID);
    pbx.collect();
    assert!(pbx.sent[0].contains("\r\nExpires: 0\r\n") && pbx.sent[0].contains(">;expires=0\r\n"));
    pbx.answer("401 Unauthorized", CHALLENGE);
    pbx.answer("200 OK", "");
    assert_eq!(pbx.states().pop(), Some(RegistrationState::Unregistered));
    assert_eq!(pbx.registrations.next_timeout(), None);
    let mut pbx = Pbx::new(Transport::Udp);
    pbx.registrations.remove(pbx.now, ID);
    pbx.collect();
    assert_eq!(
        pbx.states().pop(),
        Some(RegistrationState::Unregistered),
        "never registered, so nothing is sent"
    );
    assert_eq!(pbx.sent.len(), 0);
}

#[test]
fn answers_that_are_not_ours_are_not_taken() {
    let mut pbx = Pbx::connected(Transport::Udp);
    let request = pbx.sent[0].clone();
    let ok = response_to(&request, "200 OK", "").replace('\n', "\r\n");
    let foreign = ok.replace("z9hG4bKreg.", "z9hG4bK");
    assert!(!pbx.registrations.receive(pbx.now, pbx.flow, foreign.as_bytes()), "the endpoint's");
    assert!(!pbx.registrations.receive(pbx.now, pbx.flow, request.as_bytes()), "a request");
    assert!(!pbx.registrations.receive(pbx.now, pbx.flow, b"noise"));
    let elsewhere = Flow { remote: "198.51.100.7:5060".parse().unwrap(), ..pbx.flow };
    assert!(pbx.registrations.receive(pbx.now, elsewhere, ok.as_bytes()));
    assert_eq!(pbx.registrations.state(ID), Some(&RegistrationState::Registering));
    assert!(!format!("{:?} {:?}", account(Transport::Udp), pbx.registrations).contains("secret"));
}

/// Whatever a registrar answers, the account goes on: something is always due, and there is no storm.
#[test]
fn any_sequence_of_answers_is_survived() {
    let statuses = [
        "100", "180", "200", "202", "301", "302", "305", "400", "401", "403", "404", "407", "408", "423",
        "480", "486", "500", "503", "600", "603", "699",
    ];
    let extras = [
        CHALLENGE,
        REGISTERED,
        "",
        "Expires: 0\n",
        "Expires: 1\n",
        "Expires: 4294967295\n",
        "Expires: -1\n",
        "Min-Expires: 7200\n",
        "Min-Expires: 4294967295\n",
        "Retry-After: 0\n",
        "Retry-After: 99999999999\n",
        "Contact: <sip:x@192.0.2.88>\n",
        "Contact: *\n",
        "Contact: \"\n",
        "Contact: <sip:a1b2c3@h>;expires=x\n",
        "WWW-Authenticate: Digest realm=\"r\", nonce=\"\u{0}\", stale=true\n",
        "Proxy-Authenticate: Digest realm=\"q\", nonce=\"n\"\n",
    ];
    for seed in 0..400 {
        let mut lot = Mutator::new(seed);
        let transport = *lot.pick(&[Transport::Udp, Transport::Tcp, Transport::Tls]);
        let mut pbx = Pbx::new(transport);
        let start = pbx.now;
        let mut messages = 0;
        for _ in 0..120 {
            if !pbx.connects.is_empty() {
                pbx.connects.clear();
                match lot.below(4) {
                    0 => pbx.registrations.unreachable(pbx.now, ID),
                    _ => pbx.registrations.connected(pbx.now, ID, pbx.flow),
                }
                pbx.collect();
            }
            let asked = pbx.asked();
            messages += asked.len();
            if let Some(request) = asked.last().filter(|_| lot.below(5) > 0) {
                let extra = format!("{}{}", lot.pick(&extras), lot.pick(&extras));
                let status = format!("{} x", lot.pick(&statuses));
                let mut response = response_to(request, &status, &extra).replace('\n', "\r\n").into_bytes();
                if lot.below(3) == 0 {
                    response = lot.mutate(&response);
                }
                pbx.registrations.receive(pbx.now, pbx.flow, &response);
            } else if lot.below(8) == 0 {
                pbx.registrations.flow_closed(pbx.now, pbx.flow);
            } else {
                let time = seconds(u64::try_from(lot.below(400)).unwrap());
                pbx.wait(time);
            }
            pbx.collect();
            assert!(pbx.registrations.next_timeout().is_some(), "seed {seed}");
        }
        let hours = 1 + usize::try_from((pbx.now - start).as_secs() / 3_600).unwrap();
        assert!(messages <= 420 * hours + 60, "seed {seed}: {messages} in {hours} h");
    }
}
