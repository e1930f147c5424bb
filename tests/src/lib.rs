//! What the house rules, the requirements list and the standards' table are read with.

pub mod marks;
pub mod requirements;
pub mod tree;
