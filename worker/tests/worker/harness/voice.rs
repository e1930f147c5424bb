//! A voice that says one octet all the time, so that whoever listens knows who it was.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::Duration;

use rokuon_fixtures::rtp_pump::bind_stream;
use tokio::time::sleep;

use super::kept::Kept;

/// Octets of a packet of 20 ms.
const FRAME: usize = 160;

/// One stream's sender.
pub struct Voice {
    socket: UdpSocket,
    octet: u8,
    ssrc: u32,
    sequence: u16,
    timestamp: u32,
    payload_type: u8,
}

impl Voice {
    pub fn new(ip: IpAddr, octet: u8) -> Self {
        let socket = bind_stream(ip).unwrap();
        Self { socket, octet, ssrc: u32::from(octet), sequence: 1, timestamp: 0, payload_type: 0 }
    }

    /// The port it sends from.
    pub fn port(&self) -> u16 {
        self.socket.local_addr().unwrap().port()
    }

    /// Sends from another port from now on, as an exchange that re-anchors its media does.
    pub fn move_on(&mut self) {
        self.socket = bind_stream(self.socket.local_addr().unwrap().ip()).unwrap();
    }

    /// Says nothing for so many packets; its clock goes on.
    pub async fn rest(&mut self, packets: u32) {
        self.timestamp = self.timestamp.wrapping_add(packets * 160);
        sleep(Duration::from_millis(20) * packets).await;
    }

    /// Sends in this payload type from now on.
    pub fn speak_as(&mut self, payload_type: u8) {
        self.payload_type = payload_type;
    }

    /// Sends under another source identifier from now on.
    pub fn change_ssrc(&mut self) {
        (self.ssrc, self.sequence, self.timestamp) = (self.ssrc + 1_000, 500, 90_000);
    }

    /// Speaks for so many packets of 20 ms, in real time.
    pub async fn say(&mut self, to: Option<SocketAddr>, packets: usize) {
        for _ in 0..packets {
            let mut packet = vec![0x80, self.payload_type];
            packet.extend(self.sequence.to_be_bytes());
            packet.extend(self.timestamp.to_be_bytes());
            packet.extend(self.ssrc.to_be_bytes());
            packet.extend([self.octet; FRAME]);
            if let Some(to) = to {
                let _refused = self.socket.send_to(&packet, to);
            }
            self.sequence = self.sequence.wrapping_add(1);
            self.timestamp = self.timestamp.wrapping_add(160);
            sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Several voices at the same time.
pub async fn say_together(voices: &mut [Voice], ports: &[Option<SocketAddr>], packets: usize) {
    for _ in 0..packets {
        for (voice, port) in voices.iter_mut().zip(ports) {
            let timestamp = voice.timestamp;
            let mut packet = vec![0x80, 0];
            packet.extend(voice.sequence.to_be_bytes());
            packet.extend(timestamp.to_be_bytes());
            packet.extend(voice.ssrc.to_be_bytes());
            packet.extend([voice.octet; FRAME]);
            if let Some(port) = port {
                let _refused = voice.socket.send_to(&packet, port);
            }
            voice.sequence = voice.sequence.wrapping_add(1);
            voice.timestamp = timestamp.wrapping_add(160);
        }
        sleep(Duration::from_millis(20)).await;
    }
}

impl Kept {
    /// How many packets of this voice a channel holds, over all segments.
    pub fn packets_of(&self, channel: u8, octet: u8) -> usize {
        let mut octets = 0;
        for (segment, rows) in self.segments.iter().zip(&self.octets) {
            if let Some(place) = segment.channels.iter().position(|one| *one == channel) {
                octets += rows[place].iter().filter(|one| **one == octet).count();
            }
        }
        octets / FRAME
    }
}
