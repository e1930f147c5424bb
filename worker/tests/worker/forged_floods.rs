//! S2 at its full count: a hundred thousand forged packets change not one octet of what is stored.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rokuon_db::recordings::Outcome;
use rokuon_fixtures::metadata::Party;
use rokuon_fixtures::payload::{FRAME, Payload};
use rokuon_fixtures::sip_link::Transport;

use crate::harness::house::{BRANCH, CITIZEN, EXCHANGE, House, LISTED, STRANGER};
use crate::harness::raw_phone::RawPhone;

/// Frames each leg says at least, and at most while the forgers go on.
const FRAMES: std::ops::Range<u64> = 300..6_000;
/// What the legs call themselves.
const SSRC: [u32; 2] = [0x1111_1111, 0x2222_2222];

fn packet(ssrc: u32, number: u64, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x80, 0];
    packet.extend((number as u16).to_be_bytes());
    packet.extend((number as u32).wrapping_mul(FRAME as u32).to_be_bytes());
    packet.extend(ssrc.to_be_bytes());
    packet.extend(payload);
    packet
}

/// Sends `count` forged packets to each port, `a_second` of them: of the legs' own sources and of others', numbered like theirs.
fn forge(from: IpAddr, to: Vec<SocketAddr>, count: u64, a_second: u64) -> JoinHandle<u64> {
    let socket = UdpSocket::bind((from, 0)).unwrap();
    std::thread::spawn(move || {
        let began = Instant::now();
        let mut sent = 0;
        for number in 0..count {
            let due = Duration::from_micros(number * 1_000_000 / a_second);
            if number % 32 == 0 {
                std::thread::sleep(due.saturating_sub(began.elapsed()));
            }
            for (leg, at) in to.iter().enumerate() {
                let ssrc = if number % 2 == 0 { SSRC[leg % 2] } else { 0xF026_ED00 };
                sent += u64::from(socket.send_to(&packet(ssrc, number % 400, &[0x2A; FRAME]), at).is_ok());
            }
        }
        sent
    })
}

// rule: S2
// rule: S3
#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_forged_packets_change_not_one_octet() {
    let house = House::open().await;
    let phone = RawPhone::at(EXCHANGE, house.target(Transport::Udp)).await;
    let call = phone.call([&Party::number(CITIZEN), &Party::number(LISTED)]).await;
    let ports: Vec<SocketAddr> = call.ports.iter().map(|port| port.unwrap()).collect();
    // from outside the connection's networks, before and after the first real packet
    let mut forgers =
        vec![forge(STRANGER, ports.clone(), 20_000, 2_500), forge(BRANCH, ports.clone(), 20_000, 2_500)];
    tokio::time::sleep(Duration::from_millis(300)).await;
    let said = [120, 121].map(|seed| Payload::noise(seed, FRAMES.end as usize));
    let over = Arc::new(AtomicBool::new(false));
    let heard = over.clone();
    let (sockets, to) = (call.sockets, ports.clone());
    let (spoke, spoken) = tokio::sync::oneshot::channel();
    let mut spoke = Some(spoke);
    let speaking = std::thread::spawn(move || {
        let began = Instant::now();
        let mut number = 0;
        while number < FRAMES.start || (number < FRAMES.end && !heard.load(Ordering::Relaxed)) {
            std::thread::sleep(Duration::from_millis(20 * number).saturating_sub(began.elapsed()));
            for leg in 0..2 {
                let frame = said[leg].frame(number).unwrap();
                sockets[leg].send_to(&packet(SSRC[leg], number, frame), to[leg]).unwrap();
            }
            if let Some(spoke) = spoke.take() {
                spoke.send(()).unwrap();
            }
            number += 1;
        }
        (said, number, sockets)
    });
    // and from inside, once the leg has spoken
    spoken.await.unwrap();
    forgers.push(forge(EXCHANGE, ports, 15_000, 2_500));
    let forging =
        tokio::task::spawn_blocking(|| forgers.into_iter().map(|forger| forger.join().unwrap()).sum());
    let forged: u64 = forging.await.unwrap();
    over.store(true, Ordering::Relaxed);
    let (said, frames, sockets) = tokio::task::spawn_blocking(|| speaking.join().unwrap()).await.unwrap();
    phone.hang_up(&call.dialog).await;
    let kept = house.finished(&call.dialog.call_id).await;
    assert_eq!(kept.recording.outcome, Some(Outcome::Sealed), "{:?}", kept.gaps());
    for (leg, said) in said.iter().enumerate() {
        let expected: Vec<u8> = (0..frames).flat_map(|number| said.frame(number).unwrap().to_vec()).collect();
        let heard = kept.channel(leg as u8);
        let start = heard.windows(FRAME).position(|window| window == &expected[..FRAME]).unwrap();
        assert!(heard[..start].iter().all(|octet| *octet == 0xFF));
        assert!(heard[start..start + expected.len()] == expected, "leg {leg} differs");
        assert!(heard[start + expected.len()..].iter().all(|octet| *octet == 0xFF));
    }
    let counters = &kept.manifest().counters;
    let dropped: u64 = counters.streams.iter().map(|(_, counters)| counters.source).sum();
    assert!(forged >= 100_000, "{forged} forged");
    // those that came after the BYE found nobody
    assert!(dropped > forged / 2, "{dropped} of {forged} are counted");
    // and nothing was ever sent to anybody
    for socket in sockets {
        socket.set_nonblocking(true).unwrap();
        let came = socket.recv(&mut [0; 2_000]);
        assert!(came.is_err(), "no RTP leaves the recorder: {came:?}");
    }
}
