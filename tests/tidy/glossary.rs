//! GLOSSARY.md names the file that defines each word; the file is there.

use rokuon_tests::tree;

#[test]
fn every_word_is_defined_where_the_glossary_says() {
    let root = tree::root();
    let text = std::fs::read_to_string(root.join("GLOSSARY.md")).expect("GLOSSARY.md is there");
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| ") && line.contains("`")).collect();
    assert!(rows.len() > 20, "only {} words were read", rows.len());
    for row in rows {
        let path = row.rsplit('`').nth(1).expect("a path in backticks");
        assert!(root.join(path).is_file(), "{path} is gone: {row}");
    }
}
