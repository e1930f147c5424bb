//! The bearer, sans-IO: RTP onto a timeline, G.711, standard media files, waveforms, and what a listener hears.

#![deny(clippy::indexing_slicing)]

pub mod codec;
pub mod g711;
pub mod gap;
pub mod listening;
pub mod rtp;
pub mod telephone_event;
pub mod timeline;
pub mod wav;
pub mod waveform;
