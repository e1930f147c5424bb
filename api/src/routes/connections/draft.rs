//! What is asked for when a connection is made or changed, checked in words a clerk understands.

use std::net::IpAddr;

use ipnet::IpNet;
use rokuon_db::connection_terms::{ConnectionSecurity, SipTransport};
use rokuon_policy::pii::Pii;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::problem::{Code, Problem};
use crate::routes::connections::model::Kind;
use crate::routes::connections::security::{MOST_CERTIFICATES, Security, Transport, read_fingerprint};
use crate::tenant_rules::TenantRules;

/// The most networks one connection has.
const MOST_NETWORKS: usize = 32;

/// The account with which we register at a cloud PBX or trunk.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RegistrationAccountRequest)]
pub struct AccountRequest {
    /// Host name or address of the registrar.
    #[schema(max_length = 253, example = "pbx.example.jp")]
    pub registrar_host: String,
    /// Its port; 5060, or 5061 under TLS, when absent.
    #[serde(default)]
    pub registrar_port: Option<u16>,
    /// What to reach it over.
    #[serde(default)]
    #[schema(required = false)]
    pub transport: Transport,
    /// The domain of the address of record, where it is not the registrar's host.
    #[serde(default)]
    pub domain: Option<String>,
    /// User part of the address of record: the extension or number.
    #[schema(max_length = 64)]
    pub username: String,
    /// User name of the digest, where it is another.
    #[serde(default)]
    pub auth_username: Option<String>,
    /// The password. Absent in an edit it stays as it is.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub password: Option<String>,
    /// The expiry asked for, in seconds: 60 to 86400; 600 when absent.
    #[serde(default)]
    pub expires_seconds: Option<u32>,
}

/// An account whose fields are right.
pub struct CheckedAccount {
    /// Host of the registrar.
    pub registrar_host: String,
    /// Its port.
    pub registrar_port: u16,
    /// What to reach it over.
    pub transport: SipTransport,
    /// The domain, where it is another.
    pub domain: Option<String>,
    /// User part of the address of record.
    pub username: Pii<String>,
    /// User name of the digest, where it is another.
    pub auth_username: Option<Pii<String>>,
    /// The password, if one was given.
    pub password: Option<String>,
    /// The expiry asked for.
    pub expires_seconds: u32,
}

/// What is asked for, of whatever kind.
pub struct Draft<'a> {
    /// The kind.
    pub kind: Kind,
    /// What to call it.
    pub name: &'a str,
    /// The networks its calls may come from.
    pub networks: &'a [String],
    /// The line taken when a call names none.
    pub default_line: Option<&'a str>,
    /// What it asks of whoever calls.
    pub security: &'a Security,
    /// The account.
    pub account: Option<&'a AccountRequest>,
    /// Whether an account and its password are kept already.
    pub has_account: bool,
}

/// The same, checked.
pub struct Checked {
    /// The networks.
    pub networks: Vec<IpNet>,
    /// The security.
    pub security: ConnectionSecurity,
    /// The account.
    pub account: Option<CheckedAccount>,
}

/// Faults found so far.
#[derive(Default)]
struct Faults(Option<Problem>);

impl Faults {
    fn add(&mut self, field: impl Into<String>, ja: &str, en: &str) {
        let problem = self.0.take().unwrap_or_else(|| Problem::new(Code::InvalidFields));
        self.0 = Some(problem.and_field(field, ja, en));
    }
}

impl Draft<'_> {
    /// Checks every field.
    ///
    /// # Errors
    /// `invalid-fields` with all that is wrong.
    pub fn check(&self, rules: &TenantRules) -> Result<Checked, Problem> {
        let mut faults = Faults::default();
        let name = self.name.trim();
        if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
            faults.add("name", "1〜100文字です", "must have 1 to 100 characters");
        }
        let networks = self.networks(&mut faults);
        if self.default_line.is_some_and(|key| !rules.lines.iter().any(|line| line.key == key)) {
            faults.add("default_line", "登録のない回線です", "is not a line");
        }
        let security = self.security(&mut faults);
        let account = self.account(&mut faults);
        match faults.0 {
            Some(problem) => Err(problem),
            None => Ok(Checked { networks, security, account }),
        }
    }

    fn networks(&self, faults: &mut Faults) -> Vec<IpNet> {
        let fewest = usize::from(self.kind != Kind::Whip);
        if self.networks.len() < fewest || self.networks.len() > MOST_NETWORKS {
            match self.kind {
                Kind::Whip => faults.add("networks", "32件までです", "must have at most 32 entries"),
                _ => faults.add("networks", "1〜32件です", "must have 1 to 32 entries"),
            }
        }
        let mut networks = Vec::with_capacity(self.networks.len().min(MOST_NETWORKS));
        for (place, text) in self.networks.iter().take(MOST_NETWORKS).enumerate() {
            let text = text.trim();
            let alone = || text.parse::<IpAddr>().map(IpNet::from);
            match text.parse::<IpNet>().or_else(|_| alone()) {
                Ok(network) if is_narrow(&network) => networks.push(network.trunc()),
                Ok(_) => faults.add(
                    format!("networks[{place}]"),
                    "広すぎます。IPv4は/8、IPv6は/16より狭い範囲にしてください",
                    "is too wide: at most an IPv4 /8 or an IPv6 /16",
                ),
                Err(_) => faults.add(
                    format!("networks[{place}]"),
                    "CIDR表記（例 192.0.2.0/24）ではありません",
                    "is not in CIDR notation such as 192.0.2.0/24",
                ),
            }
        }
        networks
    }

    fn security(&self, faults: &mut Faults) -> ConnectionSecurity {
        let asked = self.security;
        if asked.tls_client_sha256.len() > MOST_CERTIFICATES {
            faults.add("security.tls_client_sha256", "8件までです", "must have at most 8 entries");
        }
        let mut certificates = Vec::new();
        for (place, text) in asked.tls_client_sha256.iter().take(MOST_CERTIFICATES).enumerate() {
            match read_fingerprint(text) {
                Some(sha256) => certificates.push(sha256),
                None => faults.add(
                    format!("security.tls_client_sha256[{place}]"),
                    "証明書のSHA-256フィンガープリント（64桁の16進数）ではありません",
                    "is not the SHA-256 fingerprint of a certificate (64 hexadecimal digits)",
                ),
            }
        }
        let answers_calls = matches!(self.kind, Kind::Siprec | Kind::Sip);
        if !certificates.is_empty() && asked.transport != crate::routes::connections::security::Required::Tls
        {
            faults.add(
                "security.transport",
                "クライアント証明書を確かめるには、TLSを必須にしてください",
                "must be tls where client certificates are checked",
            );
        }
        if asked.digest_required && !answers_calls {
            faults.add(
                "security.digest_required",
                "この接続方式では使えません",
                "does not apply to this kind of connection",
            );
        }
        if !answers_calls && !certificates.is_empty() {
            faults.add(
                "security.tls_client_sha256",
                "この接続方式では使えません",
                "does not apply to this kind of connection",
            );
        }
        asked.kept(certificates)
    }

    fn account(&self, faults: &mut Faults) -> Option<CheckedAccount> {
        match (self.kind, self.account) {
            (Kind::Registration, None) if self.has_account => None,
            (Kind::Registration, None) => {
                faults.add("account", "登録先のアカウントが必要です", "is required");
                None
            }
            (Kind::Registration, Some(asked)) => self.checked_account(asked, faults),
            (_, Some(_)) => {
                faults.add(
                    "account",
                    "この接続方式では使えません",
                    "does not apply to this kind of connection",
                );
                None
            }
            (_, None) => None,
        }
    }

    fn checked_account(&self, asked: &AccountRequest, faults: &mut Faults) -> Option<CheckedAccount> {
        let host = asked.registrar_host.trim();
        if !is_host(host) {
            faults.add("account.registrar_host", "ホスト名またはIPアドレスではありません", "is not a host");
        }
        let domain = asked.domain.as_deref().map(str::trim).filter(|domain| !domain.is_empty());
        if domain.is_some_and(|domain| !is_host(domain)) {
            faults.add("account.domain", "ドメイン名ではありません", "is not a domain");
        }
        if asked.registrar_port == Some(0) {
            faults.add("account.registrar_port", "1〜65535です", "must be 1 to 65535");
        }
        let username = asked.username.trim();
        if !is_user(username) {
            let ja = "1〜64文字の半角英数字と記号です";
            faults.add("account.username", ja, "must have 1 to 64 letters, digits and - _ . + *");
        }
        let auth = asked.auth_username.as_deref().map(str::trim).filter(|name| !name.is_empty());
        if auth.is_some_and(|name| {
            name.len() > 64 || !name.bytes().all(|b| (0x21..0x7f).contains(&b) && b != b'"')
        }) {
            let ja = "64文字までの半角文字です";
            faults.add("account.auth_username", ja, "must have at most 64 printable characters");
        }
        let password = asked.password.as_deref().filter(|password| !password.is_empty());
        if password.is_none() && !self.has_account {
            faults.add("account.password", "必須です", "is required");
        }
        if password.is_some_and(|password| password.len() > 200 || password.chars().any(char::is_control)) {
            faults.add("account.password", "200バイトまでです", "must have at most 200 octets");
        }
        let expires = asked.expires_seconds.unwrap_or(600);
        if !(60..=86_400).contains(&expires) {
            faults.add("account.expires_seconds", "60〜86400秒です", "must be 60 to 86400");
        }
        let port = if asked.transport == Transport::Tls { 5_061 } else { 5_060 };
        Some(CheckedAccount {
            registrar_host: host.to_owned(),
            registrar_port: asked.registrar_port.unwrap_or(port),
            transport: asked.transport.into(),
            domain: domain.filter(|domain| !domain.eq_ignore_ascii_case(host)).map(str::to_owned),
            username: Pii::new(username.to_owned()),
            auth_username: auth.filter(|name| *name != username).map(|name| Pii::new(name.to_owned())),
            password: password.map(str::to_owned),
            expires_seconds: expires,
        })
    }
}

/// Whether a network is small enough to be somebody's. Whoever is inside one gets answers from us, so that it must not be the
/// half of the Internet.
fn is_narrow(network: &IpNet) -> bool {
    match network {
        IpNet::V4(network) => network.prefix_len() >= 8,
        IpNet::V6(network) => network.prefix_len() >= 16,
    }
}

/// Whether a text is a host name (RFC 1123) or an address; a literal IPv6 address may stand in brackets.
fn is_host(text: &str) -> bool {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return !address.is_unspecified() && !address.is_multicast();
    }
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && !text.is_empty() && text.split('.').all(label)
}

/// Whether a text can stand as the user of a SIP address without escaping (RFC 3261 section 25.1).
fn is_user(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.!~*'()&=+$,;?/".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_users_are_what_a_sip_address_takes() {
        for host in ["pbx.example.jp", "192.0.2.7", "2001:db8::7", "[2001:db8::7]", "pbx", "a-1.b"] {
            assert!(is_host(host), "{host}");
        }
        for host in [
            "",
            "-a.example",
            "a..b",
            "pbx example",
            "sip:pbx",
            "0.0.0.0",
            "::",
            "224.0.0.1",
            "ＰＢＸ",
            "a@b",
        ] {
            assert!(!is_host(host), "{host}");
        }
        for user in ["0125001234", "ext-201", "+81125001234", "a;b"] {
            assert!(is_user(user), "{user}");
        }
        for user in ["", "a b", "a@b", "内線", "a\"b", "a<b>"] {
            assert!(!is_user(user), "{user}");
        }
    }
}
