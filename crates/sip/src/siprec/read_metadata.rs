//! From XML elements to metadata.
use super::doubt::Doubt;
use super::metadata::Metadata;
pub(super) fn read(_raw: &[u8]) -> (Metadata, Vec<Doubt>) {
    (Metadata::default(), Vec::new())
}
