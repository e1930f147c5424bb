//! The ports of `rokuon-storage` over S3 and KMS as AWS speaks them, and the care of a customer's buckets.

mod data_key;
mod erasing;
mod failure;
pub mod kms_cell_key;
pub mod kms_keys;
mod listing;
pub mod provision;
mod putting;
pub mod s3_store;
pub mod session;
pub mod tenant_keys;
