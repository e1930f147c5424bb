//! Any octets as header fields: challenges answered, credentials judged.
#![no_main]
use std::time::Duration;

use rokuon_sip::digest::algorithm::{Algorithm, Ha1};
use rokuon_sip::digest::challenge::{Password, challenges};
use rokuon_sip::digest::challenger::{Account, Challenger, Verdict};
use rokuon_sip::message::{headers::Headers, method::Method, request::Request};

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    let headers = Headers::parse(octets);
    // No header field holds a line feed, so that an echoed nonce is never taken for the password.
    let who = Password { username: "city", password: "sec\nret" };
    for challenge in challenges(&headers) {
        let (_, value) = challenge.answer(who, &Method::Invite, "sip:a@b", b"", "c", 1);
        assert!(!value.contains('\n'), "a line of its own, or the password");
    }
    let request = Request { method: Method::Invite, uri: "sip:a@b".to_owned(), headers, body: Vec::new() };
    let account = Account { username: "city".to_owned(), ha1: vec![Ha1::of(Algorithm::Md5, "city", "r", "secret")] };
    let mut challenger = Challenger::new("r", [3; 32]);
    let verdict = challenger.judge(Duration::ZERO, &request, std::net::Ipv4Addr::LOCALHOST.into(), &[account]);
    assert_ne!(verdict, Verdict::Right, "nobody guesses a nonce");
});
