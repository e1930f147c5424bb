//! Tests of reading and checking policy files.
