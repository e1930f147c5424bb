//! `GET /v1/recordings/{id}/waveform`: the picture of a recording's sound.

use rokuon_db::segments;
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::access::acts::{Act, RecordingWaveform};
use crate::access::permitted::Permitted;
use crate::access::refusal::refused;
use crate::extract::json::Json;
use crate::extract::path::Path;
use crate::extract::query::Query;
use crate::problem::Problem;
use crate::routes::recordings::model::Waveform;
use crate::routes::recordings::seen::Seen;
use crate::routes::recordings::summary::seconds_of_samples;
use crate::routes::uses::parts::{audible, parts_of, total_samples};

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
        ("x-rokuon-problems" = json!(["not-playable", "key-withdrawn", "decoder-missing", "erased"])),
    ),
)]
pub async fn waveform(
    permitted: Permitted<RecordingWaveform>,
    Path(id): Path<Uuid>,
    Query(query): Query<WaveformQuery>,
) -> Result<Json<Waveform>, Problem> {
    let points = match query.points {
        None => 1000,
        Some(points @ 1..=4000) => usize::try_from(points).unwrap_or(1000),
        Some(_) => {
            return Err(Problem::field("points", "1から4000までの数です", "must be between 1 and 4000"));
        }
    };
    let (seen, mut tx) = Seen::load(&permitted, id).await?;
    if let Some((code, refusal)) = seen.unplayable(&permitted) {
        return Err(refused(code, &refusal));
    }
    let segments = segments::of_recording(&mut tx, seen.recording.id).await?;
    let event = permitted.event(json!({})).decided_by(&seen.decision).on("recording", id);
    tx.commit_with(event).await.map_err(Problem::unavailable)?;
    let parts = parts_of(&segments)?;
    audible(&parts)?;
    let total = total_samples(seen.recording.duration_ms, &segments);
    let app = &permitted.app;
    let picture = app.pictures().picture(app.reader(), permitted.tenant(), seen.recording.id, &parts).await?;
    let channels = picture.drawn(total, points);
    Ok(Json(Waveform { duration_seconds: seconds_of_samples(total), channels }))
}
