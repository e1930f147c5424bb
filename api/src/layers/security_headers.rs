//! Headers that tell the browser what our pages never do.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::app::App;
use crate::config::ApiConfig;
use crate::portal::CAPTURE_PAGE;

/// Nothing from elsewhere, nothing inline, no frame around us, no form to elsewhere.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    media-src 'self' blob:; img-src 'self' data:; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; \
    form-action 'self'";

const PERMISSIONS_POLICY: &str =
    "camera=(), microphone=(), geolocation=(), display-capture=(), payment=(), usb=()";

static ALWAYS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS_POLICY),
];

/// The capture page asks for the microphone and publishes to the endpoint of WHIP, which may be of another origin. The browser
/// connects the two; we never ask the endpoint anything.
fn of_capture_page(config: &ApiConfig) -> [(HeaderName, String); 2] {
    let endpoints = config.whip_addresses.iter().filter_map(|address| origin_of(address));
    let connect = endpoints.fold("connect-src 'self'".to_owned(), |said, origin| format!("{said} {origin}"));
    let policy = CONTENT_SECURITY_POLICY.replace("connect-src 'self'", &connect);
    let permissions = PERMISSIONS_POLICY.replace("microphone=()", "microphone=(self)");
    [(header::CONTENT_SECURITY_POLICY, policy), (HeaderName::from_static("permissions-policy"), permissions)]
}

/// Scheme, host and port of an address.
fn origin_of(address: &str) -> Option<&str> {
    let host = address.find("://")? + 3;
    let end = address[host..].find('/').map_or(address.len(), |end| host + end);
    address.get(..end)
}

/// Puts them on every answer; what `/v1` says is stored nowhere.
pub async fn put(State(app): State<App>, request: Request, next: Next) -> Response {
    let is_api = is_api(request.uri().path());
    let captures = request.uri().path() == CAPTURE_PAGE;
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in &ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if captures {
        for (name, value) in of_capture_page(app.config()) {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
    }
    if app.config().behind_tls {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    if is_api {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// Whether a path belongs to the API rather than to the portal.
pub fn is_api(path: &str) -> bool {
    path == "/v1" || path.starts_with("/v1/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_capture_page_may_use_the_microphone_and_reach_the_endpoints_and_nothing_more() {
        let whip_addresses = vec!["https://rokuon.example/whip".into(), "http://127.0.0.1:8088/whip".into()];
        let config = ApiConfig { whip_addresses, ..ApiConfig::default() };
        let [(_, policy), (_, permissions)] = of_capture_page(&config);
        let wanted = "connect-src 'self' https://rokuon.example http://127.0.0.1:8088;";
        assert_eq!(policy, CONTENT_SECURITY_POLICY.replace("connect-src 'self';", wanted));
        assert_eq!(permissions, PERMISSIONS_POLICY.replace("microphone=()", "microphone=(self)"));
        let [(_, policy), _] = of_capture_page(&ApiConfig::default());
        assert_eq!(policy, CONTENT_SECURITY_POLICY, "no endpoint, nowhere to publish");
    }
}
