//! Tries what we rely on of a tenant's key, and of the cell's own.

use rokuon_policy::ids::{RecordingId, TenantId};
use rokuon_storage::cell_key::CellKey;
use rokuon_storage::key_service::{KeyContext, KeyError, KeyErrorKind, KeyService, WrappedKey};

use super::finding::{Findings, so};

/// Data keys of a recording that does not exist; nothing is stored.
pub async fn run(keys: &dyn KeyService, tenant: &TenantId, found: &mut Findings) {
    let context = |number: u8| {
        let id = RecordingId(uuid::Uuid::from_bytes([number; 16]));
        KeyContext::recording(tenant.clone(), id)
    };
    let ready = keys.ensure_tenant_key(tenant).await.map_err(|error| error.to_string());
    let is_ready = ready.is_ok();
    found.needed("団体の鍵があり、有効である", "the tenant's key is there and enabled", ready);
    if !is_ready {
        return;
    }
    let made = keys.generate_data_key(&context(1)).await.map_err(|error| error.to_string());
    let made = match made {
        Ok(made) => {
            found.needed("データ鍵を作れる", "it makes data keys", Ok(()));
            made
        }
        Err(error) => {
            found.needed("データ鍵を作れる", "it makes data keys", Err(error));
            return;
        }
    };
    let (key, wrapped) = made;
    let opened = keys.unwrap(&context(1), &wrapped).await.map_err(|error| error.to_string());
    found.needed(
        "包んだ鍵を開くと同じ鍵が得られる",
        "a wrapped key opens to the same key",
        opened.and_then(|opened| so(opened.expose() == key.expose(), || "another key".to_owned())),
    );
    let other = keys.generate_data_key(&context(1)).await.map_err(|error| error.to_string());
    found.needed(
        "データ鍵は毎回違う",
        "no two data keys are the same",
        other.and_then(|(other, _)| so(other.expose() != key.expose(), || "the same key twice".to_owned())),
    );
    found.needed(
        "別の録音の鍵としては開けない（暗号化コンテキスト）",
        "it does not open for another recording (encryption context)",
        refused(keys.unwrap(&context(2), &wrapped).await.map(drop)),
    );
    let mut altered = wrapped.as_bytes().to_vec();
    if let Some(last) = altered.last_mut() {
        *last ^= 1;
    }
    found.needed(
        "改ざんされた鍵は開けない",
        "an altered key does not open",
        refused(keys.unwrap(&context(1), &WrappedKey::from_bytes(altered)).await.map(drop)),
    );
}

/// A spool key of a worker that does not exist; nothing is stored.
pub async fn run_cell(cell: &dyn CellKey, found: &mut Findings) {
    let (one, other) = (uuid::Uuid::from_bytes([1; 16]), uuid::Uuid::from_bytes([2; 16]));
    let made = cell.generate_spool_key(one).await;
    found.needed(
        "基盤の鍵があり、スプールの鍵を作れる",
        "the cell's key is there and makes spool keys",
        made.as_ref().map(drop).map_err(ToString::to_string),
    );
    let Ok((key, wrapped)) = made else { return };
    let opened = cell.unwrap_spool_key(one, &wrapped).await.map_err(|error| error.to_string());
    found.needed(
        "包んだスプールの鍵を開くと同じ鍵が得られる",
        "a wrapped spool key opens to the same key",
        opened.and_then(|opened| so(opened.expose() == key.expose(), || "another key".to_owned())),
    );
    found.needed(
        "別のスプールの鍵としては開けない（暗号化コンテキスト）",
        "it does not open for another spool (encryption context)",
        refused(cell.unwrap_spool_key(other, &wrapped).await.map(drop)),
    );
}

fn refused(opened: Result<(), KeyError>) -> Result<(), String> {
    match opened {
        Err(error) if error.kind == KeyErrorKind::Refused => Ok(()),
        Err(error) => Err(error.to_string()),
        Ok(()) => Err("it was opened".to_owned()),
    }
}
