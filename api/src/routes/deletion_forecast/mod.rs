//! What will be destroyed by a day, and under which article.

pub mod model;
pub mod show;
