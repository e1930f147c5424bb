//! A tenant's rules, once loaded, are not changed by whoever can type on the machine.

use rokuon_fixtures::tenants::{policy_file, register_file};

use crate::harness::platform::TestPlatform;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_policy_of_a_loaded_city_is_refused_and_its_register_is_not() {
    let platform = TestPlatform::start(&["kobe"]).await;
    let data_dir = platform.data_dir().display().to_string();
    let register = register_file("kobe").display().to_string();
    let (policy, amended) = (policy_file("kobe"), platform.folder().join("amended.toml"));
    let text = std::fs::read_to_string(&policy).expect("a policy");
    let shorter = text.replacen("maximum = { weeks = 2 }", "maximum = { weeks = 1 }", 1);
    assert_ne!(text, shorter);
    std::fs::write(&amended, shorter).expect("written");
    let (policy, amended) = (policy.display().to_string(), amended.display().to_string());
    let add = async |policy: &str| {
        platform
            .rokuon(&["tenant", "add", "--data-dir", &data_dir, "--policy", policy, "--register", &register])
            .await
    };
    let manager = platform.person("kobe", "kanri").await;
    let in_force = async || manager.get("/v1/policy").await.expect("the policy")["version"].clone();
    let before = in_force().await;
    let (loaded, said) = add(&amended).await;
    assert!(!loaded && said.contains("規程の改正案") && said.contains("policy amendments"), "{said}");
    assert_eq!(in_force().await, before, "nothing was changed");
    let (loaded, said) = add(&policy).await;
    assert!(loaded, "its register may be brought up to date: {said}");
}
