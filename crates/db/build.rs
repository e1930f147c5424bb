//! Rebuilds when a migration is added: the macro that embeds them does not see a new file by itself.
#![allow(clippy::print_stdout, reason = "a build script speaks to cargo on its standard output")]

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
