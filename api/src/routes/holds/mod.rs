//! Preservation holds: see, place, keep on, ask for the release, release.

pub mod ask_release;
pub mod extend;
pub mod judged;
pub mod list;
pub mod locked;
pub mod model;
pub mod place;
pub mod release;
pub mod rules;
pub mod select;
pub mod show;
pub mod shown;
