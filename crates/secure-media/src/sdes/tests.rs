//! Crypto lines as peers write them, and those that must not be used.

use super::*;

const KEY_30: &str = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";

// rule: RT14
#[test]
fn a_line_with_lifetime_identifier_and_hint_is_read() {
    let line = CryptoLine::parse(&format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY_30}|2^20|1:4 WSH=128"))
        .expect("usable");
    assert_eq!((line.tag, line.profile), (1, Profile::Aes128CmSha1_80));
    assert_eq!(line.keys[0].mki().map(Mki::octets), Some(&[0, 0, 0, 1][..]));
    assert_eq!(line.keys[0].expose().len(), 30);
}

// rule: RT14, RT15
#[test]
fn every_suite_is_read_and_printed() {
    for profile in Profile::BY_STRENGTH {
        let octets: Vec<u8> = (0..profile.key_length() + profile.salt_length()).map(|at| at as u8).collect();
        let key = MasterKey::new(profile, &octets).expect("the right length");
        let line = CryptoLine { tag: 3, profile, keys: vec![key] };
        assert_eq!(CryptoLine::parse(&line.print()), Ok(line));
    }
}

// rule: RT14
#[test]
fn two_keys_are_told_apart_by_identifiers_of_one_length() {
    let two = format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY_30}|1:2;inline:{KEY_30}|2^31|2:2");
    assert_eq!(CryptoLine::parse(&two).expect("usable").keys.len(), 2);
    let unlike = format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY_30}|1:2;inline:{KEY_30}|2:4");
    assert_eq!(CryptoLine::parse(&unlike), Err(UnusableLine::BadKey));
    let nameless = format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY_30};inline:{KEY_30}");
    assert_eq!(CryptoLine::parse(&nameless), Err(UnusableLine::BadKey));
}

// rule: RT14
#[test]
fn lines_that_cannot_be_used_say_why() {
    let with = |parameters: &str| format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY_30} {parameters}");
    for (line, reason) in [
        (String::new(), UnusableLine::Malformed),
        ("1".into(), UnusableLine::Malformed),
        ("-1 AES_CM_128_HMAC_SHA1_80 inline:x".into(), UnusableLine::Malformed),
        ("1234567890 AES_CM_128_HMAC_SHA1_80 inline:x".into(), UnusableLine::Malformed),
        ("1 AES_CM_128_HMAC_SHA1_80".into(), UnusableLine::Malformed),
        ("1 AES_CM_128_HMAC_SHA1_80 outline:x".into(), UnusableLine::Malformed),
        (format!("1 F8_128_HMAC_SHA1_80 inline:{KEY_30}"), UnusableLine::UnknownSuite),
        (format!("1 AES_256_CM_HMAC_SHA1_80 inline:{KEY_30}"), UnusableLine::BadKey),
        ("1 AES_CM_128_HMAC_SHA1_80 inline:????".into(), UnusableLine::BadKey),
        ("1 AES_CM_128_HMAC_SHA1_80 inline:".into(), UnusableLine::BadKey),
        (format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY_30}|1:0"), UnusableLine::BadKey),
        (format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY_30}|256:1"), UnusableLine::BadKey),
        (format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY_30}|1:200"), UnusableLine::BadKey),
        (with("UNENCRYPTED_SRTP"), UnusableLine::Parameter),
        (with("UNAUTHENTICATED_SRTP"), UnusableLine::Parameter),
        (with("KDR=3"), UnusableLine::Parameter),
        (with("FEC_ORDER=SRTP_FEC"), UnusableLine::Parameter),
        (with("NEW_THING=1"), UnusableLine::Parameter),
    ] {
        assert_eq!(CryptoLine::parse(&line), Err(reason), "{line}");
    }
    assert!(CryptoLine::parse(&with("-NEW_THING=1 KDR=0")).is_ok());
}

#[test]
fn a_key_never_shows_in_what_is_printed_for_a_log() {
    let line = CryptoLine::parse(&format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY_30}")).expect("usable");
    let shown = format!("{line:?}");
    assert!(!shown.contains("WVNf") && !shown.contains("89, 83"), "{shown}");
}
