//! Keys and what AWS KMS does with them, as its API reference says: states, aliases, encryption contexts, rotation.

use std::collections::{BTreeMap, HashMap};

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use uuid::Uuid;

const ARN: &str = "arn:aws:kms:us-east-1:000000000000:";

/// What KMS answers instead: HTTP status, code, words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// Such as `DisabledException`.
    pub code: &'static str,
    /// In words.
    pub message: String,
}

type Answer = Result<Value, Refusal>;

fn refuse<T>(code: &'static str, message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal { status: 400, code, message: message.into() })
}

/// One key with all versions of its material.
struct Key {
    material: Vec<[u8; 32]>,
    state: &'static str,
}

/// All keys and aliases.
#[derive(Default)]
pub struct KeyVault {
    keys: BTreeMap<String, Key>,
    aliases: HashMap<String, String>,
}

fn random<const N: usize>() -> [u8; N] {
    let mut octets = [0; N];
    getrandom::fill(&mut octets).expect("the operating system gives random octets");
    octets
}

fn cipher(material: &[u8; 32]) -> Aes256Gcm {
    Aes256Gcm::new(material.into())
}

/// The context as it is authenticated: sorted, so that order does not matter.
fn authenticated(context: &Value) -> Vec<u8> {
    let pairs = context.as_object().into_iter().flatten();
    let sorted: BTreeMap<&str, &str> =
        pairs.filter_map(|(word, value)| Some((word.as_str(), value.as_str()?))).collect();
    serde_json::to_vec(&sorted).unwrap_or_default()
}

impl KeyVault {
    /// Answers one operation of the API.
    pub fn answer(&mut self, operation: &str, input: &Value) -> Answer {
        match operation {
            "CreateKey" => Ok(json!({ "KeyMetadata": self.create() })),
            "CreateAlias" => self.create_alias(input),
            "DescribeKey" => self.id_of(input).map(|id| json!({ "KeyMetadata": self.about(&id) })),
            "ListKeys" => {
                let key = |id: &String| json!({ "KeyId": id, "KeyArn": format!("{ARN}key/{id}") });
                Ok(json!({ "Keys": self.keys.keys().map(key).collect::<Vec<_>>(), "Truncated": false }))
            }
            "EnableKey" => self.set_state(input, "Enabled"),
            "DisableKey" => self.set_state(input, "Disabled"),
            "ScheduleKeyDeletion" => self.set_state(input, "PendingDeletion"),
            "CancelKeyDeletion" => self.set_state(input, "Disabled"),
            "RotateKeyOnDemand" => {
                let id = self.id_of(input)?;
                self.keys.entry(id.clone()).and_modify(|key| key.material.push(random()));
                Ok(json!({ "KeyId": id }))
            }
            "GenerateDataKey" => self.generate(input),
            "Decrypt" => self.decrypt(input),
            _ => refuse("UnsupportedOperationException", format!("{operation} is not played here")),
        }
    }

    fn create(&mut self) -> Value {
        let id = Uuid::new_v4().to_string();
        self.keys.insert(id.clone(), Key { material: vec![random()], state: "Enabled" });
        self.about(&id)
    }

    fn about(&self, id: &str) -> Value {
        let state = self.keys.get(id).map_or("Unavailable", |key| key.state);
        json!({ "KeyId": id, "Arn": format!("{ARN}key/{id}"), "KeyState": state, "Enabled": state == "Enabled" })
    }

    fn create_alias(&mut self, input: &Value) -> Answer {
        let name = input["AliasName"].as_str().unwrap_or_default().to_owned();
        let id = input["TargetKeyId"].as_str().unwrap_or_default().to_owned();
        if !name.starts_with("alias/") || !self.keys.contains_key(&id) {
            return refuse("NotFoundException", format!("{name} cannot point at {id}"));
        }
        if self.aliases.contains_key(&name) {
            return refuse("AlreadyExistsException", format!("{name} exists"));
        }
        self.aliases.insert(name, id);
        Ok(json!({}))
    }

    /// The key that an id, an ARN or an alias names.
    fn id_of(&self, input: &Value) -> Result<String, Refusal> {
        let named = input["KeyId"].as_str().unwrap_or_default();
        let bare = named.strip_prefix(ARN).unwrap_or(named);
        let id = match bare.starts_with("alias/") {
            true => self.aliases.get(bare).cloned(),
            false => Some(bare.strip_prefix("key/").unwrap_or(bare).to_owned()),
        };
        match id.filter(|id| self.keys.contains_key(id)) {
            Some(id) => Ok(id),
            None => refuse("NotFoundException", format!("{named} is not found")),
        }
    }

    fn set_state(&mut self, input: &Value, state: &'static str) -> Answer {
        let id = self.id_of(input)?;
        let key = self.keys.get_mut(&id);
        if let Some(key) = key {
            if key.state == "PendingDeletion" && state == "Enabled" {
                return refuse("KMSInvalidStateException", format!("{id} is pending deletion"));
            }
            key.state = state;
        }
        Ok(json!({ "KeyId": id, "KeyState": state }))
    }

    /// A key that may be used now.
    fn usable(&self, id: &str) -> Result<&Key, Refusal> {
        match self.keys.get(id) {
            Some(key) if key.state == "Enabled" => Ok(key),
            Some(key) if key.state == "Disabled" => refuse("DisabledException", format!("{id} is disabled")),
            Some(key) => refuse("KMSInvalidStateException", format!("{id} is {}", key.state)),
            None => refuse("NotFoundException", format!("{id} is not found")),
        }
    }

    /// The blob: key id (36), version of its material, nonce (12), what is encrypted.
    fn generate(&self, input: &Value) -> Answer {
        let id = self.id_of(input)?;
        let key = self.usable(&id)?;
        let (plain, nonce) = (random::<32>(), random::<12>());
        let version = key.material.len() - 1;
        let aad = authenticated(&input["EncryptionContext"]);
        let payload = Payload { msg: &plain, aad: &aad };
        let Ok(sealed) = cipher(&key.material[version]).encrypt(&Nonce::from(nonce), payload) else {
            return refuse("KMSInternalException", "the cipher failed");
        };
        let mut blob = id.clone().into_bytes();
        blob.push(u8::try_from(version).unwrap_or(u8::MAX));
        blob.extend_from_slice(&nonce);
        blob.extend_from_slice(&sealed);
        Ok(json!({
            "KeyId": format!("{ARN}key/{id}"),
            "Plaintext": STANDARD.encode(plain),
            "CiphertextBlob": STANDARD.encode(blob),
        }))
    }

    fn decrypt(&self, input: &Value) -> Answer {
        let altered =
            || refuse("InvalidCiphertextException", "the blob or its context is not what was encrypted");
        let blob =
            input["CiphertextBlob"].as_str().and_then(|text| STANDARD.decode(text).ok()).unwrap_or_default();
        if blob.len() < 36 + 1 + 12 + 16 {
            return altered();
        }
        let (id, rest) = blob.split_at(36);
        let Some(id) = std::str::from_utf8(id).ok().filter(|id| self.keys.contains_key(*id)) else {
            return altered();
        };
        if !input["KeyId"].is_null() && self.id_of(input)? != id {
            return refuse("IncorrectKeyException", "another key encrypted it");
        }
        let key = self.usable(id)?;
        let (version, rest) = (usize::from(rest[0]), &rest[1..]);
        let (nonce, sealed) = rest.split_at(12);
        let nonce: [u8; 12] = nonce.try_into().expect("12 octets");
        let aad = authenticated(&input["EncryptionContext"]);
        let opened = key.material.get(version).and_then(|material| {
            cipher(material).decrypt(&Nonce::from(nonce), Payload { msg: sealed, aad: &aad }).ok()
        });
        match opened {
            Some(plain) => {
                Ok(json!({ "KeyId": format!("{ARN}key/{id}"), "Plaintext": STANDARD.encode(plain) }))
            }
            None => altered(),
        }
    }
}
