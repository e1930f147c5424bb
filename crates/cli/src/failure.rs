//! Why a command cannot go on: one line in Japanese and English that says what to do.

use std::fmt;
use std::io;
use std::path::Path;

/// One clear line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    ja: String,
    en: String,
}

impl Failure {
    /// Both wordings of the same sentence.
    pub fn new(ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self { ja: ja.into(), en: en.into() }
    }

    /// A file that cannot be read or written; a full disk says so.
    pub fn file(path: &Path, error: &io::Error) -> Self {
        let path = path.display();
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::new(
                format!(
                    "{path} の置かれたディスクに空きがありません。空きを作ってからもう一度始めてください。"
                ),
                format!("the disk that holds {path} is full: make room and start again"),
            ),
            io::ErrorKind::PermissionDenied => Self::new(
                format!("{path} を読み書きする権限がありません。--data-dir で別の場所を選んでください。"),
                format!(
                    "no permission to use {path}: choose another place with --data-dir, or start as its owner"
                ),
            ),
            _ => {
                Self::new(format!("{path} を使えません（{error}）。"), format!("cannot use {path}: {error}"))
            }
        }
    }

    /// A setting with a value that cannot be.
    pub fn setting(name: &str, ja: &str, en: &str) -> Self {
        let flag = name.replace('_', "-");
        Self::new(format!("設定 {name}: {ja}（--{flag}）"), format!("setting {name} (--{flag}): {en}"))
    }

    /// A port that someone else has.
    pub fn port_taken(what: &str, address: &str, setting: &str) -> Self {
        Self::new(
            format!(
                "{what} の {address} は別のプログラムが使っています。それを止めるか、--{setting} で別のポートを選んでください。"
            ),
            format!(
                "{what} {address} is in use by another program: stop that one, or choose another with --{setting}"
            ),
        )
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / {}", self.ja, self.en)
    }
}
