//! Typed getters: texts, words of closed lists, dates, periods, references to other entries.

use std::ops::RangeInclusive;

use chrono::{NaiveDate, NaiveTime};

use super::{Table, closest};
use crate::article::Article;
use crate::civil::Period;
use crate::closed_list::Word;
use crate::ground::Deadline;
use crate::text::Text;

impl Table<'_, '_> {
    /// A non-empty string that must be there.
    pub fn string(&self, key: &'static str) -> String {
        self.opt_string(key).unwrap_or_else(|| {
            if !self.has(key) {
                self.missing(key);
            }
            String::new()
        })
    }

    /// A non-empty string.
    pub fn opt_string(&self, key: &'static str) -> Option<String> {
        let value = self.value(key)?.get_ref();
        let Some(text) = value.as_str() else {
            self.wrong_type(key, value, "文字列", "a string");
            return None;
        };
        if text.trim().is_empty() {
            self.complain(key, format!("「{key}」が空です。"), format!("`{key}` is empty"));
            return None;
        }
        Some(text.to_owned())
    }

    /// A string of a type that checks itself; `stand_in` must be valid.
    pub fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
        &self,
        key: &'static str,
        stand_in: &str,
    ) -> T {
        let text = self.string(key);
        let parsed = text.parse();
        if let (Err(error), false) = (&parsed, text.is_empty()) {
            self.complain(
                key,
                format!("「{text}」は使えません：{error}"),
                format!("`{text}` cannot be used: {error}"),
            );
        }
        parsed.or_else(|_| stand_in.parse()).unwrap_or_else(|_| unreachable!("the stand-in is valid"))
    }

    /// The entry's key: lower-case letters, digits and hyphens.
    pub fn key(&self) -> String {
        let key = self.string("key");
        let good = key.starts_with(|c: char| c.is_ascii_lowercase())
            && key.len() <= 64
            && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'));
        if !good && !key.is_empty() {
            self.complain(
                "key",
                format!("キー「{key}」は英小文字で始め、英小文字・数字・-・_ だけで64字以内にしてください。"),
                format!("the key `{key}` must begin with a-z and hold only a-z, 0-9, - and _, at most 64"),
            );
        }
        key
    }

    /// The article of the entry, which must be there. Read it first: later findings of the entry name it.
    pub fn article(&self) -> Article {
        self.article_at("article")
    }

    /// An article under another key.
    pub fn article_at(&self, key: &'static str) -> Article {
        if !self.has(key) {
            self.asked.borrow_mut().push(key);
            self.complain(
                key,
                format!("条項（{key}）がありません。この定めの根拠となる条項を書いてください。"),
                format!("the article is missing: say in `{key}` where the document states this rule"),
            );
            return Article::unknown();
        }
        let text = self.string(key);
        match text.parse::<Article>() {
            Ok(article) => {
                if key == "article" {
                    *self.article.borrow_mut() = Some(article.clone());
                }
                article
            }
            Err(error) => {
                if !text.is_empty() {
                    self.complain(
                        key,
                        format!("「{text}」は条項として読めません。5、2-2、5(2)、3(2) item 2、6(1) proviso、yoryo 4(2)、section 3(4)、table、items のように書いてください。"),
                        format!("`{text}` is no article: {}", error.reason),
                    );
                }
                Article::unknown()
            }
        }
    }

    /// An article under another key, if there.
    pub fn opt_article(&self, key: &'static str) -> Option<Article> {
        if self.has(key) {
            Some(self.article_at(key))
        } else {
            self.asked.borrow_mut().push(key);
            None
        }
    }

    /// A text in both languages that must be there.
    pub fn text(&self, key: &'static str) -> Text {
        self.required(key, read_text)
    }

    /// A text in both languages.
    pub fn opt_text(&self, key: &'static str) -> Option<Text> {
        self.optional(key, read_text)
    }

    /// Texts.
    pub fn texts(&self, key: &'static str) -> Vec<Text> {
        self.list(key, read_text)
    }

    /// A yes or no; no when absent.
    pub fn flag(&self, key: &'static str) -> bool {
        let Some(value) = self.value(key) else { return false };
        value.get_ref().as_bool().unwrap_or_else(|| {
            self.wrong_type(key, value.get_ref(), "true か false", "true or false");
            false
        })
    }

    /// A whole number within bounds.
    pub fn opt_number(&self, key: &'static str, bounds: RangeInclusive<u32>) -> Option<u32> {
        let value = self.value(key)?.get_ref();
        let Some(integer) = value.as_integer() else {
            self.wrong_type(key, value, "整数", "a whole number");
            return None;
        };
        let number = u32::from_str_radix(integer.as_str(), integer.radix())
            .ok()
            .filter(|number| bounds.contains(number));
        if number.is_none() {
            let (least, most) = (bounds.start(), bounds.end());
            self.complain(
                key,
                format!("「{key}」は{least}から{most}までの整数にしてください。"),
                format!("`{key}` must be between {least} and {most}"),
            );
        }
        number
    }

    /// A whole number within bounds that must be there.
    pub fn number(&self, key: &'static str, bounds: RangeInclusive<u32>) -> u32 {
        if !self.has(key) {
            self.missing(key);
        }
        let stand_in = *bounds.start();
        self.opt_number(key, bounds).unwrap_or(stand_in)
    }

    /// A civil date.
    pub fn opt_date(&self, key: &'static str) -> Option<NaiveDate> {
        let value = self.value(key)?.get_ref();
        let date = value.as_datetime().filter(|at| at.time.is_none()).and_then(|at| at.date);
        let date = date.and_then(|date| {
            NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))
        });
        if date.is_none() {
            self.wrong_type(
                key,
                value,
                "日付（2025-04-01 の形、引用符なし）",
                "a date like 2025-04-01 without quotes",
            );
        }
        date
    }

    /// A civil date that must be there.
    pub fn date(&self, key: &'static str) -> NaiveDate {
        if !self.has(key) {
            self.missing(key);
        }
        self.opt_date(key).unwrap_or(NaiveDate::MIN)
    }

    /// A time of day.
    pub fn time(&self, key: &'static str) -> NaiveTime {
        if !self.has(key) {
            self.missing(key);
        }
        let Some(value) = self.value(key) else { return NaiveTime::MIN };
        let time = value.get_ref().as_datetime().filter(|at| at.date.is_none()).and_then(|at| at.time);
        let time = time.and_then(|time| {
            NaiveTime::from_hms_opt(
                u32::from(time.hour),
                u32::from(time.minute),
                u32::from(time.second.unwrap_or_default()),
            )
        });
        time.unwrap_or_else(|| {
            self.wrong_type(
                key,
                value.get_ref(),
                "時刻（08:30:00 の形、引用符なし）",
                "a time like 08:30:00 without quotes",
            );
            NaiveTime::MIN
        })
    }

    /// A period: exactly one of days, weeks, months, years.
    pub fn opt_period(&self, key: &'static str) -> Option<Period> {
        self.optional(key, |t| t.units()).flatten()
    }

    fn units(&self) -> Option<Period> {
        let one = [
            self.opt_number("days", 1..=36_500).map(Period::Days),
            self.opt_number("weeks", 1..=5_200).map(Period::Weeks),
            self.opt_number("months", 1..=1_200).map(Period::Months),
            self.opt_number("years", 1..=100).map(Period::Years),
        ];
        let mut given = one.into_iter().flatten();
        let first = given.next();
        if first.is_none() || given.next().is_some() {
            self.note_at(
                self.span.start,
                self.path.clone(),
                "期間は days、weeks、months、years のどれか一つで書いてください。",
                "write a period as exactly one of days, weeks, months, years",
            );
        }
        first
    }

    /// When an act is due: `{ word = "promptly", days = 14 }`.
    pub fn opt_deadline(&self, key: &'static str) -> Option<Deadline> {
        self.optional(key, |t| {
            let deadline = Deadline {
                word: t.opt_word("word"),
                hours: t.opt_number("hours", 1..=720),
                within: t
                    .opt_number("days", 1..=3_650)
                    .map(Period::Days)
                    .or(t.opt_number("months", 1..=120).map(Period::Months)),
                basis: t.opt_text("basis"),
            };
            if deadline.word.is_none() && deadline.hours.is_none() && deadline.within.is_none() {
                t.note_at(
                    t.span.start,
                    t.path.clone(),
                    "期限には word、hours、days、months のいずれかが必要です。",
                    "a deadline needs one of word, hours, days, months",
                );
            }
            deadline
        })
    }

    /// A word of a closed list that must be there.
    pub fn word<W: Word>(&self, key: &'static str) -> W {
        if !self.has(key) {
            let (ja, en) = spellings::<W>();
            self.complain(key, format!("「{key}」がありません。{ja}"), format!("`{key}` is missing; {en}"));
        }
        self.opt_word(key).unwrap_or(W::all()[0])
    }

    /// A word of a closed list.
    pub fn opt_word<W: Word>(&self, key: &'static str) -> Option<W> {
        let value = self.value(key)?.get_ref();
        let Some(text) = value.as_str() else {
            self.wrong_type(key, value, "文字列", "a string");
            return None;
        };
        match parse_word(text) {
            Ok(word) => Some(word),
            Err((ja, en)) => {
                self.complain(key, ja, en);
                None
            }
        }
    }

    /// Words of a closed list.
    pub fn words<W: Word + PartialEq>(&self, key: &'static str) -> Vec<W> {
        let mut words = Vec::new();
        for (index, text) in self.strings(key).iter().enumerate() {
            match parse_word::<W>(text) {
                _ if text.is_empty() => {}
                Ok(word) if words.contains(&word) => {
                    self.complain_in(
                        key,
                        index,
                        format!("「{text}」が二度あります。"),
                        format!("`{text}` is listed twice"),
                    );
                }
                Ok(word) => words.push(word),
                Err((ja, en)) => self.complain_in(key, index, ja, en),
            }
        }
        words
    }

    /// Strings; none when the key is absent.
    pub fn strings(&self, key: &'static str) -> Vec<String> {
        let Some((_, array)) = self.array(key) else { return Vec::new() };
        let mut strings = Vec::with_capacity(array.len());
        for (index, entry) in array.iter().enumerate() {
            match entry.get_ref().as_str().filter(|text| !text.trim().is_empty()) {
                Some(text) => strings.push(text.to_owned()),
                None => {
                    self.complain_in(
                        key,
                        index,
                        "空でない文字列にしてください。",
                        "this must be a string that is not empty",
                    );
                    strings.push(String::new());
                }
            }
        }
        strings
    }
}

fn read_text(t: &Table<'_, '_>) -> Text {
    Text { ja: t.string("ja"), en: t.string("en") }
}

fn spellings<W: Word>() -> (String, String) {
    let all: Vec<&str> = W::all().iter().map(|word| word.spelling()).collect();
    (format!("使える語は {} です。", all.join("、")), format!("one of {}", all.join(", ")))
}

fn parse_word<W: Word>(text: &str) -> Result<W, (String, String)> {
    if let Some(word) = W::all().iter().find(|word| word.spelling() == text) {
        return Ok(*word);
    }
    let (ja, en) = match closest(text, W::all().iter().map(|word| word.spelling())) {
        Some(near) => (format!("「{near}」の間違いではありませんか。"), format!("did you mean `{near}`?")),
        None => spellings::<W>(),
    };
    let list = W::LIST;
    Err((format!("「{text}」は {list} にない語です。{ja}"), format!("`{text}` is not a {list}; {en}")))
}
