//! A person whose posts give them what an act needs.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::access::acts::Act;
use crate::app::App;
use crate::problem::{Code, Problem};

/// A person whose posts give them what `A` needs.
#[derive(Debug)]
pub struct Permitted<A> {
    act: PhantomData<A>,
}

impl<A: Act> FromRequestParts<App> for Permitted<A> {
    type Rejection = Problem;
    async fn from_request_parts(_: &mut Parts, _: &App) -> Result<Self, Problem> {
        Err(Problem::new(Code::NotSignedIn))
    }
}
