//! Checks as clients send them, and forged ones.

use rtc_stun::attributes::{ATTR_ICE_CONTROLLING, ATTR_PRIORITY};
use rtc_stun::message::{METHOD_ALLOCATE, MessageType, TransactionId};
use rtc_stun::textattrs::TextAttribute;

use super::*;
use rtc_crypto::default_provider;

pub(crate) fn check(
    ours: &IceCredentials,
    theirs: &IceCredentials,
    extra: &[(rtc_stun::attributes::AttrType, Vec<u8>)],
) -> Vec<u8> {
    request(BINDING_REQUEST, ours, theirs, extra)
}

fn request(
    kind: MessageType,
    ours: &IceCredentials,
    theirs: &IceCredentials,
    extra: &[(rtc_stun::attributes::AttrType, Vec<u8>)],
) -> Vec<u8> {
    let provider = default_provider().expect("a provider");
    let crypto = provider.crypto();
    let mut message = Message::new();
    let name = TextAttribute::new(ATTR_USERNAME, format!("{}:{}", ours.ufrag, theirs.ufrag));
    message.build(&[Box::new(kind), Box::new(TransactionId([3; 12])), Box::new(name)]).expect("a message");
    message.add(ATTR_PRIORITY, &[0, 0, 1, 0]);
    for (kind, value) in extra {
        message.add(*kind, value);
    }
    MessageIntegrity::new_short_term_integrity_with_provider(ours.password.clone(), crypto)
        .add_to(&mut message)
        .expect("integrity");
    FINGERPRINT.add_to(&mut message).expect("fingerprint");
    message.raw
}

fn credentials() -> (IceCredentials, IceCredentials) {
    let theirs = IceCredentials::received("abcd", "0123456789012345678901").expect("credentials");
    (IceCredentials::from_entropy(&[1; 24]), theirs)
}

#[test]
fn a_check_is_answered_under_our_password_and_a_forged_one_is_not() {
    let provider = default_provider().expect("a provider");
    let crypto = provider.crypto();
    let (ours, theirs) = credentials();
    let from: SocketAddr = "198.51.100.9:4000".parse().expect("an address");
    let datagram = check(&ours, &theirs, &[(ATTR_ICE_CONTROLLING, vec![0; 8]), (ATTR_USE_CANDIDATE, vec![])]);
    assert_eq!(addressed_ufrag(&datagram).as_deref(), Some(ours.ufrag.as_str()));
    let Check::Valid { response, nominated } = judge(&ours, &theirs, from, &datagram, crypto) else {
        panic!("the check was not valid")
    };
    assert!(nominated);
    let mut answer = read(&response).expect("an answer");
    assert_eq!(answer.typ, BINDING_SUCCESS);
    assert!(MessageIntegrity::check(&mut answer, ours.password.as_bytes(), crypto).is_ok());
    assert!(FINGERPRINT.check(&answer).is_ok());

    let other = IceCredentials { password: "another-password-of-22".into(), ..ours.clone() };
    assert_eq!(judge(&ours, &theirs, from, &check(&other, &theirs, &[]), crypto), Check::Ignored);
    let stranger = IceCredentials { ufrag: "zzzz".into(), ..theirs.clone() };
    assert_eq!(judge(&ours, &theirs, from, &check(&ours, &stranger, &[]), crypto), Check::Ignored);
    assert_eq!(
        judge(
            &ours,
            &theirs,
            from,
            &request(MessageType { method: METHOD_ALLOCATE, ..BINDING_REQUEST }, &ours, &theirs, &[]),
            crypto
        ),
        Check::Ignored
    );
    let conflict =
        judge(&ours, &theirs, from, &check(&ours, &theirs, &[(ATTR_ICE_CONTROLLED, vec![0; 8])]), crypto);
    assert!(matches!(conflict, Check::Refused(_)));
}

/// One octet changed anywhere, or the end cut off: silence, and never a panic.
#[test]
fn a_damaged_check_is_ignored() {
    let provider = default_provider().expect("a provider");
    let crypto = provider.crypto();
    let (ours, theirs) = credentials();
    let from: SocketAddr = "[2001:db8::1]:4000".parse().expect("an address");
    let datagram = check(&ours, &theirs, &[(ATTR_ICE_CONTROLLING, vec![0; 8])]);
    // The fingerprint stands last, in eight octets. A changed type makes it an attribute nobody knows, behind what the integrity
    // covers: the check is as authentic as before.
    let fingerprint_type = datagram.len() - 8..datagram.len() - 6;
    for place in (0..datagram.len()).filter(|place| !fingerprint_type.contains(place)) {
        for change in [1, 0x80, 0xFF] {
            let mut damaged = datagram.clone();
            damaged[place] ^= change;
            let judged = judge(&ours, &theirs, from, &damaged, crypto);
            assert!(!matches!(judged, Check::Valid { .. }), "octet {place} changed by {change:#x} passed");
            let _ = addressed_ufrag(&damaged);
        }
        assert_eq!(judge(&ours, &theirs, from, &datagram[..place], crypto), Check::Ignored);
    }
}

#[test]
fn credentials_of_a_wrong_form_are_refused() {
    assert!(IceCredentials::received("abc", "0123456789012345678901").is_none());
    assert!(IceCredentials::received("abcd", "too short").is_none());
    assert!(IceCredentials::received("ab\u{7}d", "0123456789012345678901").is_none());
    assert_eq!(format!("{:?}", credentials().1), "IceCredentials { ufrag: \"abcd\", .. }");
}
