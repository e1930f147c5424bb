//! `POST /v1/expected-calls`: upload an exchange's call records.

use std::collections::HashMap;

use axum::http::StatusCode;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rokuon_db::expected_call_files::{self, ExpectedCallFile, expected_id};
use rokuon_policy::expected_call::ExpectedCall;
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::access::acts::{Act, ExpectedCallUpload};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::problem::{Code, Problem};
use crate::routes::announcements::shown::Names;
use crate::routes::expected_calls::columns::{ColumnPreset, presets};
use crate::routes::expected_calls::list::file_of;
use crate::routes::expected_calls::model::{UploadRequest, Uploaded};
use crate::routes::expected_calls::reading::{MOST_LINES, NotRead, ReadFile, read};
use crate::tenant_rules::hex;

/// Largest file, in octets.
const LARGEST: usize = 20 * 1024 * 1024;
/// Largest body of this operation: the file in base64 and a little around it.
pub const LARGEST_BODY: usize = LARGEST / 3 * 4 + 64 * 1024;

/// Upload an exchange's call records
///
/// Safe to upload twice, also with overlapping files. Lines that cannot be read are kept out and named by number. What is new is
/// compared with the calls we know within five minutes.
#[utoipa::path(
    post,
    path = "/v1/expected-calls",
    operation_id = "expected_calls_upload",
    tag = "expected-calls",
    request_body = UploadRequest,
    responses((status = 201, description = "Entered", body = Uploaded)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(ExpectedCallUpload::NAME)),
        ("x-rokuon-audit" = json!(ExpectedCallUpload::EVENT)),
    ),
)]
pub async fn upload(
    permitted: Permitted<ExpectedCallUpload>,
    Json(body): Json<UploadRequest>,
) -> Result<(StatusCode, Json<Uploaded>), Problem> {
    let name = body.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        return Err(Problem::field("name", "1〜200文字です", "must have 1 to 200 characters"));
    }
    let preset = match body.preset.as_deref() {
        None | Some("") => None,
        Some(key) => Some(
            presets()
                .iter()
                .find(|preset| preset.key == key)
                .ok_or_else(|| Problem::field("preset", "知らない形式です", "is not one of the presets"))?,
        ),
    };
    let tenant = permitted.tenant().to_string();
    let columns = body.columns;
    // Reading a hundred thousand lines keeps a core busy for a while: not on the threads that answer others.
    let reading = tokio::task::spawn_blocking(move || {
        let octets = decoded(&body.content_base64)?;
        let sha256: [u8; 32] = Sha256::digest(&octets).into();
        let read = read(&octets, columns.as_ref(), preset).map_err(|why| not_read(&why, preset))?;
        let calls = with_ids(&tenant, &read.calls);
        Ok::<_, Problem>((sha256, read, calls))
    });
    let (sha256, read, calls) = reading.await.map_err(Problem::internal)??;
    let ReadFile { encoding, preset, lines, bad_lines, bad, .. } = read;
    let file = ExpectedCallFile {
        id: Uuid::now_v7(),
        sha256,
        name,
        encoding: encoding.to_owned(),
        lines,
        added: 0,
        bad_lines,
        person: permitted.person.id,
        uploaded_at: permitted.now,
    };
    let mut tx = permitted.tx().await?;
    let entered = expected_call_files::enter(&mut tx, &file, &calls).await?;
    let mut names = Names::default();
    names.look_up(&mut tx, [permitted.person.id]).await?;
    let detail = json!({ "lines": lines, "added": entered.added, "bad": bad, "sha256": hex(&sha256) });
    let event = permitted.event(detail).decided_by(&permitted.decision).on("expected_call_file", entered.id);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    let preset = preset.map(str::to_owned);
    Ok((StatusCode::CREATED, Json(Uploaded { file: file_of(entered, &names), preset, bad })))
}

fn decoded(content: &str) -> Result<Vec<u8>, Problem> {
    if content.len() > LARGEST / 3 * 4 + 4 {
        return Err(Problem::new(Code::BodyTooLarge));
    }
    let wrong = || Problem::field("content_base64", "ファイルを読み取れません", "is not base64");
    BASE64_STANDARD.decode(content).map_err(|_| wrong())
}

/// Each call with its id; of lines that are the same in everything each is a call of its own.
fn with_ids(tenant: &str, calls: &[ExpectedCall]) -> Vec<(Uuid, ExpectedCall)> {
    let mut same: HashMap<Uuid, u32> = HashMap::new();
    calls
        .iter()
        .map(|call| {
            let first = expected_id(tenant, call, 0);
            let before = same.entry(first).or_default();
            let id = if *before == 0 { first } else { expected_id(tenant, call, *before) };
            *before += 1;
            (id, call.clone())
        })
        .collect()
}

fn not_read(why: &NotRead, preset: Option<&ColumnPreset>) -> Problem {
    let field = |field: &str, ja: String, en: String| Problem::field(field, ja, en);
    match why {
        NotRead::Encoding => field(
            "content_base64",
            "文字コードがUTF-8でもShift_JISでもありません".into(),
            "is neither UTF-8 nor Shift_JIS".into(),
        ),
        NotRead::Empty => field(
            "content_base64",
            "見出しの行と、1行以上の通話が必要です".into(),
            "must have a line of headings and at least one call".into(),
        ),
        NotRead::Column(column) => {
            field(column, "この名前の列がファイルにありません".into(), "names no column of the file".into())
        }
        NotRead::NoPreset => match preset {
            Some(preset) => field(
                "preset",
                format!("「{}」の見出しが見つかりません", preset.name.ja),
                format!("does not fit: the headings of {} are not there", preset.name.en),
            ),
            None => field(
                "columns",
                "見出しから列を判別できません。列の名前を指定してください".into(),
                "must be named: no preset fits the headings".into(),
            ),
        },
        NotRead::TooManyLines => field(
            "content_base64",
            format!("{MOST_LINES}行以内に分けてください"),
            format!("may have {MOST_LINES} lines at most"),
        ),
    }
}
