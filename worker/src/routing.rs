//! From an offer to a tenant, a line and two parties: which connection a call came by, and what its metadata says.

pub mod call_routing;
pub mod doubts;
pub mod refresh;
pub mod source_index;
pub mod speakers;
pub mod table;
