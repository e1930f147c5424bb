//! A bounded XML reader that goes on where a strict one must stop.
//!
//! Recording clients send names that are not escaped, prefixes that are not declared and tags that are not closed;
//! the recording must keep what can be read. There is no DTD and no entity but the five of XML, so nothing expands
//! and nothing is fetched.

use super::doubt::Doubt;

/// An element; names are local, prefixes cut.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub name: String,
    /// The prefix as written, if any.
    pub prefix: Option<String>,
    /// Attribute names as written.
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Element>,
    /// Its own text, entities undone, outer blanks trimmed; the raw content where tags in it were never closed.
    pub text: String,
}

const LARGEST: usize = 64 * 1024;
const DEEPEST: usize = 32;
const MOST_ELEMENTS: usize = 2_000;
const MOST_ATTRIBUTES: usize = 64;
const LONGEST_TAG: usize = 4 * 1024;

/// Reads a document; the root is `None` when there is none or when it must not be read.
pub(super) fn read(raw: &[u8], doubts: &mut Vec<Doubt>) -> Option<Element> {
    if raw.len() > LARGEST {
        doubts.push(Doubt::TooLarge);
        return None;
    }
    let text = decode(raw, doubts);
    let mut reader = Reader {
        source: text.trim_start_matches('\u{feff}'),
        at: 0,
        open: Vec::new(),
        root: None,
        elements: 0,
        skipped: 0,
        broken: None,
    };
    let (too_deep, result) = reader.run();
    if let Some(at) = reader.broken {
        doubts.push(Doubt::NotWellFormed(at));
    }
    if too_deep {
        doubts.push(Doubt::TooDeep);
    }
    if let Err(doubt) = result {
        let is_refused = doubt == Doubt::DoctypeRefused;
        doubts.push(doubt);
        if is_refused {
            return None;
        }
    }
    if reader.root.is_none() {
        doubts.push(Doubt::NoRoot);
    }
    reader.root
}

fn decode(raw: &[u8], doubts: &mut Vec<Doubt>) -> String {
    let wide = |big_endian: bool| {
        let unit = |pair: &[u8]| match *pair {
            [a, b] if big_endian => u16::from_be_bytes([a, b]),
            [a, b] => u16::from_le_bytes([a, b]),
            _ => 0xfffd,
        };
        let units: Vec<u16> = raw.chunks(2).map(unit).collect();
        String::from_utf16_lossy(&units)
    };
    match raw {
        [0xfe, 0xff, ..] => wide(true),
        [0xff, 0xfe, ..] => wide(false),
        _ => match std::str::from_utf8(raw) {
            Ok(text) => text.to_owned(),
            Err(_) => {
                doubts.push(Doubt::NotUtf8);
                String::from_utf8_lossy(raw).into_owned()
            }
        },
    }
}

struct Open {
    element: Element,
    written: String,
    content: usize,
}

struct Reader<'a> {
    source: &'a str,
    at: usize,
    open: Vec<Open>,
    root: Option<Element>,
    elements: usize,
    /// Elements open below the deepest level, not kept.
    skipped: usize,
    broken: Option<usize>,
}

impl<'a> Reader<'a> {
    /// Reads to the end; says whether something was too deep, and why it stopped before the end.
    fn run(&mut self) -> (bool, Result<(), Doubt>) {
        let mut too_deep = false;
        let result = loop {
            let rest = self.rest();
            let Some(bracket) = rest.find('<') else {
                self.text(rest);
                break Ok(());
            };
            self.text(rest.get(..bracket).unwrap_or_default());
            self.at += bracket;
            if let Err(doubt) = self.markup(&mut too_deep) {
                break Err(doubt);
            }
        };
        if !self.open.is_empty() {
            self.at = self.source.len();
            self.broken();
        }
        while let Some(open) = self.open.pop() {
            self.attach(open.element);
        }
        (too_deep, result)
    }

    fn rest(&self) -> &'a str {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn broken(&mut self) {
        self.broken.get_or_insert(self.at);
    }

    /// Adds text to the innermost element.
    fn text(&mut self, raw: &str) {
        if raw.is_empty() {
            return;
        }
        let (text, clean) = unescape(raw);
        match self.open.last_mut() {
            Some(open) if self.skipped == 0 => open.element.text.push_str(&text),
            Some(_) => {}
            None if raw.trim().is_empty() => {}
            None => self.broken(),
        }
        if !clean {
            self.broken();
        }
    }

    fn markup(&mut self, too_deep: &mut bool) -> Result<(), Doubt> {
        let rest = self.rest();
        if let Some(after) = rest.strip_prefix("<!--") {
            self.skip_to(after, "-->");
        } else if let Some(after) = rest.strip_prefix("<![CDATA[") {
            let text = after.split("]]>").next().unwrap_or_default();
            if let (Some(open), 0) = (self.open.last_mut(), self.skipped) {
                open.element.text.push_str(text);
            }
            self.skip_to(after, "]]>");
        } else if rest.starts_with("<!") {
            return Err(Doubt::DoctypeRefused);
        } else if let Some(after) = rest.strip_prefix("<?") {
            self.skip_to(after, "?>");
        } else if let Some(after) = rest.strip_prefix("</") {
            let name = after.split(['>', '<']).next().unwrap_or_default();
            self.close(name.trim());
            self.at += 2 + name.len();
            if self.rest().starts_with('>') {
                self.at += 1;
            } else {
                self.broken();
            }
        } else {
            return self.start_tag(rest, too_deep);
        }
        Ok(())
    }

    /// Moves behind `end`, which is looked for in `after` (a tail of the source).
    fn skip_to(&mut self, after: &str, end: &str) {
        match after.find(end) {
            Some(found) => self.at = self.source.len() - after.len() + found + end.len(),
            None => {
                self.broken();
                self.at = self.source.len();
            }
        }
    }

    fn start_tag(&mut self, rest: &str, too_deep: &mut bool) -> Result<(), Doubt> {
        let Some(inside) = tag_inside(rest) else {
            // A bracket that opens no tag is text.
            self.broken();
            if let (Some(open), 0) = (self.open.last_mut(), self.skipped) {
                open.element.text.push('<');
            }
            self.at += 1;
            return Ok(());
        };
        self.elements += 1;
        if self.elements > MOST_ELEMENTS {
            return Err(Doubt::TooManyNodes);
        }
        self.at += inside.len() + 2;
        let (inside, is_empty) = match inside.strip_suffix('/') {
            Some(inside) => (inside, true),
            None => (inside, false),
        };
        if self.open.len() >= DEEPEST {
            *too_deep = true;
            self.skipped += usize::from(!is_empty);
            return Ok(());
        }
        let written = inside.split(|c: char| c.is_whitespace()).next().unwrap_or_default();
        let (attributes, clean) = attributes(inside.get(written.len()..).unwrap_or_default());
        if !clean {
            self.broken();
        }
        let (prefix, name) = match written.split_once(':') {
            Some((prefix, name)) => (Some(prefix.to_owned()), name),
            None => (None, written),
        };
        let element = Element { name: name.to_owned(), prefix, attributes, ..Element::default() };
        if is_empty {
            self.attach(element);
        } else {
            self.open.push(Open { element, written: written.to_owned(), content: self.at });
        }
        Ok(())
    }

    fn close(&mut self, name: &str) {
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        let Some(depth) = self.open.iter().rposition(|open| open.written == name) else {
            return self.broken();
        };
        let is_innermost = depth + 1 == self.open.len();
        while self.open.len() > depth + 1 {
            if let Some(open) = self.open.pop() {
                self.attach(open.element);
            }
        }
        let Some(mut open) = self.open.pop() else { return };
        if !is_innermost {
            // `<name>Kojima & <Sons></name>`: what looked like a tag was text.
            self.broken();
            open.element.text = self.source.get(open.content..self.at).unwrap_or_default().to_owned();
        }
        self.attach(open.element);
    }

    fn attach(&mut self, mut element: Element) {
        let text: String = element.text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        element.text = text.trim().to_owned();
        match self.open.last_mut() {
            Some(parent) => parent.element.children.push(element),
            None if self.root.is_none() => self.root = Some(element),
            None => self.broken(),
        }
    }
}

/// What stands between `<` and `>` of a tag; `None` when no tag begins here.
fn tag_inside(rest: &str) -> Option<&str> {
    let body = rest.strip_prefix('<')?;
    let first = body.chars().next()?;
    if !(first.is_alphabetic() || matches!(first, '_' | ':')) {
        return None;
    }
    let mut quote = None;
    for (at, c) in body.char_indices().take_while(|(at, _)| *at < LONGEST_TAG) {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '<') => return None,
            (None, '>') => return body.get(..at),
            (None, _) => {}
        }
    }
    // A quote that never closes: the next bracket ends the tag after all.
    let window = body.char_indices().take_while(|(at, _)| *at < LONGEST_TAG);
    let end = window.into_iter().find(|(_, c)| matches!(c, '<' | '>'))?;
    (end.1 == '>').then(|| body.get(..end.0)).flatten()
}

/// Reads `a="b" c='d'`; also says whether it was clean.
fn attributes(text: &str) -> (Vec<(String, String)>, bool) {
    let mut attributes = Vec::new();
    let mut clean = true;
    let mut rest = text.trim_start();
    while !rest.is_empty() && attributes.len() < MOST_ATTRIBUTES {
        let Some((name, after)) = rest.split_once('=') else {
            return (attributes, false);
        };
        let after = after.trim_start();
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (value, tail) = match quote {
            Some(quote) => match after.get(1..).unwrap_or_default().split_once(quote) {
                Some(split) => split,
                None => return (attributes, false),
            },
            None => {
                clean = false;
                after.split_at(after.find(char::is_whitespace).unwrap_or(after.len()))
            }
        };
        let (value, value_clean) = unescape(value);
        clean &= value_clean;
        attributes.push((name.trim().to_owned(), value.trim().to_owned()));
        rest = tail.trim_start();
    }
    (attributes, clean)
}

/// Undoes the five entities of XML and character references; others stay as written, and that is said.
fn unescape(text: &str) -> (String, bool) {
    let mut plain = String::with_capacity(text.len());
    let mut clean = true;
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(at + 1..).unwrap_or_default();
        let end = rest.char_indices().take(12).find(|(_, c)| *c == ';').map(|(end, _)| end);
        let reference = end.and_then(|end| rest.get(..end)).and_then(|name| reference(name).zip(end));
        match reference {
            Some((c, end)) => {
                plain.push(c);
                rest = rest.get(end + 1..).unwrap_or_default();
            }
            None => {
                clean = false;
                plain.push('&');
            }
        }
    }
    plain.push_str(rest);
    (plain, clean)
}

fn reference(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|c| !c.is_control())
        }
    }
}

#[cfg(test)]
mod tests;
