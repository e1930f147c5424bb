//! The jobs of keeping on a real PostgreSQL and a store, against oracles that share no code with them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod city;
mod dice;
mod holding;
mod life;
mod oracle;
mod script;
mod sequences;
mod two_years;
