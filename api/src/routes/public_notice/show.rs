//! `GET /v1/public/{tenant}`: a municipality's public notice.

use axum::extract::State;
use rokuon_policy::ids::TenantId;
use rokuon_policy::media_kind::MediaKind;
use rokuon_policy::retention;

use crate::app::App;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::public_notice::model::{Notice, PublicPage, PublicRetention};

/// A municipality's public notice
#[utoipa::path(
    get,
    path = "/v1/public/{tenant}",
    operation_id = "public_notice_show",
    tag = "public",
    params(("tenant" = String, Path, description = "The municipality's key", example = "aozora")),
    responses((status = 200, description = "Found", body = PublicPage)),
    extensions(
        ("x-rokuon-capability" = json!("none: published for citizens")),
        ("x-rokuon-audit" = json!("none: published for citizens")),
        ("x-rokuon-problems" = json!(["not-found"])),
    ),
)]
pub async fn show(State(app): State<App>, Path(tenant): Path<String>) -> Result<Json<PublicPage>, Problem> {
    let tenant: TenantId = tenant.parse().map_err(|_| Problem::new(Code::NotFound))?;
    let rules = app.rules(&tenant).await?;
    let (policy, notice) = (&rules.policy, &rules.policy.notice);
    let kept = retention::dates(policy, MediaKind::CallAudio, app.now());
    Ok(Json(PublicPage {
        tenant: tenant.to_string(),
        name: policy.name().into(),
        notice: Notice {
            title: (&notice.title).into(),
            body: notice.body.iter().map(Into::into).collect(),
            article: notice.article.to_string(),
            article_label: notice.article.label_ja(),
        },
        retention: PublicRetention { sentence: (&kept.sentence).into() },
        contact: notice.contact.as_ref().map(Into::into),
    }))
}
