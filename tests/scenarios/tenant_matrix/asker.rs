//! Somebody who asks the API: exactly the cookie and token a test wants, and the whole answer with its headers.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr};

use reqwest::Method;
use reqwest::header::{COOKIE, SET_COOKIE};
use serde_json::{Value, json};

/// The session cookie's name.
pub const COOKIE_NAME: &str = "__Host-rokuon";

/// A browser, or what pretends to be one.
#[derive(Clone)]
pub struct Asker {
    pub http: reqwest::Client,
    pub base: String,
    /// `__Host-rokuon=…`, or nothing.
    pub cookie: Option<String>,
    /// Sent with what changes something.
    pub csrf: Option<String>,
    /// What the browser says of the page the request comes from.
    pub site: Option<&'static str>,
}

/// One request.
#[derive(Debug, Clone)]
pub struct Question {
    pub method: Method,
    /// With its query.
    pub path: String,
    pub body: Option<Value>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Asker {
    /// Nobody.
    pub fn nobody(base: &str) -> Self {
        Self { http: reqwest::Client::new(), base: base.to_owned(), cookie: None, csrf: None, site: None }
    }

    /// Nobody with this cookie.
    pub fn with_cookie(&self, cookie: &str) -> Self {
        Self { cookie: Some(format!("{COOKIE_NAME}={cookie}")), ..self.clone() }
    }

    /// The same from another address of this machine: failed sign-ins are counted by source.
    pub fn at_source(mut self, last: u8) -> Self {
        let source = Ipv4Addr::new(127, 0, 0, last);
        let http = reqwest::Client::builder().local_address(IpAddr::V4(source)).build();
        self.http = http.expect("a client");
        self
    }

    /// Somebody who has just signed in, and what they were told of themselves.
    pub async fn signed_in(base: &str, tenant: &str, login_id: &str, password: &str) -> (Self, Value) {
        let mut asker = Self::nobody(base);
        let body = json!({ "tenant": tenant, "login_id": login_id, "password": password });
        let question = Question { method: Method::POST, path: "/v1/sign-in".into(), body: Some(body) };
        let answer = asker.ask(&question).await;
        assert_eq!(answer.status, 200, "{tenant} {login_id}: {}", answer.text());
        let cookie = answer.headers[SET_COOKIE.as_str()].split(';').next().map(str::to_owned);
        asker.cookie = cookie;
        let me = answer.json();
        asker.csrf = me["csrf_token"].as_str().map(str::to_owned);
        (asker, me)
    }

    pub async fn ask(&self, question: &Question) -> Answer {
        let url = format!("{}{}", self.base, question.path);
        let mut request = self.http.request(question.method.clone(), url);
        let headers = [("cookie", &self.cookie), ("x-csrf-token", &self.csrf)];
        for (name, value) in headers {
            let wanted = name == COOKIE.as_str() || question.changes();
            if let Some(value) = value.as_ref().filter(|_| wanted) {
                request = request.header(name, value);
            }
        }
        if let Some(site) = self.site {
            request = request.header("sec-fetch-site", site);
        }
        if let Some(body) = &question.body {
            request = request.json(body);
        }
        // Who is refused at once is not listened to: a large body may find the connection closed before the answer is read.
        let again = request.try_clone().expect("a body in memory");
        let response = match request.send().await {
            Err(error) if closed_on_us(&error) => again.send().await.expect("an answer"),
            answered => answered.expect("an answer"),
        };
        let status = response.status().as_u16();
        let text =
            |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers =
            response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        Answer { status, headers, body: response.bytes().await.expect("a body").to_vec() }
    }

    /// GET; fails on anything but 200.
    pub async fn get(&self, path: &str) -> Value {
        let question = Question { method: Method::GET, path: path.into(), body: None };
        let answer = self.ask(&question).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    /// POST; fails on anything but 2xx.
    pub async fn post(&self, path: &str, body: Value) -> Value {
        let question = Question { method: Method::POST, path: path.into(), body: Some(body) };
        let answer = self.ask(&question).await;
        assert!((200..300).contains(&answer.status), "{path}: {} {}", answer.status, answer.text());
        answer.json()
    }

    /// Every item of a list, page by page.
    pub async fn items(&self, path: &str) -> Vec<Value> {
        let (mut items, mut page) = (Vec::new(), format!("{path}?limit=200"));
        loop {
            let answer = self.get(&page).await;
            items.extend(answer["items"].as_array().into_iter().flatten().cloned());
            match answer["next_cursor"].as_str() {
                Some(cursor) => page = format!("{path}?limit=200&cursor={cursor}"),
                None => return items,
            }
        }
    }
}

/// Whether the other side closed the connection while we sent: no other failure is tried again.
fn closed_on_us(error: &reqwest::Error) -> bool {
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(error) = cause {
        let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
        if matches!(
            kind,
            Some(ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe)
        ) || error.to_string() == "connection closed before message completed"
        {
            return true;
        }
        cause = error.source();
    }
    false
}

impl Question {
    /// Whether it may change something.
    pub fn changes(&self) -> bool {
        !self.method.is_safe()
    }
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body, or null.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The problem's code, if it is one.
    pub fn problem(&self) -> Option<String> {
        let kind = self.json()["type"].as_str()?.strip_prefix("urn:rokuon:problem:")?.to_owned();
        (self.headers.get("content-type")? == "application/problem+json").then_some(kind)
    }

    /// Everything of it that must not tell two refusals apart: all but the date, the request's id, and `instance`.
    pub fn told(&self) -> (u16, BTreeMap<String, String>, Value) {
        let mut headers = self.headers.clone();
        headers.retain(|name, _| name != "date" && name != "x-request-id");
        let mut body = self.json();
        if body.is_null() {
            body = Value::String(self.text());
        }
        if let Some(members) = body.as_object_mut() {
            members.remove("instance");
        }
        (self.status, headers, body)
    }

    /// The first of these that stands anywhere in the answer.
    pub fn marker<'a>(&self, markers: &'a [String]) -> Option<&'a str> {
        let whole = format!("{:?}{}", self.headers, self.text());
        markers.iter().find(|marker| whole.contains(marker.as_str())).map(String::as_str)
    }
}
