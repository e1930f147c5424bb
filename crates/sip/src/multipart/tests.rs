//! Splitting: each oddity seen in the field once.

use super::*;

#[track_caller]
fn check(content_type: &str, body: &str, expected: &[(&str, &str)]) {
    let parts = split(content_type, body.as_bytes()).unwrap();
    let parts: Vec<(&str, &str)> = parts
        .iter()
        .map(|part| {
            (part.headers.get("content-type").unwrap_or_default(), std::str::from_utf8(part.body).unwrap())
        })
        .collect();
    assert_eq!(parts, expected);
}

#[test]
fn two_parts_with_preamble_and_epilogue() {
    let body = "preamble\r\n--b\r\nContent-Type: a/b\r\n\r\none\r\n--b\r\nC: c/d\r\n\r\ntwo\r\n--b--\r\nepilogue\r\n--b\r\n";
    check("multipart/mixed;boundary=b", body, &[("a/b", "one"), ("c/d", "two")]);
}

#[test]
fn quoted_boundary_with_blanks_and_semicolons() {
    let body = "--a b;c\r\nContent-Type:a/b\r\n\r\none\r\n--a b;c-- \r\n";
    check("Multipart/Mixed; x=y; BOUNDARY = \"a b;c\"", body, &[("a/b", "one")]);
}

#[test]
fn bare_line_feeds_no_closing_boundary_and_a_wrong_inner_length() {
    let body = "--b\nContent-Type: a/b\nContent-Length: 9999\n\none\n--b\nContent-Type: c/d\n\ntwo\n";
    check("multipart/mixed;boundary=b", body, &[("a/b", "one"), ("c/d", "two\n")]);
}

#[test]
fn no_line_break_before_the_boundary() {
    let body =
        "--boundary1\r\nContent-Type: a/b\r\n\r\n</recording>--boundary1\r\nC: c/d\r\n\r\nx--boundary1--";
    check("multipart/mixed;boundary=boundary1", body, &[("a/b", "</recording>"), ("c/d", "x")]);
}

#[test]
fn only_the_declared_boundary_splits() {
    let body =
        "--real-one\r\nContent-Type: a/b\r\n\r\nv=0\r\n--other\r\n--real-oneX\r\na=1\r\n--real-one--\r\n";
    check("multipart/mixed;boundary=real-one", body, &[("a/b", "v=0\r\n--other\r\n--real-oneX\r\na=1")]);
}

#[test]
fn nested_parts_are_opened() {
    let inner = "--i\r\nContent-Type: a/b\r\n\r\none\r\n--i--";
    let body = format!(
        "--o\r\nContent-Type: multipart/alternative;boundary=i\r\n\r\n{inner}\r\n--o\r\nC: c/d\r\n\r\ntwo\r\n--o--"
    );
    check("multipart/mixed;boundary=o", &body, &[("a/b", "one"), ("c/d", "two")]);
}

#[test]
fn undeclared_boundary_is_taken_from_the_first_line() {
    check("multipart/mixed", "\r\n--b\r\nC: a/b\r\n\r\none\r\n--b--\r\n", &[("a/b", "one")]);
}

#[test]
fn empty_parts_and_parts_without_headers() {
    check(
        "multipart/mixed;boundary=b",
        "--b\r\n--b\r\n\r\nplain\r\n--b\r\nv=0\r\n--b--",
        &[("", ""), ("", "plain"), ("", "v=0")],
    );
}

#[test]
fn what_cannot_be_split_says_why() {
    assert_eq!(split("multipart/mixed", b"x"), Err(MultipartError::NoBoundary));
    assert_eq!(split("multipart/mixed;boundary=q", b"x"), Err(MultipartError::NoParts));
    let many = "--b\r\n\r\nx\r\n".repeat(17);
    assert_eq!(split("multipart/mixed;boundary=b", many.as_bytes()), Err(MultipartError::TooMany));
    let mut deep = "core".to_owned();
    for level in 0..6 {
        deep = format!(
            "--b{level}\r\nContent-Type: multipart/mixed;boundary=b{}\r\n\r\n{deep}\r\n--b{level}--",
            level - 1
        );
    }
    assert_eq!(split("multipart/mixed;boundary=b5", deep.as_bytes()), Err(MultipartError::TooMany));
}

#[test]
fn a_line_of_look_alikes_is_read_once() {
    let body = b"--aaaaaax".repeat(14_000);
    assert_eq!(split("multipart/mixed;boundary=aaaaaa", &body), Err(MultipartError::NoParts));
}
