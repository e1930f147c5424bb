//! The extractor of a person who is free to act: signed in, password in order.

use std::ops::Deref;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::access::session::Session;
use crate::app::App;
use crate::problem::{Code, Problem};

/// A signed-in person whose password is in order.
pub struct Caller(pub Session);

impl Deref for Caller {
    type Target = Session;
    fn deref(&self) -> &Session {
        &self.0
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let session = Session::from_request_parts(parts, app).await?;
        if session.password_change_required() {
            let rules = &session.rules.policy.sign_in;
            let problem = Problem::new(Code::PasswordChangeRequired);
            return Err(match rules.password_article.as_ref().filter(|_| !session.credential.must_change) {
                Some(article) => problem.article(article.as_str(), article.label_ja()),
                None => problem,
            });
        }
        Ok(Self(session))
    }
}
