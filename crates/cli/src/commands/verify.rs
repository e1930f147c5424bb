//! `rokuon verify`: whether a certificate of destruction is what its signer signed. Needs no service and no network.
#![allow(clippy::print_stdout)] // the findings are what the command is for

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::{DateTime, SecondsFormat, Utc};
use rokuon_keeping::certificate::{CertificateBody, verify};
use rokuon_keeping::signed_note::NoteVerifier;
use rokuon_policy::civil::JST;
use rokuon_policy::keeping::DueReason;
use rokuon_policy::text::Text;

use crate::failure::Failure;

/// Checks each file; fails when any is not good.
pub fn run(files: &[PathBuf], key: &str) -> Result<ExitCode, Failure> {
    let key = key_of(key)?;
    let mut bad = 0;
    for path in files {
        let note = std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
        match verify(&note, &key) {
            Ok(body) => show(path, &body),
            Err(error) => {
                bad += 1;
                println!("{}: 正しくありません / not good: {error}", path.display());
            }
        }
    }
    Ok(if bad == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The key itself, or a file that holds it.
fn key_of(text: &str) -> Result<NoteVerifier, Failure> {
    if let Ok(key) = text.parse() {
        return Ok(key);
    }
    let path = Path::new(text);
    let written = std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
    written.parse().map_err(|error| {
        Failure::new(
            format!("{text} は検証鍵ではありません（name+hash+base64）。"),
            format!("{text} is no verification key (name+hash+base64): {error}"),
        )
    })
}

fn show(path: &Path, body: &CertificateBody) {
    let reason = match body.reason {
        DueReason::Expired => Text::new("保存期間の終わり", "the end of its period"),
        DueReason::Erasure => Text::new("承認された消去", "an approved erasure"),
        DueReason::Capacity => Text::new("容量に達したため", "a full store"),
    };
    println!("{}: 正しい証明書です / a good certificate", path.display());
    println!("  証明書 / certificate  {}", body.id);
    println!("  団体 / tenant         {}", body.tenant);
    println!(
        "  録音 / recording      {}（{} の通話 / call of {}）",
        body.recording, body.call_day, body.call_day
    );
    println!("  理由 / reason         {} / {}", reason.ja, reason.en);
    println!("  条項 / article        {} / {}", body.article.label_ja(), body.article.label_en());
    println!(
        "  規程 / rule           {} / {}（第{}版 / version {}）",
        body.rule.ja, body.rule.en, body.policy_version, body.policy_version
    );
    for (ja, en, at) in [
        ("確定", "committed", body.times.committed),
        ("鍵の消去", "keys erased", body.times.keys_erased),
        ("音声の消去", "media erased", body.times.media_erased),
        ("確認", "checked", body.times.checked),
    ] {
        println!("  {ja} / {en}: {}", when(at));
    }
    let cleared =
        body.times.spools_cleared.map_or_else(|| "確かめられていません / not known".to_owned(), when);
    println!("  一時保管と控えにないことの確認 / seen that no spool and no copy of one holds it: {cleared}");
    println!("    {} / {}", body.elsewhere.spool.ja, body.elsewhere.spool.en);
    println!("  消去した版 / versions erased: {}", body.erased.len());
    for one in &body.erased {
        println!("    {} {} {} ({} octets)", one.bucket, one.key, one.version, one.bytes);
    }
    for kept in &body.kept {
        let until = kept.until.map_or_else(|| "期限なし / no end".to_owned(), when);
        println!("  残るもの / kept: {} / {} — {until}", kept.what.ja, kept.what.en);
    }
}

fn when(at: DateTime<Utc>) -> String {
    at.with_timezone(&JST).to_rfc3339_opts(SecondsFormat::Secs, true)
}
