//! essentials
