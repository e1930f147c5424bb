//! `rokuon policy check`: every mistake of a policy file as FILE:line:column, in Japanese and English.
#![allow(clippy::print_stdout)] // the findings are what the command is for

use std::path::PathBuf;
use std::process::ExitCode;

use rokuon_policy::check::check;

use crate::failure::Failure;

/// Checks each file; fails when any has a finding.
pub fn run(files: &[PathBuf]) -> Result<ExitCode, Failure> {
    let mut found = 0;
    for path in files {
        let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
        for finding in check(&text) {
            found += 1;
            let article =
                finding.article.map(|article| format!(" [{}]", article.label_ja())).unwrap_or_default();
            let place = if finding.path.is_empty() { String::new() } else { format!(" {}:", finding.path) };
            let (file, line, column) = (path.display(), finding.line, finding.column);
            println!("{file}:{line}:{column}:{place} {} / {}{article}", finding.reason.ja, finding.reason.en);
        }
    }
    if found > 0 {
        let files = files.len();
        eprintln!("誤り {found} 件（{files} ファイル） / {found} findings in {files} files");
        return Ok(ExitCode::FAILURE);
    }
    println!("誤りはありません（{} ファイル） / no findings in {} files", files.len(), files.len());
    Ok(ExitCode::SUCCESS)
}
