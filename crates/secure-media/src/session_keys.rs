//! Session keys from a master key (RFC 3711 §4.3; RFC 6188 §3 and RFC 7714 §11 for the longer keys). The derivation rate is zero.

use aes::{Aes128, Aes256};
use ctr::Ctr128BE;
use ctr::cipher::{KeyIvInit, StreamCipher};
use zeroize::Zeroizing;

use crate::master_key::MasterKey;

/// What a label asks for (RFC 3711 §4.3.1, §4.3.2).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Labels {
    encryption: u8,
    authentication: u8,
    salt: u8,
}

/// For RTP.
pub(crate) const RTP: Labels = Labels { encryption: 0, authentication: 1, salt: 2 };
/// For RTCP.
pub(crate) const RTCP: Labels = Labels { encryption: 3, authentication: 4, salt: 5 };

/// The keys that protect packets of one kind.
pub(crate) struct SessionKeys {
    /// As long as the master key.
    pub(crate) encryption: Zeroizing<Vec<u8>>,
    /// 160 bits; unused with GCM.
    pub(crate) authentication: Zeroizing<[u8; 20]>,
    /// 112 bits, or 96 and two zeros.
    pub(crate) salt: [u8; 14],
}

impl SessionKeys {
    pub(crate) fn derive(master: &MasterKey, labels: Labels) -> Self {
        let mut encryption = Zeroizing::new(vec![0; master.profile().key_length()]);
        let mut authentication = Zeroizing::new([0; 20]);
        let mut salt = [0; 14];
        derive(master, labels.encryption, &mut encryption);
        derive(master, labels.authentication, authentication.as_mut_slice());
        if let Some(salt) = salt.get_mut(..master.profile().salt_length()) {
            derive(master, labels.salt, salt);
        }
        Self { encryption, authentication, salt }
    }
}

/// The key stream of AES in counter mode from the master salt with the label in its eighth octet; the derived key is its beginning.
fn derive(master: &MasterKey, label: u8, out: &mut [u8]) {
    let mut counter = [0; 16];
    for (octet, salt) in counter.iter_mut().zip(master.salt()) {
        *octet = *salt;
    }
    counter[7] ^= label;
    out.fill(0);
    let key = master.key();
    if let Ok(mut cipher) = Ctr128BE::<Aes128>::new_from_slices(key, &counter) {
        cipher.apply_keystream(out);
    } else if let Ok(mut cipher) = Ctr128BE::<Aes256>::new_from_slices(key, &counter) {
        cipher.apply_keystream(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;
    use crate::receiver::tests::hex;

    // rule: RT12
    #[test]
    fn keys_of_128_bits_are_those_of_rfc_3711_appendix_b_3() {
        let master = hex("E1F97A0D3E018BE0D64FA32C06DE41390EC675AD498AFEEBB6960B3AABE6");
        let master = MasterKey::new(Profile::Aes128CmSha1_80, &master).expect("16 and 14 octets");
        let keys = SessionKeys::derive(&master, RTP);
        assert_eq!(*keys.encryption, hex("C61E7A93744F39EE10734AFE3FF7A087"));
        assert_eq!(keys.salt.as_slice(), hex("30CBBC08863D8C85D49DB34A9AE1"));
        assert_eq!(keys.authentication.as_slice(), hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"));
    }

    // rule: RT12
    #[test]
    fn keys_of_256_bits_are_those_of_rfc_6188_section_7_2() {
        let master = hex("f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6\
                          3b04803de51ee7c96423ab5b78d2");
        let master = MasterKey::new(Profile::Aes256CmSha1_80, &master).expect("32 and 14 octets");
        let keys = SessionKeys::derive(&master, RTP);
        assert_eq!(*keys.encryption, hex("5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4"));
        assert_eq!(keys.salt.as_slice(), hex("fa31791685ca444a9e07c6c64e93"));
        assert_eq!(keys.authentication.as_slice(), hex("fd9c32d39ed5fbb5a9dc96b30818454d1313dc05"));
    }
}
