//! How offers are read.
