//! The sealed pieces of a recording; written once, never changed.

use chrono::{DateTime, Utc};
use rokuon_policy::ids::RecordingId;
use serde_json::Value;

use crate::error::DbError;
use crate::recordings::{ListedGap, json};
use crate::row::{Place, signed};
use crate::tenant_tx::TenantTx;

/// One sealed piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Counts from 0 in the order of sealing.
    pub number: u32,
    /// The bucket its object lies in: `media`, or `secondary` once it was moved to the second tier.
    pub bucket: String,
    /// Its key there.
    pub object_key: String,
    /// The version of that object.
    pub version_id: String,
    /// Length of the encrypted object, with everything in it.
    pub container_bytes: u64,
    /// SHA-256 of the encrypted object.
    pub container_sha256: [u8; 32],
    /// Length of the media file inside.
    pub media_bytes: u64,
    /// SHA-256 of the media file inside.
    pub media_sha256: [u8; 32],
    /// First sample on the recording's timeline (8,000 Hz).
    pub start_sample: u64,
    /// How many samples.
    pub samples: u64,
    /// Its channels in the order of the file.
    pub channels: Vec<u8>,
    /// `pcmu`, `pcma`, `g722`, `opus` or `g729`; that of the pictures where there is no sound beside them.
    pub codec: String,
    /// `vp8` or `h264` where it holds pictures.
    pub video_codec: Option<String>,
    /// What is missing in it.
    pub gaps: Vec<ListedGap>,
    /// When it was verified and written.
    pub sealed_at: DateTime<Utc>,
    /// What lies in the object beside the segment's own container, if anything does.
    pub sections: Option<SectionBytes>,
}

/// Lengths in octets of the containers in the object that ends a recording, in the order they lie in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SectionBytes {
    /// The segment's own.
    pub media: u64,
    /// The waveform's.
    pub peaks: u64,
    /// The manifest's.
    pub manifest: u64,
}

#[derive(sqlx::FromRow)]
struct Row {
    number: i32,
    bucket: String,
    object_key: String,
    version_id: String,
    container_bytes: i64,
    container_sha256: Vec<u8>,
    media_bytes: i64,
    media_sha256: Vec<u8>,
    start_sample: i64,
    samples: i64,
    channels: Vec<i16>,
    codec: String,
    video_codec: Option<String>,
    gaps: Value,
    sealed_at: DateTime<Utc>,
    media_section_bytes: Option<i64>,
    peaks_section_bytes: Option<i64>,
    manifest_section_bytes: Option<i64>,
}

/// Adds a piece. The same piece again (same number, key and media hash) changes nothing; says whether it was the first.
///
/// # Errors
/// [`DbError::Conflict`] `segments_pkey` when another content has that number, `segments_recording` for an unknown
/// recording.
pub async fn add(tx: &mut TenantTx, recording: RecordingId, segment: &Segment) -> Result<bool, DbError> {
    let channels: Vec<i16> = segment.channels.iter().map(|channel| i16::from(*channel)).collect();
    let (tenant, connection) = tx.parts();
    let written = sqlx::query(
        "INSERT INTO segments (
            tenant_id,
            recording_id,
            number,
            object_key,
            version_id,
            container_bytes,
            container_sha256,
            media_bytes,
            media_sha256,
            start_sample,
            samples,
            channels,
            codec,
            video_codec,
            gaps,
            sealed_at,
            bucket,
            media_section_bytes,
            peaks_section_bytes,
            manifest_section_bytes
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
        ON CONFLICT (tenant_id, recording_id, number) DO NOTHING",
    )
    .bind(tenant)
    .bind(recording.0)
    .bind(i32::try_from(segment.number).unwrap_or(i32::MAX))
    .bind(&segment.object_key)
    .bind(&segment.version_id)
    .bind(signed(segment.container_bytes))
    .bind(segment.container_sha256.as_slice())
    .bind(signed(segment.media_bytes))
    .bind(segment.media_sha256.as_slice())
    .bind(signed(segment.start_sample))
    .bind(signed(segment.samples))
    .bind(channels)
    .bind(&segment.codec)
    .bind(&segment.video_codec)
    .bind(json(&segment.gaps))
    .bind(segment.sealed_at)
    .bind(&segment.bucket)
    .bind(segment.sections.map(|sections| signed(sections.media)))
    .bind(segment.sections.map(|sections| signed(sections.peaks)))
    .bind(segment.sections.map(|sections| signed(sections.manifest)))
    .execute(connection)
    .await?
    .rows_affected();
    if written == 1 {
        return Ok(true);
    }
    let there = of_recording(tx, recording).await?.into_iter().find(|there| there.number == segment.number);
    let same = there.is_some_and(|there| {
        there.media_sha256 == segment.media_sha256
            && there.container_sha256 == segment.container_sha256
            && there.object_key == segment.object_key
            && there.start_sample == segment.start_sample
    });
    if same { Ok(false) } else { Err(DbError::Conflict { constraint: "segments_pkey".to_owned() }) }
}

/// The pieces of a recording by number.
///
/// # Errors
/// [`DbError`].
pub async fn of_recording(tx: &mut TenantTx, recording: RecordingId) -> Result<Vec<Segment>, DbError> {
    let (tenant, connection) = tx.parts();
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT
            number,
            bucket,
            object_key,
            version_id,
            container_bytes,
            container_sha256,
            media_bytes,
            media_sha256,
            start_sample,
            samples,
            channels,
            codec,
            video_codec,
            gaps,
            sealed_at,
            media_section_bytes,
            peaks_section_bytes,
            manifest_section_bytes
        FROM segments
        WHERE tenant_id = $1 AND recording_id = $2
        ORDER BY number",
    )
    .bind(tenant)
    .bind(recording.0)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| segment_of(recording, row)).collect()
}

fn segment_of(recording: RecordingId, row: Row) -> Result<Segment, DbError> {
    let place = Place { table: "segments", row: &recording };
    Ok(Segment {
        number: place.number("number", row.number)?,
        container_bytes: place.number("container_bytes", row.container_bytes)?,
        container_sha256: place.bytes("container_sha256", row.container_sha256)?,
        media_bytes: place.number("media_bytes", row.media_bytes)?,
        media_sha256: place.bytes("media_sha256", row.media_sha256)?,
        start_sample: place.number("start_sample", row.start_sample)?,
        samples: place.number("samples", row.samples)?,
        channels: row.channels.iter().map(|c| place.number("channels", *c)).collect::<Result<_, _>>()?,
        gaps: place.json("gaps", row.gaps)?,
        bucket: row.bucket,
        object_key: row.object_key,
        version_id: row.version_id,
        codec: row.codec,
        video_codec: row.video_codec,
        sealed_at: row.sealed_at,
        sections: match (row.media_section_bytes, row.peaks_section_bytes, row.manifest_section_bytes) {
            (Some(media), Some(peaks), Some(manifest)) => Some(SectionBytes {
                media: place.number("media_section_bytes", media)?,
                peaks: place.number("peaks_section_bytes", peaks)?,
                manifest: place.number("manifest_section_bytes", manifest)?,
            }),
            _ => None,
        },
    })
}
