//! Settings of where sealed media and keys lie: this machine's directory and key file, or S3 and KMS.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use rokuon_storage_aws::s3_store::{S3Layout, StoreEncryption};
use rokuon_storage_aws::session::{AwsSettings, Checksums};
use serde::Deserialize;

use crate::failure::Failure;

/// The settings as one source gives them; in a file they stand under `[storage]`.
#[derive(Debug, Default, Clone, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StorageLayer {
    /// Where sealed media and wrapped keys are kept
    #[arg(id = "storage_store", long = "store", env = "ROKUON_STORE", value_enum)]
    store: Option<StoreKind>,
    /// Where the tenants' keys live
    #[arg(id = "storage_keys", long = "keys", env = "ROKUON_KEYS", value_enum)]
    keys: Option<KeysKind>,
    /// The region of S3 and KMS; left out, as the environment says
    #[arg(id = "storage_region", long = "aws-region", env = "ROKUON_AWS_REGION", value_name = "REGION")]
    region: Option<String>,
    /// S3 at another address than AWS's
    #[arg(id = "storage_s3_endpoint", long = "s3-endpoint", env = "ROKUON_S3_ENDPOINT", value_name = "URL")]
    s3_endpoint: Option<String>,
    /// Whether buckets stand in the path and not in the host name
    #[arg(id = "storage_s3_path_style", long = "s3-path-style", env = "ROKUON_S3_PATH_STYLE", value_name = "true|false", num_args = 0..=1, default_missing_value = "true")]
    s3_path_style: Option<bool>,
    /// Whether checksums are sent wherever S3 has a place for them, or only where it demands them (radosgw)
    #[arg(id = "storage_s3_checksums", long = "s3-checksums", env = "ROKUON_S3_CHECKSUMS", value_enum)]
    s3_checksums: Option<ChecksumKind>,
    /// Whether S3 itself lets one win of two who put under one name at once (radosgw does not)
    #[arg(id = "storage_s3_atomic_puts", long = "s3-atomic-puts", env = "ROKUON_S3_ATOMIC_PUTS", value_name = "true|false", num_args = 0..=1, default_missing_value = "true")]
    s3_atomic_puts: Option<bool>,
    /// The bucket of sealed media
    #[arg(id = "storage_s3_media", long = "s3-media", env = "ROKUON_S3_MEDIA", value_name = "BUCKET")]
    s3_media: Option<String>,
    /// The bucket of sealed media on the second tier
    #[arg(
        id = "storage_s3_secondary",
        long = "s3-secondary",
        env = "ROKUON_S3_SECONDARY",
        value_name = "BUCKET"
    )]
    s3_secondary: Option<String>,
    /// The bucket of wrapped keys
    #[arg(id = "storage_s3_keys", long = "s3-keys", env = "ROKUON_S3_KEYS", value_name = "BUCKET")]
    s3_keys: Option<String>,
    /// The storage class of the second tier
    #[arg(
        id = "storage_s3_secondary_class",
        long = "s3-secondary-class",
        env = "ROKUON_S3_SECONDARY_CLASS",
        value_name = "CLASS"
    )]
    s3_secondary_class: Option<String>,
    /// Under what S3 encrypts what we encrypted already
    #[arg(id = "storage_s3_encryption", long = "s3-encryption", env = "ROKUON_S3_ENCRYPTION", value_enum)]
    s3_encryption: Option<EncryptionKind>,
    /// Whether the spool's journal is copied to the store every two seconds; left out, it is where the store is S3
    #[arg(id = "storage_tails", long = "tails", env = "ROKUON_TAILS", value_name = "true|false", num_args = 0..=1, default_missing_value = "true")]
    tails: Option<bool>,
    /// The cell's own key of KMS: workers' spools are opened with it, and S3 encrypts those copies under it where it encrypts under
    /// tenants' keys
    #[arg(id = "storage_cell_key", long = "cell-key", env = "ROKUON_CELL_KEY", value_name = "ARN")]
    cell_key: Option<String>,
    /// KMS at another address than AWS's
    #[arg(
        id = "storage_kms_endpoint",
        long = "kms-endpoint",
        env = "ROKUON_KMS_ENDPOINT",
        value_name = "URL"
    )]
    kms_endpoint: Option<String>,
    /// What the alias of a tenant's key begins with
    #[arg(
        id = "storage_kms_alias",
        long = "kms-alias",
        env = "ROKUON_KMS_ALIAS",
        value_name = "alias/PREFIX"
    )]
    kms_alias: Option<String>,
    /// Keys that tenants brought, a TOML file
    #[arg(
        id = "storage_kms_tenant_keys",
        long = "kms-tenant-keys",
        env = "ROKUON_KMS_TENANT_KEYS",
        value_name = "FILE"
    )]
    kms_tenant_keys: Option<PathBuf>,
    /// Whether a key is made for a tenant that has none
    #[arg(id = "storage_kms_makes_keys", long = "kms-makes-keys", env = "ROKUON_KMS_MAKES_KEYS", value_name = "true|false", num_args = 0..=1, default_missing_value = "true")]
    kms_makes_keys: Option<bool>,
    /// Whether a worker wraps recordings' keys itself under a key of the tenant that it holds for an hour
    #[arg(id = "storage_kms_hourly", long = "kms-hourly", env = "ROKUON_KMS_HOURLY", value_name = "true|false", num_args = 0..=1, default_missing_value = "true")]
    kms_hourly: Option<bool>,
}

/// Kinds of object store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum StoreKind {
    /// A directory of this machine.
    Directory,
    /// S3.
    S3,
}

/// Kinds of key service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum KeysKind {
    /// A file of this machine.
    File,
    /// AWS KMS.
    Kms,
}

/// When checksums are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum ChecksumKind {
    /// Wherever there is a place for one.
    Supported,
    /// Only where one is demanded.
    Required,
}

/// Under what the store encrypts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum EncryptionKind {
    /// As the bucket says.
    Bucket,
    /// The tenant's own key.
    Tenant,
}

/// What a start goes by.
#[derive(Debug, Clone, Default)]
pub struct StorageSettings {
    /// S3, where objects are kept there; else this machine's directory.
    pub s3: Option<S3Layout>,
    /// KMS, where keys live there; else this machine's key file.
    pub kms: Option<KmsSettings>,
    /// How AWS is reached.
    pub aws: AwsSettings,
    /// Whether the spool's journal is copied to the store.
    pub tails: bool,
}

/// Whose keys are where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KmsSettings {
    /// What aliases begin with.
    pub alias: String,
    /// Keys that tenants brought.
    pub tenant_keys: Option<PathBuf>,
    /// Whether keys are made.
    pub makes_keys: bool,
    /// Whether wrapping keys are held for an hour.
    pub hourly: bool,
    /// The cell's own key. A key of KMS serves nothing without KMS: S3 encrypts under it only where it encrypts under tenants' keys.
    pub cell_key: Option<String>,
}

impl StorageLayer {
    /// This layer's values where it has any, the lower one's where not.
    pub fn over(self, below: Self) -> Self {
        Self {
            store: self.store.or(below.store),
            keys: self.keys.or(below.keys),
            region: self.region.or(below.region),
            s3_endpoint: self.s3_endpoint.or(below.s3_endpoint),
            s3_path_style: self.s3_path_style.or(below.s3_path_style),
            s3_checksums: self.s3_checksums.or(below.s3_checksums),
            s3_atomic_puts: self.s3_atomic_puts.or(below.s3_atomic_puts),
            s3_media: self.s3_media.or(below.s3_media),
            s3_secondary: self.s3_secondary.or(below.s3_secondary),
            s3_keys: self.s3_keys.or(below.s3_keys),
            s3_secondary_class: self.s3_secondary_class.or(below.s3_secondary_class),
            s3_encryption: self.s3_encryption.or(below.s3_encryption),
            tails: self.tails.or(below.tails),
            cell_key: self.cell_key.or(below.cell_key),
            kms_endpoint: self.kms_endpoint.or(below.kms_endpoint),
            kms_alias: self.kms_alias.or(below.kms_alias),
            kms_tenant_keys: self.kms_tenant_keys.or(below.kms_tenant_keys),
            kms_makes_keys: self.kms_makes_keys.or(below.kms_makes_keys),
            kms_hourly: self.kms_hourly.or(below.kms_hourly),
        }
    }

    /// What a start goes by.
    pub fn resolve(self) -> Result<StorageSettings, Failure> {
        let kms = match self.keys {
            Some(KeysKind::Kms) => Some(KmsSettings {
                alias: alias(self.kms_alias.clone().unwrap_or_default())?,
                tenant_keys: self.kms_tenant_keys.clone(),
                makes_keys: self.kms_makes_keys.unwrap_or(false),
                hourly: self.kms_hourly.unwrap_or(false),
                cell_key: self.cell_key.clone(),
            }),
            _ => {
                self.refuse_stray(
                    "keys",
                    "kms",
                    &[
                        ("kms-endpoint", self.kms_endpoint.is_some()),
                        ("kms-tenant-keys", self.kms_tenant_keys.is_some()),
                        ("cell-key", self.cell_key.is_some()),
                    ],
                )?;
                None
            }
        };
        let s3 = match self.store {
            Some(StoreKind::S3) => Some(self.layout(kms.as_ref())?),
            _ => {
                self.refuse_stray(
                    "store",
                    "s3",
                    &[
                        ("s3-endpoint", self.s3_endpoint.is_some()),
                        ("s3-media", self.s3_media.is_some()),
                        ("s3-secondary", self.s3_secondary.is_some()),
                        ("s3-keys", self.s3_keys.is_some()),
                    ],
                )?;
                None
            }
        };
        let tails = self.tails.unwrap_or(s3.is_some());
        let aws = AwsSettings {
            region: self.region,
            s3_endpoint: self.s3_endpoint,
            kms_endpoint: self.kms_endpoint,
            path_style: self.s3_path_style.unwrap_or(false),
            checksums: match self.s3_checksums {
                Some(ChecksumKind::Required) => Checksums::Required,
                _ => Checksums::Supported,
            },
            ..AwsSettings::default()
        };
        Ok(StorageSettings { s3, kms, aws, tails })
    }

    fn layout(&self, kms: Option<&KmsSettings>) -> Result<S3Layout, Failure> {
        let named = |name: &'static str, bucket: &Option<String>| {
            bucket.clone().filter(|bucket| !bucket.is_empty()).ok_or_else(|| {
                Failure::setting(
                    name,
                    "store が s3 なので、バケットの名前が要ります",
                    "store is s3: name the bucket",
                )
            })
        };
        let (media, secondary, keys) = (
            named("s3_media", &self.s3_media)?,
            named("s3_secondary", &self.s3_secondary)?,
            named("s3_keys", &self.s3_keys)?,
        );
        if media == secondary || media == keys || secondary == keys {
            return Err(Failure::setting(
                "s3_keys",
                "三つのバケットは別々でなければなりません",
                "the three buckets must be three: a key beside its media protects nothing",
            ));
        }
        let encryption = match self.s3_encryption {
            Some(EncryptionKind::Tenant) if kms.is_none() => {
                return Err(Failure::setting(
                    "s3_encryption",
                    "tenant にするには keys を kms にしてください",
                    "is tenant while keys is not kms: there are no tenants' keys that S3 could use",
                ));
            }
            Some(EncryptionKind::Tenant) => StoreEncryption::TenantKey,
            _ => StoreEncryption::BucketDefault,
        };
        let secondary_class = self.s3_secondary_class.clone();
        let atomic_puts = self.s3_atomic_puts.unwrap_or(true);
        let cell_key = kms.and_then(|kms| kms.cell_key.clone());
        Ok(S3Layout { media, secondary, keys, secondary_class, encryption, cell_key, atomic_puts })
    }

    /// A setting that is on while what it serves is off would be believed to do something.
    fn refuse_stray(&self, what: &str, wanted: &str, strays: &[(&str, bool)]) -> Result<(), Failure> {
        match strays.iter().find(|(_, is_on)| *is_on) {
            Some((name, _)) => Err(Failure::setting(
                name,
                &format!("{what} が {wanted} ではありません"),
                &format!("is on while {what} is not {wanted}"),
            )),
            None => Ok(()),
        }
    }
}

fn alias(prefix: String) -> Result<String, Failure> {
    if prefix.starts_with("alias/") && prefix.len() > "alias/".len() {
        Ok(prefix)
    } else {
        Err(Failure::setting("kms_alias", "alias/ で始まる接頭辞です", "is a prefix that begins with alias/"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(text: &str) -> Result<StorageSettings, Failure> {
        toml::from_str::<StorageLayer>(text).expect("a layer").resolve()
    }

    const CELL_KEY: &str = "cell_key = \"arn:aws:kms:a:1:key/x\"\n";
    const BUCKETS: &str = "s3_media = \"m\"\ns3_secondary = \"s\"\ns3_keys = \"k\"\n";

    #[test]
    fn nothing_said_is_this_machine_alone() {
        let settings = resolve("").expect("sound");
        assert!(settings.s3.is_none() && settings.kms.is_none());
    }

    #[test]
    fn s3_and_kms_are_taken_as_said() {
        let text = format!(
            "store = \"s3\"\nkeys = \"kms\"\nkms_alias = \"alias/rokuon-\"\ns3_encryption = \"tenant\"\n\
             s3_checksums = \"required\"\ns3_path_style = true\n{BUCKETS}"
        );
        let settings = resolve(&text).expect("sound");
        let layout = settings.s3.expect("S3");
        assert_eq!((layout.media.as_str(), layout.encryption), ("m", StoreEncryption::TenantKey));
        assert_eq!((settings.aws.checksums, settings.aws.path_style), (Checksums::Required, true));
        assert!(!settings.kms.expect("KMS").makes_keys, "keys are made only when that is asked for");
    }

    #[test]
    fn the_cells_key_counts_with_kms_for_spools_and_for_what_s3_encrypts() {
        let on_this_disk =
            resolve(&format!("keys = \"kms\"\nkms_alias = \"alias/r-\"\n{CELL_KEY}")).expect("sound");
        assert_eq!(on_this_disk.kms.expect("KMS").cell_key.as_deref(), Some("arn:aws:kms:a:1:key/x"));
        let text = format!("store = \"s3\"\nkeys = \"kms\"\nkms_alias = \"alias/r-\"\n{CELL_KEY}{BUCKETS}");
        let on_s3 = resolve(&text).expect("sound");
        let (spools, tails) = (on_s3.kms.expect("KMS").cell_key, on_s3.s3.expect("S3").cell_key);
        assert!(spools.is_some() && spools == tails, "{spools:?} {tails:?}");
    }

    #[test]
    fn what_cannot_stand_together_is_refused() {
        for (text, named) in [
            ("store = \"s3\"\n", "s3_media"),
            (&*format!("store = \"s3\"\n{}", BUCKETS.replace("\"k\"", "\"m\"")), "s3_keys"),
            (&*format!("store = \"s3\"\ns3_encryption = \"tenant\"\n{BUCKETS}"), "s3_encryption"),
            (BUCKETS, "s3-media"),
            ("kms_endpoint = \"http://127.0.0.1:1\"\n", "kms-endpoint"),
            (CELL_KEY, "cell-key"),
            (&*format!("store = \"s3\"\n{CELL_KEY}{BUCKETS}"), "cell-key"),
            ("keys = \"kms\"\nkms_alias = \"rokuon-\"\n", "kms_alias"),
        ] {
            let failure = resolve(text).err().unwrap_or_else(|| panic!("{text:?} was taken"));
            assert!(failure.to_string().contains(named), "{text:?}: {failure}");
        }
    }
}
