//! The whole platform on S3 (Ceph's radosgw) and KMS (an emulator), as `rokuon up --store s3 --keys kms`.

use std::process::Command;

use aws_sdk_s3::types::ObjectLockLegalHoldStatus;
use rokuon_fixtures::g711::Law;
use rokuon_fixtures::metadata::Party;
use rokuon_fixtures::payload::Payload;
use rokuon_fixtures::phone::{CallPlan, SentCall};
use rokuon_fixtures::sip_link::Transport;
use rokuon_fixtures::tenants::policy_file;
use rokuon_storage::object_store::{Bucket, ObjectStore};
use rokuon_storage_aws::s3_store::{S3Layout, S3Store, StoreEncryption};
use rokuon_storage_aws::session::{AwsSettings, Checksums, Session};
use rokuon_storage_aws::tenant_keys::TenantKeys;
use rokuon_test_aws::radosgw::{Radosgw, RadosgwSettings};
use rokuon_test_aws::test_kms::TestKms;
use serde_json::json;

use crate::harness::platform::{Setup, TestPlatform, program};
use crate::harness::sound::{assert_same, channels};

pub fn settings(gateway: &Radosgw, kms: &TestKms) -> Vec<(String, String)> {
    let of = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    vec![
        of("AWS_ACCESS_KEY_ID", Radosgw::ACCESS_KEY),
        of("AWS_SECRET_ACCESS_KEY", Radosgw::SECRET_KEY),
        of("ROKUON_AWS_REGION", "us-east-1"),
        of("ROKUON_STORE", "s3"),
        of("ROKUON_S3_ENDPOINT", &gateway.endpoint),
        of("ROKUON_S3_PATH_STYLE", "true"),
        of("ROKUON_S3_CHECKSUMS", "required"),
        of("ROKUON_S3_ATOMIC_PUTS", "false"),
        of("ROKUON_S3_MEDIA", "rokuon-media"),
        of("ROKUON_S3_SECONDARY", "rokuon-secondary"),
        of("ROKUON_S3_KEYS", "rokuon-keys"),
        of("ROKUON_KEYS", "kms"),
        of("ROKUON_KMS_ENDPOINT", &kms.endpoint()),
        of("ROKUON_KMS_MAKES_KEYS", "true"),
        of("ROKUON_CELL_KEY", &kms.make_key("alias/the-cell")),
    ]
}

pub async fn rokuon(arguments: Vec<String>, environment: Vec<(String, String)>) -> (bool, String) {
    let run = move || Command::new(program()).args(arguments).envs(environment).output().expect("it runs");
    let output = tokio::task::spawn_blocking(run).await.expect("it ran");
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    (output.status.success(), said.into_owned())
}

/// The buckets as an operator sees them.
pub async fn buckets(gateway: &Radosgw) -> (Session, S3Store) {
    let aws = AwsSettings {
        region: Some("us-east-1".to_owned()),
        s3_endpoint: Some(gateway.endpoint.clone()),
        path_style: true,
        checksums: Checksums::Required,
        static_credentials: Some((Radosgw::ACCESS_KEY.to_owned(), Radosgw::SECRET_KEY.to_owned())),
        ..AwsSettings::default()
    };
    let layout = S3Layout {
        media: "rokuon-media".to_owned(),
        secondary: "rokuon-secondary".to_owned(),
        keys: "rokuon-keys".to_owned(),
        secondary_class: None,
        encryption: StoreEncryption::BucketDefault,
        cell_key: None,
        atomic_puts: false,
    };
    let session = Session::open(&aws).await;
    let store = S3Store::new(session.s3.clone(), layout, TenantKeys::by_alias("alias/").into());
    (session, store)
}

async fn call(platform: &TestPlatform, seed: u64) -> SentCall {
    let phone = platform.phone("toyonaka", Transport::Udp).await;
    let said = [Payload::noise(seed, 150), Payload::noise(seed + 1, 150)];
    let parties = (Party::number("09000000011"), Party::number("0668585050"));
    let plan = CallPlan::two_streams(parties.0, parties.1, Law::Pcmu, said);
    let mut call = phone.invite(&plan).await.expect("answered");
    call.said_everything().await;
    call.hang_up().await.expect("hung up")
}

// req: P-3, P-1
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_are_kept_in_s3_under_the_citys_own_key_and_played_from_there() {
    if !Radosgw::is_installed() {
        assert!(std::env::var_os("CI").is_none(), "radosgw is missing: scripts/setup test");
        eprintln!("skipped: radosgw is not installed (scripts/setup test)");
        return;
    }
    let start = tokio::task::spawn_blocking(|| Radosgw::start(&RadosgwSettings::default()));
    let gateway = start.await.expect("started").expect("radosgw starts");
    let kms = TestKms::start().await.expect("a port");
    let environment = settings(&gateway, &kms);
    let of_policy = |words: &[&str]| {
        let words = words.iter().map(|word| (*word).to_owned());
        let policy = ["--policy".to_owned(), policy_file("toyonaka").display().to_string()];
        words.chain(policy).collect::<Vec<_>>()
    };
    let looked = of_policy(&["storage", "check", "--tenant", "toyonaka"]);
    let (sound, said) = rokuon(looked.clone(), environment.clone()).await;
    assert!(!sound && said.contains("rokuon-media"), "there are no buckets yet: {said}");
    let (made, said) = rokuon(of_policy(&["storage", "apply"]), environment.clone()).await;
    assert!(made, "{said}");
    let (sound, said) = rokuon(looked, environment.clone()).await;
    assert!(sound && said.contains("○ KMS (cell_key)"), "{said}");

    let before = kms.counts();
    let setup = move |_: &std::path::Path| Setup { environment, ..Setup::default() };
    let mut platform = TestPlatform::start_with(&["toyonaka"], setup).await;
    let clerk = platform.person("toyonaka", "tori01").await;
    let (first, second) = (call(&platform, 21).await, call(&platform, 31).await);
    let (kept, other) =
        (platform.sealed(&clerk, &first.call_id).await, platform.sealed(&clerk, &second.call_id).await);
    let heard = platform.heard(&clerk, &kept.id).await;
    for (heard, sent) in channels(&heard).iter().zip(&first.streams) {
        assert_same(heard, &sent.timeline(Law::Pcmu.silence()), Law::Pcmu);
    }

    // What lies in the buckets: under the city's name, sealed, with its class; nothing on this machine.
    let (session, store) = buckets(&gateway).await;
    let media = store.list(Bucket::Media, "toyonaka/", None, 100).await.expect("listed");
    let of = |id: &str| media.iter().filter(|key| key.as_str().contains(id)).cloned().collect::<Vec<_>>();
    assert!(!of(&kept.id).is_empty() && !of(&other.id).is_empty(), "{media:?}");
    let keys = store.list(Bucket::Keys, "toyonaka/", None, 100).await.expect("listed");
    assert_eq!((media.len(), keys.len()), (2, 2), "a recording is one object and one wrapped key: {media:?}");
    let tags = session.s3.get_object_tagging().bucket("rokuon-media").key(media[0].as_str()).send().await;
    let tags = tags.expect("tagged").tag_set;
    assert_eq!(
        tags.iter().map(|tag| (tag.key(), tag.value())).collect::<Vec<_>>(),
        [("rokuon-backstop", "d35")]
    );
    let local = platform.data_dir().join("store/media/toyonaka");
    assert!(!local.exists(), "something was kept on this machine");
    let asked = kms.counts();
    let puts = (media.len() + keys.len()) / 2;
    let of = |operation: &str| {
        asked.get(operation).copied().unwrap_or(0) - before.get(operation).copied().unwrap_or(0)
    };
    eprintln!(
        "a call: {puts} objects put; KMS so far: {} GenerateDataKey, {} Decrypt",
        of("GenerateDataKey"),
        of("Decrypt")
    );

    // A version under the store's own hold stays, whoever asks; the other goes, with its key first.
    for (bucket, name) in [(Bucket::Media, "rokuon-media"), (Bucket::Keys, "rokuon-keys")] {
        let all = store.list_versions(bucket, "toyonaka/", None, 100).await.expect("listed");
        for one in all.iter().filter(|one| one.key.as_str().contains(&kept.id)) {
            store.set_held(bucket, &one.key, &one.version_id, true).await.expect("held");
        }
        let versions: Vec<_> = all.into_iter().map(|one| (one.key, one.version_id)).collect();
        let erased = store.erase_versions(bucket, &versions).await;
        for ((key, version), erased) in versions.iter().zip(erased) {
            assert_eq!(erased.is_err(), key.as_str().contains(&kept.id), "{key}");
            if erased.is_err() {
                let hold =
                    session.s3.get_object_legal_hold().bucket(name).key(key.as_str()).version_id(version);
                let status = hold.send().await.expect("held").legal_hold.and_then(|hold| hold.status);
                assert_eq!(status, Some(ObjectLockLegalHoldStatus::On));
            }
        }
    }
    platform.stop_and_start_again().await;
    let clerk = platform.person("toyonaka", "tori01").await;
    assert_eq!(platform.heard(&clerk, &kept.id).await, heard, "the held one is heard as before");
    let purpose = clerk.get("/v1/me").await.expect("an answer")["purposes"][0]["key"].clone();
    let stated = json!({ "purpose": purpose, "case_note": "試験 1" });
    let granted = clerk.post(&format!("/v1/recordings/{}/uses", other.id), &stated).await.expect("granted");
    let audio = granted["audio_url"].as_str().expect("an address");
    let gone = clerk.ask(reqwest::Method::GET, audio, None).await.expect("answered");
    assert!(matches!(gone.status, 404 | 410), "{gone:?}");

    // The city withdraws its key: after the cache (here: a restart) nothing of it is heard, and the answer says why.
    let session_kms = AwsSettings {
        region: Some("us-east-1".to_owned()),
        kms_endpoint: Some(kms.endpoint()),
        static_credentials: Some(("x".to_owned(), "y".to_owned())),
        ..AwsSettings::default()
    };
    let client = Session::open(&session_kms).await.kms;
    let key = client.describe_key().key_id("alias/rokuon-toyonaka").send().await.expect("described");
    let id = key.key_metadata().expect("about it").key_id().to_owned();
    client.disable_key().key_id(&id).send().await.expect("disabled");
    platform.stop_and_start_again().await;
    let clerk = platform.person("toyonaka", "tori01").await;
    let granted = clerk.post(&format!("/v1/recordings/{}/uses", kept.id), &stated).await.expect("granted");
    let audio = granted["audio_url"].as_str().expect("an address");
    let dark = clerk.ask(reqwest::Method::GET, audio, None).await.expect("answered");
    assert_eq!(dark.body["type"], "urn:rokuon:problem:key-withdrawn", "{dark:?}");
    client.enable_key().key_id(&id).send().await.expect("enabled");
    assert_eq!(platform.heard(&clerk, &kept.id).await, heard, "given back, it is heard again");
}
