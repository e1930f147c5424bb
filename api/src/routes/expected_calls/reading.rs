//! Reads a file of call records: its encoding, its columns, its lines; bad lines are kept out and named by their place only.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use rokuon_db::expected_call_files::BadLine;
use rokuon_policy::civil::JST;
use rokuon_policy::expected_call::ExpectedCall;
use rokuon_policy::recording_scope::{Direction, normalise_number};

use super::columns::{ColumnNames, ColumnPreset, Places, by_names, by_preset, presets};

/// Most data lines of one file.
pub const MOST_LINES: usize = 100_000;
/// Most bad lines that are named; the others are counted.
const MOST_NAMED: usize = 200;

/// A file as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadFile {
    /// `utf-8` or `shift_jis`.
    pub encoding: &'static str,
    /// The preset whose columns were found; nothing when they were named.
    pub preset: Option<&'static str>,
    /// Data lines.
    pub lines: u32,
    /// The calls.
    pub calls: Vec<ExpectedCall>,
    /// Lines that were kept out, the first of them named.
    pub bad_lines: Vec<BadLine>,
    /// How many were kept out.
    pub bad: u32,
}

/// Why a file cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotRead {
    /// Neither UTF-8 nor Shift_JIS.
    Encoding,
    /// It has no line of headings, or no line after it.
    Empty,
    /// A column is not there; which field names it.
    Column(&'static str),
    /// No preset fits its headings.
    NoPreset,
    /// It has more lines than are taken.
    TooManyLines,
}

/// Reads the octets of a file.
///
/// # Errors
/// [`NotRead`]: then nothing of it is taken.
pub fn read(
    octets: &[u8],
    names: Option<&ColumnNames>,
    preset: Option<&ColumnPreset>,
) -> Result<ReadFile, NotRead> {
    let (encoding, text) = decode(octets)?;
    let delimiter = delimiter(&text);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let header: Vec<String> =
        reader.headers().map_err(|_| NotRead::Empty)?.iter().map(str::to_owned).collect();
    if header.iter().all(String::is_empty) {
        return Err(NotRead::Empty);
    }
    let (places, preset) = match (names, preset) {
        (Some(names), _) => (by_names(&header, names).map_err(NotRead::Column)?, None),
        (None, Some(preset)) => (by_preset(&header, preset).ok_or(NotRead::NoPreset)?, None),
        (None, None) => {
            let fits = presets().iter().find_map(|one| Some((by_preset(&header, one)?, one)));
            let (places, found) = fits.ok_or(NotRead::NoPreset)?;
            (places, Some(found.key.as_str()))
        }
    };
    let mut file = ReadFile { encoding, preset, lines: 0, calls: Vec::new(), bad_lines: Vec::new(), bad: 0 };
    let mut record = csv::StringRecord::new();
    loop {
        let line = line_from(&text, reader.position());
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) if record.iter().all(str::is_empty) => continue,
            Ok(true) => {
                file.lines += 1;
                match call_of(&record, &places) {
                    Ok(call) => file.calls.push(call),
                    Err(fault) => file.keep_out(line, fault),
                }
            }
            Err(_) => {
                file.lines += 1;
                file.keep_out(line, ("line", "行を読み取れません", "the line cannot be read"));
            }
        }
        if file.lines as usize > MOST_LINES {
            return Err(NotRead::TooManyLines);
        }
    }
    if file.lines == 0 { Err(NotRead::Empty) } else { Ok(file) }
}

/// The number of the next line that is not blank: the reader passes over blank ones without a word.
fn line_from(text: &str, place: &csv::Position) -> u64 {
    let from = usize::try_from(place.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(from..).unwrap_or_default();
    let blank = rest.iter().take_while(|octet| matches!(octet, b'\r' | b'\n'));
    place.line() + blank.filter(|octet| **octet == b'\n').count() as u64
}

/// A column and what is wrong with it, in both languages.
type Fault = (&'static str, &'static str, &'static str);

impl ReadFile {
    fn keep_out(&mut self, line: u64, (field, ja, en): Fault) {
        self.bad += 1;
        if self.bad_lines.len() < MOST_NAMED {
            self.bad_lines.push(BadLine { line, field: field.into(), ja: ja.into(), en: en.into() });
        }
    }
}

/// With a byte order mark or without; what is not sound UTF-8 is taken for Shift_JIS, as exchanges in Japan write it.
fn decode(octets: &[u8]) -> Result<(&'static str, String), NotRead> {
    let body = octets.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(octets);
    if let Ok(text) = std::str::from_utf8(body) {
        return Ok(("utf-8", text.to_owned()));
    }
    let (text, damaged) = encoding_rs::SHIFT_JIS.decode_without_bom_handling(octets);
    if damaged { Err(NotRead::Encoding) } else { Ok(("shift_jis", text.into_owned())) }
}

/// A tab or a semicolon where the headings have more of them than commas.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |delimiter: u8| first.bytes().filter(|octet| *octet == delimiter).count();
    [b',', b'\t', b';'].into_iter().rev().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

fn call_of(record: &csv::StringRecord, places: &Places) -> Result<ExpectedCall, Fault> {
    let cell = |place: Option<usize>| {
        place.and_then(|place| record.get(place)).map(str::trim).filter(|cell| !cell.is_empty())
    };
    let started = cell(Some(places.started_at));
    let started = started.ok_or(("started_at", "開始日時がありません", "the beginning is missing"))?;
    let started_at = instant(started).ok_or((
        "started_at",
        "開始日時を読み取れません(例 2026/11/29 09:15:00)",
        "the beginning is no date and time such as 2026-11-29 09:15:00",
    ))?;
    let duration = match cell(places.duration) {
        None => None,
        Some(text) => Some(length(text).ok_or((
            "duration",
            "通話時間を読み取れません(秒、または 0:01:30)",
            "the duration is neither seconds nor H:MM:SS",
        ))?),
    };
    let (caller, called) = (cell(places.caller).and_then(digits), cell(places.called).and_then(digits));
    if caller.is_none() && called.is_none() {
        return Err(("caller", "電話番号が一つもありません", "there is no number"));
    }
    Ok(ExpectedCall { started_at, duration, caller, called, direction: cell(places.direction).and_then(way) })
}

/// A number or an extension as our own calls hold it; what is no number (anonymous, a name) is unknown.
fn digits(text: &str) -> Option<String> {
    let number = normalise_number(text)?;
    let digits: String =
        number.chars().filter(|c| c.is_ascii_digit() || matches!(c, '*' | '#')).take(32).collect();
    (!digits.is_empty()).then_some(digits)
}

/// Japan's time unless the text says which; or seconds since 1970.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return sensible(at.to_utc());
    }
    if text.len() >= 9 && text.bytes().all(|octet| octet.is_ascii_digit()) && text.len() <= 10 {
        return sensible(DateTime::from_timestamp(text.parse().ok()?, 0)?);
    }
    let plain = text.replace(['年', '月'], "/").replace('日', "").replace('T', " ");
    const FORMS: [&str; 8] = [
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y/%m/%d %H:%M:%S%.f",
        "%Y-%m-%d %H:%M",
        "%Y/%m/%d %H:%M",
        "%Y%m%d%H%M%S",
        "%Y%m%d %H%M%S",
        "%Y.%m.%d %H:%M:%S",
        "%m/%d/%Y %H:%M:%S",
    ];
    let local = FORMS.iter().find_map(|form| NaiveDateTime::parse_from_str(plain.trim(), form).ok())?;
    sensible(local.and_local_timezone(JST).single()?.to_utc())
}

/// Between 2000 and 2100.
fn sensible(at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    (946_684_800..4_102_444_800).contains(&at.timestamp()).then_some(at)
}

/// Seconds, `M:SS` or `H:MM:SS`, with 秒 or 分 as some write it.
fn length(text: &str) -> Option<TimeDelta> {
    let plain = text.replace("時間", ":").replace('分', ":").replace('秒', "");
    let plain = plain.trim().trim_end_matches(':');
    let mut seconds = 0.0_f64;
    for part in plain.split(':') {
        let value: f64 = part.trim().parse().ok()?;
        seconds = seconds * 60.0 + value;
    }
    let fits = (0.0..=864_000.0).contains(&seconds) && plain.split(':').count() <= 3;
    #[expect(clippy::cast_possible_truncation, reason = "at most ten days")]
    fits.then(|| TimeDelta::seconds(seconds as i64))
}

fn way(text: &str) -> Option<Direction> {
    let text = text.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(&["内線", "internal"]) {
        Some(Direction::Internal)
    } else if says(&["着", "inbound", "incoming"]) || text == "in" {
        Some(Direction::Inbound)
    } else if says(&["発", "outbound", "outgoing"]) || text == "out" {
        Some(Direction::Outbound)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
