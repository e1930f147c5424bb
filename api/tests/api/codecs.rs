//! Playing what is not G.711: heard where there is a decoder, said where there is none, given out as it was sealed.

use axum::http::header;
use rokuon_media::codec::Codec;
use serde_json::json;

use crate::harness::house::House;
use crate::harness::sealed_call::{SampleCall, files};

#[tokio::test]
async fn opus_is_heard_by_any_range_and_given_out_as_it_was_sealed() {
    let house = House::open().await;
    let city = house.city("toyonaka").await;
    let sample = SampleCall { codec: Codec::Opus, seconds: 20, ..house.sample() };
    let recording = house.record(&city, &sample).await;
    let browser = house.signed_in(&city, "a1", &[("handler", None)]).await;
    let uses = format!("/v1/recordings/{recording}/uses");
    let used =
        browser.post(&uses, json!({ "purpose": "response-quality", "case_note": "第12号" })).await.ok(201);
    let url = used["audio_url"].as_str().expect("an address");
    let whole = browser.get(url).await;
    assert_eq!(whole.status, 200);
    assert_eq!(whole.body.len(), 44 + 20 * 8_000 * 4);
    let loud =
        whole.body[44..].chunks_exact(4).filter(|frame| frame[1] as i8 != 0 || frame[3] as i8 != 0).count();
    assert!(loud > 10_000, "{loud} samples are heard");
    for (from, until) in [(44, 99), (100_001, 180_000), (600_000, 640_043)] {
        let part = browser.get_with(url, &[("range", &format!("bytes={from}-{until}"))]).await;
        assert!(part.body == whole.body[from..=until], "{from} to {until}");
    }
    let file = format!("{}/files/3", url.trim_end_matches("/audio"));
    let given = browser.get(&file).await;
    assert_eq!(
        (given.status.as_u16(), &given.headers[header::CONTENT_TYPE]),
        (200, &"audio/ogg".parse().expect("a value"))
    );
    let (_, _, sealed) = files(Codec::Opus, 80_000).remove(3);
    assert!(given.body == sealed, "byte for byte");
    let part = browser.get_with(&file, &[("range", "bytes=50-149")]).await;
    assert_eq!((part.status.as_u16(), &part.body[..]), (206, &sealed[50..150]));
    browser.get(&format!("{}/files/4", url.trim_end_matches("/audio"))).await.refused(404, "not-found");
}

#[tokio::test]
async fn what_has_no_decoder_says_so_and_is_never_silence() {
    let house = House::open().await;
    let city = house.city("toyonaka").await;
    let recording =
        house.record(&city, &SampleCall { codec: Codec::G729, seconds: 20, ..house.sample() }).await;
    let browser = house.signed_in(&city, "a1", &[("handler", None)]).await;
    let uses = format!("/v1/recordings/{recording}/uses");
    let used =
        browser.post(&uses, json!({ "purpose": "response-quality", "case_note": "第12号" })).await.ok(201);
    let url = used["audio_url"].as_str().expect("an address");
    let refused = browser.get(url).await.refused(409, "decoder-missing");
    assert!(refused["detail"].as_str().is_some_and(|detail| detail.contains("G729")), "{refused}");
    browser.get(&format!("/v1/recordings/{recording}/waveform")).await.refused(409, "decoder-missing");
    let shown = browser.get(&format!("/v1/recordings/{recording}")).await.ok(200);
    assert_eq!(shown["segments"][0]["codec"], "g729");
    assert!(!house.trail(&city).await.iter().any(|event| event.kind == "play.start"));
}
