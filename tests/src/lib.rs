//! What the house rules and the requirements list are read with.

pub mod requirements;
pub mod tree;
