//! How exchanges reach the worker: TLS with and without certificates of their own, TCP, IPv6.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use rokuon_fixtures::g711::Law;
use rokuon_fixtures::metadata::Party;
use rokuon_fixtures::phone::Phone;
use rokuon_fixtures::sip_link::Transport;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::PATIENCE;
use crate::harness::house::{CITIZEN, EXCHANGE, House, LISTED, STRANGER};
use crate::harness::raw_phone::RawPhone;
use crate::harness::tls::{Authority, Certified, connect, is_closed};
use crate::media::noise;
use crate::observations::{begin_test_of, told, until_told};

const NAME: &str = "recorder.example.jp";

/// A house that speaks TLS with this certificate; the folder holds its files.
async fn secure_house(certificate: &Certified, authority: Option<&Authority>) -> (House, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let files = certificate.write(folder.path(), authority);
    let house = House::with(|config| {
        config.sip.tls = vec![SocketAddr::new(EXCHANGE, 0)];
        config.sip.certificate = Some(files);
    })
    .await;
    (house, folder)
}

/// Sends OPTIONS; whether it is answered 200.
async fn answers(phone: &RawPhone) -> bool {
    let [caller, called] = [Party::number(CITIZEN), Party::number(LISTED)];
    let (dialog, _) = phone.invite([&caller, &called], "", &["1"]);
    phone.send(&dialog.request("OPTIONS", 1).print()).await;
    phone.next(PATIENCE).await.is_some_and(|answer| answer.status() == Some(200))
}

// rule: SR12
#[tokio::test(flavor = "multi_thread")]
async fn a_call_over_tls_is_recorded_though_the_exchange_shows_no_certificate() {
    let certificate = Certified::by_itself(NAME);
    let (house, _folder) = secure_house(&certificate, None).await;
    let (stream, local) = connect(house.sip.tls[0], &certificate, None).await.unwrap();
    let phone = RawPhone::on(stream, local, house.target(Transport::Tcp));
    let call = phone.call([&Party::number(CITIZEN), &Party::number(LISTED)]).await;
    assert_eq!(call.answer.status(), Some(200));
    let contact = call.answer.header("Contact").unwrap().to_owned();
    assert!(contact.contains("transport=tls") && contact.contains("+sip.srs"), "{contact}");
    for (socket, port) in call.sockets.iter().zip(&call.ports) {
        let mut packet = vec![0x80, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4];
        packet.extend([0x55; 160]);
        socket.send_to(&packet, port.unwrap()).unwrap();
    }
    phone.hang_up(&call.dialog).await;
    let kept = house.finished(&call.dialog.call_id).await;
    assert!(!kept.segments.is_empty());
}

// rule: SR12
#[tokio::test(flavor = "multi_thread")]
async fn with_an_authority_only_those_it_vouches_for_are_heard() {
    let (certificate, authority) = (Certified::by_itself(NAME), Authority::new());
    let (house, _folder) = secure_house(&certificate, Some(&authority)).await;
    let (server, target) = (house.sip.tls[0], house.target(Transport::Tcp));
    let vouched = authority.certify("pbx.example.jp");
    let (stream, local) = connect(server, &certificate, Some(&vouched)).await.unwrap();
    assert!(answers(&RawPhone::on(stream, local, target.clone())).await);
    let others = [
        None,
        Some(Certified::by_itself("pbx.example.jp")),
        Some(Authority::new().certify("pbx.example.jp")),
    ];
    for shown in &others {
        let (mut stream, _) = connect(server, &certificate, shown.as_ref()).await.unwrap();
        assert!(is_closed(&mut stream).await, "{}", shown.is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_certificate_is_used_without_a_restart_and_open_streams_stay() {
    let old = Certified::by_itself(NAME);
    let (house, folder) = secure_house(&old, None).await;
    let (server, target) = (house.sip.tls[0], house.target(Transport::Tcp));
    let (stream, local) = connect(server, &old, None).await.unwrap();
    let before = RawPhone::on(stream, local, target.clone());
    assert!(answers(&before).await);
    // half a renewal is none: the old one stands
    std::fs::write(folder.path().join("certificate.pem"), "no certificate").unwrap();
    let new = Certified::by_itself(NAME);
    let renewed = async {
        loop {
            tokio::time::sleep(Duration::from_millis(300)).await;
            if connect(server, &new, None).await.is_ok() {
                break;
            }
            assert!(connect(server, &old, None).await.is_ok(), "neither is spoken");
            new.write(folder.path(), None);
        }
    };
    tokio::time::timeout(PATIENCE, renewed).await.expect("the new one is used");
    assert!(answers(&before).await);
}

// req: P-2
#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_that_fails_tells_the_test_why() {
    let (certificate, authority) = (Certified::by_itself(NAME), Authority::new());
    let (house, _folder) = secure_house(&certificate, Some(&authority)).await;
    let server = house.sip.tls[0];
    // before a test is begun nobody is told
    let mut plain = TcpStream::connect(server).await.unwrap();
    plain.write_all(b"OPTIONS sip:x@example.jp SIP/2.0\r\n\r\n").await.unwrap();
    let _alert = plain.read_to_end(&mut Vec::new()).await;
    begin_test_of(&house, &house.user).await;
    assert_eq!(told(&house).await, []);
    let mut plain = TcpStream::connect(server).await.unwrap();
    plain.write_all(b"OPTIONS sip:x@example.jp SIP/2.0\r\n\r\n").await.unwrap();
    until_told(&house, "tls_failed", Some("not_tls")).await;
    // somebody who trusts another certificate than ours
    assert!(connect(server, &Certified::by_itself(NAME), None).await.is_err());
    until_told(&house, "tls_failed", Some("untrusted")).await;
    let (_none, _) = connect(server, &certificate, None).await.unwrap();
    until_told(&house, "tls_client_unknown", Some("no_certificate")).await;
    let (_own, _) =
        connect(server, &certificate, Some(&Certified::by_itself("pbx.example.jp"))).await.unwrap();
    until_told(&house, "tls_client_unknown", Some("unknown_certificate")).await;
}

// rule: S1
#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_given_no_stream_at_all() {
    let certificate = Certified::by_itself(NAME);
    let (house, _folder) = secure_house(&certificate, None).await;
    for server in [house.sip.tcp[0], house.sip.tls[0]] {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::new(STRANGER, 0)).unwrap();
        let stream: TcpStream = socket.connect(server).await.unwrap();
        let mut nothing = [0; 1];
        let read = tokio::time::timeout(PATIENCE, stream.peek(&mut nothing)).await.unwrap();
        assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
    }
}

// rule: SD7
#[tokio::test(flavor = "multi_thread")]
async fn calls_over_ipv6_are_recorded_beside_those_over_ipv4() {
    let six = IpAddr::V6(Ipv6Addr::LOCALHOST);
    let house = House::with(|config| {
        config.sip.udp.push(SocketAddr::new(six, 0));
        config.sip.tcp.push(SocketAddr::new(six, 0));
        config.media_bind = Ipv6Addr::UNSPECIFIED.into();
        config.media_address_other = Some(six);
    })
    .await;
    for (transport, server) in [(Transport::Udp, house.sip.udp[1]), (Transport::Tcp, house.sip.tcp[1])] {
        let mut target = house.target(transport);
        target.server = server;
        let phone = Phone::connect(target, six, house.pump.clone()).await.unwrap();
        let mut live = phone.invite(&noise(60, 20)).await.unwrap();
        live.said_everything().await;
        let sent = live.hang_up().await.unwrap();
        house.finished(&sent.call_id).await.assert_said(&sent.streams, Law::Pcmu);
    }
    let sent = house.call(&noise(61, 20)).await;
    house.finished(&sent.call_id).await.assert_said(&sent.streams, Law::Pcmu);
}
