//! A platform whose SIP inside TLS shows a certificate of a test's own authority.

use std::path::Path;

use rokuon_fixtures::tls::TestAuthority;

use crate::harness::platform::Setup;

/// How it is started. The authority's certificate stands in its folder as `authority.crt`.
pub fn with_certificate_of(authority: &TestAuthority) -> impl FnOnce(&Path) -> Setup + use<> {
    let own = authority.issue(&["127.0.0.1"]).expect("a certificate");
    let trusted = authority.certificate.clone();
    move |folder: &Path| {
        let write = |name: &str, text: &str| {
            std::fs::write(folder.join(name), text).expect("written");
            folder.join(name).display().to_string()
        };
        write("authority.crt", &trusted);
        let arguments = [
            "--sip-tls-certificate".to_owned(),
            write("server.crt", &own.certificate),
            "--sip-tls-key".to_owned(),
            write("server-key", &own.key),
        ];
        Setup { arguments: arguments.into(), ..Setup::default() }
    }
}
