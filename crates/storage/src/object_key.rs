//! The names of our objects: `<tenant>/<time>/<recording>/<what>`, the same in both buckets.
//!
//! `<time>` is the first six hexadecimal digits of the recording's UUIDv7 (spans of 4.7 hours), so that no directory
//! grows beyond some thousand entries and a listing goes by time. `.e<n>` is the *epoch*: how often sealing was begun
//! anew with other octets after a crash; objects are never overwritten.

use rokuon_policy::ids::{RecordingId, TenantId};
use uuid::Uuid;

use crate::object_store::ObjectKey;

/// The sealed media of one segment. Bucket Media.
pub fn media(tenant: &TenantId, recording: RecordingId, segment: u32, epoch: u32) -> ObjectKey {
    key(tenant, recording, &format!("segment-{segment:05}.e{epoch}"))
}

/// The manifest of a recording. Bucket Media.
pub fn manifest(tenant: &TenantId, recording: RecordingId, epoch: u32) -> ObjectKey {
    key(tenant, recording, &format!("manifest.e{epoch}"))
}

/// The waveform of a recording. Bucket Media.
pub fn peaks(tenant: &TenantId, recording: RecordingId, epoch: u32) -> ObjectKey {
    key(tenant, recording, &format!("peaks.e{epoch}"))
}

/// The wrapped data key of a recording. Bucket Keys. There is one, and it never changes.
pub fn wrapped_key(tenant: &TenantId, recording: RecordingId) -> ObjectKey {
    key(tenant, recording, "key")
}

/// What all tails begin with. No tenant's name does, so that whoever lists a tenant's objects never meets one.
pub const TAILS: &str = "_tails/";

/// What all tails of one life of a spool begin with.
pub fn tails_of(life: Uuid) -> String {
    format!("{TAILS}{life}/")
}

/// A copied stretch of a spool's journal: the file's number and where in it the stretch begins. Bucket Media.
pub fn tail(life: Uuid, file: u32, offset: u64) -> ObjectKey {
    tail_key(life, &format!("{file:010}-{offset:012}"))
}

/// A sign that the life goes on though the database does not hear it. Bucket Media.
pub fn tail_sign(life: Uuid, number: u64) -> ObjectKey {
    tail_key(life, &format!("alive-{number:010}"))
}

fn tail_key(life: Uuid, what: &str) -> ObjectKey {
    (tails_of(life) + what).parse().expect("ids and numbers are made of permitted characters")
}

/// What all objects of a recording begin with, for listing and erasing; ends with `/`.
pub fn prefix(tenant: &TenantId, recording: RecordingId) -> String {
    let mut buffer = [0; uuid::fmt::Simple::LENGTH];
    let digits = &*recording.0.simple().encode_lower(&mut buffer);
    format!("{tenant}/{}/{recording}/", &digits[..6])
}

fn key(tenant: &TenantId, recording: RecordingId, what: &str) -> ObjectKey {
    (prefix(tenant, recording) + what)
        .parse()
        .expect("tenant and recording ids are made of permitted characters")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_valid_key_under_the_recordings_prefix() {
        let tenant: TenantId = "osaka-waterworks".parse().expect("a tenant");
        let recording: RecordingId = "019a0000-1111-7222-8333-444455556666".parse().expect("a recording");
        assert_eq!(
            media(&tenant, recording, 7, 0).as_str(),
            "osaka-waterworks/019a00/019a0000-1111-7222-8333-444455556666/segment-00007.e0"
        );
        for key in
            [manifest(&tenant, recording, 1), peaks(&tenant, recording, 0), wrapped_key(&tenant, recording)]
        {
            assert!(key.as_str().starts_with(&prefix(&tenant, recording)), "{key}");
        }
    }
}
