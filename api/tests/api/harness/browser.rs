//! A person's browser: it keeps the cookie and the CSRF token, and speaks to the router without a socket.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use bytes::Bytes;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

/// A browser at one address.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    source: SocketAddr,
    pub cookie: Option<String>,
    pub csrf: Option<String>,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Browser {
    /// A browser that is signed in nowhere, at 192.0.2.1.
    pub fn new(router: Router) -> Self {
        Self { router, source: SocketAddr::from(([192, 0, 2, 1], 40_000)), cookie: None, csrf: None }
    }

    /// The same browser at another desk.
    pub fn at(mut self, last: u8) -> Self {
        self.source = SocketAddr::from(([192, 0, 2, last], 40_000));
        self
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, path, headers, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, &[], Some(body.to_string())).await
    }

    /// Sends a request as a page of ours would: with the cookie, the CSRF token and Fetch Metadata.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Answer {
        let mut request = Request::builder().method(method.clone()).uri(path);
        request = request.header("sec-fetch-site", "same-origin");
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        if let Some(csrf) = self.csrf.as_ref().filter(|_| !method.is_safe()) {
            request = request.header("x-csrf-token", csrf);
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let mut request = request.body(body.map_or_else(Body::empty, Body::from)).expect("a request");
        for (name, value) in headers {
            let name = HeaderName::try_from(*name).expect("a header name");
            if value.is_empty() {
                request.headers_mut().remove(name);
            } else {
                request.headers_mut().insert(name, HeaderValue::try_from(*value).expect("a header"));
            }
        }
        request.extensions_mut().insert(ConnectInfo(self.source));
        let response = self.router.clone().oneshot(request).await.expect("the router answers");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Signs in and keeps the cookie and the CSRF token.
    pub async fn sign_in(&mut self, tenant: &str, login_id: &str, password: &str) -> Answer {
        let wanted = json!({ "tenant": tenant, "login_id": login_id, "password": password });
        self.cookie = None;
        self.csrf = None;
        let answer = self.post("/v1/sign-in", wanted).await;
        if answer.status == StatusCode::OK {
            let cookie = answer.headers[header::SET_COOKIE].to_str().expect("text");
            self.cookie = cookie.split(';').next().map(str::to_owned);
            self.csrf = answer.json()["csrf_token"].as_str().map(str::to_owned);
        }
        answer
    }
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {:?}", self.body))
    }

    /// The code of the problem, after checking that it is one in full.
    pub fn problem(&self) -> String {
        let json = self.json();
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json", "{json}");
        assert_eq!(json["status"], self.status.as_u16(), "{json}");
        for member in ["title", "detail", "instance"] {
            assert!(json[member].as_str().is_some_and(|text| !text.is_empty()), "{member}: {json}");
        }
        let kind = json["type"].as_str().expect("a type");
        kind.strip_prefix("urn:rokuon:problem:").expect("one of ours").to_owned()
    }

    /// Asserts the status and gives the JSON.
    #[track_caller]
    pub fn ok(&self, status: u16) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status.as_u16(), status, "{text}");
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// Asserts the status and the problem's code.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> Value {
        let text = String::from_utf8_lossy(&self.body).into_owned();
        assert_eq!(self.status.as_u16(), status, "{text}");
        assert_eq!(self.problem(), code, "{text}");
        self.json()
    }
}
