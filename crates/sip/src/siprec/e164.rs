//! Numbers in the world's form, E.164, beside the form they came in.

/// How a country writes its own numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberPlan<'a> {
    /// The country code without `+`: `81`.
    pub country_code: &'a str,
    /// What national numbers begin with: `0`.
    pub trunk_prefix: &'a str,
    /// What international calls begin with: `010`, `00`.
    pub international_prefixes: &'a [&'a str],
}

/// Japan's (総務省 電気通信番号計画).
pub const JAPAN: NumberPlan<'_> =
    NumberPlan { country_code: "81", trunk_prefix: "0", international_prefixes: &["010", "00"] };

/// E.164 allows no more.
const MOST_DIGITS: usize = 15;

impl NumberPlan<'_> {
    /// `+81…` for a number as a party was told by (`0780001234`, `+81-78-000-1234`, `078(000)1234`, full-width digits);
    /// `None` for extensions, short numbers and words such as `anonymous`, which are no numbers of the world's.
    pub fn e164(&self, number: &str) -> Option<String> {
        let mut digits = String::with_capacity(number.len());
        let mut is_international = false;
        for c in number.trim().chars() {
            match c {
                '0'..='9' => digits.push(c),
                '０'..='９' => digits.push(char::from_digit(u32::from(c) - u32::from('０'), 10)?),
                '+' | '＋' if digits.is_empty() && !is_international => is_international = true,
                '-' | '.' | ' ' | '(' | ')' | '－' | '‐' | '−' | '（' | '）' => {}
                _ => return None,
            }
        }
        if !is_international {
            let prefix = self.international_prefixes.iter().find(|prefix| digits.starts_with(**prefix));
            digits = match (prefix, digits.strip_prefix(self.trunk_prefix)) {
                (Some(prefix), _) => digits.get(prefix.len()..)?.to_owned(),
                (None, Some(national)) => format!("{}{national}", self.country_code),
                (None, None) => return None,
            };
        }
        let is_long_enough = digits.len() >= self.country_code.len() + 7;
        (is_long_enough && digits.len() <= MOST_DIGITS && !digits.starts_with('0'))
            .then(|| format!("+{digits}"))
    }
}

#[cfg(test)]
mod tests {
    use super::JAPAN;

    // rule: MD9
    #[test]
    fn numbers_get_the_worlds_form_and_words_do_not() {
        for (number, e164) in [
            ("0780001234", Some("+81780001234")),
            ("078-000-1234", Some("+81780001234")),
            ("078(000)1234", Some("+81780001234")),
            ("+81-78-000-1234", Some("+81780001234")),
            ("０７８０００１２３４", Some("+81780001234")),
            ("09000001234", Some("+819000001234")),
            ("010 1 212 000 1234", Some("+12120001234")),
            ("+12120001234", Some("+12120001234")),
            ("0120000123", Some("+81120000123")),
            ("110", None),
            ("2001", None),
            ("anonymous", None),
            ("非通知", None),
            ("Extension-0660001234", None),
            ("", None),
            ("+", None),
            ("++81780001234", None),
            ("+0780001234", None),
            ("0123456789012345678", None),
        ] {
            assert_eq!(JAPAN.e164(number).as_deref(), e164, "{number}");
        }
    }
}
