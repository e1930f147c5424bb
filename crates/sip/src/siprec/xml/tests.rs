//! Reading XML: what a strict reader takes, what it refuses, and the limits.

use super::*;

fn parse(source: &str) -> (Option<Element>, Vec<Doubt>) {
    let mut doubts = Vec::new();
    let root = read(source.as_bytes(), &mut doubts);
    (root, doubts)
}

#[test]
fn a_clean_document_raises_no_doubt() {
    let source = "\u{feff}<?xml version=\"1.0\"?>\r\n<!-- c -->\n<p:a xmlns:p='u'\n x = \"1 &lt; 2\"><b>one &#x6ed;&amp;</b><c/><![CDATA[<x>]]></p:a>\n";
    let (root, doubts) = parse(source);
    let root = root.unwrap();
    assert_eq!(doubts, []);
    assert_eq!((root.name.as_str(), root.prefix.as_deref(), root.text.as_str()), ("a", Some("p"), "<x>"));
    assert_eq!(
        root.attributes,
        [("xmlns:p".to_owned(), "u".to_owned()), ("x".to_owned(), "1 < 2".to_owned())]
    );
    assert_eq!(
        root.children.iter().map(|child| child.text.as_str()).collect::<Vec<_>>(),
        ["one \u{6ed}&", ""]
    );
}

#[test]
fn names_that_are_not_escaped_are_read_as_written() {
    let (root, doubts) = parse("<r><name>Kojima & <Sons></name><label>1</label></r>");
    let root = root.unwrap();
    assert_eq!(root.children[0].text, "Kojima & <Sons>");
    assert_eq!(root.children[1].text, "1");
    assert_eq!(doubts, [Doubt::NotWellFormed(9)]);
    let (root, _) = parse("<r><name>a < b</name><name>c <d</name></r>");
    let texts: Vec<String> = root.unwrap().children.into_iter().map(|child| child.text).collect();
    assert_eq!(texts, ["a < b", "c <d"]);
}

#[test]
fn unclosed_and_crossed_tags_keep_what_was_read() {
    for source in [
        "<r><a>1</a><b>2",
        "<r><a>1</a><b>2</r>",
        "<r><a>1</a></x><b>2</b></r>",
        "<r><a>1</a><b y=z q=\"1'>2</b></r>",
    ] {
        let (root, doubts) = parse(source);
        let names: Vec<String> = root.unwrap().children.iter().map(|child| child.name.clone()).collect();
        assert_eq!(names, ["a", "b"], "{source}");
        assert!(matches!(doubts[..], [Doubt::NotWellFormed(_)]), "{source}: {doubts:?}");
    }
}

#[test]
fn document_types_are_refused_outright() {
    for source in [
        "<!DOCTYPE r [<!ENTITY a \"b\">]><r>&a;</r>",
        "<r><!ENTITY % x SYSTEM \"file:///etc/passwd\"></r>",
        "<!doctype r SYSTEM 'http://x/'><r/>",
    ] {
        let (root, doubts) = parse(source);
        assert_eq!(root, None);
        assert!(doubts.contains(&Doubt::DoctypeRefused), "{source}");
    }
}

#[test]
fn unknown_entities_are_left_as_written() {
    let (root, doubts) = parse("<r>&lol;&#0;&#xD800;&</r>");
    assert_eq!(root.unwrap().text, "&lol;&#0;&#xD800;&");
    assert_eq!(doubts, [Doubt::NotWellFormed(3)]);
}

#[test]
fn limits_hold() {
    let (root, doubts) = parse(&"x".repeat(65 * 1024));
    assert_eq!((root, doubts), (None, vec![Doubt::TooLarge]));
    let deep = format!("{}deep{}", "<a>".repeat(500), "</a>".repeat(500));
    let (root, doubts) = parse(&deep);
    assert!(doubts.contains(&Doubt::TooDeep) && root.is_some());
    let (root, doubts) = parse(&format!("<r>{}</r>", "<a/>".repeat(3_000)));
    assert!(doubts.contains(&Doubt::TooManyNodes));
    assert_eq!(root.unwrap().children.len(), 1_999);
    assert_eq!(parse("").1, [Doubt::NoRoot]);
}

#[test]
fn other_encodings_are_read_or_flagged() {
    let wide: Vec<u8> = "\u{feff}<r>滝</r>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut doubts = Vec::new();
    assert_eq!(read(&wide, &mut doubts).unwrap().text, "滝");
    assert_eq!(doubts, []);
    read(b"<r>\x91\xea</r>", &mut doubts);
    assert_eq!(doubts, [Doubt::NotUtf8]);
}
