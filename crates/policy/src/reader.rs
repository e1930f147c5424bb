//! Walks a parsed TOML table, hands out typed values and notes every mistake with its place.
//!
//! A getter that finds a mistake notes it and returns a stand-in, so that reading goes on and all mistakes are found at once.
//! Stand-ins never leave this crate: a policy is only handed out when nothing was noted.

mod references;
mod values;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use crate::article::Article;
use crate::check::{Finding, LONGEST_LIST, MOST_FINDINGS};
use crate::text::Text;

/// Keys that other entries may name, gathered before reading.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub posts: BTreeSet<String>,
    pub departments: BTreeSet<String>,
    pub purposes: BTreeSet<String>,
    pub collection_purposes: BTreeSet<String>,
    pub ledgers: BTreeSet<String>,
}

/// What a document's reading shares.
#[derive(Debug)]
pub(crate) struct Reader<'s> {
    source: &'s str,
    pub names: Names,
    findings: RefCell<Vec<Finding>>,
}

/// One table of the document, with its place.
#[derive(Debug)]
pub(crate) struct Table<'r, 's> {
    reader: &'r Reader<'s>,
    entries: &'r DeTable<'s>,
    path: String,
    span: Range<usize>,
    article: RefCell<Option<Article>>,
    asked: RefCell<Vec<&'static str>>,
    /// A stand-in for a missing table: its own findings would only repeat that it is missing.
    muted: bool,
}

impl<'s> Reader<'s> {
    pub fn new(source: &'s str) -> Self {
        Self { source, names: Names::default(), findings: RefCell::default() }
    }

    pub fn root<'r>(&'r self, entries: &'r DeTable<'s>) -> Table<'r, 's> {
        self.table(entries, String::new(), 0..0, false)
    }

    fn table<'r>(
        &'r self,
        entries: &'r DeTable<'s>,
        path: String,
        span: Range<usize>,
        muted: bool,
    ) -> Table<'r, 's> {
        Table {
            reader: self,
            entries,
            path,
            span,
            article: RefCell::default(),
            asked: RefCell::default(),
            muted,
        }
    }

    /// Notes a finding at a byte offset of the source.
    pub fn note(&self, offset: usize, path: String, article: Option<Article>, reason: Text) {
        let mut findings = self.findings.borrow_mut();
        if findings.len() >= MOST_FINDINGS {
            return;
        }
        let (line, column) = position(self.source, offset);
        findings.push(Finding { line, column, path, article, reason });
    }

    /// Whether enough was noted: no more is taken in.
    fn is_full(&self) -> bool {
        self.findings.borrow().len() >= MOST_FINDINGS
    }

    /// The findings in the order of the file.
    pub fn into_findings(self) -> Vec<Finding> {
        let mut findings = self.findings.into_inner();
        findings.sort_by(|a, b| (a.line, a.column, &a.path).cmp(&(b.line, b.column, &b.path)));
        findings.dedup();
        findings
    }
}

/// Line and column (in characters), both from 1, of a byte offset; an offset beyond the end gives the end.
pub(crate) fn position(source: &str, offset: usize) -> (usize, usize) {
    let mut end = offset.min(source.len());
    while !source.is_char_boundary(end) {
        end -= 1;
    }
    let before = &source[..end];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

impl<'r, 's> Table<'r, 's> {
    pub fn names(&self) -> &'r Names {
        &self.reader.names
    }

    fn child_path(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn value(&self, key: &'static str) -> Option<&'r Spanned<DeValue<'s>>> {
        self.asked.borrow_mut().push(key);
        self.entries.get(key)
    }

    /// Notes a mistake in the value of `key`, or in the table when it has no such key.
    pub fn complain(&self, key: &str, ja: impl Into<String>, en: impl Into<String>) {
        let offset = self.entries.get(key).map_or(self.span.start, |value| value.span().start);
        self.note_at(offset, self.child_path(key), ja, en);
    }

    /// Notes a mistake in the `index`th entry of the list `key`.
    pub fn complain_in(&self, key: &str, index: usize, ja: impl Into<String>, en: impl Into<String>) {
        let array = self.entries.get(key).and_then(|value| value.get_ref().as_array());
        let offset =
            array.and_then(|array| array.get(index)).map_or(self.span.start, |value| value.span().start);
        self.note_at(offset, format!("{}[{index}]", self.child_path(key)), ja, en);
    }

    fn note_at(&self, offset: usize, path: String, ja: impl Into<String>, en: impl Into<String>) {
        if !self.muted {
            self.reader.note(offset, path, self.article.borrow().clone(), Text::new(ja, en));
        }
    }

    fn missing(&self, key: &str) {
        self.complain(key, format!("「{key}」がありません。"), format!("`{key}` is missing"));
    }

    fn wrong_type(&self, key: &str, value: &DeValue<'_>, ja: &str, en: &str) {
        let found = value.type_str();
        self.complain(
            key,
            format!("「{key}」は{ja}で書いてください（{found}でした）。"),
            format!("`{key}` must be {en}, not {found}"),
        );
    }

    /// Whether the table has the key.
    pub fn has(&self, key: &'static str) -> bool {
        self.entries.get(key).is_some()
    }

    /// Reads an optional table.
    pub fn optional<T>(&self, key: &'static str, read: impl FnOnce(&Table<'r, 's>) -> T) -> Option<T> {
        let value = self.value(key)?;
        let Some(entries) = value.get_ref().as_table() else {
            self.wrong_type(key, value.get_ref(), "表（[…] または {…}）", "a table");
            return None;
        };
        Some(self.reader.table(entries, self.child_path(key), value.span(), self.muted).read_with(self, read))
    }

    /// Reads a table that must be there.
    pub fn required<T>(&self, key: &'static str, read: impl Fn(&Table<'_, 's>) -> T) -> T {
        if !self.has(key) {
            self.missing(key);
        }
        if let Some(value) = self.optional(key, &read) {
            return value;
        }
        let nothing = DeTable::new();
        read(&self.reader.table(&nothing, self.child_path(key), self.span.clone(), true))
    }

    /// Reads a list of tables; none when the key is absent.
    pub fn list<T>(&self, key: &'static str, read: impl Fn(&Table<'r, 's>) -> T) -> Vec<T> {
        let Some((value, array)) = self.array(key) else { return Vec::new() };
        let mut read_entries = Vec::with_capacity(array.len());
        let mut keys = BTreeSet::new();
        if array.len() > LONGEST_LIST {
            self.complain(
                key,
                format!("「{key}」が長すぎます（{LONGEST_LIST}件まで）。"),
                format!("`{key}` has more than {LONGEST_LIST} entries"),
            );
        }
        for (index, entry) in array.iter().take(LONGEST_LIST).enumerate() {
            let Some(entries) = entry.get_ref().as_table() else {
                self.wrong_type(key, value, "表の並び（[[…]]）", "a list of tables");
                continue;
            };
            if let Some(name) = entries.get("key").and_then(|name| name.get_ref().as_str())
                && !keys.insert(name.to_owned())
            {
                self.complain_in(
                    key,
                    index,
                    format!("キー「{name}」が二度使われています。"),
                    format!("the key `{name}` is used twice"),
                );
            }
            let path = format!("{}[{index}]", self.child_path(key));
            read_entries
                .push(self.reader.table(entries, path, entry.span(), self.muted).read_with(self, &read));
        }
        read_entries
    }

    fn array(&self, key: &'static str) -> Option<(&'r DeValue<'s>, &'r DeArray<'s>)> {
        let value = self.value(key)?.get_ref();
        let array = value.as_array();
        if array.is_none() {
            self.wrong_type(key, value, "並び（[…]）", "a list");
        }
        Some((value, array?))
    }

    fn read_with<T>(&self, parent: &Self, read: impl FnOnce(&Self) -> T) -> T {
        self.article.borrow_mut().clone_from(&parent.article.borrow());
        let value = read(self);
        self.report_unknown_keys();
        value
    }

    /// Notes every key that no getter asked for. Called once everything was read.
    pub fn report_unknown_keys(&self) {
        let asked = self.asked.borrow();
        let mut known: Vec<&str> = asked.clone();
        known.sort_unstable();
        known.dedup();
        for key in self.entries.keys() {
            let name: &str = key.get_ref();
            if self.muted || self.reader.is_full() || asked.contains(&name) {
                continue;
            }
            let (ja, en) = match closest(name, known.iter().copied()) {
                Some(near) => {
                    (format!("「{near}」の間違いではありませんか。"), format!("did you mean `{near}`?"))
                }
                None => (
                    format!("使えるキーは {} です。", known.join("、")),
                    format!("keys here are {}", known.join(", ")),
                ),
            };
            self.note_at(
                key.span().start,
                self.child_path(name),
                format!("「{name}」というキーはありません。{ja}"),
                format!("unknown key `{name}`; {en}"),
            );
        }
    }
}

/// The candidate nearest to a mistyped word, when one is near enough to be meant.
pub(crate) fn closest<'c>(word: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    let longest_typo = (word.chars().count() / 3).clamp(1, 4);
    candidates
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= longest_typo)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Edits between two words (Levenshtein), each counted in characters and cut at 64 of them.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().take(64).enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, to) in row.iter_mut().skip(1).zip(&b) {
            let above = *cell;
            let cheapest = (diagonal + usize::from(from != *to)).min(above + 1).min(left + 1);
            diagonal = above;
            *cell = cheapest;
            left = cheapest;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_finds_the_word_that_was_meant() {
        let words = ["recording.play", "recording.search", "hold.place", "audit.read"];
        assert_eq!(closest("recording.paly", words.into_iter()), Some("recording.play"));
        assert_eq!(closest("audit.raed", words.into_iter()), Some("audit.read"));
        assert_eq!(closest("listen", words.into_iter()), None);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!((distance("", "abc"), distance("abc", "")), (3, 3));
    }

    #[test]
    fn a_position_counts_characters_and_survives_any_offset() {
        let source = "a = 1\n豊中 = 2\n";
        assert_eq!(position(source, 0), (1, 1));
        assert_eq!(position(source, 6), (2, 1));
        assert_eq!(position(source, 7), (2, 1), "inside a character");
        assert_eq!(position(source, 9), (2, 2));
        assert_eq!(position(source, 9_999), (3, 1));
    }
}
