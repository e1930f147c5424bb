//! Which column of a call record's file means what: named by the one who uploads, or by a preset kept as data.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::text::Text;

/// How one kind of exchange names its columns; each name in the order of preference.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnPreset {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: Text,
    /// When the call began.
    pub started_at: Vec<String>,
    /// How long it was.
    #[serde(default)]
    pub duration: Vec<String>,
    /// Who called.
    #[serde(default)]
    pub caller: Vec<String>,
    /// Who was called.
    #[serde(default)]
    pub called: Vec<String>,
    /// Which way it went.
    #[serde(default)]
    pub direction: Vec<String>,
}

#[derive(Deserialize)]
struct Presets {
    presets: Vec<ColumnPreset>,
}

static PRESETS: LazyLock<Vec<ColumnPreset>> = LazyLock::new(|| {
    let read: Result<Presets, _> = toml::from_str(include_str!("presets.toml"));
    read.map(|read| read.presets).unwrap_or_default()
});

/// The presets, in the order in which they are tried.
pub fn presets() -> &'static [ColumnPreset] {
    &PRESETS
}

/// The columns as the one who uploads names them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ColumnNames {
    /// When the call began.
    #[schema(max_length = 100, example = "通話開始日時")]
    pub started_at: String,
    /// How long it was: seconds, `M:SS` or `H:MM:SS`.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub duration: Option<String>,
    /// Who called.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub caller: Option<String>,
    /// Who was called.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub called: Option<String>,
    /// Which way it went.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub direction: Option<String>,
}

/// Where each fact stands in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    /// When the call began.
    pub started_at: usize,
    /// How long it was.
    pub duration: Option<usize>,
    /// Who called.
    pub caller: Option<usize>,
    /// Who was called.
    pub called: Option<usize>,
    /// Which way it went.
    pub direction: Option<usize>,
}

/// Finds the columns by the names given; `Err` names the field whose column is not there.
pub fn by_names(header: &[String], names: &ColumnNames) -> Result<Places, &'static str> {
    let place = |field: &'static str, name: &Option<String>| match name.as_deref().map(str::trim) {
        None | Some("") => Ok(None),
        Some(name) => find(header, std::slice::from_ref(&name.to_owned())).map(Some).ok_or(field),
    };
    let started_at = find(header, std::slice::from_ref(&names.started_at)).ok_or("columns.started_at")?;
    let places = Places {
        started_at,
        duration: place("columns.duration", &names.duration)?,
        caller: place("columns.caller", &names.caller)?,
        called: place("columns.called", &names.called)?,
        direction: place("columns.direction", &names.direction)?,
    };
    if places.caller.is_none() && places.called.is_none() { Err("columns.called") } else { Ok(places) }
}

/// Finds the columns by a preset, if all it needs is there.
pub fn by_preset(header: &[String], preset: &ColumnPreset) -> Option<Places> {
    let (caller, called) = (find(header, &preset.caller), find(header, &preset.called));
    (caller.is_some() || called.is_some()).then_some(())?;
    Some(Places {
        started_at: find(header, &preset.started_at)?,
        duration: find(header, &preset.duration),
        caller,
        called,
        direction: find(header, &preset.direction),
    })
}

fn find(header: &[String], names: &[String]) -> Option<usize> {
    names.iter().find_map(|name| {
        let wanted = plain(name);
        header.iter().position(|title| plain(title) == wanted)
    })
}

/// A heading without what differs between exports of the same thing: case, blanks, quotes, full-width forms.
fn plain(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        _ => c,
    };
    text.chars()
        .map(narrow)
        .filter(|c| !c.is_whitespace() && !matches!(c, '"' | '\'' | '_' | '\u{FEFF}'))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> Vec<String> {
        text.split(',').map(str::to_owned).collect()
    }

    fn taken(text: &str) -> Option<&'static str> {
        let header = header(text);
        presets().iter().find(|preset| by_preset(&header, preset).is_some()).map(|preset| preset.key.as_str())
    }

    #[test]
    fn each_preset_is_found_by_its_own_headings() {
        assert_eq!(presets().len(), 6, "every preset is read");
        for (titles, key) in [
            (
                "accountcode,src,dst,dcontext,clid,channel,dstchannel,lastapp,lastdata,start,answer,end,duration,billsec",
                Some("asterisk"),
            ),
            (
                "cdrRecordType,callingPartyNumber,finalCalledPartyNumber,dateTimeConnect,duration",
                Some("cisco-cucm"),
            ),
            ("通話開始日時,発信者番号,着信者番号,通話時間（秒）", Some("japanese")),
            ("Start Time,From,To,Duration", Some("english")),
            ("名前,住所", None),
            ("通話開始日時,備考", None),
        ] {
            assert_eq!(taken(titles), key, "{titles}");
        }
        let japanese = presets().iter().find(|preset| preset.key == "japanese").unwrap();
        let places =
            by_preset(&header("No,発着区分,通話開始日時,発信者番号,着信者番号,通話時間（秒）"), japanese)
                .unwrap();
        assert_eq!((places.started_at, places.duration, places.direction), (2, Some(5), Some(1)));
    }

    #[test]
    fn a_column_that_is_named_and_not_there_is_said() {
        let header = header("いつ,誰から,誰へ");
        let names = |started_at: &str, called: &str| ColumnNames {
            started_at: started_at.into(),
            called: Some(called.into()),
            ..ColumnNames::default()
        };
        assert!(by_names(&header, &names("いつ", "誰へ")).is_ok());
        assert_eq!(by_names(&header, &names("開始", "誰へ")), Err("columns.started_at"));
        assert_eq!(by_names(&header, &names("いつ", "先")), Err("columns.called"));
        assert_eq!(by_names(&header, &names("いつ", " ")), Err("columns.called"), "one number is needed");
    }
}
