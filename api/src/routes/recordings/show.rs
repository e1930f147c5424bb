//! `GET /v1/recordings/{id}`: one recording.

use uuid::Uuid;

use crate::access::acts::{Act, RecordingView};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::problem::{Code, Problem};
use crate::routes::recordings::model::Recording;

/// One recording
#[utoipa::path(
    get,
    path = "/v1/recordings/{id}",
    operation_id = "recordings_show",
    tag = "recordings",
    params(("id" = Uuid, Path, description = "The recording")),
    responses((status = 200, description = "Found", body = Recording)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(RecordingView::NAME)),
        ("x-rokuon-audit" = json!(RecordingView::EVENT)),
    ),
)]
pub async fn show(
    permitted: Permitted<RecordingView>,
    Path(id): Path<Uuid>,
) -> Result<Json<Recording>, Problem> {
    Err(Problem::new(Code::Unavailable))
}
