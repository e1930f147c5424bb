//! RTCP: senders' clocks are heard, and receiver reports go where signalling said, and nowhere else.

use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use rokuon_db::recordings::Outcome;
use rokuon_fixtures::metadata::Party;
use rokuon_fixtures::sip_link::Transport;
use rokuon_media::rtcp::{Compound, Said};

use crate::harness::PATIENCE;
use crate::harness::house::{CITIZEN, EXCHANGE, House, LISTED};
use crate::harness::raw_phone::{RawCall, RawPhone};

/// A sender report and a name, as RFC 3550 §6.1 wants them.
fn sender_report(ssrc: u32) -> Vec<u8> {
    let mut out = vec![0x80, 200, 0, 6];
    for word in [ssrc, 0xE000_0001, 0x8000_0000, 160, 1, 160] {
        out.extend(word.to_be_bytes());
    }
    out.extend([0x81, 202, 0, 2]);
    out.extend(ssrc.to_be_bytes());
    out.extend([1, 1, b'x', 0]);
    out
}

fn packet(ssrc: u32, number: u16) -> Vec<u8> {
    let mut packet = vec![0x80, 0];
    packet.extend(number.to_be_bytes());
    packet.extend((u32::from(number) * 160).to_be_bytes());
    packet.extend(ssrc.to_be_bytes());
    packet.extend([number as u8; 160]);
    packet
}

/// A call whose first leg also has the port after its own.
async fn call_with_rtcp(phone: &RawPhone) -> (RawCall, UdpSocket) {
    for _ in 0..20 {
        let call = phone.call([&Party::number(CITIZEN), &Party::number(LISTED)]).await;
        let local = call.sockets[0].local_addr().unwrap();
        match UdpSocket::bind(SocketAddr::new(local.ip(), local.port() + 1)) {
            Ok(rtcp) => return (call, rtcp),
            Err(_) => _ = phone.hang_up(&call.dialog).await,
        }
    }
    panic!("no pair of ports is free");
}

// rule: RT5
// rule: S3
#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_report_comes_where_rtcp_was_signalled_and_tells_what_was_lost() {
    let house = House::open().await;
    let phone = RawPhone::at(EXCHANGE, house.target(Transport::Udp)).await;
    let (call, rtcp) = call_with_rtcp(&phone).await;
    let to = call.ports[0].unwrap();
    let rtcp_to = SocketAddr::new(to.ip(), to.port() + 1);
    let stranger = UdpSocket::bind((EXCHANGE, 0)).unwrap();
    let (sockets, speaker) = (call.sockets, rtcp.try_clone().unwrap());
    rtcp.set_read_timeout(Some(PATIENCE)).unwrap();
    let speaking = std::thread::spawn(move || {
        let began = Instant::now();
        for number in 0..450_u16 {
            std::thread::sleep(
                (Duration::from_millis(20) * u32::from(number)).saturating_sub(began.elapsed()),
            );
            if number % 10 != 7 {
                sockets[0].send_to(&packet(9, number), to).unwrap();
            }
            if number == 50 {
                speaker.send_to(&sender_report(9), rtcp_to).unwrap();
                // a forger's clock is not heard
                stranger.send_to(&sender_report(9), rtcp_to).unwrap();
            }
        }
        sockets
    });
    let (report, from) = tokio::task::spawn_blocking(move || {
        let mut report = [0; 200];
        let (length, from) = rtcp.recv_from(&mut report).unwrap();
        (report[..length].to_vec(), from)
    })
    .await
    .unwrap();
    assert_eq!(from, rtcp_to, "from the port RTCP is sent to");
    assert!(
        Compound::parse(&report)
            .is_some_and(|compound| compound.said().all(|said| !matches!(said, Said::Sender(_))))
    );
    assert_eq!((report[1], &report[8..12]), (201, &9_u32.to_be_bytes()[..]));
    assert!((20..=30).contains(&report[12]), "a tenth is lost: {}", report[12]);
    assert_eq!(&report[24..28], &0x0001_8000_u32.to_be_bytes(), "the last sender report");
    let sockets = tokio::task::spawn_blocking(|| speaking.join().unwrap()).await.unwrap();
    phone.hang_up(&call.dialog).await;
    let kept = house.finished(&call.dialog.call_id).await;
    assert_eq!(kept.recording.outcome, Some(Outcome::SealedWithGaps));
    let counters = &kept.manifest().counters.streams[0].1;
    assert_eq!((counters.rtcp, counters.source, counters.lost), (1, 1, 45));
    for socket in sockets {
        socket.set_nonblocking(true).unwrap();
        assert!(socket.recv(&mut [0; 200]).is_err(), "no RTP leaves the recorder");
    }
}
