//! `GET /v1/posts`: the posts of the tenant's rules.

use rokuon_policy::access;
use rokuon_policy::civil::civil_day;
use rokuon_policy::post::Scope as PolicyScope;

use crate::access::caller::Caller;
use crate::extract::json::Json;
use crate::problem::Problem;
use crate::routes::posts::model::{List, Post, Scope};

/// The posts of the tenant's rules
#[utoipa::path(
    get,
    path = "/v1/posts",
    operation_id = "posts_list",
    tag = "posts",
    responses((status = 200, description = "Found", body = List)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!("none: everybody of the tenant may know its posts")),
        ("x-rokuon-audit" = json!("none: a public ordinance's posts, no personal data")),
    ),
)]
pub async fn list(caller: Caller) -> Result<Json<List>, Problem> {
    let policy = &caller.rules.policy;
    let today = Some(civil_day(caller.now));
    let appointable = |post: &rokuon_policy::post::Post| {
        let departments = caller.rules.departments.iter().map(|department| Some(&department.id));
        let mut places = std::iter::once(None).chain(departments);
        places.any(|place| {
            access::may_appoint(policy, &caller.caller(), &post.key, place, today, caller.now).allowed
        })
    };
    let items = policy.posts.iter().map(|post| Post {
        key: post.key.clone(),
        name: (&post.name).into(),
        article: post.article.to_string(),
        article_label: post.article.label_ja(),
        capabilities: post.capabilities.iter().map(ToString::to_string).collect(),
        scope: match post.scope {
            PolicyScope::Tenant => Scope::Tenant,
            PolicyScope::Department => Scope::Department,
        },
        appointable: appointable(post),
    });
    Ok(Json(List { items: items.collect() }))
}
