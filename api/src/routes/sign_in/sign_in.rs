//! `POST /v1/sign-in`: sign in with an issued ID.

use crate::extract::json::Json;
use crate::problem::{Code, Problem};
use crate::routes::sign_in::model::{Me, SignInRequest};

/// Sign in with an issued ID
///
/// The answer is the same for an unknown municipality, an unknown ID and a wrong password. Ten failures in fifteen minutes from one source close that source for the account.
#[utoipa::path(
    post,
    path = "/v1/sign-in",
    operation_id = "sign_in",
    tag = "sign-in",
    request_body = SignInRequest,
    responses((status = 200, description = "Found", body = Me)),
    extensions(
        ("x-rokuon-capability" = json!("none: this is how a person becomes known")),
        ("x-rokuon-audit" = json!("sign_in.attempt")),
        ("x-rokuon-problems" = json!(["sign-in-refused", "too-many-attempts"])),
    ),
)]
pub async fn sign_in(Json(body): Json<SignInRequest>) -> Result<Json<Me>, Problem> {
    Err(Problem::new(Code::Unavailable))
}
