//! For tests only: a real S3 (Ceph's radosgw, private to one test) and a KMS that refuses what AWS refuses.

mod key_vault;
pub mod radosgw;
pub mod test_kms;
