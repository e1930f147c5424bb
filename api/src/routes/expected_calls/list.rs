//! `GET /v1/expected-calls`: what was found of the calls an exchange says there were.

use chrono::{Days, NaiveDate};
use rokuon_db::expected_call_files::{self, ExpectedCallFile};
use rokuon_db::expected_calls::{self, FoundExpected};
use rokuon_policy::access::{self, DepartmentScope};
use rokuon_policy::capability::Capability;
use rokuon_policy::civil::civil_day;
use rokuon_policy::expected_call::ExpectedVerdict;
use rokuon_policy::operating_calendar::whole;
use rokuon_policy::span::Span;
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use crate::access::acts::{Act, ExpectedCallList};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::query::Query;
use crate::problem::Problem;
use crate::routes::announcements::shown::Names;
use crate::routes::expected_calls::columns::presets;
use crate::routes::expected_calls::model::{
    BadLine, ExpectedCall, ExpectedCount, File, List, Preset, Verdict,
};
use crate::text::Text;

/// The longest span of days.
const MOST_DAYS: i64 = 92;
/// How many calls are shown.
const MOST: u32 = 500;
/// How many files are shown.
const MOST_FILES: u32 = 20;

/// Which days, and which of their calls.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExpectedQuery {
    /// The first civil day in Japan; six days before the last when absent.
    pub from: Option<NaiveDate>,
    /// The last civil day in Japan; today when absent.
    pub to: Option<NaiveDate>,
    /// What was found; missing and unexplained when absent.
    #[param(inline)]
    pub verdict: Option<Verdict>,
}

/// What was found of the calls an exchange says there were
#[utoipa::path(
    get,
    path = "/v1/expected-calls",
    operation_id = "expected_calls_list",
    tag = "expected-calls",
    params(ExpectedQuery),
    responses((status = 200, description = "Found", body = List)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(ExpectedCallList::NAME)),
        ("x-rokuon-audit" = json!(ExpectedCallList::EVENT)),
    ),
)]
pub async fn list(
    permitted: Permitted<ExpectedCallList>,
    Query(query): Query<ExpectedQuery>,
) -> Result<Json<List>, Problem> {
    let to = query.to.unwrap_or_else(|| civil_day(permitted.now));
    let from = query.from.unwrap_or_else(|| to.checked_sub_days(Days::new(6)).unwrap_or(to));
    if !(0..MOST_DAYS).contains(&(to - from).num_days()) {
        let en = "must lie 0 to 91 days after the first day";
        return Err(Problem::field("to", "開始日から92日以内にしてください", en));
    }
    let asked: Vec<ExpectedVerdict> = match query.verdict {
        None => vec![ExpectedVerdict::Missing, ExpectedVerdict::Unexplained],
        Some(verdict) => {
            ExpectedVerdict::ALL.iter().copied().filter(|known| Verdict::from(*known) == verdict).collect()
        }
    };
    let span = Span { from: whole(from).from, until: whole(to).until };
    let mut tx = permitted.tx().await?;
    let counts = expected_calls::counts(&mut tx, span).await?;
    let found = expected_calls::list(&mut tx, span, &asked, MOST).await?;
    let files = expected_call_files::newest(&mut tx, MOST_FILES).await?;
    let mut names = Names::default();
    names.look_up(&mut tx, files.iter().map(|file| file.person).collect::<Vec<_>>()).await?;
    let detail = json!({ "from": from, "to": to, "verdict": query.verdict, "shown": found.len() });
    let event = permitted.event(detail).decided_by(&permitted.decision);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    let (policy, now) = (&permitted.rules.policy, permitted.now);
    let reach = access::department_scope(policy, &permitted.caller(), Capability::CallSearch, now);
    let all = reach == DepartmentScope::All;
    Ok(Json(List {
        from,
        to,
        counts: counts
            .into_iter()
            .map(|(verdict, cause, count)| ExpectedCount {
                verdict: verdict.into(),
                cause: cause.map(Into::into),
                count,
            })
            .collect(),
        items: found.into_iter().map(|one| expected_of(one, all)).collect(),
        files: files.into_iter().map(|file| file_of(file, &names)).collect(),
        presets: presets()
            .iter()
            .map(|preset| Preset { key: preset.key.clone(), name: preset.name.clone() })
            .collect(),
    }))
}

/// A file with the name of its person.
pub fn file_of(file: ExpectedCallFile, names: &Names) -> File {
    let bad_line = |bad: rokuon_db::expected_call_files::BadLine| BadLine {
        line: bad.line,
        field: bad.field,
        message: Text { ja: bad.ja, en: bad.en },
    };
    File {
        id: file.id,
        name: file.name,
        encoding: file.encoding,
        lines: file.lines,
        added: file.added,
        bad_lines: file.bad_lines.into_iter().map(bad_line).collect(),
        uploaded_by: names.of(file.person),
        uploaded_at: file.uploaded_at,
    }
}

/// An expected call; `whole_numbers` for those who may see every department's calls.
fn expected_of(one: FoundExpected, whole_numbers: bool) -> ExpectedCall {
    let number = |digits: Option<String>| {
        digits.map(|digits| {
            let hidden = digits.chars().count().saturating_sub(4);
            if whole_numbers {
                digits
            } else {
                format!("…{}", digits.chars().skip(hidden).collect::<String>())
            }
        })
    };
    ExpectedCall {
        id: one.id,
        started_at: one.call.started_at,
        duration_seconds: one.call.duration.map(|duration| duration.num_seconds()),
        caller: number(one.call.caller),
        called: number(one.call.called),
        direction: one.call.direction.map(Into::into),
        verdict: one.explanation.verdict.into(),
        cause: one.explanation.cause.map(Into::into),
        article_label: one.explanation.article.as_ref().map(|article| article.label_ja()),
        article: one.explanation.article.map(|article| article.to_string()),
        compared_at: one.compared_at,
    }
}
