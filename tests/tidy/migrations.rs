//! One change a file, named by its time and its deed; a table is born with its row-level security (INV-12).

use rokuon_tests::tree;

fn migrations() -> Vec<tree::SourceFile> {
    let files = tree::files(&["sql"]).expect("the checkout can be read");
    files.into_iter().filter(|file| file.path.starts_with("migrations/")).collect()
}

#[test]
fn migrations_are_named_by_time_and_deed() {
    let files = migrations();
    assert!(!files.is_empty(), "no migration was found");
    for file in &files {
        let name = file.path.trim_start_matches("migrations/").trim_end_matches(".sql");
        let (time, deed) = name.split_once('_').unwrap_or((name, ""));
        assert!(
            time.len() == 14
                && time.bytes().all(|b| b.is_ascii_digit())
                && deed.contains('_')
                && deed.is_ascii(),
            "{}: want <YYYYMMDDHHMMSS>_<verb>_<noun>.sql",
            file.path
        );
    }
}

#[test]
fn a_table_of_a_tenant_forces_row_level_security_where_it_is_born() {
    let mut wrong = Vec::new();
    for file in migrations() {
        let text = file.text.to_lowercase();
        for statement in text.split("create table ").skip(1) {
            let body = statement.split(';').next().unwrap_or_default();
            let table =
                body.trim_start_matches("if not exists ").split([' ', '(', '\n']).next().unwrap_or_default();
            if !body.contains("tenant_id") {
                continue;
            }
            for deed in ["enable row level security", "force row level security"] {
                let said = text.lines().any(|line| line.contains(table) && line.contains(deed));
                if !said {
                    wrong.push(format!("{}: {table}: {deed}", file.path));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "missing in the file that creates the table:\n{}", wrong.join("\n"));
}
