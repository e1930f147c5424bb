//! Any datagrams at a waiting and at a calling handshake: no panic, no keys, no answer longer than what was asked.
#![no_main]
use std::sync::OnceLock;
use std::time::Instant;

use rokuon_secure_media::dtls::handshake::{DtlsHandshake, DtlsProgress, DtlsRole};
use rokuon_secure_media::dtls::identity::DtlsIdentity;
static IDENTITY: OnceLock<DtlsIdentity> = OnceLock::new();
libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    let identity = IDENTITY.get_or_init(|| DtlsIdentity::generate().unwrap());
    let now = Instant::now();
    for role in [DtlsRole::Passive, DtlsRole::Active] {
        let mut handshake = DtlsHandshake::new(identity, role, vec![identity.fingerprint().clone()], now).unwrap();
        while handshake.next_datagram().is_some() {}
        for datagram in octets.chunks(300) {
            handshake.receive(datagram, now);
            if role == DtlsRole::Passive {
                let answered: usize = std::iter::from_fn(|| handshake.next_datagram()).map(|one| one.len()).sum();
                assert!(answered <= datagram.len());
            }
        }
        assert!(!matches!(handshake.progress(), DtlsProgress::Keyed(_)));
    }
});
