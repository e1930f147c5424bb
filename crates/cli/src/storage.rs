//! Opens the object store and the keys that the settings name.

use std::sync::Arc;

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

/// What the settings name, reached with one patience. Each part is opened by whoever needs it, and asked of nobody before.
pub struct Reach<'a> {
    settings: &'a StorageSettings,
    /// Which key is whose.
    tenant_keys: Arc<TenantKeys>,
    session: Option<Session>,
}

impl<'a> Reach<'a> {
    /// S3 and KMS where they are named, with this patience.
    pub async fn with(settings: &'a StorageSettings, patience: Patience) -> Result<Self, Failure> {
        let tenant_keys = Arc::new(tenant_keys(settings)?);
        let session = match settings.s3.is_some() || settings.kms.is_some() {
            true => Some(Session::open(&AwsSettings { patience, ..settings.aws.clone() }).await),
            false => None,
        };
        Ok(Self { settings, tenant_keys, session })
    }

    /// Sealed media and wrapped keys.
    pub fn store(&self, data_dir: &DataDir) -> Result<Arc<dyn ObjectStore>, Failure> {
        Ok(match self.s3() {
            Some(store) => Arc::new(store),
            None => {
                Arc::new(DirectoryStore::open(&data_dir.join("store")).map_err(|error| unusable(&error))?)
            }
        })
    }

    /// The store where it is S3.
    pub fn s3(&self) -> Option<S3Store> {
        let (layout, session) = (self.settings.s3.as_ref()?, self.session.as_ref()?);
        Some(S3Store::new(session.s3.clone(), layout.clone(), self.tenant_keys.clone()))
    }

    /// The tenants' keys.
    pub fn keys(&self, data_dir: &DataDir) -> Result<Arc<dyn KeyService>, Failure> {
        let hourly = self.settings.kms.as_ref().is_some_and(|kms| kms.hourly);
        Ok(match self.kms() {
            Some(keys) if hourly => Arc::new(HourlyKeys::new(Arc::new(keys))),
            // What was wrapped for an hour must open with the setting off as well; only wrapping is optional.
            Some(keys) => Arc::new(HourlyKeys::opening_only(Arc::new(keys))),
            None => {
                Arc::new(KeyFile::open(&data_dir.join("tenant-keys.json")).map_err(|error| unusable(&error))?)
            }
        })
    }

    /// The tenants' keys where KMS has them, asked each time.
    pub fn kms(&self) -> Option<KmsKeys> {
        let (kms, session) = (self.settings.kms.as_ref()?, self.session.as_ref()?);
        Some(KmsKeys::new(session.kms.clone(), self.tenant_keys.clone(), kms.makes_keys))
    }

    /// The cell's own key, where one is named.
    pub fn cell_key(&self) -> Option<KmsCellKey> {
        let (kms, session) = (self.settings.kms.as_ref()?, self.session.as_ref()?);
        Some(KmsCellKey::new(session.kms.clone(), kms.cell_key.clone()?))
    }
}

/// Which key is whose, with the file of brought keys read.
fn tenant_keys(settings: &StorageSettings) -> Result<TenantKeys, Failure> {
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
