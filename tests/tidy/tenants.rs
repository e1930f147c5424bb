//! INV-3: no tenant's key, name or number stands in code; a new city is a new file in policies/.

use rokuon_tests::tree;

#[test]
fn no_city_stands_in_code() {
    let policies = tree::files(&["toml"]).expect("the checkout can be read");
    let mut words: Vec<String> = policies
        .iter()
        .filter_map(|file| file.path.strip_prefix("policies/")?.strip_suffix(".toml").map(str::to_owned))
        .collect();
    assert!(!words.is_empty(), "no policy file was found in policies/");
    words.extend(["豊中", "大阪市", "滝川", "一宮", "神戸"].map(str::to_owned));
    // the public numbers two ordinances print, with and without hyphens
    words.extend(["06-6858", "066858", "06-6458", "066458"].map(str::to_owned));
    let mut wrong = Vec::new();
    for file in tree::files(&["rs", "ts", "tsx"]).expect("the checkout can be read") {
        if file.is_test() || file.path.contains(".gen.") || file.path.contains("/examples/") {
            continue;
        }
        for (number, line) in file.product_lines() {
            for word in words.iter().filter(|word| mentions(line, word)) {
                wrong.push(format!("{}:{number}: {word}", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "a city's name or number belongs in its policy file:\n{}", wrong.join("\n"));
}

fn mentions(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let joins = |c: Option<char>| word.is_ascii() && c.is_some_and(|c| c.is_ascii_alphabetic());
        !joins(before) && !joins(after)
    })
}
