//! Which key of the key service is a tenant's: one it brought, named by ARN, or one under an alias that bears its name.

use std::collections::BTreeMap;

use rokuon_policy::ids::TenantId;
use serde::Deserialize;

/// Every tenant's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantKeys {
    alias_prefix: String,
    brought: BTreeMap<TenantId, BroughtKey>,
}

/// A key that a tenant brought.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BroughtKey {
    /// Its ARN. New recordings are under it.
    key: String,
    /// ARNs of keys that it used before: what is under them is still opened.
    #[serde(default)]
    former: Vec<String>,
    /// The key that the object store encrypts under, if that is another one.
    store_key: Option<String>,
}

/// A file of brought keys that cannot be used, with the line.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct InvalidKeyMap {
    /// Counts from 1.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    tenants: BTreeMap<TenantId, BroughtKey>,
}

impl TenantKeys {
    /// Everybody's key is under `alias/<prefix><tenant>`. The prefix is given with its `alias/`.
    pub fn by_alias(prefix: &str) -> Self {
        Self { alias_prefix: prefix.to_owned(), brought: BTreeMap::new() }
    }

    /// The same, but for the tenants of this TOML text:
    ///
    /// ```toml
    /// [tenants.a-city]
    /// key = "arn:aws:kms:ap-northeast-1:111122223333:key/…"
    /// former = ["arn:…"]
    /// ```
    ///
    /// # Errors
    /// What is wrong with the text, and where.
    pub fn with_brought(mut self, text: &str) -> Result<Self, InvalidKeyMap> {
        let document: Document = toml::from_str(text).map_err(|error| {
            let before = error.span().map_or("", |span| text.get(..span.start).unwrap_or_default());
            InvalidKeyMap { line: before.matches('\n').count() + 1, reason: error.message().to_owned() }
        })?;
        for (tenant, brought) in &document.tenants {
            if let Some(wrong) = brought.all().find(|arn| !is_key_arn(arn)) {
                let line = text.lines().position(|line| line.contains(wrong)).map_or(1, |at| at + 1);
                let reason = format!("{tenant}: {wrong:?} is not the ARN of a key");
                return Err(InvalidKeyMap { line, reason });
            }
        }
        self.brought = document.tenants;
        Ok(self)
    }

    /// What the key service is asked for a tenant: an ARN or an alias.
    pub fn key(&self, tenant: &TenantId) -> String {
        self.brought.get(tenant).map_or_else(|| self.alias(tenant), |brought| brought.key.clone())
    }

    /// Whether a tenant brought its key: then we never make one.
    pub fn is_brought(&self, tenant: &TenantId) -> bool {
        self.brought.contains_key(tenant)
    }

    /// Whether an ARN is one that this tenant named, now or before.
    pub fn names(&self, tenant: &TenantId, arn: &str) -> bool {
        self.brought.get(tenant).is_some_and(|brought| brought.all().any(|named| named == arn))
    }

    /// The alias that a tenant's key would have.
    pub fn alias(&self, tenant: &TenantId) -> String {
        format!("{}{tenant}", self.alias_prefix)
    }

    /// What the object store is told to encrypt a tenant's objects under.
    pub fn store_key(&self, tenant: &TenantId) -> String {
        let other = self.brought.get(tenant).and_then(|brought| brought.store_key.clone());
        other.unwrap_or_else(|| self.key(tenant))
    }
}

impl BroughtKey {
    fn all(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.key.as_str()).chain(self.former.iter().map(String::as_str))
    }
}

fn is_key_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    matches!(parts[..], ["arn", _, "kms", _, _, resource] if resource.starts_with("key/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(text: &str) -> TenantId {
        text.parse().expect("a tenant")
    }

    // req: P-3
    #[test]
    fn a_city_brings_its_key_and_the_others_have_one_under_an_alias() {
        let text = "[tenants.kobe]\nkey = \"arn:aws:kms:ap-northeast-1:111122223333:key/new\"\n\
                    former = [\"arn:aws:kms:ap-northeast-1:111122223333:key/old\"]\n";
        let keys = TenantKeys::by_alias("alias/rokuon-").with_brought(text).expect("a map");
        let new = "arn:aws:kms:ap-northeast-1:111122223333:key/new";
        assert_eq!(keys.key(&tenant("kobe")), new);
        assert!(keys.is_brought(&tenant("kobe")) && keys.names(&tenant("kobe"), &new.replace("new", "old")));
        assert!(!keys.names(&tenant("kobe"), &new.replace("new", "other")), "a key it never named");
        assert_eq!(keys.key(&tenant("takikawa")), "alias/rokuon-takikawa");
        assert!(!keys.is_brought(&tenant("takikawa")) && !keys.names(&tenant("takikawa"), new));
    }

    #[test]
    fn a_wrong_map_is_explained_by_its_line() {
        for (text, line) in [
            ("[tenants.kobe]\nkey = \"alias/kobe\"\n", 2),
            ("[tenants.kobe]\nkey = \"arn:aws:kms:a:1:key/x\"\nformer = [\"arn:aws:s3:a:1:key/x\"]\n", 3),
            ("[tenants.kobe]\nkee = \"x\"\n", 2),
            ("[cities.kobe]\n", 1),
        ] {
            let error = TenantKeys::by_alias("alias/").with_brought(text).expect_err(text);
            assert_eq!(error.line, line, "{text}: {error}");
        }
    }
}
