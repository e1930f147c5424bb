//! A ground (事由) that an article lists, and the time an act must be done in.

use serde::Serialize;

use crate::article::Article;
use crate::civil::Period;
use crate::closed_list::closed_list;
use crate::text::Text;

/// One listed ground: of use, of a hold, of an exception from telling the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ground {
    /// Its key.
    pub key: String,
    /// The article that lists it.
    pub article: Article,
    /// Its name.
    pub name: Text,
    /// What it means, in one sentence.
    pub sentence: Text,
}

closed_list! {
    /// How soon an act is due where the document gives no figure.
    pub enum Promptness {
        /// 直ちに.
        AtOnce = "at_once",
        /// 速やかに, 迅速に.
        Promptly = "promptly",
        /// あらかじめ.
        Beforehand = "beforehand",
        /// 毎年.
        Yearly = "yearly",
    }
}

/// When an act is due: the document's word, the tenant's figure, or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deadline {
    /// The document's word.
    pub word: Option<Promptness>,
    /// The figure: civil days, weeks, months or years; or hours.
    pub within: Option<Period>,
    /// Hours, for acts due sooner than days.
    pub hours: Option<u32>,
    /// The law or article that gives the figure, when it is not the rule's own.
    pub basis: Option<Text>,
}
