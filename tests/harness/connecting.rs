//! Connections other than SIPREC, as a tenant's manager makes them.

use serde_json::{Value, json};

use crate::harness::peers::{CloudPbx, PBX_PASSWORD, PBX_REALM};
use crate::harness::platform::TestPlatform;

async fn connect(platform: &TestPlatform, tenant: &str, asked: &Value) -> Value {
    let manager = platform.person(tenant, "kanri").await;
    manager.post("/v1/connections", asked).await.expect("connected")
}

/// A plain SIP connection of this tenant from loopback, its calls filed under the citizens' line. Returns the user it is dialled by.
pub async fn connect_plain_sip(platform: &TestPlatform, tenant: &str) -> String {
    let asked = json!({
        "kind": "sip", "name": "電話機 見本", "networks": ["127.0.0.0/8", "::1/128"], "default_line": "citizens",
    });
    let made = connect(platform, tenant, &asked).await;
    let address = made["address"][0].as_str().expect("an address");
    address.trim_start_matches("sip:").split('@').next().expect("a user").to_owned()
}

/// A connection that registers as this extension of the PBX, its calls filed under the citizens' line.
pub async fn connect_by_registration(platform: &TestPlatform, tenant: &str, pbx: &CloudPbx, extension: &str) {
    let asked = json!({
        "kind": "registration", "name": "クラウド PBX 見本", "networks": ["127.0.0.0/8"], "default_line": "citizens",
        "account": {
            "registrar_host": "127.0.0.1", "registrar_port": pbx.port, "transport": "udp", "domain": PBX_REALM,
            "username": extension, "password": PBX_PASSWORD, "expires_seconds": 60,
        },
    });
    connect(platform, tenant, &asked).await;
}
