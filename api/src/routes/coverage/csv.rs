//! `GET /v1/coverage/csv`: the same as a table for the office's spreadsheet.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use rokuon_policy::civil::JST;

use crate::access::acts::{Act, CoverageRead};
use crate::access::permitted::Permitted;
use crate::extract::query::Query;
use crate::problem::Problem;
use crate::routes::coverage::model::{Share, gap_of};
use crate::routes::coverage::show::{DaysQuery, measured};

/// The coverage report as CSV
///
/// UTF-8 with a byte order mark, as spreadsheets in offices read it; times in Japan's time. One line a day, then one line a gap.
#[utoipa::path(
    get,
    path = "/v1/coverage/csv",
    operation_id = "coverage_csv",
    tag = "coverage",
    params(DaysQuery),
    responses((status = 200, description = "The table", body = String, content_type = "text/csv")),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(CoverageRead::NAME)),
        ("x-rokuon-audit" = json!(CoverageRead::EVENT)),
    ),
)]
pub async fn csv(
    permitted: Permitted<CoverageRead>,
    Query(query): Query<DaysQuery>,
) -> Result<Response, Problem> {
    let (from, to, report) = measured(&permitted, &query, "csv").await?;
    let mut table = csv::WriterBuilder::new()
        .flexible(true)
        .terminator(csv::Terminator::CRLF)
        .from_writer(b"\xEF\xBB\xBF".to_vec());
    let mut row = |cells: &[&str]| {
        // a leading sign would be a formula to a spreadsheet
        let safe = cells.iter().map(|cell| {
            if cell.starts_with(['=', '+', '-', '@', '\t']) { format!("'{cell}") } else { (*cell).to_owned() }
        });
        table.write_record(safe.collect::<Vec<_>>())
    };
    let written = (|| {
        row(&["日", "運用時間(分)", "録音できなかった時間(分)", "網羅率(%)", "備考"])?;
        for day in &report.days {
            let share = Share::of(&day.coverage);
            row(&[
                &day.day.to_string(),
                &minutes(share.owed_seconds),
                &minutes(share.missing_seconds),
                &share.percent.map_or_else(|| "-".to_owned(), |percent| format!("{percent:.2}")),
                day.hours.note.as_ref().map_or("", |note| note.ja.as_str()),
            ])?;
        }
        row(&[])?;
        row(&["欠落の開始", "欠落の終了", "長さ(分)", "原因", "接続"])?;
        for gap in report.coverage.gaps.iter().map(|gap| gap_of(&report, gap)) {
            row(&[
                &civil(gap.span.from),
                &civil(gap.span.until),
                &minutes(gap.seconds),
                &gap.sentence.ja,
                gap.connection.as_ref().map_or("すべて", |connection| connection.name.as_str()),
            ])?;
        }
        Ok::<(), csv::Error>(())
    })();
    written.map_err(Problem::internal)?;
    let octets = table.into_inner().map_err(|error| Problem::internal(error.to_string()))?;
    let name = format!("attachment; filename=\"coverage-{from}-{to}.csv\"");
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, octets).into_response())
}

fn minutes(seconds: i64) -> String {
    let tenths = (seconds * 10 + 59) / 60;
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn civil(at: DateTime<Utc>) -> String {
    at.with_timezone(&JST).format("%Y-%m-%d %H:%M:%S").to_string()
}
