//! One bucket's files: blocking reads, writes and erasures.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::ops::Range;
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use nix::fcntl::{PosixFadviseAdvice, posix_fadvise};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::hold_marks;
use super::trailer::{TRAILER_LEN, Trailer};
use crate::object_store::{ObjectKey, ObjectVersion, StoreError, StoreErrorKind, StoredObject};

/// The files of one bucket.
pub struct Files {
    root: PathBuf,
    temporary: PathBuf,
    /// Held shared as long as the store is open, so that nobody sweeps our half-written files.
    _open: File,
}

impl Files {
    /// Opens a bucket's directory, making it if need be.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        let temporary = root.join(".tmp");
        make_directories(&temporary).map_err(store_error)?;
        let open = lock_file(&root.join(".open")).map_err(store_error)?;
        // Alone: whatever lies half-written was left by a process that is gone.
        if open.try_lock().is_ok() {
            sweep(&temporary).map_err(store_error)?;
        }
        open.lock_shared().map_err(store_error)?;
        Ok(Self { root: root.to_owned(), temporary, _open: open })
    }

    /// The bucket's directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Writes a new object; see [`crate::object_store::ObjectStore::put`].
    pub fn put_new(&self, key: &ObjectKey, bytes: &[u8]) -> Result<StoredObject, StoreError> {
        let sha256: [u8; 32] = Sha256::digest(bytes).into();
        if let Some(there) = self.same_or_refused(key, &sha256)? {
            return Ok(there);
        }
        let trailer = Trailer { version: Uuid::now_v7(), len: bytes.len() as u64, sha256 };
        let temporary = Temporary(self.temporary.join(trailer.version.to_string()));
        write_synced(&temporary.0, bytes, &trailer.to_octets()).map_err(store_error)?;
        verify(&temporary.0, &trailer)?;
        let place = self.path(key);
        let directory = place.parent().expect("an object lies in its bucket's directory");
        loop {
            make_directories(directory).map_err(store_error)?;
            match fs::hard_link(&temporary.0, &place) {
                Ok(()) => break,
                // An erasure took the directory away between the two steps.
                Err(error) if error.kind() == ErrorKind::NotFound && temporary.0.exists() => {}
                Err(_) if place.is_dir() => {
                    return Err(StoreError::new(
                        StoreErrorKind::Refused,
                        "other objects lie beneath this key",
                    ));
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    return self.same_or_refused(key, &sha256)?.ok_or_else(|| {
                        StoreError::new(
                            StoreErrorKind::Unavailable,
                            "the object was erased while it was put; try again",
                        )
                    });
                }
                Err(error) => return Err(store_error(error)),
            }
        }
        sync_directory(directory).map_err(store_error)?;
        Ok(trailer.into())
    }

    /// The object that is there if it has this hash (read again to be sure), `None` if none is there, refused otherwise.
    fn same_or_refused(
        &self,
        key: &ObjectKey,
        sha256: &[u8; 32],
    ) -> Result<Option<StoredObject>, StoreError> {
        let Some((_, trailer)) = self.open_object(key)? else { return Ok(None) };
        if trailer.sha256 != *sha256 {
            return Err(StoreError::new(StoreErrorKind::AlreadyExists, "another object has this key"));
        }
        verify(&self.path(key), &trailer)?;
        // Whoever put it may have been killed before its name was safe.
        let place = self.path(key);
        sync_directory(place.parent().expect("an object lies in a directory")).map_err(store_error)?;
        Ok(Some(trailer.into()))
    }

    /// See [`crate::object_store::ObjectStore::get_range`].
    pub fn get_range(
        &self,
        key: &ObjectKey,
        version: Option<&str>,
        range: Range<u64>,
    ) -> Result<Bytes, StoreError> {
        let (file, trailer) = self.open_version(key, version)?;
        let end = range.end.min(trailer.len);
        if range.start >= range.end {
            return Ok(Bytes::new());
        }
        if range.start >= trailer.len {
            return Err(StoreError::new(StoreErrorKind::Refused, "the range begins past the object's end"));
        }
        let mut octets = vec![0; octet_count(end - range.start)?];
        file.read_exact_at(&mut octets, range.start).map_err(store_error)?;
        Ok(octets.into())
    }

    /// See [`crate::object_store::ObjectStore::get`].
    pub fn get(&self, key: &ObjectKey, version: Option<&str>) -> Result<Bytes, StoreError> {
        let (file, trailer) = self.open_version(key, version)?;
        let mut octets = vec![0; octet_count(trailer.len)?];
        file.read_exact_at(&mut octets, 0).map_err(store_error)?;
        if Sha256::digest(&octets)[..] != trailer.sha256 {
            return Err(StoreError::new(StoreErrorKind::Corrupt, "the object is not what was put"));
        }
        Ok(octets.into())
    }

    /// See [`crate::object_store::ObjectStore::head`].
    pub fn head(&self, key: &ObjectKey) -> Result<Option<StoredObject>, StoreError> {
        Ok(self.open_object(key)?.map(|(_, trailer)| trailer.into()))
    }

    /// What a listing says of the version that is there; the nil version where its trailer is damaged.
    pub fn version_of(&self, key: &ObjectKey) -> Result<Option<ObjectVersion>, StoreError> {
        let (version, len, about) = match self.open_object(key) {
            Ok(Some((file, trailer))) => (trailer.version, trailer.len, file.metadata()),
            Ok(None) => return Ok(None),
            Err(error) if error.kind == StoreErrorKind::Corrupt => {
                (Uuid::nil(), 0, fs::metadata(self.path(key)))
            }
            Err(error) => return Err(error),
        };
        let written = about.and_then(|about| about.modified()).ok();
        Ok(Some(ObjectVersion {
            key: key.clone(),
            version_id: version.to_string(),
            is_delete_marker: false,
            len,
            last_modified: written.map(Into::into),
        }))
    }

    /// See [`crate::object_store::ObjectStore::set_held`].
    pub fn set_held(&self, key: &ObjectKey, version: &str, held: bool) -> Result<(), StoreError> {
        let _alone = self.alone()?;
        let version = self.named_version(key, version)?;
        hold_marks::set(&self.root, version, held).map_err(store_error)
    }

    /// See [`crate::object_store::ObjectStore::is_held`].
    pub fn is_held(&self, key: &ObjectKey, version: &str) -> Result<bool, StoreError> {
        Ok(hold_marks::is_set(&self.root, self.named_version(key, version)?))
    }

    /// The version of that name, if it is the one that is there. Where a trailer is damaged nothing says which version it is;
    /// as a key has only ever one, the name is believed.
    pub fn named_version(&self, key: &ObjectKey, version: &str) -> Result<Uuid, StoreError> {
        let wanted =
            Uuid::parse_str(version).map_err(|error| StoreError::new(StoreErrorKind::Refused, error))?;
        match self.open_object(key) {
            Ok(Some((_, trailer))) if trailer.version == wanted => Ok(wanted),
            Ok(_) => {
                Err(StoreError::new(StoreErrorKind::NotFound, "this version of the object is not there"))
            }
            Err(error) if error.kind == StoreErrorKind::Corrupt => Ok(wanted),
            Err(error) => Err(error),
        }
    }

    /// Taken for as long as the file lives: one that erases or holds at a time, over all processes.
    pub fn alone(&self) -> Result<File, StoreError> {
        let lock = lock_file(&self.root.join(".erasing")).map_err(store_error)?;
        lock.lock().map_err(store_error)?;
        Ok(lock)
    }

    /// Where an object lies.
    pub fn path(&self, key: &ObjectKey) -> PathBuf {
        self.root.join(key.as_str())
    }

    fn open_version(&self, key: &ObjectKey, version: Option<&str>) -> Result<(File, Trailer), StoreError> {
        match self.open_object(key)? {
            Some((_, trailer)) if version.is_some_and(|wanted| wanted != trailer.version.to_string()) => {
                Err(StoreError::new(StoreErrorKind::NotFound, "this version of the object is not there"))
            }
            Some(found) => Ok(found),
            None => Err(StoreError::new(StoreErrorKind::NotFound, "the object is not there")),
        }
    }

    fn open_object(&self, key: &ObjectKey) -> Result<Option<(File, Trailer)>, StoreError> {
        let file = match File::open(self.path(key)) {
            Ok(file) => file,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(store_error(error)),
        };
        let about = file.metadata().map_err(store_error)?;
        if about.is_dir() {
            return Ok(None);
        }
        let mut octets = [0; TRAILER_LEN];
        let corrupt = || StoreError::new(StoreErrorKind::Corrupt, "the object's trailer is damaged");
        let start = about.len().checked_sub(TRAILER_LEN as u64).ok_or_else(corrupt)?;
        file.read_exact_at(&mut octets, start).map_err(store_error)?;
        let trailer = Trailer::parse(&octets, about.len()).ok_or_else(corrupt)?;
        Ok(Some((file, trailer)))
    }
}

/// A half-written file, removed when it goes out of sight.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn write_synced(path: &Path, octets: &[u8], trailer: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(octets)?;
    file.write_all(trailer)?;
    file.sync_all()
}

/// Reads a file back, from the disk where the system lets us, and compares it with what it should be.
fn verify(path: &Path, expected: &Trailer) -> Result<(), StoreError> {
    let mut file = File::open(path).map_err(store_error)?;
    let _ = posix_fadvise(&file, 0, 0, PosixFadviseAdvice::POSIX_FADV_DONTNEED);
    let mut hash = Sha256::new();
    let mut left = expected.len;
    let mut buffer = vec![0; 256 * 1024];
    while left > 0 {
        let wanted = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let read = file.read(&mut buffer[..wanted]).map_err(store_error)?;
        if read == 0 {
            break;
        }
        hash.update(&buffer[..read]);
        left -= read as u64;
    }
    if left > 0 || hash.finalize()[..] != expected.sha256 {
        return Err(StoreError::new(StoreErrorKind::Corrupt, "what was read back is not what was put"));
    }
    Ok(())
}

/// Makes a directory and those above it, 0700, each safe on disk before the next.
pub fn make_directories(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(above) = path.parent() {
        make_directories(above)?;
        match DirBuilder::new().mode(0o700).create(path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
            _ => sync_directory(if above.as_os_str().is_empty() { Path::new(".") } else { above })?,
        }
    }
    Ok(())
}

fn sweep(temporary: &Path) -> io::Result<()> {
    for entry in fs::read_dir(temporary)? {
        fs::remove_file(entry?.path())?;
    }
    Ok(())
}

fn lock_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
}

/// Makes a directory's names safe on disk.
pub fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

fn octet_count(octets: u64) -> Result<usize, StoreError> {
    usize::try_from(octets).map_err(|error| StoreError::new(StoreErrorKind::Refused, error))
}

/// What the file system's failure means for a caller.
pub fn store_error(error: io::Error) -> StoreError {
    let kind = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => StoreErrorKind::Full,
        ErrorKind::NotFound => StoreErrorKind::NotFound,
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => StoreErrorKind::Refused,
        ErrorKind::NotADirectory | ErrorKind::IsADirectory | ErrorKind::InvalidFilename => {
            StoreErrorKind::Refused
        }
        ErrorKind::UnexpectedEof => StoreErrorKind::Corrupt,
        _ => StoreErrorKind::Unavailable,
    };
    StoreError::new(kind, error)
}
