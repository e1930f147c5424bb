//! DTLS-SRTP with a peer that is not ours: OpenSSL as client and as server, with RSA and ECDSA certificates. Both sides must
//! export the same keys, octet for octet.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rokuon_secure_media::dtls::fingerprint::Fingerprint;
use rokuon_secure_media::dtls::handshake::{DtlsFailure, DtlsHandshake, DtlsKeys, DtlsProgress, DtlsRole};
use rokuon_secure_media::dtls::identity::DtlsIdentity;
use rokuon_secure_media::master_key::MasterKey;
use rokuon_secure_media::profile::Profile;

/// The kinds of certificate a peer may show, as `openssl req` makes them.
const KINDS: [(&str, &[&str]); 2] =
    [("RSA", &["rsa:2048"]), ("ECDSA", &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"])];

struct Peer {
    child: Child,
    lines: Receiver<String>,
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _waited = self.child.wait();
    }
}

/// A certificate of a kind in a folder: its file, its key's file, its fingerprint.
fn certificate(folder: &Path, kind: &[&str]) -> (PathBuf, PathBuf, Fingerprint) {
    let (certificate, key) = (folder.join("certificate"), folder.join("secret"));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=peer", "-newkey"])
        .args(kind)
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output()
        .expect("openssl is installed");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let told = Command::new("openssl")
        .args(["x509", "-noout", "-fingerprint", "-sha256", "-in"])
        .arg(&certificate)
        .output();
    let told = String::from_utf8(told.expect("openssl runs").stdout).expect("text");
    let digits = told.trim().split_once('=').expect("name=digits").1;
    (certificate, key, Fingerprint::parse(&format!("sha-256 {digits}")).expect("a fingerprint"))
}

fn openssl(arguments: &[String]) -> Peer {
    let mut child = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped()) // it ends with its input, which we keep open
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("openssl is installed");
    let (said, lines) = channel();
    let output = BufReader::new(child.stdout.take().expect("piped"));
    std::thread::spawn(move || {
        for line in output.lines().map_while(Result::ok) {
            let _nobody_listens = said.send(line);
        }
    });
    Peer { child, lines }
}

/// What OpenSSL exported, once it says so.
fn exported(peer: &Peer) -> Vec<u8> {
    let until = Instant::now() + Duration::from_secs(60);
    while let Ok(line) = peer.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
        if let Some(digits) = line.trim().strip_prefix("Keying material: ") {
            let digit = |at: usize| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).expect("hexadecimal");
            return (0..digits.len() / 2).map(digit).collect();
        }
    }
    panic!("openssl exported nothing");
}

/// Carries datagrams between the handshake and the peer until it is over.
fn carry(handshake: &mut DtlsHandshake, socket: &UdpSocket, mut peer: Option<SocketAddr>) -> DtlsProgress {
    socket.set_read_timeout(Some(Duration::from_millis(20))).expect("ours");
    let until = Instant::now() + Duration::from_secs(60);
    let mut buffer = [0; 4_096];
    let mut ended: Option<Instant> = None;
    // a little longer than until the keys are there: the last flight has to leave, and may be asked for again
    while Instant::now() < ended.map_or(until, |at| at + Duration::from_millis(300)) {
        while let Some(datagram) = handshake.next_datagram() {
            if let Some(peer) = peer {
                let _lost = socket.send_to(&datagram, peer);
            }
        }
        if ended.is_none() && *handshake.progress() != DtlsProgress::Going {
            ended = Some(Instant::now());
        }
        if let Ok((length, from)) = socket.recv_from(&mut buffer) {
            peer = Some(from);
            handshake.receive(&buffer[..length], Instant::now());
        }
        handshake.tick(Instant::now());
    }
    handshake.progress().clone()
}

fn keyed(progress: DtlsProgress, what: &str) -> DtlsKeys {
    match progress {
        DtlsProgress::Keyed(keys) => keys,
        other => panic!("{what}: {other:?}"),
    }
}

const PROFILES: [(Profile, &str); 3] = [
    (Profile::Aes128CmSha1_80, "SRTP_AES128_CM_SHA1_80"),
    (Profile::AeadAes128Gcm, "SRTP_AEAD_AES_128_GCM"),
    (Profile::AeadAes256Gcm, "SRTP_AEAD_AES_256_GCM"),
];

fn export_arguments(profile: Profile, name: &str) -> Vec<String> {
    ["-use_srtp", name, "-keymatexport", "EXTRACTOR-dtls_srtp", "-keymatexportlen"]
        .map(str::to_owned)
        .into_iter()
        .chain([MasterKey::exported_length(profile).to_string()])
        .collect()
}

// rule: RT13, RT15 — against OpenSSL, in both roles, RSA and ECDSA
#[test]
fn openssl_as_client_comes_to_the_same_keys() {
    let identity = DtlsIdentity::generate().expect("randomness");
    for (kind, made) in KINDS {
        let folder = tempfile::tempdir().expect("a folder");
        let (certificate, key, fingerprint) = certificate(folder.path(), made);
        for (profile, name) in PROFILES {
            let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
            let address = socket.local_addr().expect("bound").to_string();
            let mut arguments: Vec<String> =
                ["s_client", "-dtls1_2", "-connect", &address].map(str::to_owned).into();
            arguments.extend(["-cert".into(), certificate.display().to_string()]);
            arguments.extend(["-key".into(), key.display().to_string()]);
            arguments.extend(export_arguments(profile, name));
            let mut handshake =
                DtlsHandshake::new(&identity, DtlsRole::Passive, vec![fingerprint.clone()], Instant::now())
                    .expect("begun");
            let peer = openssl(&arguments);
            let keys = keyed(carry(&mut handshake, &socket, None), kind);
            let [client, server] =
                MasterKey::from_dtls(profile, &exported(&peer)).expect("as many as asked for");
            assert_eq!((keys.theirs, keys.ours), (client, server), "{kind} {name}");
        }
    }
}

// rule: RT13
#[test]
fn openssl_as_server_comes_to_the_same_keys() {
    let identity = DtlsIdentity::generate().expect("randomness");
    for (kind, made) in KINDS {
        let folder = tempfile::tempdir().expect("a folder");
        let (certificate, key, fingerprint) = certificate(folder.path(), made);
        let (profile, name) = PROFILES[0];
        let port = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))
            .and_then(|socket| socket.local_addr())
            .expect("a port")
            .port();
        let mut arguments: Vec<String> =
            ["s_server", "-dtls1_2", "-Verify", "1", "-port", &port.to_string()].map(str::to_owned).into();
        arguments.extend(["-cert".into(), certificate.display().to_string()]);
        arguments.extend(["-key".into(), key.display().to_string()]);
        arguments.extend(export_arguments(profile, name));
        let peer = openssl(&arguments);
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let mut handshake =
            DtlsHandshake::new(&identity, DtlsRole::Active, vec![fingerprint], Instant::now())
                .expect("begun");
        let server = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let keys = keyed(carry(&mut handshake, &socket, Some(server)), kind);
        let [client, server] = MasterKey::from_dtls(profile, &exported(&peer)).expect("as many as asked for");
        assert_eq!((keys.ours, keys.theirs), (client, server), "{kind}");
    }
}

// rule: RT13
#[test]
fn a_client_without_use_srtp_or_with_another_certificate_gets_no_keys() {
    let identity = DtlsIdentity::generate().expect("randomness");
    let folder = tempfile::tempdir().expect("a folder");
    let (certificate, key, fingerprint) = certificate(folder.path(), KINDS[0].1);
    let stranger = DtlsIdentity::generate().expect("randomness").fingerprint().clone();
    for (srtp, announced, expected) in
        [(false, fingerprint, DtlsFailure::NoSrtp), (true, stranger, DtlsFailure::WrongFingerprint)]
    {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = socket.local_addr().expect("bound").to_string();
        let mut arguments: Vec<String> =
            ["s_client", "-dtls1_2", "-connect", &address].map(str::to_owned).into();
        arguments.extend(["-cert".into(), certificate.display().to_string()]);
        arguments.extend(["-key".into(), key.display().to_string()]);
        if srtp {
            arguments.extend(["-use_srtp".into(), PROFILES[0].1.into()]);
        }
        let mut handshake =
            DtlsHandshake::new(&identity, DtlsRole::Passive, vec![announced], Instant::now()).expect("begun");
        let _peer = openssl(&arguments);
        assert_eq!(carry(&mut handshake, &socket, None), DtlsProgress::Failed(expected));
    }
}
