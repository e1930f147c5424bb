//! Which holes are losses.
/// Points.
#[derive(Debug, Clone, Default)]
pub(super) struct Points;
