//! Handsets, browsers and counter cameras publish over WHIP with stacks that are not ours, and what they sent is kept.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rokuon_db::database::Database;
use rokuon_db::segments;
use rokuon_fixtures::api_caller::ApiCaller;
use rokuon_media::codec::Codec;
use rokuon_media::file_kind::FileKind;
use rokuon_policy::ids::{RecordingId, TenantId};
use rokuon_storage::container_context::ContainerContext;
use rokuon_storage::directory::DirectoryStore;
use rokuon_storage::keyfile::KeyFile;
use rokuon_storage::recording_reader::{RecordingReader, SealedPlace};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::harness::platform::{Setup, TestPlatform, free_port};
use crate::harness::publishers::Publisher;
use crate::harness::sound::{channels, is_tone};

async fn platform(tenants: &[&str]) -> TestPlatform {
    let (http, media) = (free_port(), free_port());
    let arguments = [
        "--whip".to_owned(),
        format!("127.0.0.1:{http}"),
        "--whip-media".to_owned(),
        format!("127.0.0.1:{media}"),
    ];
    TestPlatform::start_with(tenants, |_| Setup { arguments: arguments.into(), ..Setup::default() }).await
}

fn entry(number: &str, department: &str, digits: Option<&str>) -> Value {
    json!({
        "number": number, "name": "見本の装置", "place": "本庁舎1階の窓口", "department": department, "digits": digits,
        "start": "automatic", "notice": "録音・録画しています", "notice_place": "窓口の正面", "in_use_from": "2026-04-01",
    })
}

/// The only recording of a tenant, once it is sealed.
async fn sealed(person: &ApiCaller) -> Value {
    let until = Instant::now() + Duration::from_secs(90);
    loop {
        let found = person.get("/v1/recordings?limit=5").await.expect("an answer");
        let items = found["items"].as_array().expect("a list");
        assert!(items.len() <= 1, "one recording, not {}", items.len());
        if let Some(id) = items.first().and_then(|one| one["id"].as_str()) {
            let one = person.get(&format!("/v1/recordings/{id}")).await.expect("found");
            if one["outcome"].is_string() {
                return one;
            }
        }
        assert!(Instant::now() < until, "not sealed in time: {found}");
        sleep(Duration::from_millis(300)).await;
    }
}

/// The first sealed file of a recording, opened from the store with the tenant's key; its codecs as the row says them.
async fn stored(platform: &TestPlatform, tenant: &str, recording: &str) -> (Vec<u8>, String, Option<String>) {
    let tenant: TenantId = tenant.parse().expect("a key");
    let recording = RecordingId(recording.parse().expect("an id"));
    let run = std::fs::read_to_string(platform.data_dir().join("run.json")).expect("it runs");
    let run: Value = serde_json::from_str(&run).expect("JSON");
    let db = Database::connect(run["database_url"].as_str().expect("an address")).await.expect("reachable");
    let mut tx = db.tenant(&tenant).await.expect("a transaction");
    let rows = segments::of_recording(&mut tx, recording).await.expect("rows");
    tx.commit_read_only().await.expect("done");
    let row = rows.first().expect("a segment");
    let store = Arc::new(DirectoryStore::open(&platform.data_dir().join("store")).expect("the store"));
    let keys = Arc::new(KeyFile::open(&platform.data_dir().join("tenant-keys.json")).expect("the keys"));
    let place = SealedPlace {
        bucket: row.bucket.parse().expect("a bucket"),
        object_key: row.object_key.parse().expect("a key"),
        version_id: Some(row.version_id.clone()),
        container_len: Some(row.sections.map_or(row.container_bytes, |sections| sections.media)),
    };
    let sound = Some(row.codec.parse::<Codec>().expect("a codec")).filter(|codec| !codec.is_video());
    let video = row.video_codec.as_deref().map(|video| video.parse::<Codec>().expect("a codec"));
    let media_type = FileKind::of(sound, video).media_type(video.is_some());
    let channels = u8::try_from(row.channels.len()).expect("few");
    let context = ContainerContext::media(tenant.clone(), recording, row.number, media_type, channels);
    let open = RecordingReader::new(store, keys).open(&tenant, recording).await.expect("its key");
    let reader = open.segment(place, context).await.expect("authentic");
    let file = reader.read(0..reader.len()).await.expect("octets").to_vec();
    (file, row.codec.clone(), row.video_codec.clone())
}

// req: KB-1, P-2
// rule: WI1, WI4
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handset_on_a_stack_that_is_not_ours_is_recorded_with_both_numbers() {
    let platform = platform(&["kobe"]).await;
    let manager = platform.person("kobe", "kanri").await;
    let handset =
        Publisher::register(&manager, "handsets", entry("H-1", "children", Some("0780001234"))).await;
    let said = json!({ "Rokuon-Other-Party": "09000000021", "Rokuon-Direction": "inbound" });
    let sent = handset.aiortc(["pcmu", "none"], 4, 1_000.0, "ecdsa", "delete", said).await;
    assert_eq!((&sent["status"], &sent["ended"]), (&json!(201), &json!(200)));
    let recording = sealed(&manager).await;
    assert_eq!(recording["direction"], "inbound");
    assert_eq!(recording["caller"]["number"], "09000000021");
    assert_eq!(recording["called"]["number"], "0780001234");
    assert_eq!(recording["line"]["key"], "children");
    // A client that falls behind on a loaded machine says nothing for a while; nothing that it sent is lost.
    let gaps = recording["gaps"].as_array().expect("a list");
    assert!(gaps.iter().all(|gap| gap["cause"] == "no_media"), "{recording}");
    let id = recording["id"].as_str().expect("an id");
    let (file, codec, _) = stored(&platform, "kobe", id).await;
    assert_eq!(codec, "pcmu");
    assert!(file.len() > 3 * 8_000, "{} octets of sound", file.len());
}

// req: I-4
// rule: WI7
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_counter_camera_is_kept_as_camera_media_of_its_department() {
    let platform = platform(&["ichinomiya"]).await;
    let manager = platform.person("ichinomiya", "kanri").await;
    let camera = Publisher::register(&manager, "counter-camera", entry("C-1", "citizens", None)).await;
    let sent = camera.aiortc(["opus", "vp8"], 5, 440.0, "rsa", "delete", json!({})).await;
    assert!(sent["sent"]["video"].as_u64() > Some(20), "{sent}");
    let recording = sealed(&manager).await;
    assert_eq!(recording["department"]["id"], "citizens");
    assert_eq!(recording["media"], "camera", "{recording}");
    assert_eq!(recording["retention"]["article"], "6(2)");
    let public = manager.signed_out().get("/v1/public/ichinomiya").await.expect("published");
    assert_eq!(public["devices"][0]["place"], "本庁舎1階の窓口", "where the camera stands is published");
}

// req: KB-1
// rule: WI3, WI5
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_publishes_its_microphone_from_a_page_of_another_origin() {
    let platform = platform(&["kobe"]).await;
    let manager = platform.person("kobe", "kanri").await;
    let browser = Publisher::register(&manager, "handsets", entry("H-2", "children", None)).await;
    let sent = browser.chromium("audio", 4).await;
    assert_eq!((&sent["status"], &sent["trickled"], &sent["ended"]), (&json!(201), &json!(204), &json!(200)));
    assert_eq!(sent["codecs"]["audio"], "audio/opus");
    let recording = sealed(&manager).await;
    assert_eq!(recording["media"], "call_audio", "{recording}");
}

// req: I-2c
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn opus_and_pictures_stand_in_standard_files() {
    let platform = platform(&["kobe", "ichinomiya"]).await;
    let kobe = platform.person("kobe", "kanri").await;
    let browser = Publisher::register(&kobe, "handsets", entry("H-5", "children", None)).await;
    browser.chromium("audio", 4).await;
    let recording = sealed(&kobe).await;
    let (file, codec, _) = stored(&platform, "kobe", recording["id"].as_str().expect("an id")).await;
    assert_eq!(codec, "opus");
    assert!(file.starts_with(b"OggS"), "an Ogg file");
    let ichinomiya = platform.person("ichinomiya", "kanri").await;
    let camera = Publisher::register(&ichinomiya, "counter-camera", entry("C-2", "citizens", None)).await;
    camera.aiortc(["opus", "vp8"], 5, 440.0, "ecdsa", "delete", json!({})).await;
    let recording = sealed(&ichinomiya).await;
    let (file, codec, video) =
        stored(&platform, "ichinomiya", recording["id"].as_str().expect("an id")).await;
    assert_eq!((codec.as_str(), video.as_deref()), ("opus", Some("vp8")));
    assert!(file.starts_with(&[0x1A, 0x45, 0xDF, 0xA3]), "a Matroska file");
}

// rule: WI9
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_dies_without_a_word_is_sealed_by_itself() {
    let platform = platform(&["kobe"]).await;
    let manager = platform.person("kobe", "kanri").await;
    let handset =
        Publisher::register(&manager, "handsets", entry("H-3", "children", Some("0780001234"))).await;
    handset.aiortc(["pcma", "none"], 3, 600.0, "ecdsa", "vanish", json!({})).await;
    let vanished = Instant::now();
    let recording = sealed(&manager).await;
    // The thirty seconds themselves are counted in time of their own: crates/whip, `whip_session/tests.rs`.
    eprintln!("WI9: sealed {:.1} s after it died", vanished.elapsed().as_secs_f32());
    let id = recording["id"].as_str().expect("an id");
    let [heard, _] = channels(&platform.heard(&manager, id).await);
    assert!(is_tone(&heard, 600.0, 2), "600.0 Hz for 2 s is not among {} samples", heard.len());
}

// rule: F1 — of WHIP: the keys of a session die with the process, what it brought does not
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_worker_had_received_is_sealed_by_the_next() {
    let mut platform = platform(&["kobe"]).await;
    let manager = platform.person("kobe", "kanri").await;
    let handset =
        Publisher::register(&manager, "handsets", entry("H-4", "children", Some("0780001234"))).await;
    handset.aiortc(["pcmu", "none"], 4, 800.0, "ecdsa", "vanish", json!({})).await;
    platform.kill_and_start_again().await;
    let manager = platform.person("kobe", "kanri").await;
    let recording = sealed(&manager).await;
    let id = recording["id"].as_str().expect("an id");
    let [heard, _] = channels(&platform.heard(&manager, id).await);
    assert!(is_tone(&heard, 800.0, 3), "800.0 Hz for 3 s is not among {} samples", heard.len());
}
