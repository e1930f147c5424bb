//! Media workers: sockets, threads and jobs round the sans-IO crates.

pub mod adopting;
pub mod config;
mod descriptors;
pub mod desk;
pub mod heartbeat;
pub mod held_frames;
pub mod orders;
pub mod recorder;
pub mod recovery;
pub mod registrar;
pub mod routing;
pub mod rtp;
mod running_tails;
pub mod running_worker;
pub mod sealing;
pub mod sip;
pub mod tails;
pub mod takeover;
pub mod vitals;
pub mod whip;
