//! Any octets as a SIP message and as a stream of them.
#![no_main]
use rokuon_sip::{framing::StreamFramer, message::body::read_body, message::essentials::essentials, message::parse};
libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    if let Ok(parse::Message::Request(request, _)) = parse::parse(octets) {
        let _ = (essentials(&request), read_body(&request.headers, &request.body));
    }
    let mut framer = StreamFramer::new();
    octets.chunks(97).for_each(|piece| framer.push(piece));
    framer.by_ref().for_each(drop);
});
