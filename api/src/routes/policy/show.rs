//! `GET /v1/policy`: the tenant's rules, readable and as data.

use rokuon_policy::readable;
use serde_json::json;

use crate::access::acts::{Act, PolicyRead};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::problem::Problem;
use crate::routes::policy::model::{Policy, Rule, Section};

/// The tenant's rules, readable and as data
#[utoipa::path(
    get,
    path = "/v1/policy",
    operation_id = "policy_show",
    tag = "policy",
    responses((status = 200, description = "Found", body = Policy)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(PolicyRead::NAME)),
        ("x-rokuon-audit" = json!(PolicyRead::EVENT)),
    ),
)]
pub async fn show(permitted: Permitted<PolicyRead>) -> Result<Json<Policy>, Problem> {
    let rules = &permitted.rules;
    permitted.write(permitted.event(json!({})).decided_by(&permitted.decision)).await?;
    let sections = readable::rules(&rules.policy).into_iter().map(|section| Section {
        title: (&section.title).into(),
        rules: (section.rules.iter())
            .map(|rule| Rule {
                article: rule.article.to_string(),
                article_label: rule.article.label_ja(),
                sentence: (&rule.sentence).into(),
            })
            .collect(),
    });
    Ok(Json(Policy {
        tenant: rules.policy.tenant().to_string(),
        version: rules.sha256.clone(),
        effective_from: rules.effective_from,
        document_title: rules.policy.document_title().into(),
        sections: sections.collect(),
        data: serde_json::to_value(&rules.policy).map_err(Problem::internal)?,
    }))
}
