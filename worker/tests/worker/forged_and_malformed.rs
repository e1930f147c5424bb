//! Packets and messages that nobody decent sends, beside and into live calls: what is stored stays bit for bit what was said.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use rokuon_db::recordings::Outcome;
use rokuon_fixtures::g711::Law;
use rokuon_fixtures::metadata::Party;
use rokuon_fixtures::payload::Payload;
use rokuon_fixtures::rtp_pump::{Faults, Stream};
use rokuon_fixtures::sip_link::Transport;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::harness::house::{BRANCH, CITIZEN, EXCHANGE, House, LISTED, STRANGER};
use crate::harness::raw_phone::RawPhone;
use crate::harness::until;
use crate::media::noise;

/// Sends datagrams from one address to some ports, round and round, until dropped.
struct Flood {
    stop: Arc<AtomicBool>,
    sent: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

impl Flood {
    fn begin(from: IpAddr, to: Vec<SocketAddr>, datagram: impl Fn(u64) -> Vec<u8> + Send + 'static) -> Self {
        let (stop, sent) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (stopped, counted) = (stop.clone(), sent.clone());
        let socket = UdpSocket::bind((from, 0)).unwrap();
        let thread = std::thread::spawn(move || {
            for number in 0.. {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                for at in &to {
                    // a port nobody listens on may refuse
                    if socket.send_to(&datagram(number), at).is_ok() {
                        counted.fetch_add(1, Ordering::Relaxed);
                    }
                }
                // some five hundred a second, however many ports
                std::thread::sleep(Duration::from_millis(2) * to.len() as u32);
            }
        });
        Self { stop, sent, thread: Some(thread) }
    }

    fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    fn end(mut self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap();
        self.sent()
    }
}

impl Drop for Flood {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// A sound µ-law packet of a source that is not the phone.
fn forged(number: u64) -> Vec<u8> {
    let mut packet = vec![0x80, 0];
    packet.extend((number as u16).to_be_bytes());
    packet.extend((number as u32).wrapping_mul(160).to_be_bytes());
    packet.extend([0xF0, 0x26, 0xED, 0x00]);
    packet.extend([0x2A; 160]);
    packet
}

/// S2 in small: from outside the networks at any time, from inside once the phone has spoken.
#[tokio::test(flavor = "multi_thread")]
async fn forged_packets_change_not_one_octet_of_what_is_stored() {
    let house = House::open().await;
    let phone = RawPhone::at(EXCHANGE, house.target(Transport::Udp)).await;
    let call = phone.call([&Party::number(CITIZEN), &Party::number(LISTED)]).await;
    let ports: Vec<SocketAddr> = call.ports.iter().map(|port| port.unwrap()).collect();
    let mut floods =
        vec![Flood::begin(STRANGER, ports.clone(), forged), Flood::begin(BRANCH, ports.clone(), forged)];
    sleep(Duration::from_millis(100)).await;
    let streams = call.sockets.into_iter().zip(&ports).enumerate().map(|(index, (socket, port))| Stream {
        socket,
        destination: Some(*port),
        codec: Law::Pcmu.into(),
        payload: Payload::noise(90 + index as u64, 75),
        faults: Faults::default(),
        protect: None,
    });
    let mut bundle = house.pump.send(streams.collect());
    bundle.begun().await;
    floods.push(Flood::begin(EXCHANGE, ports, forged));
    bundle.finished().await;
    until("a thousand are forged", async || floods.iter().map(Flood::sent).sum::<u64>() > 1_000).await;
    let sent = bundle.stop().await;
    let forgeries: u64 = floods.into_iter().map(Flood::end).sum();
    phone.hang_up(&call.dialog).await;
    let kept = house.finished(&call.dialog.call_id).await;
    assert_eq!(kept.recording.outcome, Some(Outcome::Sealed));
    kept.assert_said(&sent, Law::Pcmu);
    let dropped: u64 = kept.manifest().counters.streams.iter().map(|(_, counters)| counters.source).sum();
    assert!(forgeries > 500 && dropped > 500, "{forgeries} sent, {dropped} seen and dropped");
}

/// Messages that break each rule in turn.
fn malformed(number: u64) -> Vec<u8> {
    let whole = b"INVITE sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKx\r\nFrom: <sip:a@b>;tag=1\r\n\
        To: <sip:c@d>\r\nCall-ID: 1@x\r\nCSeq: 1 INVITE\r\nContact: <sip:a@127.0.0.1:9>\r\nContent-Type: multipart/mixed;boundary=\r\n\
        Content-Length: 999999\r\n\r\n--\r\nContent-Type: application/sdp\r\n\r\nv=0\r\nm=audio 99999 RTP/AVP\r\n";
    let seed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    match number % 9 {
        0 => whole.to_vec(),
        1 => whole[..(seed as usize) % whole.len()].to_vec(),
        2 => {
            let mut bent = whole.to_vec();
            let at = (seed as usize >> 3) % bent.len();
            bent[at] = seed as u8;
            bent
        }
        3 => (0..1_400_u32).map(|at| (seed.rotate_left(at % 64) >> 5) as u8).collect(),
        4 => Vec::new(),
        5 => b"\r\n\r\n\r\n\r\n".to_vec(),
        6 => [b"BYE sip:x SIP/2.0\r\n".as_slice(), &b"v: a\r\n".repeat(2_000)].concat(),
        7 => b"SIP/2.0 200 OK\r\nVia: \r\nCSeq: 4294967296 \x00\r\n\r\n".to_vec(),
        _ => b"OPTIONS sip:\xFF\xFE SIP/2.0\r\nContent-Length: -1\r\n\r\n".to_vec(),
    }
}

/// Octets that are almost RTP.
fn malformed_rtp(number: u64) -> Vec<u8> {
    let mut packet = forged(number);
    match number % 8 {
        0 => packet.truncate(11),
        1 => packet[0] = 0x40,
        2 => packet[0] = 0x8F,
        3 => packet[0] = 0xA0,
        4 => packet[0] = 0x90,
        5 => packet[1] = 127,
        6 => packet = Vec::new(),
        _ => packet.resize(9_000, 0xEE),
    }
    packet
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_nonsense_leaves_the_neighbour_whole_and_the_worker_alive() {
    let house = House::open().await;
    let phone = house.phone(Transport::Tcp).await;
    let mut call = phone.invite(&noise(92, 90)).await.unwrap();
    call.begun_to_speak().await;
    let sip = house.target(Transport::Udp).server;
    let floods = [
        Flood::begin(EXCHANGE, vec![sip], malformed),
        Flood::begin(STRANGER, vec![sip], malformed),
        Flood::begin(EXCHANGE, house.receive_ports(), malformed_rtp),
    ];
    let tcp = house.target(Transport::Tcp).server;
    for number in 0..60 {
        let mut stream = TcpStream::connect(tcp).await.unwrap();
        // the worker may hang up on such a sender at any time
        let _refused = stream.write_all(&malformed(number)).await;
        if number % 3 == 0 {
            let _refused = stream.write_all(&b"X".repeat(70_000)).await;
        }
    }
    call.said_everything().await;
    until("a thousand datagrams are sent", async || floods.iter().map(Flood::sent).sum::<u64>() > 1_000)
        .await;
    floods.into_iter().for_each(|flood| _ = flood.end());
    let sent = call.hang_up().await.unwrap();
    let kept = house.finished(&sent.call_id).await;
    assert_eq!(kept.recording.outcome, Some(Outcome::Sealed));
    kept.assert_said(&sent.streams, Law::Pcmu);
    assert_eq!(phone.options().await.unwrap().status(), Some(200));
    let next = house.call(&noise(93, 20)).await;
    house.finished(&next.call_id).await.assert_said(&next.streams, Law::Pcmu);
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_packets_find_no_way_in_at_a_hold() {
    let house = House::open().await;
    let phone = house.phone(Transport::Udp).await;
    let mut call = phone.invite(&noise(91, 70)).await.unwrap();
    call.begun_to_speak().await;
    sleep(Duration::from_millis(400)).await;
    // the forger knows the range and is inside the exchange's network
    let flood = Flood::begin(EXCHANGE, house.receive_ports(), forged);
    call.put_on_hold().await.unwrap();
    sleep(Duration::from_millis(400)).await;
    call.resume().await.unwrap();
    call.said_everything().await;
    flood.end();
    let sent = call.hang_up().await.unwrap();
    house.finished(&sent.call_id).await.assert_said(&sent.streams, Law::Pcmu);
}
