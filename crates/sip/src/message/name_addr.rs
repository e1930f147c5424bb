//! From and To values: display name, URI, parameters (RFC 3261 §20.10, §20.20).

use super::parameters::{Parameter, parameter, parse_parameters, unquote};

/// A From or To value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameAddr {
    /// The display name, quotes undone.
    pub display: Option<String>,
    /// The URI as written.
    pub uri: String,
    /// The header parameters.
    pub parameters: Vec<Parameter>,
}

impl NameAddr {
    /// Reads a value; `None` for unbalanced quotes or brackets, blanks inside the URI, or no URI.
    pub fn parse(value: &str) -> Option<NameAddr> {
        let bracket = open_bracket(value)?;
        let (display, uri, rest) = match bracket {
            Some(at) => {
                let (display, rest) = value.split_at_checked(at)?;
                let (uri, rest) = rest.strip_prefix('<')?.split_once('>')?;
                (display.trim(), uri, rest.trim_start())
            }
            None => match value.split_once(';') {
                Some((uri, rest)) => ("", uri.trim(), rest),
                None => ("", value.trim(), ""),
            },
        };
        if uri.is_empty() || uri.contains(|c: char| c.is_whitespace() || c == '<') {
            return None;
        }
        let rest = rest.strip_prefix(';').unwrap_or(rest);
        open_bracket(rest)?;
        Some(NameAddr {
            display: Some(unquote(display)).filter(|name| !name.is_empty()),
            uri: uri.to_owned(),
            parameters: parse_parameters(rest),
        })
    }

    /// The tag; `None` where an old peer sends none.
    pub fn tag(&self) -> Option<&str> {
        parameter(&self.parameters, "tag").filter(|tag| !tag.is_empty())
    }
}

/// Where the first `<` outside quotes stands; the outer `None` says that a quote is never closed.
fn open_bracket(value: &str) -> Option<Option<usize>> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in value.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '<' if !quoted => return Some(Some(at)),
            _ => {}
        }
    }
    (!quoted).then_some(None)
}

#[cfg(test)]
mod tests {
    use super::NameAddr;

    #[track_caller]
    fn check(value: &str, display: Option<&str>, uri: &str, tag: Option<&str>) {
        let read = NameAddr::parse(value).unwrap();
        assert_eq!((read.display.as_deref(), read.uri.as_str(), read.tag()), (display, uri, tag));
    }

    #[test]
    fn the_usual_shapes_are_read() {
        check("<sip:a@b>;tag=1", None, "sip:a@b", Some("1"));
        check(
            "caller<sip:caller@example.com>;tag=323",
            Some("caller"),
            "sip:caller@example.com",
            Some("323"),
        );
        check("sip:a@b;tag=x", None, "sip:a@b", Some("x"));
        check(r#""J \"R\" <x>"  <sip:a@b;lr> ; tag = y"#, Some(r#"J "R" <x>"#), "sip:a@b;lr", Some("y"));
        check("滝 <sip:a@b>", Some("滝"), "sip:a@b", None);
        check(
            "Bell, Alexander <sip:a.g.bell@example.com>;tag=43",
            Some("Bell, Alexander"),
            "sip:a.g.bell@example.com",
            Some("43"),
        );
    }

    #[test]
    fn broken_ones_are_refused() {
        for broken in [
            "",
            "\"Mr J. User <sip:j@b>",
            "<sip:a@b",
            "\"W\" < sip:a@b >",
            "<>",
            "sip:a b@c",
            "<sip:a@b>;tag=\"x",
        ] {
            assert_eq!(NameAddr::parse(broken), None, "{broken}");
        }
    }
}
