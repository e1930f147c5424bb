//! Protects what we send: receiver reports from the recorder, whole calls from the fixtures' phone.

use crate::context::Context;
use crate::master_key::MasterKey;
use crate::packet::{rtcp_ssrc, rtp_header};
use crate::refused::Refused;
use crate::source::MOST_PACKETS;
use crate::transform::Number;

/// One direction of one stream under one master key.
pub struct SrtpSender {
    context: Context,
    /// SSRC and index of the last RTP packet.
    rtp: Vec<(u32, u64)>,
    rtcp_index: u64,
}

/// SRTCP packets a key may protect (RFC 3711 §9.2).
const MOST_REPORTS: u64 = 1 << 31;

impl std::fmt::Debug for SrtpSender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SrtpSender").field("key", &self.context.key).finish_non_exhaustive()
    }
}

impl SrtpSender {
    /// A sender whose rollover counters begin at zero.
    pub fn new(key: &MasterKey) -> Self {
        Self::late(key, 0)
    }

    /// A sender whose first report has this index: one that goes on after a restart must not number anew under the same key.
    pub fn late(key: &MasterKey, rtcp_index: u32) -> Self {
        Self { context: Context::new(key), rtp: Vec::new(), rtcp_index: u64::from(rtcp_index) }
    }

    /// The index the next report will carry; to be kept where a restart finds it, with room for those sent since.
    pub fn next_rtcp_index(&self) -> u32 {
        u32::try_from(self.rtcp_index).unwrap_or(u32::MAX)
    }

    /// Protects an RTP packet in place; packets of an SSRC have to come in order, gaps of less than 2^15 allowed.
    ///
    /// # Errors
    /// No RTP packet, or the key is used up.
    pub fn seal_rtp(&mut self, packet: &mut Vec<u8>) -> Result<(), Refused> {
        let header = rtp_header(packet).ok_or(Refused::Malformed)?;
        let index = match self.rtp.iter_mut().find(|(ssrc, _)| *ssrc == header.ssrc) {
            Some((_, last)) => {
                *last += u64::from(header.sequence.wrapping_sub((*last & 0xFFFF) as u16));
                *last
            }
            None => {
                self.rtp.push((header.ssrc, u64::from(header.sequence)));
                u64::from(header.sequence)
            }
        };
        if index >= MOST_PACKETS {
            return Err(Refused::Exhausted);
        }
        let number = Number { ssrc: header.ssrc, index };
        self.context.seal_rtp(packet, header.length, number).ok_or(Refused::Malformed)
    }

    /// Protects an RTCP compound in place.
    ///
    /// # Errors
    /// No RTCP packet, or the key is used up.
    pub fn seal_rtcp(&mut self, packet: &mut Vec<u8>) -> Result<(), Refused> {
        let ssrc = rtcp_ssrc(packet).ok_or(Refused::Malformed)?;
        if self.rtcp_index >= MOST_REPORTS {
            return Err(Refused::Exhausted);
        }
        let number = Number { ssrc, index: self.rtcp_index };
        self.context.seal_rtcp(packet, number).ok_or(Refused::Malformed)?;
        self.rtcp_index += 1;
        Ok(())
    }
}
