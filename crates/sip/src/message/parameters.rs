//! Lists and parameters of header values, split outside quotes and angle brackets (RFC 3261 §25.1).

/// One `;name=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Lower-case name.
    pub name: String,
    /// The value, quotes removed; `None` for a bare name.
    pub value: Option<String>,
}

/// Splits at every `separator` that stands outside quoted strings and angle brackets.
pub fn split_outside(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let (mut quoted, mut escaped, mut bracketed) = (false, false, false);
    for (at, c) in text.char_indices() {
        if quoted {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => quoted = false,
                _ => {}
            }
            continue;
        }
        match c {
            '"' => quoted = true,
            '<' => bracketed = true,
            '>' => bracketed = false,
            _ if c == separator && !bracketed => {
                parts.push(text.get(start..at).unwrap_or_default());
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts
}

/// Reads what follows the first semicolon of a value; empty parameters are skipped.
pub fn parse_parameters(text: &str) -> Vec<Parameter> {
    split_outside(text, ';').into_iter().filter_map(parse_parameter).collect()
}

/// Reads one `name=value` or bare name.
pub(crate) fn parse_parameter(text: &str) -> Option<Parameter> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(unquote(value.trim()))),
        None => (text, None),
    };
    let name = name.trim().to_ascii_lowercase();
    (!name.is_empty()).then_some(Parameter { name, value })
}

/// Removes surrounding quotes and backslash escapes; other text stays as it is.
pub fn unquote(text: &str) -> String {
    let Some(inner) = text.strip_prefix('"') else { return text.to_owned() };
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    let mut plain = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => plain.extend(chars.next()),
            c => plain.push(c),
        }
    }
    plain
}

/// The value of a parameter by lower-case name; `Some("")` for a bare name.
pub fn parameter<'a>(parameters: &'a [Parameter], name: &str) -> Option<&'a str> {
    let found = parameters.iter().find(|parameter| parameter.name == name)?;
    Some(found.value.as_deref().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_in_quotes_and_brackets_do_not_split() {
        assert_eq!(split_outside(r#""a,\"b" <sip:c,d@e>, f"#, ','), [r#""a,\"b" <sip:c,d@e>"#, " f"]);
        assert_eq!(split_outside("", ','), [""]);
    }

    #[test]
    fn parameters_may_be_quoted_bare_or_empty() {
        let parameters = parse_parameters(r#"; Tag = x;;lr;q="a;\"b""#);
        assert_eq!(parameter(&parameters, "tag"), Some("x"));
        assert_eq!(parameter(&parameters, "lr"), Some(""));
        assert_eq!(parameter(&parameters, "q"), Some(r#"a;"b"#));
        assert_eq!(parameter(&parameters, "none"), None);
    }
}
