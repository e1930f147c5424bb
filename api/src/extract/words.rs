//! What people write into fields: how long it may be, and that it is text.

use crate::problem::{Code, Problem};

/// Collects what is wrong with the fields of one request.
#[derive(Debug, Default)]
pub struct Words(Option<Problem>);

impl Words {
    /// A text of `least` to `most` characters, spaces round it not counted.
    #[must_use]
    pub fn text(self, field: &str, text: &str, least: usize, most: usize) -> Self {
        let length = text.trim().chars().count();
        let control = text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
        if length == 0 && least > 0 {
            self.wrong(field, "必須です", "is required")
        } else if length < least || length > most || control {
            let (ja, en) =
                (format!("{most}文字以内の文章です"), format!("must be text of at most {most} characters"));
            self.wrong(field, ja, en)
        } else {
            self
        }
    }

    /// Something else that is wrong.
    #[must_use]
    pub fn wrong(self, field: &str, ja: impl Into<String>, en: impl Into<String>) -> Self {
        let problem = self.0.unwrap_or_else(|| Problem::new(Code::InvalidFields));
        Self(Some(problem.and_field(field, ja, en)))
    }

    /// A list of 1 to `most` things.
    #[must_use]
    pub fn some_of<T>(self, field: &str, list: &[T], most: usize) -> Self {
        if list.is_empty() {
            self.wrong(field, "一つ以上選んでください", "name at least one")
        } else if list.len() > most {
            let (ja, en) = (format!("一度に{most}件までです"), format!("at most {most} at once"));
            self.wrong(field, ja, en)
        } else {
            self
        }
    }

    /// Whether all of it was right.
    ///
    /// # Errors
    /// `invalid-fields` naming each field that is not.
    pub fn right(self) -> Result<(), Problem> {
        self.0.map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Language;

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let problem = Words::default()
            .text("reason", " \n ", 1, 10)
            .text("authority", "県警の照会", 1, 10)
            .text("note", "", 0, 10)
            .text("long", "あいうえおかきくけこさ", 1, 10)
            .text("bell", "a\u{7}", 1, 10)
            .some_of("recordings", &[0; 3], 2)
            .some_of::<u8>("others", &[], 2)
            .right()
            .expect_err("wrong");
        let named = problem.document(Language::En, "").errors;
        let named: Vec<&str> = named.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(named, ["reason", "long", "bell", "recordings", "others"]);
    }
}
