//! The platform's signing key in the data directory, and beside it the key by which anybody checks what it signed.

use rokuon_keeping::signed_note::NoteSigner;

use crate::data_dir::DataDir;
use crate::failure::Failure;

/// Opens it; the first start makes it.
pub fn open(data_dir: &DataDir) -> Result<NoteSigner, Failure> {
    let path = data_dir.join("signing-key");
    let failed = |error: &dyn std::fmt::Display| {
        Failure::new(
            format!("証明書の署名鍵 {} を使えません（{error}）。", path.display()),
            format!("cannot use the key that signs certificates, {}: {error}", path.display()),
        )
    };
    let signer = NoteSigner::open_or_create(&path, "rokuon").map_err(|error| failed(&error))?;
    let public = data_dir.join("signing-key.pub");
    std::fs::write(&public, format!("{}\n", signer.verifier())).map_err(|error| failed(&error))?;
    Ok(signer)
}
