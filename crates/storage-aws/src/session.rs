//! How AWS is spoken to: region, endpoints, credentials, time limits and the retry budget, once for S3 and KMS.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_s3::config::{RequestChecksumCalculation, ResponseChecksumValidation};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

/// Whether requests carry the SDK's own checksums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Checksums {
    /// Wherever the protocol has a place for one, as AWS expects.
    #[default]
    Supported,
    /// Only where the protocol demands one: Ceph's radosgw refuses the others.
    Required,
}

/// Where and how to reach S3 and KMS.
#[derive(Debug, Clone, Default)]
pub struct AwsSettings {
    /// The region; left out, what the environment or the profile says.
    pub region: Option<String>,
    /// S3 at another address than AWS's, with scheme.
    pub s3_endpoint: Option<String>,
    /// KMS at another address than AWS's, with scheme.
    pub kms_endpoint: Option<String>,
    /// `endpoint/bucket/key` instead of `bucket.endpoint/key`.
    pub path_style: bool,
    /// The SDK's checksums.
    pub checksums: Checksums,
    /// Access key and secret; left out, the default chain: environment, profile, web identity, container or instance role.
    pub static_credentials: Option<(String, String)>,
    /// How long and how often it is tried.
    pub patience: Patience,
}

/// Time limits and retries. Beside them the SDK's token bucket keeps all callers of a process together from retrying more
/// than a few hundred times while nothing succeeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a connection to stand.
    pub connect: Duration,
    /// For the first octet of an answer.
    pub first_octet: Duration,
    /// For one attempt as a whole, its body included.
    pub attempt: Duration,
    /// For all attempts of one call.
    pub whole: Duration,
    /// Attempts of one call, the first included.
    pub attempts: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            first_octet: Duration::from_secs(15),
            attempt: Duration::from_secs(45),
            whole: Duration::from_secs(90),
            attempts: 4,
        }
    }
}

impl Patience {
    /// For somebody who waits at a screen: the API would rather answer 503 than hang.
    pub const fn for_a_person() -> Self {
        Self {
            connect: Duration::from_secs(2),
            first_octet: Duration::from_secs(4),
            attempt: Duration::from_secs(8),
            whole: Duration::from_secs(10),
            attempts: 3,
        }
    }
}

/// The clients of one process.
#[derive(Debug, Clone)]
pub struct Session {
    /// S3.
    pub s3: aws_sdk_s3::Client,
    /// KMS.
    pub kms: aws_sdk_kms::Client,
}

impl Session {
    /// Makes the clients; nothing is asked of anyone yet but where credentials are.
    pub async fn open(settings: &AwsSettings) -> Self {
        let shared = shared_config(settings).await;
        let mut s3 = aws_sdk_s3::config::Builder::from(&shared).force_path_style(settings.path_style);
        if let Some(endpoint) = &settings.s3_endpoint {
            s3 = s3.endpoint_url(endpoint);
        }
        if settings.checksums == Checksums::Required {
            s3 = s3
                .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
                .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
        }
        let mut kms = aws_sdk_kms::config::Builder::from(&shared);
        if let Some(endpoint) = &settings.kms_endpoint {
            kms = kms.endpoint_url(endpoint);
        }
        Self {
            s3: aws_sdk_s3::Client::from_conf(s3.build()),
            kms: aws_sdk_kms::Client::from_conf(kms.build()),
        }
    }
}

async fn shared_config(settings: &AwsSettings) -> SdkConfig {
    let patience = settings.patience;
    // One TLS stack in the process: the ring that everything else uses.
    let https = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(patience.connect)
        .read_timeout(patience.first_octet)
        .operation_attempt_timeout(patience.attempt)
        .operation_timeout(patience.whole)
        .build();
    let retries = RetryConfig::standard()
        .with_max_attempts(patience.attempts.max(1))
        .with_initial_backoff(Duration::from_millis(100))
        .with_max_backoff(Duration::from_secs(5));
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(https)
        .timeout_config(timeouts)
        .retry_config(retries);
    if let Some(region) = &settings.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some((key, secret)) = &settings.static_credentials {
        let credentials = Credentials::new(key, secret, None, None, "settings");
        loader = loader.credentials_provider(SharedCredentialsProvider::new(credentials));
    }
    loader.load().await
}
