//! `GET /v1/recordings/{id}/waveform`: the picture of a recording's sound.

use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::access::acts::{Act, RecordingWaveform};
use crate::access::permitted::Permitted;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::extract::query::Query;
use crate::problem::{Code, Problem};
use crate::routes::recordings::model::Waveform;

/// How fine the picture is.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WaveformQuery {
    /// How many buckets; 1000 when absent.
    #[param(minimum = 1, maximum = 4000)]
    pub points: Option<u32>,
}

/// The picture of a recording's sound
#[utoipa::path(
    get,
    path = "/v1/recordings/{id}/waveform",
    operation_id = "recordings_waveform",
    tag = "recordings",
    params(("id" = Uuid, Path, description = "The recording"), WaveformQuery),
    responses((status = 200, description = "Found", body = Waveform)),
    security(("session" = [])),
    extensions(
        ("x-rokuon-capability" = json!(RecordingWaveform::NAME)),
        ("x-rokuon-audit" = json!(RecordingWaveform::EVENT)),
        ("x-rokuon-problems" = json!(["not-playable", "erased"])),
    ),
)]
pub async fn waveform(
    permitted: Permitted<RecordingWaveform>,
    Path(id): Path<Uuid>,
    Query(query): Query<WaveformQuery>,
) -> Result<Json<Waveform>, Problem> {
    Err(Problem::new(Code::Unavailable))
}
