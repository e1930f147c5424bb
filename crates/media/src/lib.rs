//! The bearer, sans-IO: RTP onto a timeline, codecs, standard media files, waveforms, and what a listener hears.

#![deny(clippy::indexing_slicing)]

pub mod codec;
pub mod file_kind;
pub mod g711;
pub mod g729;
pub mod gap;
pub mod listening;
pub mod opus;
pub mod reception;
pub mod rtcp;
pub mod rtp;
pub mod telephone_event;
pub mod timeline;
pub mod wav;
pub mod waveform;
