//! What the SDKs' failures mean for a caller.

use std::error::Error as StdError;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use rokuon_storage::key_service::{KeyError, KeyErrorKind};
use rokuon_storage::object_store::{StoreError, StoreErrorKind};

/// A failure as it came over the wire: the status, the code, the words.
#[derive(Debug, thiserror::Error)]
#[error("{code} (HTTP {status}): {message}")]
struct Told {
    status: u16,
    code: String,
    message: String,
}

/// The code and status of an answer, if there was one.
pub fn code_of<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> (u16, &str) {
    let status = error.raw_response().map_or(0, |answer| answer.status().as_u16());
    (status, error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default())
}

/// A failure of S3.
pub fn of_store<E>(error: SdkError<E, HttpResponse>) -> StoreError
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let (status, code) = code_of(&error);
    let kind = match &error {
        SdkError::ConstructionFailure(_) => StoreErrorKind::Refused,
        SdkError::ServiceError(_) => store_kind(status, code),
        _ => StoreErrorKind::Unavailable,
    };
    StoreError::new(kind, told(error))
}

/// What a status and a code of S3 mean.
pub fn store_kind(status: u16, code: &str) -> StoreErrorKind {
    match code {
        "NoSuchKey" | "NoSuchVersion" | "NotFound" => StoreErrorKind::NotFound,
        "PreconditionFailed" => StoreErrorKind::AlreadyExists,
        "QuotaExceeded" | "InsufficientCapacity" => StoreErrorKind::Full,
        // Altered on the way, or a clock or a token that mends itself.
        "BadDigest"
        | "XAmzContentSHA256Mismatch"
        | "IncompleteBody"
        | "RequestTimeout"
        | "SlowDown"
        | "RequestTimeTooSkewed"
        | "ExpiredToken"
        | "ThrottlingException"
        | "Throttling"
        | "ConditionalRequestConflict"
        | "OperationAborted"
        | "InternalError" => StoreErrorKind::Unavailable,
        "NoSuchBucket" | "AccessDenied" | "InvalidRange" => StoreErrorKind::Refused,
        _ => match status {
            404 => StoreErrorKind::NotFound,
            412 => StoreErrorKind::AlreadyExists,
            507 => StoreErrorKind::Full,
            409 | 429 | 500.. => StoreErrorKind::Unavailable,
            _ => StoreErrorKind::Refused,
        },
    }
}

/// A failure of KMS.
pub fn of_keys<E>(error: SdkError<E, HttpResponse>) -> KeyError
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let (status, code) = code_of(&error);
    let kind = match &error {
        SdkError::ConstructionFailure(_) => KeyErrorKind::Refused,
        SdkError::ServiceError(_) => key_kind(status, code),
        _ => KeyErrorKind::Unavailable,
    };
    KeyError::new(kind, told(error))
}

/// What a status and a code of KMS mean.
pub fn key_kind(status: u16, code: &str) -> KeyErrorKind {
    match code {
        // Pending deletion is an invalid state; a key policy that names us no more is a denial: either way the tenant is dark.
        "DisabledException" | "KMSInvalidStateException" | "NotFoundException" | "AccessDeniedException" => {
            KeyErrorKind::KeyGone
        }
        "InvalidCiphertextException"
        | "IncorrectKeyException"
        | "InvalidKeyUsageException"
        | "ValidationException"
        | "InvalidArnException" => KeyErrorKind::Refused,
        "ThrottlingException"
        | "LimitExceededException"
        | "KeyUnavailableException"
        | "DependencyTimeoutException"
        | "KMSInternalException"
        | "ExpiredTokenException" => KeyErrorKind::Unavailable,
        _ if status == 429 || status >= 500 => KeyErrorKind::Unavailable,
        _ => KeyErrorKind::Refused,
    }
}

/// The words of a failure. What the service said is enough; where it said nothing, the whole chain of causes.
fn told<E>(error: SdkError<E, HttpResponse>) -> Box<dyn StdError + Send + Sync>
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let (status, code) = code_of(&error);
    if !code.is_empty() {
        let message = error.as_service_error().and_then(ProvideErrorMetadata::message).unwrap_or_default();
        return Box::new(Told { status, code: code.to_owned(), message: message.to_owned() });
    }
    let mut words = if status == 0 { error.to_string() } else { format!("HTTP {status}: {error}") };
    let mut beneath = StdError::source(&error);
    while let Some(cause) = beneath {
        words.push_str(": ");
        words.push_str(&cause.to_string());
        beneath = cause.source();
    }
    words.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_mends_itself_is_worth_trying_again_and_nothing_else() {
        for (status, code) in [
            (503, "SlowDown"),
            (500, ""),
            (429, ""),
            (409, "ConditionalRequestConflict"),
            (403, "ExpiredToken"),
        ] {
            assert_eq!(store_kind(status, code), StoreErrorKind::Unavailable, "{status} {code}");
        }
        for (status, code, kind) in [
            (404, "NoSuchBucket", StoreErrorKind::Refused),
            (404, "NoSuchVersion", StoreErrorKind::NotFound),
            (404, "", StoreErrorKind::NotFound),
            (412, "", StoreErrorKind::AlreadyExists),
            (403, "AccessDenied", StoreErrorKind::Refused),
            (403, "QuotaExceeded", StoreErrorKind::Full),
            (416, "InvalidRange", StoreErrorKind::Refused),
        ] {
            assert_eq!(store_kind(status, code), kind, "{status} {code}");
        }
    }

    // rule: F7
    #[test]
    fn a_disabled_or_withdrawn_key_is_gone_and_a_throttled_one_is_not() {
        for code in
            ["DisabledException", "KMSInvalidStateException", "NotFoundException", "AccessDeniedException"]
        {
            assert_eq!(key_kind(400, code), KeyErrorKind::KeyGone, "{code}");
        }
        for (status, code) in [(400, "ThrottlingException"), (500, "KMSInternalException"), (503, "")] {
            assert_eq!(key_kind(status, code), KeyErrorKind::Unavailable, "{code}");
        }
        assert_eq!(key_kind(400, "InvalidCiphertextException"), KeyErrorKind::Refused);
    }
}
