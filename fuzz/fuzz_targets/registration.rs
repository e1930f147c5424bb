//! Answers of a registrar (cut at NUL) to whatever we ask it; the account always goes on.
#![no_main]
use std::time::Duration;

use rokuon_sip::registration::account::{Account, AccountId, RegistrationOutput, Target};
use rokuon_sip::registration::registrations::Registrations;
use rokuon_sip::transport::{Flow, Transport};

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    let mut registrations = Registrations::new(Box::new(|buffer| buffer.fill(7)));
    let (local, remote) = ("192.0.2.9:5060".parse().expect("an address"), "192.0.2.1:5062".parse().expect("an address"));
    let flow = Flow { transport: Transport::Udp, local, remote, connection: 0 };
    let (id, mut now) = (AccountId(1), Duration::from_secs(1));
    let account = Account {
        domain: "pbx".to_owned(),
        target: Target { host: "pbx".to_owned(), port: None, transport: Transport::Udp },
        user: "u".to_owned(),
        auth_user: None,
        password: "p".to_owned().into(),
        contact_user: "c".to_owned(),
        advertised: None,
        expires: 300,
    };
    registrations.add(now, id, account);
    for answer in octets.split(|octet| *octet == 0).take(32) {
        let mut asked = None;
        while let Some(output) = registrations.poll_output() {
            match output {
                RegistrationOutput::Connect { .. } => registrations.connected(now, id, flow),
                RegistrationOutput::Send { bytes, .. } => asked = Some(bytes),
                RegistrationOutput::State { .. } => {}
            }
        }
        match asked {
            Some(asked) => {
                let asked = String::from_utf8_lossy(&asked);
                let via = asked.lines().find(|line| line.starts_with("Via:")).unwrap_or_default();
                // The status line is the input's first line, the header fields are the rest.
                let line = answer.iter().position(|octet| *octet == b'\n').unwrap_or(answer.len());
                let (status, fields) = answer.split_at(line);
                let spoken = [b"SIP/2.0 ".as_slice(), status, b"\r\n", via.as_bytes(), b"\r\n", fields, b"\r\n\r\n"].concat();
                registrations.receive(now, flow, &spoken);
            }
            None => {
                now = registrations.next_timeout().expect("something is always due").max(now);
                registrations.handle_timeout(now);
            }
        }
    }
});
