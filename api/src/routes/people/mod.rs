//! People with an ID.

pub mod disable;
pub mod issue;
pub mod list;
pub mod model;
pub mod reset_password;
