//! Phone numbers as exchanges write them, brought into one form.

/// Longest address looked at, in octets.
const LONGEST: usize = 512;

pub(super) fn normalise(raw: &str) -> Option<String> {
    if raw.len() > LONGEST {
        return None;
    }
    let address = match raw.split_once('<') {
        Some((_, rest)) => rest.split('>').next()?,
        None => raw,
    };
    national(&fold(user_part(address.trim())?)?)
}

/// What stands before parameters and host.
fn user_part(address: &str) -> Option<&str> {
    let (scheme, rest) = match address.split_once(':') {
        Some((scheme, rest))
            if ["sip", "sips", "tel"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) =>
        {
            (Some(scheme), rest)
        }
        _ => (None, address),
    };
    let before_host = rest.split('@').next()?;
    let is_sip = scheme.is_some_and(|scheme| !scheme.eq_ignore_ascii_case("tel"));
    if is_sip && before_host.len() == rest.len() && rest.contains('.') {
        return None; // a host alone, such as sip:192.0.2.1, is no number
    }
    before_host.split([';', '?', ':']).next()
}

/// Digits with an optional leading `+`: separators dropped, full-width forms folded, `%2B` decoded.
fn fold(user: &str) -> Option<String> {
    let mut folded = String::with_capacity(user.len());
    let mut rest = user.chars();
    while let Some(c) = rest.next() {
        let c = if c == '%' {
            let code: String = rest.by_ref().take(2).collect();
            char::from(u8::from_str_radix(&code, 16).ok()?)
        } else {
            c
        };
        match c {
            '0'..='9' => folded.push(c),
            '０'..='９' => folded.push(char::from_digit(u32::from(c) - u32::from('０'), 10)?),
            '+' | '＋' if folded.is_empty() => folded.push('+'),
            '-' | '.' | '(' | ')' | ' ' | '/' | '‐' | '‑' | '−' | '－' | 'ー' | '（' | '）' | '\u{3000}' =>
                {}
            _ => return None,
        }
    }
    Some(folded)
}

fn national(folded: &str) -> Option<String> {
    if let Some(international) = folded.strip_prefix('+') {
        return from_international(international);
    }
    // 184/186 before a number withhold or give the caller's number; they are no part of it.
    let digits = ["184", "186"]
        .iter()
        .find_map(|prefix| folded.strip_prefix(prefix).filter(|rest| is_national(rest)))
        .unwrap_or(folded);
    if let Some(international) = digits.strip_prefix("010").filter(|rest| rest.len() > 8) {
        return from_international(international);
    }
    // Some exchanges drop the plus: Japanese numbers never begin with 8 otherwise.
    if let Some(rest) =
        digits.strip_prefix("81").filter(|rest| matches!(rest.len(), 9 | 10) && !rest.starts_with('0'))
    {
        return Some(format!("0{rest}"));
    }
    (1..=20).contains(&digits.len()).then(|| digits.to_owned())
}

fn is_national(digits: &str) -> bool {
    digits.starts_with('0') && matches!(digits.len(), 10 | 11)
}

fn from_international(digits: &str) -> Option<String> {
    if let Some(japanese) = digits.strip_prefix("81") {
        let national = if japanese.starts_with('0') { japanese.to_owned() } else { format!("0{japanese}") };
        return is_national(&national).then_some(national);
    }
    ((5..=15).contains(&digits.len()) && !digits.starts_with('0')).then(|| format!("+{digits}"))
}
