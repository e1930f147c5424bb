//! `GET /v1/public/{tenant}`: a municipality's public notice.

use axum::extract::State;
use rokuon_db::devices;
use rokuon_policy::civil::civil_day;
use rokuon_policy::ids::TenantId;
use rokuon_policy::media_kind::MediaKind;
use rokuon_policy::policy::Policy;
use rokuon_policy::recording_scope::RecordingStart;
use rokuon_policy::retention;

use crate::app::App;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::public_notice::model::{Notice, PublicDevice, PublicPage, PublicRetention};

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
    let devices = match notice.lists_devices {
        true => in_use(&app, &tenant, policy).await?,
        false => Vec::new(),
    };
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
        devices,
        contact: notice.contact.as_ref().map(Into::into),
    }))
}

/// Devices that record, as citizens may know them: neither their names nor their numbers.
async fn in_use(app: &App, tenant: &TenantId, policy: &Policy) -> Result<Vec<PublicDevice>, Problem> {
    let today = civil_day(app.now());
    let mut tx = app.db().tenant(tenant).await?;
    let found = devices::list(&mut tx).await?;
    tx.commit_read_only().await?;
    let shown = found.into_iter().filter(|device| device.is_in_use(today)).filter_map(|device| {
        let rule = policy.devices.iter().find(|rule| rule.key == device.rule && rule.media.is_some())?;
        Some(PublicDevice {
            kind: (&rule.name).into(),
            on_demand: device.entry.start == RecordingStart::OnDemand,
            notice: Some(device.entry.notice).filter(|notice| !notice.is_empty()),
            place: device.entry.place,
        })
    });
    Ok(shown.collect())
}
