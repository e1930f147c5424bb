//! The KMS adapter over the wire, on an emulator that refuses what AWS refuses.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rokuon_policy::ids::TenantId;
use rokuon_storage::cell_key::CellKey;
use rokuon_storage::contract::{cell_key_contract, key_service_contract};
use rokuon_storage::data_key_pool::DataKeyPool;
use rokuon_storage::key_service::{KeyContext, KeyErrorKind, KeyService, WrappedKey};
use rokuon_storage_aws::kms_cell_key::KmsCellKey;
use rokuon_storage_aws::kms_keys::KmsKeys;
use rokuon_storage_aws::session::{AwsSettings, Patience, Session};
use rokuon_storage_aws::tenant_keys::TenantKeys;
use rokuon_test_aws::test_kms::TestKms;

async fn house(map: &str) -> (TestKms, aws_sdk_kms::Client, KmsKeys) {
    let kms = TestKms::start().await.expect("a port");
    let settings = AwsSettings {
        region: Some("us-east-1".to_owned()),
        kms_endpoint: Some(kms.endpoint()),
        static_credentials: Some(("test".to_owned(), "test".to_owned())),
        patience: Patience::for_a_person(),
        ..AwsSettings::default()
    };
    let client = Session::open(&settings).await.kms;
    let tenant_keys = TenantKeys::by_alias("alias/rokuon-").with_brought(map).expect("a map");
    let keys = KmsKeys::new(client.clone(), Arc::new(tenant_keys), true);
    (kms, client, keys)
}

fn tenant(text: &str) -> TenantId {
    text.parse().expect("a tenant")
}

// req: P-3
#[tokio::test]
async fn the_kms_adapter_keeps_the_contract() {
    let (kms, client, keys) = house("").await;
    key_service_contract::keeps_the_contract(&keys).await;
    let all = client.list_keys().send().await.expect("keys");
    assert_eq!(all.keys().len(), 2, "one key a tenant, made once");
    let asked: BTreeMap<_, _> = kms.counts();
    eprintln!("calls the contract took: {asked:?}");
    for call in kms.calls().iter().filter(|call| call.operation == "GenerateDataKey") {
        let words: Vec<&str> =
            call.context.as_object().expect("a context").keys().map(String::as_str).collect();
        assert!(words.contains(&"tenant") && words.contains(&"purpose") && words.len() == 3, "{words:?}");
    }
}

// req: P-3
#[tokio::test]
async fn the_cells_key_makes_and_opens_spool_keys_and_nothing_of_tenants() {
    let (kms, client, keys) = house("").await;
    let arn = kms.make_key("alias/the-cell");
    let cell = KmsCellKey::new(client.clone(), arn.clone());
    cell_key_contract::keeps_the_contract(&cell).await;
    assert!(
        kms.calls().iter().all(|call| call.context["tenant"].is_null() && call.context["purpose"] == "spool")
    );
    let id = uuid::Uuid::now_v7();
    let (_, wrapped) = cell.generate_spool_key(id).await.expect("a spool key");
    let recording = key_service_contract::context("kobe", 1);
    keys.ensure_tenant_key(&recording.tenant).await.expect("a key");
    assert!(keys.unwrap(&recording, &wrapped).await.is_err(), "no tenant's key opens it");
    let of_tenant = KmsCellKey::new(client.clone(), "alias/rokuon-kobe".to_owned());
    let refused = of_tenant.unwrap_spool_key(id, &wrapped).await.expect_err("another key");
    assert_eq!(refused.kind, KeyErrorKind::Refused);
    client.disable_key().key_id(&arn).send().await.expect("disabled");
    let gone = cell.unwrap_spool_key(id, &wrapped).await.expect_err("disabled");
    assert_eq!(gone.kind, KeyErrorKind::KeyGone);
    kms.set_down(true);
    assert!(cell.generate_spool_key(id).await.expect_err("away").retryable());
}

// req: P-3
// rule: F7
#[tokio::test]
async fn a_withdrawn_key_makes_its_tenant_dark_and_nobody_else() {
    let (_kms, client, keys) = house("").await;
    let (ours, theirs) =
        (key_service_contract::context("kobe", 1), key_service_contract::context("takikawa", 1));
    for context in [&ours, &theirs] {
        keys.ensure_tenant_key(&context.tenant).await.expect("a key");
    }
    let (_, wrapped) = keys.generate_data_key(&ours).await.expect("a data key");
    let id = client.describe_key().key_id("alias/rokuon-kobe").send().await.expect("described");
    let id = id.key_metadata().expect("about it").key_id().to_owned();
    let dark = async |how: &str| {
        for kind in [
            keys.unwrap(&ours, &wrapped).await.map(drop).expect_err(how).kind,
            keys.generate_data_key(&ours).await.map(drop).expect_err(how).kind,
            keys.ensure_tenant_key(&ours.tenant).await.expect_err(how).kind,
        ] {
            assert_eq!(kind, KeyErrorKind::KeyGone, "{how}");
        }
        keys.generate_data_key(&theirs).await.expect("the other city goes on");
    };
    client.disable_key().key_id(&id).send().await.expect("disabled");
    dark("disabled").await;
    client.enable_key().key_id(&id).send().await.expect("enabled");
    keys.unwrap(&ours, &wrapped).await.expect("light again");
    client.schedule_key_deletion().key_id(&id).pending_window_in_days(7).send().await.expect("scheduled");
    dark("pending deletion").await;
}

// req: P-3
#[tokio::test]
async fn a_city_brings_its_own_key_and_no_other_opens_what_is_its() {
    let (kms, client, _) = house("").await;
    let mut arns = Vec::new();
    for _ in 0..3 {
        let made = client.create_key().send().await.expect("made");
        arns.push(made.key_metadata().and_then(|about| about.arn()).expect("an ARN").to_owned());
    }
    let map = |key: &str, former: &str| format!("[tenants.kobe]\nkey = \"{key}\"\nformer = [\"{former}\"]\n");
    let keys = |map: &str| {
        let tenant_keys = TenantKeys::by_alias("alias/rokuon-").with_brought(map).expect("a map");
        KmsKeys::new(client.clone(), Arc::new(tenant_keys), true)
    };
    let context = key_service_contract::context("kobe", 1);
    let first = keys(&map(&arns[0], &arns[2]));
    first.ensure_tenant_key(&context.tenant).await.expect("it is there");
    let (key, wrapped) = first.generate_data_key(&context).await.expect("a data key");
    // The city changes to another key: what was under the old one still opens, as it says so.
    let second = keys(&map(&arns[1], &arns[0]));
    assert_eq!(second.unwrap(&context, &wrapped).await.expect("opens").expose(), key.expose());
    // It says so no longer.
    let third = keys(&map(&arns[1], &arns[2]));
    let refused = third.unwrap(&context, &wrapped).await.expect_err("not its key");
    assert_eq!(refused.kind, KeyErrorKind::Refused);
    let decrypts = kms.calls().iter().filter(|call| call.operation == "Decrypt").count();
    assert_eq!(decrypts, 1, "the key service is not even asked");
    // A wrapped key that was moved to name another key of the same city.
    let mut octets = wrapped.as_bytes().to_vec();
    octets.splice(3..3 + arns[0].len(), arns[2].bytes());
    let moved =
        first.unwrap(&context, &WrappedKey::from_bytes(octets)).await.expect_err("another key is named");
    assert_eq!(moved.kind, KeyErrorKind::Refused);
    let missing = keys(&map(&arns[0].replace("key/", "key/0"), &arns[2]));
    let gone = missing.ensure_tenant_key(&context.tenant).await.expect_err("no such key");
    assert_eq!(gone.kind, KeyErrorKind::KeyGone, "and none is made in its place");
}

// rule: F7
#[tokio::test]
async fn throttled_by_half_and_then_away_calls_go_on_with_keys_fetched_ahead() {
    let (kms, _client, keys) = house("").await;
    let keys: Arc<dyn KeyService> = Arc::new(keys);
    let kobe = tenant("kobe");
    keys.ensure_tenant_key(&kobe).await.expect("a key");
    let pool = DataKeyPool::new(keys.clone(), 40);
    pool.add_tenant(&kobe);
    kms.set_throttled_percent(50);
    let began = std::time::Instant::now();
    let mut rounds = 0;
    while pool.stock(&kobe) < 40 {
        rounds += 1;
        assert!(rounds < 50, "the pool does not fill: {}", pool.stock(&kobe));
        if let Err(error) = pool.refill().await {
            assert!(error.retryable(), "{error}");
        }
    }
    let throttled = kms.calls().iter().filter(|call| !call.answered).count();
    eprintln!(
        "half of the calls throttled: 40 keys after {:.1} s, {throttled} refusals met",
        began.elapsed().as_secs_f64()
    );
    assert!(throttled >= 15, "{throttled}");
    kms.set_throttled_percent(0);
    kms.set_down(true);
    for _ in 0..40 {
        let pooled = pool.take(&kobe).expect("fetched ahead");
        assert!(!pooled.wrapped.as_bytes().is_empty());
    }
    let away = pool.take_or_generate(&kobe).await.expect_err("away");
    assert!(away.retryable());
    kms.set_down(false);
    let pooled = pool.take_or_generate(&kobe).await.expect("back");
    let context = KeyContext::recording(kobe, pooled.recording);
    assert_eq!(keys.unwrap(&context, &pooled.wrapped).await.expect("opens").expose(), pooled.key.expose());
}

#[tokio::test]
async fn one_that_hangs_is_told_as_away_in_time() {
    let (kms, _client, keys) = house("").await;
    let context = key_service_contract::context("kobe", 1);
    keys.ensure_tenant_key(&context.tenant).await.expect("a key");
    kms.set_latency(Duration::from_secs(60));
    let began = std::time::Instant::now();
    let away = keys.generate_data_key(&context).await.expect_err("nobody answers");
    assert!(away.retryable());
    // Of a minute it would have been; ten seconds are what a person is let wait.
    assert!(began.elapsed() < Duration::from_secs(45), "a caller waited {:?}", began.elapsed());
}
