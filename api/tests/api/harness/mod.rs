//! A house with a real database, a store in memory, a clock moved by hand, and cities with people and sealed calls.

pub mod browser;
pub mod house;
pub mod sealed_call;
