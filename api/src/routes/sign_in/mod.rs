//! Signing in and out, and who is signed in.

pub mod begin;
pub mod change_password;
pub mod me;
pub mod model;
pub mod sign_out;
