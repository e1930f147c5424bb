//! Programs that are not ours, as Debian packages them: a phone (baresip) and a registrar (kamailio), run on loopback only.

use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::harness::platform::free_port;

/// A tone in a WAV of 8 kHz, 16 bits, one channel.
pub fn tone_wav(hertz: u32, seconds: u32) -> Vec<u8> {
    let samples = (0..seconds * 8_000)
        .map(|at| (8_000.0 * (std::f64::consts::TAU * f64::from(hertz * at) / 8_000.0).sin()) as i16);
    let data: Vec<u8> = samples.flat_map(i16::to_le_bytes).collect();
    let length = u32::try_from(data.len()).expect("short");
    let mut wav = b"RIFF".to_vec();
    wav.extend_from_slice(&(36 + length).to_le_bytes());
    wav.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wav.extend_from_slice(&8_000_u32.to_le_bytes());
    wav.extend_from_slice(&16_000_u32.to_le_bytes());
    wav.extend_from_slice(b"\x02\0\x10\0data");
    wav.extend_from_slice(&length.to_le_bytes());
    wav.extend(data);
    wav
}

/// A baresip with an account and a tone to play.
pub struct Baresip {
    folder: TempDir,
}

impl Baresip {
    /// `account` is a line of its accounts file; `extra` more lines of its config.
    pub fn new(account: &str, hertz: u32, extra: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let tone = folder.path().join("tone.wav");
        std::fs::write(&tone, tone_wav(hertz, 6)).expect("written");
        let first = free_port() / 2 * 2;
        let config = format!(
            "poll_method epoll\nsip_listen 127.0.0.1:0\nnet_interface 127.0.0.1\ncall_max_calls 1\n\
             audio_player aubridge,null\naudio_alert aubridge,null\naudio_source aufile,{}\n\
             rtp_ports {first}-{}\nmodule_path /usr/lib/baresip/modules\n\
             module g711.so\nmodule g722.so\nmodule opus.so\nmodule aufile.so\nmodule aubridge.so\nmodule srtp.so\n\
             module dtls_srtp.so\nmodule_app account.so\nmodule_app menu.so\n{extra}",
            tone.display(),
            first + 20,
        );
        std::fs::write(folder.path().join("config"), config).expect("written");
        std::fs::write(folder.path().join("accounts"), format!("{account}\n")).expect("written");
        std::fs::write(folder.path().join("contacts"), "").expect("written");
        Self { folder }
    }

    /// Dials `uri` and hangs up after `seconds`; returns what it printed.
    pub async fn dial(&self, uri: &str, seconds: u64) -> String {
        let run = Command::new("baresip")
            .arg("-f")
            .arg(self.folder.path())
            .args(["-e", &format!("/dial {uri}"), "-t", &seconds.to_string()])
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output();
        let output = timeout(Duration::from_secs(seconds + 60), run).await.expect("it ends by itself");
        let output = output.expect("baresip is installed (apt-get install baresip-core)");
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    }
}

/// A kamailio that registers with digest and passes calls on to who is registered: a cloud PBX in small.
pub struct CloudPbx {
    child: Child,
    /// Its SIP port on 127.0.0.1, UDP and TCP.
    pub port: u16,
    folder: TempDir,
}

/// The only password that PBX knows, and its realm.
pub const PBX_PASSWORD: &str = "geheim-00";
pub const PBX_REALM: &str = "pbx.test";

impl CloudPbx {
    /// Starts one.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let config = include_str!("../peers/kamailio.cfg")
            .replace("PORT", &port.to_string())
            .replace("REALM", PBX_REALM)
            .replace("PASSWORD", PBX_PASSWORD);
        let path = folder.path().join("kamailio.cfg");
        std::fs::write(&path, config).expect("written");
        let log = std::fs::File::create(folder.path().join("log")).expect("a file");
        let child = Command::new("kamailio")
            .arg("-f")
            .arg(&path)
            .args(["-DD", "-E", "-m", "32", "-M", "4", "-Y"])
            .arg(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .expect("kamailio is installed (apt-get install kamailio)");
        let pbx = Self { child, port, folder };
        pbx.until_said("so_rcvbuf is finally").await;
        pbx
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Waits until it has logged a word.
    pub async fn until_said(&self, word: &str) {
        for _ in 0..300 {
            if self.log().to_lowercase().contains(word) {
                return;
            }
            sleep(Duration::from_millis(200)).await;
        }
        panic!("kamailio never said {word:?}:\n{}", self.log());
    }

    /// Stops it.
    pub async fn stop(mut self) {
        let _gone = self.child.start_kill();
        let _waited = self.child.wait().await;
    }
}
