//! Which crypto lines are read, refused and chosen.

use super::*;

/// 30 octets: key and salt of AES_CM_128.
const KEY: &str = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";

fn line(value: &str) -> Option<CryptoLine> {
    CryptoLine::parse(value)
}

#[test]
fn keys_lifetimes_and_identifiers_are_read_and_written() {
    for (value, lifetime, mki) in [
        (format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}"), None, vec![]),
        (format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|1048576"), Some(1 << 20), vec![]),
        (format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|1048576|1:4"), Some(1 << 20), vec![0, 0, 0, 1]),
        (format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|258:2"), None, vec![1, 2]),
    ] {
        let read = line(&value).unwrap();
        assert_eq!((read.keys[0].lifetime, read.keys[0].mki.clone()), (lifetime, mki), "{value}");
        assert_eq!(read.value(), value);
    }
    let powered = line(&format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|2^20")).unwrap();
    assert_eq!(powered.keys[0].lifetime, Some(1 << 20));
    let two =
        line(&format!("7 AES_CM_128_HMAC_SHA1_32 inline:{KEY}|2^20|1:1;inline:{KEY}|2^20|2:1")).unwrap();
    assert_eq!(two.keys.iter().map(|key| key.mki.clone()).collect::<Vec<_>>(), [[1], [2]]);
}

#[test]
fn each_suite_has_its_key_length() {
    for suite in CryptoSuite::ALL {
        let octets = suite.key_octets() + suite.salt_octets();
        let key = |octets: usize| BASE64.encode(vec![7; octets]);
        let name = suite.as_str();
        assert!(line(&format!("1 {name} inline:{}", key(octets))).is_some(), "{name}");
        assert!(line(&format!("1 {name} inline:{}", key(octets).trim_end_matches('='))).is_some(), "{name}");
        assert!(line(&format!("1 {} inline:{}", name.to_lowercase(), key(octets))).is_some(), "{name}");
        for wrong in [0, octets - 1, octets + 1] {
            assert_eq!(line(&format!("1 {name} inline:{}", key(wrong))), None, "{name} {wrong}");
        }
    }
    let old = line(&format!("1 AES_CM_256_HMAC_SHA1_80 inline:{}", BASE64.encode([7; 46]))).unwrap();
    assert_eq!(old.suite, CryptoSuite::Aes256CmHmacSha1_80);
}

#[test]
fn lines_that_cannot_be_served_are_let_be() {
    for broken in [
        "".to_owned(),
        "1".to_owned(),
        "1 AES_CM_128_HMAC_SHA1_80".to_owned(),
        format!("x AES_CM_128_HMAC_SHA1_80 inline:{KEY}"),
        format!("-1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}"),
        format!("1234567890 AES_CM_128_HMAC_SHA1_80 inline:{KEY}"),
        format!("1 F8_128_HMAC_SHA1_80 inline:{KEY}"),
        format!("1 AES_CM_128_HMAC_SHA1_80 uri:{KEY}"),
        format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}!"),
        format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|2^64"),
        format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|0"),
        format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|1:0"),
        format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|1:129"),
        format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|256:1"),
        format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|1:4|2^20"),
        format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY};inline:{KEY}"),
        format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|1:1;inline:{KEY}|1:2"),
        format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY} KDR=1"),
        format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY} UNENCRYPTED_SRTP"),
        format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY} UNAUTHENTICATED_SRTP"),
        format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY} FEC_ORDER=FEC_SRTP"),
        format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY} unknown"),
    ] {
        assert_eq!(line(&broken), None, "{broken}");
    }
    for bearable in ["KDR=0", "WSH=64", "-unknown=1", "-x KDR=0"] {
        assert!(line(&format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY} {bearable}")).is_some(), "{bearable}");
    }
}

#[test]
fn of_a_dozen_lines_the_first_with_a_full_tag_is_chosen() {
    let mut values = vec![
        format!("1 NULL_HMAC_SHA1_80 inline:{KEY}"),
        format!("2 AES_CM_128_HMAC_SHA1_32 inline:{KEY}"),
        format!("3 AES_CM_128_HMAC_SHA1_80 inline:{KEY} UNENCRYPTED_SRTCP"),
    ];
    values.extend((4..=12).map(|tag| format!("{tag} AES_CM_128_HMAC_SHA1_80 inline:{KEY}")));
    values.push(format!("4 AES_CM_128_HMAC_SHA1_32 inline:{KEY}"));
    let lines = crypto_lines(values.iter().map(String::as_str));
    assert_eq!(lines.iter().map(|line| line.tag).collect::<Vec<_>>(), [2, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    assert_eq!(preferred(&lines).unwrap().tag, 4);
    assert_eq!(preferred(&lines[..1]).unwrap().tag, 2);
    let ours = preferred(&lines).unwrap().answered(KeySalt::new(vec![0; 30]));
    assert_eq!(ours.value(), format!("4 AES_CM_128_HMAC_SHA1_80 inline:{}", "A".repeat(40)));
}

#[test]
fn keys_do_not_show() {
    let read = line(&format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}")).unwrap();
    let shown = format!("{read:?}");
    assert!(shown.contains("30 octets") && !shown.contains("WVN") && !shown.contains("89"), "{shown}");
}
