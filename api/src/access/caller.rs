//! A person signed in and free to act.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::app::App;
use crate::problem::{Code, Problem};

/// A person signed in and free to act.
#[derive(Debug)]
pub struct Caller;

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;
    async fn from_request_parts(_: &mut Parts, _: &App) -> Result<Self, Problem> {
        Err(Problem::new(Code::NotSignedIn))
    }
}
