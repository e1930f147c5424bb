//! Names that say nothing are refused: folders, files and types.

use rokuon_tests::tree;

/// File and folder names that gather what has no place.
const NO_PLACES: &[&str] = &["utils", "util", "common", "helpers", "helper", "misc", "shared", "stuff"];

/// Endings of type names that say nothing, or that mean a person or an act in this house (GLOSSARY.md).
const NO_TYPES: &[&str] =
    &["Manager", "Service", "Handler", "Helper", "Util", "Utils", "Common", "Base", "Info", "Data", "Record"];

/// Types that carry a banned ending because the thing is really called so.
const TYPES_ALLOWED: &[(&str, &str)] = &[("KeyService", "the key management service of the design: KMS")];

#[test]
fn no_file_or_folder_gathers_odds_and_ends() {
    let mut wrong = Vec::new();
    for file in tree::files(&["rs", "ts", "tsx", "mjs", "css", "sql"]).expect("the checkout can be read") {
        let stems = file.path.split('/').map(|part| part.split('.').next().unwrap_or(part));
        if stems.into_iter().any(|stem| NO_PLACES.contains(&stem)) {
            wrong.push(file.path);
        }
    }
    assert!(wrong.is_empty(), "name them after what they hold: {}", wrong.join(", "));
}

#[test]
fn type_names_say_what_the_thing_is() {
    let mut wrong = Vec::new();
    for file in tree::files(&["rs"]).expect("the checkout can be read") {
        for (number, line) in file.product_lines() {
            let Some(name) = type_named(line) else { continue };
            let banned = NO_TYPES.iter().any(|end| name.ends_with(end))
                || name == "Client"
                || name.starts_with("Delete");
            if banned && !TYPES_ALLOWED.iter().any(|(allowed, _)| *allowed == name) {
                wrong.push(format!("{}:{number}: {name}", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "see GLOSSARY.md for the words:\n{}", wrong.join("\n"));
}

/// The name of the struct, enum, trait or type that this line declares.
fn type_named(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = line.strip_prefix("pub(crate) ").or_else(|| line.strip_prefix("pub(super) ")).unwrap_or(line);
    let line = line.strip_prefix("pub ").unwrap_or(line);
    let rest = ["struct ", "enum ", "trait ", "type "].iter().find_map(|word| line.strip_prefix(word))?;
    rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().filter(|name| !name.is_empty())
}
