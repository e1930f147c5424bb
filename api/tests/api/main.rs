//! The API as a person's browser meets it: real database, real sealed sound, a clock moved by hand.

mod openapi;
