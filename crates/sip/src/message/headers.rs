//! Header fields: any order, any case, compact names, folded lines, CRLF or bare LF (RFC 3261 §7.3).

/// One header field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderField {
    /// Lower-case long name: `v` becomes `via`.
    pub name: String,
    /// The value with folding joined by one space and outer blanks removed.
    pub value: String,
}

/// The header fields of a message or of a body part, in the order received.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers {
    fields: Vec<HeaderField>,
}

/// More header fields than this and the rest is ignored.
const MOST_FIELDS: usize = 1_000;

impl Headers {
    /// Reads header lines; a line without a colon is skipped. Control characters become blanks, so that no
    /// echoed value can break a line of our own.
    pub fn parse(block: &[u8]) -> Headers {
        let text = String::from_utf8_lossy(block);
        let mut fields: Vec<HeaderField> = Vec::new();
        for line in text.split('\n') {
            let line = line.strip_suffix('\r').unwrap_or(line);
            if line.starts_with([' ', '\t']) {
                if let Some(last) = fields.last_mut() {
                    let more = clean(line);
                    if !more.is_empty() && !last.value.is_empty() {
                        last.value.push(' ');
                    }
                    last.value.push_str(&more);
                }
                continue;
            }
            let Some((name, value)) = line.split_once(':') else { continue };
            if fields.len() >= MOST_FIELDS {
                break;
            }
            fields.push(HeaderField { name: canonical(name.trim()), value: clean(value) });
        }
        Headers { fields }
    }

    /// The first value under a lower-case long name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.name == name).map(|field| field.value.as_str())
    }

    /// Every value under a lower-case long name, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.fields.iter().filter(move |field| field.name == name).map(|field| field.value.as_str())
    }

    /// All fields in order.
    pub fn iter(&self) -> impl Iterator<Item = &HeaderField> {
        self.fields.iter()
    }

    /// Whether a comma-separated token list holds a token (case ignored), over all fields of that name.
    pub fn lists(&self, name: &str, token: &str) -> bool {
        self.all(name).flat_map(|value| value.split(',')).any(|item| item.trim().eq_ignore_ascii_case(token))
    }
}

fn clean(value: &str) -> String {
    let mapped: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    mapped.trim().to_owned()
}

fn canonical(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let long = match lower.as_str() {
        "b" => "referred-by",
        "c" => "content-type",
        "e" => "content-encoding",
        "f" => "from",
        "i" => "call-id",
        "k" => "supported",
        "l" => "content-length",
        "m" => "contact",
        "o" => "event",
        "r" => "refer-to",
        "s" => "subject",
        "t" => "to",
        "u" => "allow-events",
        "v" => "via",
        "x" => "session-expires",
        _ => return lower,
    };
    long.to_owned()
}
