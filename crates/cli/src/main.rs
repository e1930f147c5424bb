//! The `rokuon` command.
fn main() {}
