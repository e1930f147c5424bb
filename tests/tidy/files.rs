//! One reason a file, fewer than 400 lines with its tests, and a first line that says what it holds.

use rokuon_tests::tree;

const LONGEST: usize = 400;

/// Files that may be longer, each with the reason.
const MAY_BE_LONGER: &[(&str, &str)] = &[];

#[test]
fn no_file_is_longer_than_400_lines() {
    let files = tree::files(&["rs", "ts", "tsx"]).expect("the checkout can be read");
    let long: Vec<String> = files
        .iter()
        .filter(|file| {
            !file.path.contains(".gen.") && !MAY_BE_LONGER.iter().any(|(path, _)| *path == file.path)
        })
        .map(|file| (file.text.lines().count(), &file.path))
        .filter(|(lines, _)| *lines > LONGEST)
        .map(|(lines, path)| format!("{path}: {lines} lines"))
        .collect();
    assert!(long.is_empty(), "split them by what they are about:\n{}", long.join("\n"));
    for (path, _) in MAY_BE_LONGER {
        assert!(files.iter().any(|file| file.path == *path), "{path} is excepted but gone");
    }
}

#[test]
fn each_rust_file_begins_with_what_it_holds() {
    let files = tree::files(&["rs"]).expect("the checkout can be read");
    let silent: Vec<&str> =
        files.iter().filter(|file| !file.text.starts_with("//! ")).map(|file| file.path.as_str()).collect();
    assert!(silent.is_empty(), "no sentence (`//! …`) on the first line: {}", silent.join(", "));
}

#[test]
fn a_library_face_holds_module_lines_only() {
    let mut wrong = Vec::new();
    for file in tree::files(&["rs"]).expect("the checkout can be read") {
        let is_face = file.path.starts_with("crates/") && file.path.ends_with("/src/lib.rs");
        if !is_face {
            continue;
        }
        for (number, line) in file.product_lines() {
            let line = line.trim();
            let is_module = (line.starts_with("pub mod ") || line.starts_with("mod ")) && line.ends_with(';');
            if !(line.is_empty() || is_module || line.starts_with("#[") || line.starts_with("#![")) {
                wrong.push(format!("{}:{number}: {line}", file.path));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "import from the file that defines; a face lists modules:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn nothing_is_left_for_later_in_code() {
    let open = ["todo!(", "unimplemented!(", "#[ignore", ".only(", "test.skip", "it.skip"];
    let mut found = Vec::new();
    for file in tree::files(&["rs", "ts", "tsx", "mjs"]).expect("the checkout can be read") {
        if file.path == "tests/tidy/files.rs" {
            continue;
        }
        for (index, line) in file.text.lines().enumerate() {
            if open.iter().any(|word| line.contains(word)) {
                found.push(format!("{}:{}: {}", file.path, index + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "finish it or take it out:\n{}", found.join("\n"));
}
