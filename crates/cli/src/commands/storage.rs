//! `rokuon storage apply` and `rokuon storage check`: a customer's buckets and keys, brought to what we rely on and tried.
#![allow(clippy::print_stdout)] // what was done and found is what the commands are for

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use rokuon_policy::backstop::BackstopClass;
use rokuon_policy::clock::{Clock, SystemClock};
use rokuon_policy::ids::TenantId;
use rokuon_policy::policy::Policy;
use rokuon_storage::cell_key::CellKey;
use rokuon_storage::key_service::KeyService;
use rokuon_storage_aws::provision::apply::{Done, apply};
use rokuon_storage_aws::provision::check::{Checked, check};
use rokuon_storage_aws::provision::finding::{Finding, Standing, Weight};
use rokuon_storage_aws::session::Session;

use crate::arguments::Chosen;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::storage::Reach;

/// Makes what is missing and writes the rules.
pub fn run_apply(policies: &[PathBuf], chosen: Chosen) -> Result<ExitCode, Failure> {
    let settings = Settings::resolve(chosen)?.storage;
    let layout = settings.s3.clone().ok_or_else(no_buckets)?;
    let classes = classes_of(policies)?;
    let done = crate::commands::runtime()?.block_on(async {
        let session = Session::open(&settings.aws).await;
        // AWS; others may not know what that is, or misunderstand it.
        let bars_public = settings.aws.s3_endpoint.is_none();
        apply(&session.s3, &layout, &classes, bars_public).await
    });
    let done = done.map_err(|error| {
        Failure::new(
            format!("バケットを整えられません（{error}）。"),
            format!("cannot bring the buckets about: {error}"),
        )
    })?;
    for (bucket, done) in done {
        let (ja, en) = in_words(&done);
        println!("{bucket}: {ja} / {en}");
    }
    Ok(ExitCode::SUCCESS)
}

fn in_words(done: &Done) -> (String, String) {
    match done {
        Done::Made => {
            ("作りました（版とオブジェクトロック）".into(), "made, with versions and Object Lock".into())
        }
        Done::Versioned => ("版を残すようにしました".into(), "versions switched on".into()),
        Done::Barred => ("公開アクセスを塞いであります".into(), "public access is barred".into()),
        Done::Ruled(count) => (format!("ライフサイクル規則 {count} 件"), format!("{count} lifecycle rules")),
    }
}

/// Looks and tries; fails when something is missing without which nothing may be stored.
pub fn run_check(policies: &[PathBuf], tenant: &TenantId, chosen: Chosen) -> Result<ExitCode, Failure> {
    let settings = Settings::resolve(chosen)?.storage;
    let classes = classes_of(policies)?;
    let found = crate::commands::runtime()?.block_on(async {
        let reach = Reach::with(&settings, settings.aws.patience).await?;
        let store = reach.s3().ok_or_else(no_buckets)?;
        let keys = reach.kms().map(|keys| Arc::new(keys) as Arc<dyn KeyService>);
        let cell_key = reach.cell_key();
        let cell_key = cell_key.as_ref().map(|key| key as &dyn CellKey);
        let (keys, now) = (keys.as_ref(), SystemClock.now());
        Ok::<_, Failure>(
            check(&Checked { store: &store, keys, cell_key, tenant, classes: &classes, now }).await,
        )
    })?;
    Ok(told(&found))
}

fn told(found: &[Finding]) -> ExitCode {
    for one in found {
        let (mark, seen) = match (&one.standing, one.weight) {
            (Standing::Kept, _) => ("○", String::new()),
            (Standing::Broken(seen), Weight::Needed) => ("×", format!(" — {seen}")),
            (Standing::Broken(seen), Weight::Advised) => ("△", format!(" — {seen}")),
        };
        println!("{mark} {}: {} / {}{seen}", one.place, one.relied_on.ja, one.relied_on.en);
    }
    let kept = found.iter().filter(|one| one.standing == Standing::Kept).count();
    let forbidding = found.iter().filter(|one| one.forbids()).count();
    println!(
        "{} 項目中 {kept} 項目を確認、必須の不足 {forbidding} 件 / {kept} of {} hold, {forbidding} needed ones do not",
        found.len(),
        found.len()
    );
    if forbidding == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn no_buckets() -> Failure {
    Failure::setting(
        "store",
        "s3 ではないので、調べるバケットがありません",
        "is not s3: there are no buckets to look at",
    )
}

fn classes_of(policies: &[PathBuf]) -> Result<BTreeSet<BackstopClass>, Failure> {
    let read = |path: &PathBuf| policy_of(path);
    let policies: Vec<Policy> = policies.iter().map(read).collect::<Result<_, _>>()?;
    Ok(BackstopClass::of_policies(&policies))
}

fn policy_of(path: &Path) -> Result<Policy, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
    Policy::parse(&text).map_err(|_findings| {
        let path = path.display();
        Failure::new(
            format!("規程ファイル {path} に誤りがあります。rokuon policy check {path} で調べてください。"),
            format!("the policy file {path} has mistakes: `rokuon policy check {path}` explains them"),
        )
    })
}
