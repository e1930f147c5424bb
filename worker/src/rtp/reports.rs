//! Receiver reports, the only thing the recorder ever sends on a media port, and only where signalling said.

use std::time::Duration;

use rokuon_capture::live_call::DueReport;
use rokuon_media::rtcp::write_receiver_report;

use super::protection::Guard;
use crate::recorder::command::StreamSocket;

/// The least time between two reports of a stream (RFC 3550 §6.2).
const LEAST_INTERVAL: Duration = Duration::from_secs(5);
/// What is added to it at random, so that a thousand streams do not report at once.
const SPREAD_MILLIS: u16 = 2_500;

/// Writes and sends reports for all calls of a thread.
#[derive(Debug)]
pub struct Reporter {
    cname: String,
    packet: Vec<u8>,
}

impl Default for Reporter {
    fn default() -> Self {
        // RFC 7022 §4.2: a name for the life of the process that tells nothing of the machine.
        let mut octets = [0; 12];
        // Without randomness the name is one of all zeroes: it names nobody all the same.
        let _unnamed = getrandom::fill(&mut octets);
        let cname = octets.iter().map(|octet| format!("{octet:02x}")).collect();
        Self { cname, packet: Vec::with_capacity(128) }
    }
}

impl Reporter {
    /// Until the next report: at least five seconds, and a random part.
    pub fn interval() -> Duration {
        let mut octets = [0; 2];
        let _unspread = getrandom::fill(&mut octets);
        LEAST_INTERVAL + Duration::from_millis(u64::from(u16::from_be_bytes(octets) % SPREAD_MILLIS))
    }

    /// Sends a report on one stream. What the network does with it is no business of a recording's.
    pub fn send(&mut self, stream: &StreamSocket, due: &DueReport, guard: Option<&mut Guard>) {
        let local = stream.socket.local_addr().map_or(0, |address| address.port());
        // We send no media: the source we report as is only to be unlike the other's.
        let ssrc = due.block.ssrc.wrapping_mul(0x9E37_79B9) ^ u32::from(local) ^ 0x5EC0_4DE4;
        self.packet.clear();
        write_receiver_report(ssrc, std::slice::from_ref(&due.block), &self.cname, &mut self.packet);
        if guard.is_some_and(|guard| !guard.seal_rtcp(&mut self.packet)) {
            return;
        }
        let socket = stream.rtcp.as_ref().filter(|_| !due.muxed).unwrap_or(&stream.socket);
        let _unsent = socket.send_to(&self.packet, due.to);
        metrics::counter!("rokuon_receiver_reports_total").increment(1);
    }
}
