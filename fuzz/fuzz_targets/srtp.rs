//! Any octets as a snapshot, a crypto line and packets; nothing unauthentic is let in, and a good packet still is.
#![no_main]
use rokuon_secure_media::master_key::MasterKey;
use rokuon_secure_media::profile::Profile;
use rokuon_secure_media::receiver::SrtpReceiver;
use rokuon_secure_media::sdes::CryptoLine;
use rokuon_secure_media::sender::SrtpSender;
libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    let Some((first, rest)) = octets.split_first() else { return };
    let profile = Profile::BY_STRENGTH[usize::from(*first) % 5];
    let key = MasterKey::new(profile, &[7; 46][..profile.key_length() + profile.salt_length()]).unwrap();
    if let Ok(text) = std::str::from_utf8(rest) {
        if let Ok(line) = CryptoLine::parse(text) {
            assert_eq!(CryptoLine::parse(&line.print()).map(|again| again.profile), Ok(line.profile));
        }
    }
    let (snapshot, packets) = rest.split_at(rest.len() / 3);
    let mut receiver = SrtpReceiver::restore(std::slice::from_ref(&key), snapshot);
    for packet in packets.chunks(60) {
        assert!(receiver.open_rtp(&mut packet.to_vec()).is_err());
        assert!(receiver.open_rtcp(&mut packet.to_vec()).is_err());
    }
    let mut fresh = SrtpReceiver::new(std::slice::from_ref(&key));
    let mut good = vec![0x80, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 9, 1, 2, 3, 4];
    SrtpSender::new(&key).seal_rtp(&mut good).unwrap();
    for packet in packets.chunks(60) {
        let _refused = fresh.open_rtp(&mut packet.to_vec());
    }
    assert_eq!(fresh.open_rtp(&mut good), Ok(16));
});
