//! Ceph's radosgw, private to one test: the S3 server that truly refuses to erase what is held.

use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

const SCRIPT: &str = include_str!("radosgw.sh");

/// A running gateway. It ends, with its data, when this value is dropped or the process dies.
pub struct Radosgw {
    keeper: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    /// Where it listens.
    pub endpoint: String,
}

/// How a gateway is started.
#[derive(Debug, Clone)]
pub struct RadosgwSettings {
    /// Real seconds that its lifecycle takes for a day.
    pub seconds_a_day: u32,
    /// Names of keys it can encrypt under (SSE-KMS).
    pub keys: Vec<String>,
}

impl Default for RadosgwSettings {
    fn default() -> Self {
        Self { seconds_a_day: 86_400, keys: Vec::new() }
    }
}

impl Radosgw {
    /// Its access key.
    pub const ACCESS_KEY: &str = "rokuon-test";
    /// Its secret.
    pub const SECRET_KEY: &str = "rokuon-test-secret";

    /// Whether Debian's packages are there: `ceph-mon ceph-osd radosgw ceph-common`.
    pub fn is_installed() -> bool {
        ["ceph-mon", "ceph-osd", "radosgw", "radosgw-admin"].iter().all(|program| {
            let path = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
        })
    }

    /// Starts one; takes a quarter of a minute. Blocking.
    ///
    /// # Errors
    /// It does not come up.
    pub fn start(settings: &RadosgwSettings) -> io::Result<Self> {
        // Not TempDir's to remove: the script does it when the last process is gone. Short, for socket paths are.
        let folder = tempfile::Builder::new().prefix("rgw-").tempdir_in("/tmp")?.keep();
        let (monitor, gateway) = (free_port()?, free_port()?);
        let mut keeper = Command::new("bash")
            .args(["-c", SCRIPT, "radosgw.sh"])
            .arg(&folder)
            .args([monitor.to_string(), gateway.to_string(), settings.seconds_a_day.to_string()])
            .args(&settings.keys)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let missing = || io::Error::other("a pipe is missing");
        let orders = keeper.stdin.take().ok_or_else(missing)?;
        let answers = BufReader::new(keeper.stdout.take().ok_or_else(missing)?);
        let endpoint = format!("http://127.0.0.1:{gateway}");
        let mut started = Self { keeper, orders: Some(orders), answers, endpoint };
        started.wait_for("ready")?;
        Ok(started)
    }

    /// It answers nobody any more, but its connections stand.
    ///
    /// # Errors
    /// It is gone.
    pub fn pause(&mut self) -> io::Result<()> {
        self.order("pause")
    }

    /// It answers again.
    ///
    /// # Errors
    /// It is gone.
    pub fn resume(&mut self) -> io::Result<()> {
        self.order("resume")
    }

    /// It is killed; what it stored stays.
    ///
    /// # Errors
    /// It is gone already.
    pub fn stop(&mut self) -> io::Result<()> {
        self.order("stop")
    }

    /// It comes up again on the same port.
    ///
    /// # Errors
    /// It does not.
    pub fn restart(&mut self) -> io::Result<()> {
        self.order("start")
    }

    fn order(&mut self, what: &str) -> io::Result<()> {
        let orders = self.orders.as_mut().ok_or_else(|| io::Error::other("it was stopped"))?;
        writeln!(orders, "{what}")?;
        orders.flush()?;
        self.wait_for("done")
    }

    fn wait_for(&mut self, word: &str) -> io::Result<()> {
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        if line.trim() == word { Ok(()) } else { Err(io::Error::other(format!("radosgw said {line:?}"))) }
    }
}

impl Drop for Radosgw {
    fn drop(&mut self) {
        drop(self.orders.take());
        let _gone = self.keeper.wait();
    }
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
