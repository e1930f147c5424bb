//! Getters for keys that must name another entry of the file, and for listed grounds.

use std::collections::BTreeSet;

use super::{Table, closest};
use crate::ground::Ground;
use crate::ids::DepartmentId;

impl Table<'_, '_> {
    /// Keys of posts; each must exist.
    pub fn posts(&self, key: &'static str) -> Vec<String> {
        let posts = self.strings(key);
        for (index, post) in posts.iter().enumerate() {
            if let Some((ja, en)) = unknown("職", "post", post, &self.names().posts) {
                self.complain_in(key, index, ja, en);
            }
        }
        posts
    }

    /// Keys of posts, at least one; each must exist.
    pub fn some_posts(&self, key: &'static str) -> Vec<String> {
        let posts = self.posts(key);
        if posts.is_empty() {
            self.complain(
                key,
                format!("「{key}」に職が一つもありません。誰も行えない定めになります。"),
                format!("`{key}` names no post, so nobody could ever act"),
            );
        }
        posts
    }

    /// The key of one post; it must exist.
    pub fn post(&self, key: &'static str) -> String {
        let post = self.string(key);
        self.complain_if_unknown(key, "職", "post", &post, &self.names().posts);
        post
    }

    /// The key of a ledger; it must exist.
    pub fn opt_ledger(&self, key: &'static str) -> Option<String> {
        let ledger = self.opt_string(key)?;
        self.complain_if_unknown(key, "台帳", "ledger", &ledger, &self.names().ledgers);
        Some(ledger)
    }

    /// A department; the document must name it.
    pub fn opt_department(&self, key: &'static str) -> Option<DepartmentId> {
        let department = self.opt_string(key)?;
        self.complain_if_unknown(key, "課", "department", &department, &self.names().departments);
        department.parse().ok()
    }

    /// Notes that `name` is not among `known`, unless it is.
    pub fn complain_if_unknown(
        &self,
        key: &'static str,
        ja: &str,
        en: &str,
        name: &str,
        known: &BTreeSet<String>,
    ) {
        if let Some((ja, en)) = unknown(ja, en, name, known) {
            self.complain(key, ja, en);
        }
    }

    /// Listed grounds.
    pub fn grounds(&self, key: &'static str) -> Vec<Ground> {
        self.list(key, read_ground)
    }

    /// One ground.
    pub fn opt_ground(&self, key: &'static str) -> Option<Ground> {
        self.optional(key, read_ground)
    }
}

fn read_ground(t: &Table<'_, '_>) -> Ground {
    Ground { article: t.article(), key: t.key(), name: t.text("name"), sentence: t.text("sentence") }
}

fn unknown(ja: &str, en: &str, name: &str, known: &BTreeSet<String>) -> Option<(String, String)> {
    if name.is_empty() || known.contains(name) {
        return None;
    }
    let (hint_ja, hint_en) = match closest(name, known.iter().map(String::as_str)) {
        Some(near) => (format!("「{near}」の間違いではありませんか。"), format!("did you mean `{near}`?")),
        None => (String::new(), "it is nowhere in this file".to_owned()),
    };
    Some((
        format!("「{name}」という{ja}は定められていません。{hint_ja}"),
        format!("unknown {en} `{name}`; {hint_en}"),
    ))
}
