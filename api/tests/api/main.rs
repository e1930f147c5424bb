//! The API as a person's browser meets it: real database, real sealed sound, a clock moved by hand.

mod codecs;
mod connections;
mod erasures;
mod harness;
mod holds;
mod keeping;
mod openapi;
mod people;
mod playing;
mod recordings;
mod retention;
mod serving;
mod shape;
mod sign_in;
mod tenants;
