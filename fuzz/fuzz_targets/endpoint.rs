//! A series of datagrams (cut at NUL) to an endpoint whose shell accepts, refuses, ignores and hangs up in turn.
#![no_main]
use std::time::Duration;

use rokuon_sip::endpoint::{Endpoint, config::EndpointConfig, event::Event, event::Output};
use rokuon_sip::transport::{Flow, Transport};

const SDP: &str = "v=0\r\nm=audio 30000 RTP/AVP 0\r\n";

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    let mut endpoint = Endpoint::new(EndpointConfig::default(), Box::new(|buffer| buffer.fill(7)));
    let (local, remote) = ("192.0.2.9:5060".parse().expect("an address"), "192.0.2.1:5062".parse().expect("an address"));
    let flow = Flow { transport: Transport::Udp, local, remote, connection: 0 };
    for (turn, message) in (0u32..).zip(octets.split(|octet| *octet == 0).take(32)) {
        let now = Duration::from_secs(u64::from(turn) * 3);
        endpoint.receive(now, flow, message);
        while let Some(output) = endpoint.poll_output() {
            match output {
                Output::Event(Event::Invite(invite) | Event::Reinvite(invite)) => match turn % 5 {
                    0 => endpoint.refuse(now, invite.id, 488, "no", None),
                    1 => endpoint.ignore(invite.id),
                    2 => endpoint.challenge(now, invite.id, vec!["Digest realm=\"r\"".to_owned()]),
                    _ => endpoint.accept(now, invite.id, SDP),
                },
                Output::Event(Event::Confirmed { dialog, .. }) if turn % 7 == 6 => endpoint.hang_up(now, &dialog, "x"),
                Output::Event(Event::Confirmed { dialog, .. } | Event::Metadata { dialog, .. }) => {
                    endpoint.request_snapshot(now, &dialog, "x");
                }
                _ => {}
            }
        }
        endpoint.handle_timeout(now);
    }
    for later in [10, 100, 1_000, 1_000_000, 10_000_000_000] {
        endpoint.handle_timeout(Duration::from_secs(later));
        while endpoint.poll_output().is_some() {}
    }
});
