//! What a request brings, read strictly: each refusal is a problem that names the field.

pub mod json;
pub mod path;
pub mod query;
pub mod repeat_key;
pub mod words;

/// The name of the field an error is about: serde's path, or the name inside its message when the field is missing,
/// unknown or double (then the path ends one step above it).
fn field_of(path: &str, message: &str) -> String {
    let named = ["missing field `", "unknown field `", "duplicate field `"]
        .iter()
        .find_map(|start| message.strip_prefix(start))
        .and_then(|rest| rest.split('`').next());
    match (path, named) {
        ("." | "?", Some(name)) => name.to_owned(),
        (path, Some(name)) if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        (path, Some(name)) => format!("{}.{name}", path.trim_end_matches(".?")),
        (path, None) => path.to_owned(),
    }
}
