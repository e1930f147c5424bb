//! Whether the caller is told in the call that it is recorded (告知), and when not.

use serde::Serialize;

use crate::article::Article;
use crate::closed_list::closed_list;
use crate::ground::Ground;
use crate::text::Text;

closed_list! {
    /// What a call must say about telling.
    pub enum AnnouncementDuty {
        /// The caller is told before recording, or an exception is noted.
        BeforeRecording = "before_recording",
        /// The public notice is enough.
        PublicNotice = "public_notice",
        /// The document asks for nothing.
        None = "none",
    }
}

/// The tenant's rules on telling the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnnouncementRules {
    /// The article.
    pub article: Article,
    /// What is asked.
    pub duty: AnnouncementDuty,
    /// The rule in one sentence.
    pub sentence: Text,
    /// Exceptions.
    pub exceptions: Vec<Ground>,
    /// Posts that note what was told or which exception was used.
    pub noted_by: Vec<String>,
    /// Whether devices that run only when needed are told of beforehand.
    pub on_demand: Option<Ground>,
}
