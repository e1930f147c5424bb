//! The public notice that calls are recorded (公表).

use serde::Serialize;

use crate::article::Article;
use crate::text::Text;

/// The page anyone may read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicNotice {
    /// The article that asks for it.
    pub article: Article,
    /// Its title.
    pub title: Text,
    /// Its paragraphs.
    pub body: Vec<Text>,
    /// Where else it is shown.
    pub shown_at: Vec<Text>,
    /// Whether the devices of the register are shown with their places.
    pub lists_devices: bool,
    /// Whom to ask.
    pub contact: Option<Text>,
}
