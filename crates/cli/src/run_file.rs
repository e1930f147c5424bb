//! `run.json` in the data directory: where the running platform can be reached, for the other commands (mode 0600).

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::data_dir::DataDir;
use crate::failure::Failure;

const NAME: &str = "run.json";

/// What runs, and where. The database addresses carry passwords.
#[derive(Clone, Serialize, Deserialize)]
pub struct Running {
    /// Its process.
    pub pid: u32,
    /// Since when.
    pub started_at: DateTime<Utc>,
    /// The portal and the API, if they run: `http://127.0.0.1:8080`.
    pub http: Option<String>,
    /// `host:port;transport=udp`, one for each transport, if the worker runs.
    pub sip: Vec<String>,
    /// Where devices publish, if the worker speaks WHIP.
    #[serde(default)]
    pub whip: Option<String>,
    /// The database as the application's role.
    pub database_url: String,
    /// The database as its owner, where this start knows it.
    pub database_owner_url: Option<String>,
}

/// The file, for as long as the platform runs: dropped, it is gone.
#[derive(Debug)]
pub struct RunFile(PathBuf);

impl RunFile {
    /// Writes it, whole or not at all.
    pub fn write(data_dir: &DataDir, running: &Running) -> Result<Self, Failure> {
        let (path, part) = (data_dir.join(NAME), data_dir.join("run.json.part"));
        let text = serde_json::to_string_pretty(running).map_err(|error| {
            Failure::new(
                format!("run.json を書けません（{error}）。"),
                format!("cannot write run.json: {error}"),
            )
        })?;
        let file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&part);
        let written =
            file.and_then(|mut file| file.write_all(text.as_bytes())).and_then(|()| fs::rename(&part, &path));
        written.map_err(|error| Failure::file(&path, &error))?;
        Ok(Self(path))
    }
}

impl Drop for RunFile {
    fn drop(&mut self) {
        // one that stays behind names a process that is gone, and `find` looks at that
        let _stays = fs::remove_file(&self.0);
    }
}

/// What runs on this data directory now.
pub fn find(data_dir: &Path) -> Result<Running, Failure> {
    let path = data_dir.join(NAME);
    let idle = || {
        let data_dir = data_dir.display();
        Failure::new(
            format!(
                "{data_dir} では何も動いていません。rokuon up を始めるか、--data-dir を指定してください。"
            ),
            format!("nothing runs on {data_dir}: start `rokuon up`, or name its --data-dir"),
        )
    };
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(idle()),
        Err(error) => return Err(Failure::file(&path, &error)),
    };
    let running: Running = serde_json::from_str(&text).map_err(|_| idle())?;
    Path::new("/proc").join(running.pid.to_string()).exists().then_some(running).ok_or_else(idle)
}
