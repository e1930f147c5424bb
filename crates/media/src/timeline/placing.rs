//! Where a packet goes.
