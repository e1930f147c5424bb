//! Whether a request that changes something comes from our own pages.

use axum::http::{HeaderMap, Method};

use crate::access::token::SessionToken;
use crate::problem::{Code, Problem};

/// The header that carries the CSRF token.
pub const CSRF_HEADER: &str = "x-csrf-token";

/// Whether the browser says that the request comes from another site (Fetch Metadata). Programs that are no browser send
/// nothing.
///
/// # Errors
/// `csrf-refused` when it does.
pub fn check_site(headers: &HeaderMap) -> Result<(), Problem> {
    match headers.get("sec-fetch-site").map(|value| value.as_bytes()) {
        None | Some(b"same-origin") => Ok(()),
        Some(_) => Err(Problem::new(Code::CsrfRefused)),
    }
}

/// Every method but GET, HEAD and OPTIONS needs the token bound to the session, and must not come from another site.
///
/// # Errors
/// `csrf-refused`.
pub fn check(method: &Method, headers: &HeaderMap, token: &SessionToken) -> Result<(), Problem> {
    if method.is_safe() {
        return Ok(());
    }
    check_site(headers)?;
    let sent = headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if token.csrf_fits(sent) { Ok(()) } else { Err(Problem::new(Code::CsrfRefused)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_page_with_its_token_may_change_anything() {
        let token = SessionToken::fresh();
        let stranger = SessionToken::fresh().csrf();
        for (method, site, sent, allowed) in [
            (Method::POST, Some("same-origin"), Some(token.csrf()), true),
            (Method::POST, None, Some(token.csrf()), true),
            (Method::POST, Some("cross-site"), Some(token.csrf()), false),
            (Method::POST, Some("same-site"), Some(token.csrf()), false),
            (Method::POST, Some("none"), Some(token.csrf()), false),
            (Method::POST, Some("same-origin"), Some(stranger), false),
            (Method::POST, Some("same-origin"), None, false),
            (Method::DELETE, None, None, false),
            (Method::GET, Some("cross-site"), None, true),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in [("sec-fetch-site", site.map(str::to_owned)), (CSRF_HEADER, sent)] {
                if let Some(value) = value {
                    headers.insert(name, value.parse().expect("a header"));
                }
            }
            assert_eq!(check(&method, &headers, &token).is_ok(), allowed, "{method} {site:?}");
        }
    }
}
