//! WHIP publishers that are not ours: Python's aiortc and headless Chromium, run as their own processes.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rokuon_fixtures::api_caller::ApiCaller;
use serde_json::{Value, json};
use tokio::process::Command;
use tokio::time::timeout;

/// A device of the register with its endpoint and token.
pub struct Publisher {
    endpoint: String,
    token: String,
}

impl Publisher {
    /// Enters a device in the register and issues its token, as a manager does in the portal.
    pub async fn register(manager: &ApiCaller, rule: &str, entry: Value) -> Self {
        let entered =
            manager.post("/v1/devices", &json!({ "rule": rule, "entry": entry })).await.expect("entered");
        let device = entered["id"].as_str().expect("an id");
        let token = json!({ "previous_valid_hours": 0 });
        let issued = manager.post(&format!("/v1/devices/{device}/token"), &token).await.expect("issued");
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let publisher = Self { endpoint: text(&issued["endpoint"][0]), token: text(&issued["token"]) };
        publisher.until_known().await;
        publisher
    }

    /// The worker reads its connections every two seconds: until then the token opens nothing, and afterwards what is no offer is none.
    async fn until_known(&self) {
        let late = Instant::now() + Duration::from_secs(60);
        loop {
            let asked = reqwest::Client::new().post(&self.endpoint).bearer_auth(&self.token);
            let answer = asked.header("content-type", "application/sdp").body("no offer").send().await;
            match answer.expect("an answer").status().as_u16() {
                400 => return,
                status => assert!(status == 401 && Instant::now() < late, "the token is not known: {status}"),
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// aiortc publishes a tone, and pictures unless `video` is "none"; `headers` is what a client may say of its call.
    pub async fn aiortc(
        &self,
        media: [&str; 2],
        seconds: u32,
        hertz: f64,
        key: &str,
        end: &str,
        headers: Value,
    ) -> Value {
        let mut command = Command::new(peers_python());
        command.arg(peer("whip_aiortc.py")).arg(&self.endpoint).args(media);
        command.args([seconds.to_string().as_str(), hertz.to_string().as_str(), key, end]);
        command.env("WHIP_HEADERS", headers.to_string());
        self.run(command, "aiortc is installed (scripts/setup test)").await
    }

    /// Chromium publishes its fake devices, "audio" or "video".
    pub async fn chromium(&self, kind: &str, seconds: u32) -> Value {
        let mut command = Command::new("node");
        command.arg(peer("whip_chromium.mjs")).arg(&self.endpoint).args([kind, &seconds.to_string()]);
        self.run(command, "node runs").await
    }

    async fn run(&self, mut command: Command, needs: &str) -> Value {
        let run = command.env("WHIP_TOKEN", &self.token).stdin(Stdio::null()).kill_on_drop(true).output();
        let output = timeout(Duration::from_secs(90), run).await.expect("it ends by itself").expect(needs);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_str(said.lines().last().unwrap_or_default()).expect("a line of JSON")
    }
}

fn peer(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("peers").join(name)
}

/// The Python that `scripts/setup test` installs our peers into.
pub fn peers_python() -> PathBuf {
    let home = std::env::var_os("HOME").map(PathBuf::from).expect("a home");
    home.join(".cache/rokuon/peers/bin/python")
}
