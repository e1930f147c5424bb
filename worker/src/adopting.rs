//! Enters recordings again whose rows were lost with the database they stood in: from their manifests, judged as at the first time.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rokuon_capture::manifest::{Manifest, ManifestSegment};
use rokuon_db::connection_figures::Figures;
use rokuon_db::database::Database;
use rokuon_db::error::DbError;
use rokuon_policy::ids::{RecordingId, TenantId};
use rokuon_policy::recording_state::Tier;
use rokuon_policy::text::Text;
use rokuon_sip::siprec::metadata_state::MetadataState;
use rokuon_storage::container_context::ContainerContext;
use rokuon_storage::key_service::KeyService;
use rokuon_storage::object_key;
use rokuon_storage::object_store::{Bucket, ObjectKey, ObjectStore, ObjectVersion};
use rokuon_storage::recording_reader::{ReadError, RecordingReader, SealedPlace};
use rokuon_storage::recording_writer::SealedSegment;
use rokuon_storage::sections::Sections;
use sha2::{Digest as _, Sha256};

use crate::registrar::{RegisterError, SealedRecording, SealedRow, StartedCall, enter_again};
use crate::routing::call_routing::{OfferedLabel, Told, judge_call};
use crate::routing::doubts;
use crate::routing::refresh::load_routes;
use crate::routing::table::RoutingTable;
use crate::sealing::evidence::unhex;
use crate::sealing::replay::HOST_LOST;

/// Why a recording is not entered again.
#[derive(Debug)]
pub enum AdoptError {
    /// Store, keys or database are away; tried again it may be entered.
    Away(String),
    /// It never can be, and why.
    Impossible(Text),
}

/// What lies of a recording on each tier.
struct Stored {
    primary: Vec<ObjectVersion>,
    secondary: Vec<ObjectVersion>,
}

/// A manifest that was found.
struct FoundManifest {
    manifest: Manifest,
    sha256: [u8; 32],
    /// The object it lies in behind a segment, where it is not one of its own.
    behind: Option<(SealedPlace, Sections)>,
}

/// The object that holds the manifest behind a segment.
struct OwnObject {
    object_key: ObjectKey,
    object_sha256: [u8; 32],
    sections: Sections,
}

/// What recordings are entered by.
pub struct Adopting {
    db: Database,
    store: Arc<dyn ObjectStore>,
    reader: RecordingReader,
    routes: RoutingTable,
    now: DateTime<Utc>,
}

impl Adopting {
    /// By the rules and connections the database knows.
    ///
    /// # Errors
    /// [`DbError`].
    pub async fn begin(
        db: &Database,
        store: &Arc<dyn ObjectStore>,
        keys: &Arc<dyn KeyService>,
        now: DateTime<Utc>,
    ) -> Result<Self, DbError> {
        let routes = load_routes(db, &RoutingTable::default(), now).await?;
        let reader = RecordingReader::new(store.clone(), keys.clone());
        Ok(Self { db: db.clone(), store: store.clone(), reader, routes, now })
    }

    /// Enters one recording: call, recording, segments and their audit events, in one transaction. Says on which tier its media lies.
    /// It is entered as it was when it was sealed, on the first one; where it was moved since, the comparison of rows and stores finds
    /// that, as it does of any restored row.
    ///
    /// # Errors
    /// [`AdoptError`].
    pub async fn adopt(&self, tenant: &TenantId, recording: RecordingId) -> Result<Tier, AdoptError> {
        let stored = Stored {
            primary: self.listed(Bucket::Media, tenant, recording).await?,
            secondary: self.listed(Bucket::Secondary, tenant, recording).await?,
        };
        let found = self.manifest(tenant, recording, &stored).await?;
        let own = match &found.behind {
            Some((place, sections)) => Some(self.whole_object(place, *sections).await?),
            None => None,
        };
        let (tier, sealed) = self.sealed(tenant, found.manifest, found.sha256, &stored, own)?;
        let policy = self.routes.tenant(tenant).map(|routes| &routes.policy);
        enter_again(&self.db, self.now, policy, &sealed).await.map_err(|error| match error {
            RegisterError::Driver(error) => AdoptError::Away(error.to_string()),
            error => impossible(
                format!("登録できません（{error}）。"),
                format!("the register refuses it: {error}"),
            ),
        })?;
        Ok(tier)
    }

    async fn listed(
        &self,
        bucket: Bucket,
        tenant: &TenantId,
        recording: RecordingId,
    ) -> Result<Vec<ObjectVersion>, AdoptError> {
        let prefix = object_key::prefix(tenant, recording);
        let versions = self.store.list_versions(bucket, &prefix, None, 10_000).await;
        versions.map_err(|error| AdoptError::Away(error.to_string()))
    }

    /// The newest manifest of it: an object of its own, or behind its last segment. A segment that lacks its index is taken for one
    /// that has nothing behind it.
    async fn manifest(
        &self,
        tenant: &TenantId,
        recording: RecordingId,
        stored: &Stored,
    ) -> Result<FoundManifest, AdoptError> {
        let open = self.reader.open(tenant, recording).await.map_err(unreadable)?;
        let context = ContainerContext::manifest(tenant.clone(), recording);
        for (bucket, one) in newest_first(stored) {
            let place = SealedPlace {
                bucket,
                object_key: one.key.clone(),
                version_id: Some(one.version_id.clone()),
                container_len: Some(one.len),
            };
            let (json, behind) = if name_of(one).starts_with("manifest.") {
                (open.read_whole(&place, &context).await.map_err(unreadable)?, None)
            } else {
                let sections = open.sections(&place, one.len).await.map_err(unreadable)?;
                let Some(sections) = sections else { continue };
                let json = open.read_section(&place, sections.manifest(), &context).await;
                (json.map_err(unreadable)?, Some((place, sections)))
            };
            let manifest = serde_json::from_slice(&json).map_err(|error| {
                impossible(
                    format!("目録を読めません（{error}）。"),
                    format!("its manifest cannot be read: {error}"),
                )
            })?;
            return Ok(FoundManifest { manifest, sha256: Sha256::digest(&json).into(), behind });
        }
        Err(impossible("目録がありません。", "it has no manifest"))
    }

    /// What the row says of the object that the manifest was found in.
    async fn whole_object(&self, place: &SealedPlace, sections: Sections) -> Result<OwnObject, AdoptError> {
        let stored = self.store.head(place.bucket, &place.object_key).await;
        let stored = stored.map_err(|error| AdoptError::Away(error.to_string()))?;
        match stored.filter(|stored| Some(&stored.version_id) == place.version_id.as_ref()) {
            Some(stored) => {
                Ok(OwnObject { object_key: place.object_key.clone(), object_sha256: stored.sha256, sections })
            }
            None => Err(impossible(
                "目録のある音声が別のものに替わりました。",
                "the object its manifest lies in was replaced",
            )),
        }
    }

    fn sealed(
        &self,
        tenant: &TenantId,
        manifest: Manifest,
        sha256: [u8; 32],
        stored: &Stored,
        own: Option<OwnObject>,
    ) -> Result<(Tier, SealedRecording), AdoptError> {
        let (Some(routes), Some(connection)) =
            (self.routes.tenant(tenant), self.routes.connection(manifest.connection))
        else {
            return Err(impossible("接続が登録されていません。", "its connection is not in the register"));
        };
        let mut state = MetadataState::default();
        for (order, body) in (0..).zip(&manifest.metadata) {
            if let Some(octets) = body.body.octets() {
                state.take(body.body.received_at.timestamp_millis(), order, &octets);
            }
        }
        let streams: Vec<OfferedLabel> = manifest
            .streams
            .iter()
            .map(|stream| OfferedLabel { label: stream.label.clone(), recorded: true })
            .collect();
        let mut doubts = vec![Text::new(
            "バックアップからの復元の後、目録から登録し直しました。",
            "Entered again from its manifest after a restore from a backup.",
        )];
        if manifest.ended_by.as_deref() == Some(HOST_LOST) {
            doubts.push(doubts::truncated());
        }
        let mut routing = judge_call(routes, &connection, Told::of(state.known(), &[]), doubts, &streams);
        // It was kept; no newer rule undoes that.
        routing.kept = true;
        // What is whole on the first tier was not switched yet, whatever copies there are.
        let whole_on = |versions: &[ObjectVersion]| {
            let rows =
                manifest.segments.iter().map(|segment| row(segment, &manifest, versions, own.as_ref()));
            rows.collect::<Option<Vec<_>>>()
        };
        let first = whole_on(&stored.primary).map(|rows| (Tier::Primary, rows));
        let found = first.or_else(|| Some((Tier::Secondary, whole_on(&stored.secondary)?)));
        let (tier, segments) = found.ok_or_else(|| {
            impossible("目録にある音声がありません。", "media that its manifest names is not there")
        })?;
        let sealed = SealedRecording {
            segments,
            started: Some(StartedCall {
                recording: manifest.recording,
                call: manifest.call,
                started_at: manifest.opened_at,
                sip_call_id: format!("restored-{}", manifest.call),
                routing,
            }),
            tenant: tenant.clone(),
            recording: manifest.recording,
            started_at: manifest.started_at,
            ended_at: manifest.ended_at.unwrap_or(manifest.started_at),
            ended_by: manifest.ended_by,
            // The row of its truncation is lost with the others: it tells so itself, and nobody completes it.
            lost_with: None,
            total_samples: manifest.total_samples,
            outcome: manifest.outcome,
            gaps: manifest.gaps,
            manifest_sha256: Some(sha256),
            figures: Figures::default(),
            sightings: Vec::new(),
        };
        Ok((tier, sealed))
    }
}

/// What may hold the manifest: of each name the version that is there, the newest first. By time, for a recording that was sealed without
/// its end and then whole has two; of one time, by name.
fn newest_first(stored: &Stored) -> Vec<(Bucket, &ObjectVersion)> {
    let mut found: Vec<(Bucket, &ObjectVersion)> = Vec::new();
    for (bucket, versions) in [(Bucket::Media, &stored.primary), (Bucket::Secondary, &stored.secondary)] {
        // Listings give the newest of a key first.
        for one in versions.iter().filter(|one| !one.is_delete_marker) {
            let may = ["manifest.", "segment-"].iter().any(|kind| name_of(one).starts_with(kind));
            if may && found.last().is_none_or(|last| (last.0, &last.1.key) != (bucket, &one.key)) {
                found.push((bucket, one));
            }
        }
    }
    found.sort_by(|(_, one), (_, other)| {
        (other.last_modified, &other.key).cmp(&(one.last_modified, &one.key))
    });
    found
}

fn name_of(version: &ObjectVersion) -> &str {
    version.key.as_str().rsplit('/').next().unwrap_or_default()
}

fn unreadable(error: ReadError) -> AdoptError {
    match error.retryable() {
        true => AdoptError::Away(error.to_string()),
        false => impossible(
            format!("目録を開けません（{error}）。"),
            format!("its manifest does not open: {error}"),
        ),
    }
}

/// A segment's row, by the manifest and by what the store lists under its name.
fn row(
    segment: &ManifestSegment,
    manifest: &Manifest,
    versions: &[ObjectVersion],
    own: Option<&OwnObject>,
) -> Option<SealedRow> {
    let named = |one: &&ObjectVersion| !one.is_delete_marker && one.key.as_str() == segment.object;
    let stored = versions.iter().find(named)?;
    let container_sha256 = unhex(&segment.object_sha256)?.try_into().ok()?;
    let own = own.filter(|own| own.object_key == stored.key);
    let ends = segment.start_sample + segment.samples;
    let gaps = manifest.gaps.iter().filter(|gap| {
        segment.channels.contains(&gap.channel) && (segment.start_sample..ends).contains(&gap.start_sample)
    });
    let stored = SealedSegment {
        object_key: stored.key.clone(),
        version_id: stored.version_id.clone(),
        container_len: own.map_or(stored.len, |own| own.sections.media_len),
        container_sha256,
        media_sha256: unhex(&segment.media_sha256)?.try_into().ok()?,
        media_len: segment.media_octets,
        object_sha256: own.map_or(container_sha256, |own| own.object_sha256),
        sections: own.map(|own| own.sections),
    };
    Some(SealedRow::of_line(segment, gaps.cloned().collect(), stored))
}

fn impossible(ja: impl Into<String>, en: impl Into<String>) -> AdoptError {
    AdoptError::Impossible(Text::new(ja, en))
}
