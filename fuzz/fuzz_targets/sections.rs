//! Any octets as an object of the store: its index followed into the containers that it points at.
#![no_main]
use rokuon_storage::container::unseal;
use rokuon_storage::container_context::ContainerContext;
use rokuon_storage::key_service::DataKey;
use rokuon_storage::sections::{INDEX_LEN, Sections};
libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    let (key, context) = (DataKey::from_bytes([7; 32]), context());
    let _ = unseal(&key, &context, octets);
    follow(&key, &context, octets);
    // The same with an index whose checksum is right: what it points at is the fuzzer's.
    if let Some((body, lens)) = octets.split_last_chunk::<24>() {
        let [media_len, peaks_len, manifest_len] =
            [0, 8, 16].map(|at| u64::from_le_bytes(lens[at..at + 8].try_into().expect("8 octets")));
        let index = Sections { media_len, peaks_len, manifest_len }.index();
        follow(&key, &context, &[body, &index].concat());
    }
});

fn context() -> ContainerContext {
    let recording = "019a3c5e-7d10-7c44-9b1f-0123456789ab".parse().expect("a recording");
    ContainerContext::manifest("a-city".parse().expect("a tenant"), recording)
}

fn follow(key: &DataKey, context: &ContainerContext, object: &[u8]) {
    let len = object.len() as u64;
    let Ok(Some(sections)) = Sections::parse(object, len) else { return };
    assert_eq!(sections.manifest().end + INDEX_LEN as u64, len);
    for section in [sections.media(), sections.peaks(), sections.manifest()] {
        let narrow = |at: u64| usize::try_from(at).expect("it lies in the object");
        let _ = unseal(key, context, &object[narrow(section.start)..narrow(section.end)]);
    }
}
