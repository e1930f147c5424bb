//! The key file on disk: read, checked, and rewritten atomically.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rokuon_policy::ids::TenantId;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use super::{TenantKey, TenantKeys};
use crate::key_service::{KeyError, KeyErrorKind};

const FORMAT: &str = "rokuon-key-file-1";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: String,
    tenants: BTreeMap<TenantId, Vec<Entry>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    key: String,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

/// Reads the file under its lock, lets `change` alter the keys, and writes them if it answers `true` or there was no file.
pub fn change(path: &Path, change: impl FnOnce(&mut TenantKeys) -> bool) -> Result<TenantKeys, KeyError> {
    let failed = |error: io::Error| {
        KeyError::new(KeyErrorKind::Unavailable, format!("key file {}: {error}", path.display()))
    };
    let _lock = lock(path).map_err(failed)?;
    let found = read(path)?;
    let is_new = found.is_none();
    let mut keys = found.unwrap_or_default();
    if change(&mut keys) || is_new {
        write(path, &keys).map_err(failed)?;
    }
    Ok(keys)
}

fn lock(path: &Path) -> io::Result<File> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(directory(path))?;
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(false).mode(0o600).open(beside(path, ".lock"))?;
    file.lock()?;
    Ok(file)
}

fn read(path: &Path) -> Result<Option<TenantKeys>, KeyError> {
    let refused =
        |why: String| KeyError::new(KeyErrorKind::KeyGone, format!("key file {}: {why}", path.display()));
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(refused(error.to_string())),
    };
    let mode = file.metadata().map_err(|error| refused(error.to_string()))?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(refused(format!("others can reach it (mode {mode:03o}); run chmod 600 on it")));
    }
    let mut text = Zeroizing::new(String::new());
    file.read_to_string(&mut text).map_err(|error| refused(error.to_string()))?;
    // The parser's own message could quote what it stumbled over.
    let place = |error: serde_json::Error| refused(format!("not a key file (line {})", error.line()));
    let document: Document = serde_json::from_str(&text).map_err(place)?;
    if document.format != FORMAT {
        return Err(refused(format!("not in the form {FORMAT}")));
    }
    let keys = document.tenants.into_iter().map(|(tenant, entries)| {
        let keys: Option<Vec<TenantKey>> = entries.iter().map(decode).collect();
        keys.map(|keys| (tenant.clone(), keys))
            .ok_or_else(|| refused(format!("a key of tenant {tenant} is damaged")))
    });
    keys.collect::<Result<_, _>>().map(Some)
}

fn decode(entry: &Entry) -> Option<TenantKey> {
    let octets = Zeroizing::new(STANDARD.decode(entry.key.as_bytes()).ok()?);
    let mut key = Zeroizing::new([0; 32]);
    key.copy_from_slice(octets.get(..).filter(|octets| octets.len() == 32)?);
    let id = STANDARD.decode(entry.id.as_bytes()).ok()?.try_into().ok()?;
    Some(TenantKey { id, key })
}

fn write(path: &Path, keys: &TenantKeys) -> io::Result<()> {
    let encode = |octets: &[u8]| STANDARD.encode(octets);
    let entry = |key: &TenantKey| Entry { id: encode(&key.id), key: encode(&*key.key) };
    let tenants =
        keys.iter().map(|(tenant, keys)| (tenant.clone(), keys.iter().map(entry).collect())).collect();
    let text = Zeroizing::new(serde_json::to_vec_pretty(&Document { format: FORMAT.to_owned(), tenants })?);
    let temporary = beside(path, ".new");
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
    file.write_all(&text)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    File::open(directory(path))?.sync_all()
}

fn directory(path: &Path) -> &Path {
    path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
