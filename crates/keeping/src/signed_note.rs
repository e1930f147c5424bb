//! Signed notes (C2SP `signed-note`): a text, a blank line, and lines that say whose Ed25519 signature stands under it.
//!
//! Keys are written as the Go tools write them: `name+hash+base64`, private ones with `PRIVATE+KEY+` before it.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use sha2::{Digest, Sha256};

/// The kind of key: Ed25519.
const ED25519_KIND: u8 = 1;
/// What a signature's line begins with: an em dash and a blank.
const LINE: &str = "— ";
/// What a private key begins with.
const PRIVATE: &str = "PRIVATE+KEY+";

/// Why a note or a key is not good.
#[derive(Debug, thiserror::Error)]
pub enum NoteError {
    /// It is not written as a key is.
    #[error("not a key")]
    NotAKey,
    /// It is not written as a signed note is.
    #[error("not a signed note")]
    NotANote,
    /// Nothing under it is of this key.
    #[error("no signature of {0} stands under it")]
    NotSigned(String),
    /// The text is not what was signed.
    #[error("the signature does not fit the text: it was changed, or another key signed it")]
    Altered,
    /// The key's file cannot be used.
    #[error("the signing key: {0}")]
    File(#[from] io::Error),
    /// The system gave no random octets.
    #[error("no randomness for a new signing key")]
    Randomness,
}

/// Signs notes.
pub struct NoteSigner {
    name: String,
    key: Ed25519KeyPair,
}

impl fmt::Debug for NoteSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NoteSigner").field("name", &self.name).finish_non_exhaustive()
    }
}

impl NoteSigner {
    /// A signer of this name from its 32 secret octets.
    ///
    /// # Errors
    /// [`NoteError::NotAKey`] for a name with blanks or `+`.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c == '+') {
            return Err(NoteError::NotAKey);
        }
        let key = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| NoteError::NotAKey)?;
        Ok(Self { name: name.to_owned(), key })
    }

    /// The signer whose key is in this file; a fresh key is written there when there is none.
    ///
    /// # Errors
    /// [`NoteError`].
    pub fn open_or_create(path: &Path, name: &str) -> Result<Self, NoteError> {
        match fs::read_to_string(path) {
            Ok(text) => return Self::parse(text.trim()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|_| NoteError::Randomness)?;
        let signer = Self::from_seed(name, &seed)?;
        let mut octets = vec![ED25519_KIND];
        octets.extend(seed);
        let hash = hex(&signer.hash());
        let text = format!("{PRIVATE}{name}+{hash}+{}\n", STANDARD.encode(octets));
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
            Ok(mut file) => {
                file.write_all(text.as_bytes())?;
                file.sync_all()?;
                Ok(signer)
            }
            // Another process was first: its key is the one.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Self::parse(fs::read_to_string(path)?.trim())
            }
            Err(error) => Err(error.into()),
        }
    }

    fn parse(text: &str) -> Result<Self, NoteError> {
        let (name, _, octets) = parts(text.strip_prefix(PRIVATE).ok_or(NoteError::NotAKey)?)?;
        Self::from_seed(&name, &octets)
    }

    /// What proves its signatures, for whoever checks: `name+hash+base64`.
    pub fn verifier(&self) -> NoteVerifier {
        let mut public = [0; 32];
        public.iter_mut().zip(self.key.public_key().as_ref()).for_each(|(octet, one)| *octet = *one);
        NoteVerifier { name: self.name.clone(), public }
    }

    fn hash(&self) -> [u8; 4] {
        self.verifier().hash()
    }

    /// The text with its signature under it. The text ends in a line feed.
    pub fn sign(&self, text: &str) -> String {
        let mut octets = self.hash().to_vec();
        octets.extend(self.key.sign(text.as_bytes()).as_ref());
        format!("{text}\n{LINE}{} {}\n", self.name, STANDARD.encode(octets))
    }
}

/// Checks notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteVerifier {
    name: String,
    public: [u8; 32],
}

impl NoteVerifier {
    fn hash(&self) -> [u8; 4] {
        let mut hash = Sha256::new();
        hash.update(self.name.as_bytes());
        hash.update([b'\n', ED25519_KIND]);
        hash.update(self.public);
        let digest = hash.finalize();
        [digest[0], digest[1], digest[2], digest[3]]
    }

    /// The text of a note that this key signed.
    ///
    /// # Errors
    /// [`NoteError::NotANote`], [`NoteError::NotSigned`], [`NoteError::Altered`].
    pub fn open<'a>(&self, note: &'a str) -> Result<&'a str, NoteError> {
        let (text, signatures) = note.rsplit_once("\n\n").ok_or(NoteError::NotANote)?;
        let text = note.get(..=text.len()).ok_or(NoteError::NotANote)?;
        for line in signatures.lines() {
            let (name, encoded) =
                line.strip_prefix(LINE).and_then(|line| line.split_once(' ')).ok_or(NoteError::NotANote)?;
            let octets = STANDARD.decode(encoded).map_err(|_| NoteError::NotANote)?;
            let (hash, signature) = octets.split_at_checked(4).ok_or(NoteError::NotANote)?;
            if name == self.name && hash == self.hash() {
                let key = UnparsedPublicKey::new(&ED25519, self.public);
                return key.verify(text.as_bytes(), signature).map(|()| text).map_err(|_| NoteError::Altered);
            }
        }
        Err(NoteError::NotSigned(self.name.clone()))
    }
}

impl fmt::Display for NoteVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut octets = vec![ED25519_KIND];
        octets.extend(self.public);
        write!(f, "{}+{}+{}", self.name, hex(&self.hash()), STANDARD.encode(octets))
    }
}

impl std::str::FromStr for NoteVerifier {
    type Err = NoteError;
    fn from_str(text: &str) -> Result<Self, NoteError> {
        let (name, hash, public) = parts(text.trim())?;
        let verifier = Self { name, public };
        if hex(&verifier.hash()) == hash { Ok(verifier) } else { Err(NoteError::NotAKey) }
    }
}

fn parts(text: &str) -> Result<(String, String, [u8; 32]), NoteError> {
    let mut parts = text.splitn(3, '+');
    let (name, hash, encoded) = (parts.next(), parts.next(), parts.next());
    let octets = STANDARD.decode(encoded.ok_or(NoteError::NotAKey)?).map_err(|_| NoteError::NotAKey)?;
    let octets = match octets.split_first() {
        Some((&ED25519_KIND, rest)) => rest.try_into().map_err(|_| NoteError::NotAKey)?,
        _ => return Err(NoteError::NotAKey),
    };
    let name = name.filter(|name| !name.is_empty()).ok_or(NoteError::NotAKey)?;
    Ok((name.to_owned(), hash.unwrap_or_default().to_owned(), octets))
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer() -> NoteSigner {
        NoteSigner::from_seed("rokuon", &[7; 32]).unwrap()
    }

    #[test]
    fn a_note_opens_with_its_key_and_no_other() {
        let signer = signer();
        let note = signer.sign("one\n\ntwo\n");
        assert_eq!(signer.verifier().open(&note).unwrap(), "one\n\ntwo\n");
        let written: NoteVerifier = signer.verifier().to_string().parse().unwrap();
        assert_eq!(written, signer.verifier());
        let other = NoteSigner::from_seed("rokuon", &[8; 32]).unwrap();
        assert!(matches!(other.verifier().open(&note), Err(NoteError::NotSigned(_))));
        assert!(matches!(signer.verifier().open("one\n"), Err(NoteError::NotANote)));
    }

    #[test]
    fn every_changed_octet_is_found() {
        let signer = signer();
        let note = signer.sign("rokuon erasure certificate 1\n{\"a\":1}\n");
        for place in 0..note.len() {
            let mut octets = note.clone().into_bytes();
            octets[place] ^= 1;
            let Ok(changed) = String::from_utf8(octets) else { continue };
            assert!(signer.verifier().open(&changed).is_err(), "octet {place}");
        }
    }

    #[test]
    fn a_key_is_made_once_and_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("signing-key");
        let first = NoteSigner::open_or_create(&path, "rokuon").unwrap();
        let again = NoteSigner::open_or_create(&path, "another").unwrap();
        assert_eq!(first.verifier(), again.verifier());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::write(&path, "nonsense").unwrap();
        assert!(NoteSigner::open_or_create(&path, "rokuon").is_err());
        assert!(NoteSigner::from_seed("a b", &[7; 32]).is_err());
    }

    /// Key and signature as another implementation of Ed25519 (pyca `cryptography`) makes them.
    #[test]
    fn another_implementation_makes_the_same_note() {
        let key = "rokuon+63202ebc+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";
        let signature =
            "YyAuvBY2Q6zWFt+16X96GEgWXuJnEXGD0/+S4oLo2Mtip9IfNW04bq/McawmUjX2MOTTS9PCPgfNfpq2dPXMET/apgM=";
        assert_eq!(signer().verifier().to_string(), key);
        assert_eq!(signer().sign("one\n\ntwo\n"), format!("one\n\ntwo\n\n— rokuon {signature}\n"));
    }
}
