//! A KMS on loopback for the real SDK: AWS's protocol over [`crate::key_vault`], with knobs that make it fail.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::key_vault::{KeyVault, Refusal};

/// One call that a caller made, with the context it named.
#[derive(Debug, Clone, PartialEq)]
pub struct KmsCall {
    /// Such as `Decrypt`.
    pub operation: String,
    /// Its encryption context; null where it named none.
    pub context: Value,
    /// Whether it was answered.
    pub answered: bool,
}

/// A running KMS; it ends with this value.
pub struct TestKms {
    address: SocketAddr,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
}

struct Shared {
    vault: Mutex<KeyVault>,
    behaviour: Mutex<Behaviour>,
}

#[derive(Default)]
struct Behaviour {
    down: bool,
    throttled_percent: u32,
    asked: u32,
    latency: Duration,
    calls: Vec<KmsCall>,
}

impl TestKms {
    /// Starts one on a free port of loopback.
    ///
    /// # Errors
    /// No port is to be had.
    pub async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared { vault: Mutex::default(), behaviour: Mutex::default() });
        let routes = Router::new().route("/", post(answer)).with_state(Arc::clone(&shared));
        let serving = tokio::spawn(async move {
            let _stopped = axum::serve(listener, routes).await;
        });
        Ok(Self { address, shared, serving })
    }

    /// Where it listens.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Makes a key under an alias, as an operator does; gives its ARN.
    ///
    /// # Panics
    /// If something is under that alias.
    pub fn make_key(&self, alias: &str) -> String {
        let mut vault = self.shared.vault.lock().unwrap_or_else(PoisonError::into_inner);
        let made = vault.answer("CreateKey", &Value::Null).expect("a key");
        let about = &made["KeyMetadata"];
        let input = json!({ "AliasName": alias, "TargetKeyId": about["KeyId"] });
        vault.answer("CreateAlias", &input).expect("nothing is under that alias");
        about["Arn"].as_str().unwrap_or_default().to_owned()
    }

    /// For what purposes keys were asked to be opened, answered or not, each once.
    pub fn purposes_opened(&self) -> Vec<String> {
        let calls = self.calls().into_iter().filter(|call| call.operation == "Decrypt");
        let mut purposes: Vec<String> =
            calls.map(|call| call.context["purpose"].as_str().unwrap_or_default().to_owned()).collect();
        purposes.sort_unstable();
        purposes.dedup();
        purposes
    }

    /// While set, every call is answered 503.
    pub fn set_down(&self, down: bool) {
        self.behaviour().down = down;
    }

    /// So many of a hundred calls are throttled, evenly spread.
    pub fn set_throttled_percent(&self, percent: u32) {
        self.behaviour().throttled_percent = percent;
    }

    /// Every call takes this long.
    pub fn set_latency(&self, latency: Duration) {
        self.behaviour().latency = latency;
    }

    /// Every call so far.
    pub fn calls(&self) -> Vec<KmsCall> {
        self.behaviour().calls.clone()
    }

    /// How often each operation was answered.
    pub fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for call in self.behaviour().calls.iter().filter(|call| call.answered) {
            *counts.entry(call.operation.clone()).or_default() += 1;
        }
        counts
    }

    fn behaviour(&self) -> MutexGuard<'_, Behaviour> {
        self.shared.behaviour()
    }
}

impl Drop for TestKms {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Shared {
    fn behaviour(&self) -> MutexGuard<'_, Behaviour> {
        self.behaviour.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn answer(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
    let input: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let (down, throttled, latency) = {
        let mut behaviour = shared.behaviour();
        behaviour.asked += 1;
        // Of each hundred in a row exactly so many, never two runs apart.
        let (before, after) = (behaviour.asked - 1, behaviour.asked);
        let percent = behaviour.throttled_percent;
        let throttled = after * percent / 100 > before * percent / 100;
        (behaviour.down, throttled, behaviour.latency)
    };
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let result = if down {
        Err(Refusal {
            status: 503,
            code: "ServiceUnavailable",
            message: "down, as the test asked".to_owned(),
        })
    } else if throttled {
        Err(Refusal { status: 400, code: "ThrottlingException", message: "Rate exceeded".to_owned() })
    } else {
        shared.vault.lock().unwrap_or_else(PoisonError::into_inner).answer(&operation, &input)
    };
    shared.behaviour().calls.push(KmsCall {
        operation,
        context: input.get("EncryptionContext").cloned().unwrap_or(Value::Null),
        answered: result.is_ok(),
    });
    let (status, value) = match result {
        Ok(value) => (StatusCode::OK, value),
        Err(Refusal { status, code, message }) => (
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            json!({ "__type": code, "message": message }),
        ),
    };
    (status, [(header::CONTENT_TYPE, "application/x-amz-json-1.1")], value.to_string()).into_response()
}
