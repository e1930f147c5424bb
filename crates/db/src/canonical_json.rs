//! Canonical JSON (RFC 8785): one value has one spelling, so that its hash means something.

use serde_json::{Number, Value};

/// The canonical text of `value`: no blanks, members ordered by UTF-16 code units (§3.2.3), numbers as ECMAScript prints
/// them (§3.2.2.3).
pub fn canonical(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => out.push_str(&number_text(number)),
        Value::String(text) => write_string(text, out),
        Value::Array(items) => {
            out.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
            sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (place, (name, member)) in sorted.into_iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write_string(name, out);
                out.push(':');
                write(member, out);
            }
            out.push('}');
        }
    }
}

/// Escapes exactly what must be (§3.2.2.2): quote, backslash, and the control characters below U+0020.
fn write_string(text: &str, out: &mut String) {
    use std::fmt::Write as _;
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

fn number_text(number: &Number) -> String {
    // Whole numbers beyond 2^53 are not the same number in ECMAScript: they take the way of the doubles.
    const EXACT: i64 = 1 << 53;
    if let Some(whole) = number.as_i64().filter(|n| (-EXACT..=EXACT).contains(n)) {
        return whole.to_string();
    }
    let double = number.as_f64().unwrap_or_default();
    let size = double.abs();
    if double == 0.0 {
        return "0".to_owned();
    }
    if (1e-6..1e21).contains(&size) {
        return format!("{double}");
    }
    let text = format!("{double:e}");
    match text.split_once('e') {
        Some((digits, power)) if !power.starts_with('-') => format!("{digits}e+{power}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_examples_of_rfc_8785_come_out_as_printed() {
        // §3.2.2 and §3.2.3.
        // The doubles are given as such: serde_json reads the last digit of a long one roughly.
        let value = serde_json::json!({
            "numbers": [333_333_333.333_333_3_f64, 1e30, 4.50, 2e-3, 1e-27],
            "string": "\u{20ac}$\u{f}\u{a}A'\u{42}\u{22}\u{5c}\\\"/",
            "literals": [null, true, false],
        });
        assert_eq!(
            canonical(&value),
            "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\
             \"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}"
        );
        let order: Value = serde_json::from_str(
            r#"{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}"#,
        )
        .unwrap();
        let text = canonical(&order);
        let values: String = text.chars().filter(|c| ('2'..='7').contains(c) || *c == '1').collect();
        // \r, "1", U+0080, ö, €, 😀 (a surrogate pair sorts below U+FB33), U+FB33; the key "1" shows as a digit too.
        assert_eq!(values, "2146".to_owned() + "7153");
    }

    proptest! {
        #[test]
        fn the_order_of_members_does_not_matter_and_the_text_means_the_same(
            members in proptest::collection::btree_map(".{0,6}", any::<i32>(), 0..8)
        ) {
            let forward: Value = Value::Object(members.iter().map(|(k, v)| (k.clone(), Value::from(*v))).collect());
            let backward: Value = Value::Object(members.iter().rev().map(|(k, v)| (k.clone(), Value::from(*v))).collect());
            let text = canonical(&forward);
            prop_assert_eq!(&text, &canonical(&backward));
            prop_assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), forward);
        }
    }
}
