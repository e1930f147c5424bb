//! Where a rule stands in the tenant's document, such as `5(2)` or `yoryo 4(2)`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::InvalidId;

/// A place in the ordinance.
///
/// Spelling: an article number (`5`, inserted ones `2-2`), its paragraph in round brackets (`5(2)`), then
/// `item n` and/or `proviso` (`3(2) item 2`, `6(1) proviso`). Before it, where the document is not made of articles:
/// `yoryo` (the handling guideline attached to it), `section` (a numbered heading), or, alone, `items`, `table`, `supplement`.
/// Several places are joined with `, `.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Article(String);

impl Article {
    /// The stand-in for an article that could not be read; such a policy is never handed out.
    pub(crate) fn unknown() -> Self {
        Self(String::new())
    }
    /// As written in the policy file.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How a Japanese document cites it: `第5条第2項`.
    pub fn label_ja(&self) -> String {
        let labels: Vec<String> = self
            .0
            .split(", ")
            .map(|place| place_of(place).map_or_else(|| place.to_owned(), |p| p.ja()))
            .collect();
        labels.join("、")
    }

    /// How it is cited in English: `art. 5(2)`.
    pub fn label_en(&self) -> String {
        let labels: Vec<String> = self
            .0
            .split(", ")
            .map(|place| place_of(place).map_or_else(|| place.to_owned(), |p| p.en()))
            .collect();
        labels.join(", ")
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Article,
    Yoryo,
    Section,
}

struct Place<'a> {
    part: Part,
    number: &'a str,
    inserted: Option<&'a str>,
    paragraph: Option<&'a str>,
    item: Option<&'a str>,
    proviso: bool,
    whole: Option<(&'static str, &'static str)>,
}

const WHOLE: [(&str, &str, &str); 3] = [
    ("items", "収集項目", "list of items"),
    ("table", "別表", "annexed table"),
    ("supplement", "附則", "supplementary provisions"),
];

fn place_of(text: &str) -> Option<Place<'_>> {
    let empty = Place {
        part: Part::Article,
        number: "",
        inserted: None,
        paragraph: None,
        item: None,
        proviso: false,
        whole: None,
    };
    if let Some((_, ja, en)) = WHOLE.iter().find(|(word, ..)| *word == text) {
        return Some(Place { whole: Some((ja, en)), ..empty });
    }
    let (part, rest) = if let Some(rest) = text.strip_prefix("yoryo ") {
        (Part::Yoryo, rest)
    } else if let Some(rest) = text.strip_prefix("section ") {
        (Part::Section, rest)
    } else {
        (Part::Article, text)
    };
    let (rest, proviso) = rest.strip_suffix(" proviso").map_or((rest, false), |rest| (rest, true));
    let (rest, item) = rest.split_once(" item ").map_or((rest, None), |(rest, item)| (rest, Some(item)));
    let (head, paragraph) = match rest.split_once('(') {
        Some((head, tail)) => (head, Some(tail.strip_suffix(')')?)),
        None => (rest, None),
    };
    let (number, inserted) =
        head.split_once('-').map_or((head, None), |(number, inserted)| (number, Some(inserted)));
    let all_numbers = [Some(number), inserted, paragraph, item].into_iter().flatten().all(is_number);
    all_numbers.then_some(Place { part, number, inserted, paragraph, item, proviso, whole: None })
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() <= 3 && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0')
}

impl Place<'_> {
    fn ja(&self) -> String {
        if let Some((ja, _)) = self.whole {
            return ja.to_owned();
        }
        let mut label = match self.part {
            Part::Article => format!("第{}条", self.number),
            Part::Yoryo => format!("要領第{}条", self.number),
            Part::Section => format!("項目{}", self.number),
        };
        if let Some(inserted) = self.inserted {
            label.push_str(&format!("の{inserted}"));
        }
        if let Some(paragraph) = self.paragraph {
            label.push_str(&if self.part == Part::Section {
                format!("({paragraph})")
            } else {
                format!("第{paragraph}項")
            });
        }
        if let Some(item) = self.item {
            label.push_str(&format!("第{item}号"));
        }
        if self.proviso {
            label.push_str("ただし書");
        }
        label
    }

    fn en(&self) -> String {
        if let Some((_, en)) = self.whole {
            return en.to_owned();
        }
        let mut label = match self.part {
            Part::Article => "art. ",
            Part::Yoryo => "guideline art. ",
            Part::Section => "section ",
        }
        .to_owned();
        label.push_str(self.number);
        if let Some(inserted) = self.inserted {
            label.push_str(&format!("-{inserted}"));
        }
        if let Some(paragraph) = self.paragraph {
            label.push_str(&format!("({paragraph})"));
        }
        if let Some(item) = self.item {
            label.push_str(&format!(" item {item}"));
        }
        if self.proviso {
            label.push_str(" proviso");
        }
        label
    }
}

impl FromStr for Article {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        if !text.is_empty() && text.split(", ").all(|place| place_of(place).is_some()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidId {
                kind: "article",
                reason: "write it as 5, 2-2, 5(2), 3(2) item 2, 6(1) proviso, yoryo 4(2), section 3(4), table or items",
            })
        }
    }
}

impl TryFrom<String> for Article {
    type Error = InvalidId;
    fn try_from(text: String) -> Result<Self, InvalidId> {
        text.parse()
    }
}

impl From<Article> for String {
    fn from(article: Article) -> Self {
        article.0
    }
}

impl fmt::Display for Article {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_is_cited_as_japanese_documents_do() {
        for (written, ja, en) in [
            ("5", "第5条", "art. 5"),
            ("5(2)", "第5条第2項", "art. 5(2)"),
            ("2-2", "第2条の2", "art. 2-2"),
            ("2 item 1", "第2条第1号", "art. 2 item 1"),
            ("3(2) item 2", "第3条第2項第2号", "art. 3(2) item 2"),
            ("6(1) proviso", "第6条第1項ただし書", "art. 6(1) proviso"),
            ("yoryo 4(2)", "要領第4条第2項", "guideline art. 4(2)"),
            ("section 3(4)", "項目3(4)", "section 3(4)"),
            ("2, 4, table", "第2条、第4条、別表", "art. 2, art. 4, annexed table"),
        ] {
            let article: Article = written.parse().unwrap();
            assert_eq!((article.label_ja().as_str(), article.label_en().as_str()), (ja, en), "{written}");
            assert_eq!(article.to_string(), written);
        }
    }

    #[test]
    fn what_is_no_article_is_refused() {
        for bad in [
            "", " ", "x", "5(", "5()", "0", "5(0)", "5 (2)", "5,6", "5(2", "第5条", "5 item", "5 item x",
            "1234", "5-",
        ] {
            assert!(bad.parse::<Article>().is_err(), "{bad:?} was accepted");
        }
    }
}
