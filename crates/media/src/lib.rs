//! The bearer, sans-IO: RTP onto a timeline, codecs, standard media files, waveforms, and what a listener hears.

#![deny(clippy::indexing_slicing)]

pub mod block_index;
pub mod codec;
pub mod decode;
pub mod drift;
pub mod file_head;
pub mod file_kind;
pub mod g711;
pub mod g722;
pub mod g729;
pub mod gap;
pub mod listening;
pub mod matroska;
pub mod ogg;
pub mod ogg_opus;
pub mod opus;
pub mod opus_decoder;
pub mod reception;
pub mod rtcp;
pub mod rtp;
pub mod telephone_event;
pub mod timeline;
pub mod video;
pub mod wav;
pub mod waveform;
