//! Settings: where they come from, and which refuse to start.

use clap::Parser as _;

use super::*;
use crate::arguments::{Arguments, Command};

fn resolve(flags: &[&str]) -> Result<Settings, Failure> {
    let typed = ["rokuon", "up"].iter().chain(flags);
    match Arguments::try_parse_from(typed).expect("well-formed flags").command {
        Command::Up(chosen) => Settings::resolve(chosen),
        other => panic!("{other:?}"),
    }
}

fn refusal(flags: &[&str]) -> String {
    resolve(flags).expect_err("refused").to_string()
}

#[test]
fn the_default_file_holds_the_defaults() {
    let settings = resolve(&["--data-dir", "/x"]).expect("the defaults start");
    assert_eq!(settings.http.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.rtp_ports.to_string(), "20000-29999");
    assert_eq!(
        (settings.sip.to_string(), settings.sip_tls.to_string()),
        ("127.0.0.1:5060".into(), "127.0.0.1:5061".into())
    );
    assert_eq!(settings.media_address.first.to_string(), "127.0.0.1");
    assert_eq!((settings.drain.as_secs(), settings.database), (20, None));
}

#[test]
fn a_flag_wins_over_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("rokuon.toml");
    std::fs::write(&file, "sip = \"127.0.0.1:6060\"\nhttp = \"127.0.0.1:6080\"\n").expect("written");
    let path = file.to_string_lossy();
    let settings =
        resolve(&["--data-dir", "/x", "--config", &path, "--http", "127.0.0.1:7080"]).expect("starts");
    assert_eq!((settings.sip.0[0].port(), settings.http.port()), (6060, 7080));
}

#[test]
fn a_wrong_file_names_file_and_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("rokuon.toml");
    std::fs::write(&file, "log = \"info\"\nhtpp = \"127.0.0.1:1\"\n").expect("written");
    let said = refusal(&["--config", &file.to_string_lossy()]);
    assert!(said.contains("rokuon.toml:2") && said.contains("htpp"), "{said}");
}

#[test]
fn what_needs_something_else_refuses_without_it() {
    assert!(refusal(&["--http", "0.0.0.0:8080"]).contains("behind_tls"));
    assert!(refusal(&["--trusted-proxies", "10.0.0.1"]).contains("behind_tls"));
    assert!(refusal(&["--sip", "0.0.0.0:5060"]).contains("media_address"));
    assert!(refusal(&["--portal-dir", "/nowhere"]).contains("make web"));
    assert!(refusal(&["--database-owner-url", "postgres://x"]).contains("database_url"));
    assert!(refusal(&["--sip", "127.0.0.1:20002"]).contains("20002"));
    assert!(refusal(&["--sip-tls-certificate", "/x"]).contains("sip_tls_key"));
    assert!(refusal(&["--sip-tls", "off", "--sip-tls-client-ca", "/x"]).contains("sip_tls_client_ca"));
    assert!(refusal(&["--sip", "off", "--sip-tls", "off"]).contains("sip_tls"));
    assert!(resolve(&["--http", "0.0.0.0:8080", "--behind-tls", "--data-dir", "/x"]).is_ok());
}

// rule: WI11
#[test]
fn devices_are_never_told_to_send_their_token_in_the_clear() {
    let outside = ["--whip", "0.0.0.0:8443", "--data-dir", "/x"];
    let with = |more: &[&'static str]| [&outside[..], more].concat();
    assert!(refusal(&outside).contains("whip-certificate"));
    assert!(
        refusal(&with(&["--behind-tls"])).contains("https://"),
        "the proxy's address is not ours to guess"
    );
    assert!(refusal(&with(&["--behind-tls", "--whip-url", "http://a.example/whip"])).contains("https://"));
    let whip = |more: &[&'static str]| resolve(&with(more)).expect("starts").whip.expect("on");
    assert_eq!(
        whip(&["--behind-tls", "--whip-url", "https://a.example/whip/"]).url,
        "https://a.example/whip"
    );
    let own = whip(&["--whip-certificate", "/c", "--whip-key", "/k"]);
    assert_eq!(own.url, "https://0.0.0.0:8443/whip");
    assert!(resolve(&["--whip", "127.0.0.1:8443", "--data-dir", "/x"]).is_ok(), "a test on this machine");
}

#[test]
fn passwords_of_a_database_are_not_printed() {
    let settings =
        resolve(&["--data-dir", "/x", "--database-url", "postgres://a:geheim@h/d"]).expect("starts");
    assert!(!format!("{settings:?}").contains("geheim"));
}

#[test]
fn both_families_are_listened_for_and_each_has_its_media_address() {
    let settings =
        resolve(&["--data-dir", "/x", "--sip", "192.0.2.1:5060, [2001:db8::1]:5060", "--sip-tls", "off"])
            .expect("starts");
    assert_eq!(settings.sip.0.len(), 2);
    assert!(settings.sip_tls.0.is_empty());
    assert_eq!(settings.media_address.for_peer("2001:db8::9".parse().unwrap()).to_string(), "2001:db8::1");
    assert_eq!(settings.media_address.for_peer("192.0.2.9".parse().unwrap()).to_string(), "192.0.2.1");
}
