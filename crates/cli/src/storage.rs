//! Opens the object store and the key service that the settings name.

use std::sync::Arc;

use rokuon_storage::cell_key::CellKey;
use rokuon_storage::directory::DirectoryStore;
use rokuon_storage::hourly_keys::HourlyKeys;
use rokuon_storage::key_service::KeyService;
use rokuon_storage::keyfile::KeyFile;
use rokuon_storage::object_store::ObjectStore;
use rokuon_storage_aws::kms_cell_key::KmsCellKey;
use rokuon_storage_aws::kms_keys::KmsKeys;
use rokuon_storage_aws::s3_store::S3Store;
use rokuon_storage_aws::session::{AwsSettings, Patience, Session};
use rokuon_storage_aws::tenant_keys::TenantKeys;

use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::settings::storage::StorageSettings;

/// An open store and its keys.
pub struct OpenStorage {
    /// Sealed media and wrapped keys.
    pub store: Arc<dyn ObjectStore>,
    /// The tenants' keys.
    pub keys: Arc<dyn KeyService>,
    /// The cell's own key, where one is named.
    pub cell_key: Option<Arc<dyn CellKey>>,
}

/// Opens both. What lies on this machine is opened now; S3 and KMS are asked when they are needed.
pub async fn open(
    settings: &StorageSettings,
    data_dir: &DataDir,
    patience: Patience,
) -> Result<OpenStorage, Failure> {
    let tenant_keys = Arc::new(tenant_keys(settings)?);
    let session = match settings.s3.is_some() || settings.kms.is_some() {
        true => Some(Session::open(&AwsSettings { patience, ..settings.aws.clone() }).await),
        false => None,
    };
    let store: Arc<dyn ObjectStore> = match (&settings.s3, &session) {
        (Some(layout), Some(session)) => {
            Arc::new(S3Store::new(session.s3.clone(), layout.clone(), tenant_keys.clone()))
        }
        _ => Arc::new(DirectoryStore::open(&data_dir.join("store")).map_err(|error| unusable(&error))?),
    };
    let cell_key = match (&settings.cell_key, &session) {
        (Some(key), Some(session)) if settings.kms.is_some() => {
            Some(Arc::new(KmsCellKey::new(session.kms.clone(), key.clone())) as Arc<dyn CellKey>)
        }
        _ => None,
    };
    let keys: Arc<dyn KeyService> = match (&settings.kms, &session) {
        (Some(kms), Some(session)) => {
            let keys = Arc::new(KmsKeys::new(session.kms.clone(), tenant_keys, kms.makes_keys));
            // What was wrapped for an hour must open with the setting off as well; only wrapping is optional.
            if kms.hourly {
                Arc::new(HourlyKeys::new(keys))
            } else {
                Arc::new(HourlyKeys::opening_only(keys))
            }
        }
        _ => Arc::new(KeyFile::open(&data_dir.join("tenant-keys.json")).map_err(|error| unusable(&error))?),
    };
    Ok(OpenStorage { store, keys, cell_key })
}

/// Which key is whose, with the file of brought keys read.
pub fn tenant_keys(settings: &StorageSettings) -> Result<TenantKeys, Failure> {
    let Some(kms) = &settings.kms else { return Ok(TenantKeys::by_alias("alias/")) };
    let by_alias = TenantKeys::by_alias(&kms.alias);
    let Some(path) = &kms.tenant_keys else { return Ok(by_alias) };
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
    by_alias.with_brought(&text).map_err(|error| {
        let (path, line, reason) = (path.display(), error.line, &error.reason);
        Failure::new(
            format!("団体の鍵のファイル {path}:{line}: {reason}"),
            format!("file of tenants' keys {path}:{line}: {reason}"),
        )
    })
}

fn unusable(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(
        format!("録音の置き場所を使えません（{error}）。"),
        format!("cannot use the media store: {error}"),
    )
}
