//! `GET /v1/counts/unrecorded`: calls that were not kept, by day.

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::access::acts::{Act, CountUnrecorded};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::query::Query;
use crate::problem::{Code, Problem};
use crate::routes::counts::model::List;

/// Which days.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DaysQuery {
    /// The first civil day in Japan; thirty days ago when absent.
    pub from: Option<NaiveDate>,
    /// The last civil day in Japan; today when absent.
    pub to: Option<NaiveDate>,
}

/// Calls that were not kept, by day
#[utoipa::path(
    get,
    path = "/v1/counts/unrecorded",
    operation_id = "counts_unrecorded",
    tag = "counts",
    params(DaysQuery),
    responses((status = 200, description = "Found", body = List)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(CountUnrecorded::NAME)),
        ("x-rokuon-audit" = json!(CountUnrecorded::EVENT)),
    ),
)]
pub async fn unrecorded(
    permitted: Permitted<CountUnrecorded>,
    Query(query): Query<DaysQuery>,
) -> Result<Json<List>, Problem> {
    Err(Problem::new(Code::Unavailable))
}
