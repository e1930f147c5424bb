//! A person signed in, password change perhaps due.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::app::App;
use crate::problem::{Code, Problem};

/// A person signed in, password change perhaps due.
#[derive(Debug)]
pub struct Session;

impl FromRequestParts<App> for Session {
    type Rejection = Problem;
    async fn from_request_parts(_: &mut Parts, _: &App) -> Result<Self, Problem> {
        Err(Problem::new(Code::NotSignedIn))
    }
}
