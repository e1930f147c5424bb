//! Containers made by other implementations open here, and the broken ones among them do not.

use std::io::Read;

use flate2::read::ZlibDecoder;
use serde::Deserialize;
use sha2::Digest;

use super::*;

#[derive(Deserialize)]
struct Vector {
    id: u32,
    valid: bool,
    key: String,
    context: String,
    container_zlib: String,
    plaintext_len: Option<u64>,
    plaintext_sha512: Option<String>,
    end_is_sound: bool,
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal"))
        .collect()
}

#[test]
fn wycheproofs_containers_open_or_are_refused_as_they_should() {
    let vectors: Vec<Vector> =
        serde_json::from_str(include_str!("../../../tests/vectors/wycheproof-cobblestone-256.json"))
            .expect("vectors");
    let (mut opened, mut refused) = (0, 0);
    for vector in vectors {
        // A key of another length cannot even be expressed here.
        let Ok(key) = <[u8; 32]>::try_from(unhex(&vector.key)) else { continue };
        let (key, context) = (DataKey::from_bytes(key), unhex(&vector.context));
        let mut container = Vec::new();
        ZlibDecoder::new(&unhex(&vector.container_zlib)[..]).read_to_end(&mut container).expect("zlib");
        let result = unseal_octets(&key, &context, &container);
        assert_eq!(result.is_ok(), vector.valid, "vector {}: {result:?}", vector.id);
        if let Ok(plaintext) = result {
            let hash: Vec<u8> = Sha512::digest(&plaintext).to_vec();
            assert_eq!(Some(plaintext.len() as u64), vector.plaintext_len, "vector {}", vector.id);
            assert_eq!(hash, unhex(&vector.plaintext_sha512.expect("a hash")), "vector {}", vector.id);
            opened += 1;
        } else {
            refused += 1;
        }
        let end = ContainerReader::open_octets(&key, &context, &container, container.len() as u64)
            .and_then(|reader| reader.authenticate_end(&container[octets(&reader.last_chunk())]));
        assert!(vector.end_is_sound || end.is_err(), "vector {}: its end was accepted", vector.id);
    }
    assert_eq!((opened, refused), (10, 23));
}

#[test]
fn containers_made_in_python_open_with_our_context() {
    let key =
        DataKey::from_bytes(std::array::from_fn(|i| u8::try_from((i * 11 + 3) % 256).expect("below 256")));
    let wav = |segment, channels| {
        let recording = "019a3c5e-7d10-7c44-9b1f-0123456789ab".parse().expect("a recording");
        ContainerContext::wav(tenant("osaka-waterworks"), recording, segment, channels)
    };
    let manifest = ContainerContext::manifest(wav(0, 0).tenant, wav(0, 0).recording);
    let vectors: [(usize, ContainerContext, &[u8]); 4] = [
        (0, wav(0, 2), include_bytes!("../../../tests/vectors/python-0.container")),
        (5, wav(1, 1), include_bytes!("../../../tests/vectors/python-5.container")),
        (16_384, wav(2, 2), include_bytes!("../../../tests/vectors/python-16384.container")),
        (33_000, manifest, include_bytes!("../../../tests/vectors/python-33000.container")),
    ];
    for (len, context, container) in vectors {
        let plaintext: Vec<u8> =
            (0..len).map(|i| u8::try_from((i * 31 + i / 256) % 256).expect("below 256")).collect();
        assert_eq!(unseal(&key, &context, container), Ok(plaintext), "{len} octets");
    }
}
