//! Sections on what is recorded and told: purposes, lines, devices, calendar, announcement, public notice.

use chrono::Weekday;

use crate::announcement::{AnnouncementDuty, AnnouncementRules};
use crate::device::{ClosedDays, Device, OperatingCalendar, OperatingHours};
use crate::media_kind::MediaKind;
use crate::notice::PublicNotice;
use crate::policy::Policy;
use crate::purpose::{CollectionPurpose, Purpose};
use crate::reader::Table;
use crate::recording_scope::{Line, LineSource, LinesFrom, RecordingRules, RecordingStart, overlap};

crate::closed_list::closed_list! {
    /// A weekday as policy files write it.
    pub enum DayName {
        /// Monday.
        Monday = "mon",
        /// Tuesday.
        Tuesday = "tue",
        /// Wednesday.
        Wednesday = "wed",
        /// Thursday.
        Thursday = "thu",
        /// Friday.
        Friday = "fri",
        /// Saturday.
        Saturday = "sat",
        /// Sunday.
        Sunday = "sun",
    }
}

impl DayName {
    const fn weekday(self) -> Weekday {
        match self {
            Self::Monday => Weekday::Mon,
            Self::Tuesday => Weekday::Tue,
            Self::Wednesday => Weekday::Wed,
            Self::Thursday => Weekday::Thu,
            Self::Friday => Weekday::Fri,
            Self::Saturday => Weekday::Sat,
            Self::Sunday => Weekday::Sun,
        }
    }
}

pub(super) fn purpose(t: &Table<'_, '_>) -> Purpose {
    let purpose = Purpose {
        article: t.article(),
        key: t.key(),
        name: t.text("name"),
        sentence: t.text("sentence"),
        needs_case_note: t.flag("needs_case_note"),
        posts: t.some_posts("posts"),
        kinds: t.words("kinds"),
    };
    if purpose.kinds.is_empty() {
        t.complain(
            "kinds",
            "この目的で使える媒体（kinds）がありません。",
            "`kinds` must say which media may be used for this purpose",
        );
    }
    purpose
}

pub(super) fn collection_purpose(t: &Table<'_, '_>) -> CollectionPurpose {
    let collection = CollectionPurpose {
        article: t.article(),
        key: t.key(),
        name: t.text("name"),
        purposes: t.strings("purposes"),
    };
    for purpose in &collection.purposes {
        t.complain_if_unknown("purposes", "利用目的", "purpose", purpose, &t.names().purposes);
    }
    collection
}

pub(super) fn recording(t: &Table<'_, '_>) -> RecordingRules {
    let recording = RecordingRules {
        article: t.article(),
        sentence: t.text("sentence"),
        lines_from: t.word("lines_from"),
        directions: t.words("directions"),
        starts: t.words("starts"),
        facts: t.words("facts"),
    };
    if recording.directions.is_empty() {
        t.complain(
            "directions",
            "録音する向き（directions）が一つもありません。",
            "`directions` is empty: no call could ever be recorded",
        );
    }
    recording
}

pub(super) fn line(t: &Table<'_, '_>) -> Line {
    t.article();
    let pattern = t.opt_string("pattern");
    let listed = t.opt_string("number");
    match (&pattern, &listed) {
        (None, None) => t.complain(
            "number",
            "番号（number）か型（pattern）が必要です。",
            "a line needs `number` or `pattern`",
        ),
        (Some(_), Some(_)) => {
            t.complain(
                "pattern",
                "number と pattern は一方だけ書いてください。",
                "write `number` or `pattern`, not both",
            );
        }
        (Some(pattern), None) if !is_pattern(pattern) => t.complain(
            "pattern",
            format!("型「{pattern}」は数字と ?（一桁）、末尾の *（残り全部）で書いてください。"),
            format!("the pattern `{pattern}` must be digits, `?` for one digit, and `*` only at its end"),
        ),
        (None, Some(number)) if crate::recording_scope::normalise_number(number).is_none() => t.complain(
            "number",
            format!("「{number}」は電話番号として読めません。"),
            format!("`{number}` is not a phone number"),
        ),
        _ => {}
    }
    let purpose = t.opt_string("purpose");
    if let Some(purpose) = &purpose
        && !t.names().purposes.contains(purpose)
    {
        t.complain_if_unknown(
            "purpose",
            "収集目的",
            "collection purpose",
            purpose,
            &t.names().collection_purposes,
        );
    }
    let fixed = |pattern: &String| pattern.chars().take_while(char::is_ascii_digit).collect();
    Line {
        key: t.key(),
        number: listed
            .and_then(|number| crate::recording_scope::normalise_number(&number))
            .or_else(|| pattern.as_ref().map(fixed))
            .unwrap_or_default(),
        pattern,
        name: t.text("name"),
        department: t.opt_department("department"),
        group: t.opt_string("group"),
        purpose,
        start: RecordingStart::Automatic,
        announces: false,
        source: LineSource::Policy,
    }
}

fn is_pattern(pattern: &str) -> bool {
    let body = pattern.strip_suffix('*').unwrap_or(pattern);
    pattern.len() <= 24
        && body.bytes().all(|b| b.is_ascii_digit() || b == b'?')
        && body.bytes().any(|b| b.is_ascii_digit())
}

pub(super) fn device(t: &Table<'_, '_>) -> Device {
    Device {
        article: t.article(),
        key: t.key(),
        kind: t.word("kind"),
        name: t.text("name"),
        place: t.text("place"),
        security: t.opt_text("security"),
        media: t.opt_word("media"),
        bound_to_department: t.flag("bound_to_department"),
        registered: t.flag("registered"),
        department: t.opt_department("department"),
    }
}

pub(super) fn calendar(t: &Table<'_, '_>) -> OperatingCalendar {
    let calendar = OperatingCalendar {
        article: t.article(),
        sentence: t.text("sentence"),
        hours: t.list("hours", hours),
        closed: t.list("closed", closed),
        holidays_closed: t.flag("holidays_closed"),
    };
    if calendar.hours.is_empty() {
        t.complain("hours", "録音する時間帯（hours）がありません。", "the calendar has no `hours`");
    }
    calendar
}

fn hours(t: &Table<'_, '_>) -> OperatingHours {
    let days: Vec<DayName> = t.words("days");
    if days.is_empty() {
        t.complain("days", "曜日（days）がありません。", "`days` names no weekday");
    }
    let hours = OperatingHours {
        days: days.into_iter().map(DayName::weekday).collect(),
        from: t.time("from"),
        until: t.time("until"),
    };
    if t.has("from") && t.has("until") && hours.from >= hours.until && hours.until != chrono::NaiveTime::MIN {
        t.complain("until", "終わりの時刻が始まりより前です。", "`until` is not after `from`");
    }
    hours
}

fn closed(t: &Table<'_, '_>) -> ClosedDays {
    ClosedDays { from: month_and_day(t, "from"), until: month_and_day(t, "until") }
}

fn month_and_day(t: &Table<'_, '_>, key: &'static str) -> (u32, u32) {
    let text = t.string(key);
    let parts = text.split_once('-').and_then(|(month, day)| Some((month.parse().ok()?, day.parse().ok()?)));
    // 2024 is a leap year: 02-29 is a day.
    let valid = parts.filter(|(month, day)| chrono::NaiveDate::from_ymd_opt(2024, *month, *day).is_some());
    if valid.is_none() && !text.is_empty() {
        t.complain(
            key,
            format!("「{text}」は月日（12-29 の形）ではありません。"),
            format!("`{text}` is not a month and day like 12-29"),
        );
    }
    valid.unwrap_or((1, 1))
}

pub(super) fn announcement(t: &Table<'_, '_>) -> AnnouncementRules {
    let announcement = AnnouncementRules {
        article: t.article(),
        duty: t.word("duty"),
        sentence: t.text("sentence"),
        exceptions: t.grounds("exceptions"),
        noted_by: t.posts("noted_by"),
        on_demand: t.opt_ground("on_demand"),
    };
    if announcement.duty == AnnouncementDuty::BeforeRecording && announcement.noted_by.is_empty() {
        t.complain(
            "noted_by",
            "事前の告知を求めるなら、告知の有無を記録する職（noted_by）が必要です。",
            "telling the caller beforehand is asked for, so `noted_by` must name who notes it",
        );
    }
    announcement
}

pub(super) fn notice(t: &Table<'_, '_>) -> PublicNotice {
    let notice = PublicNotice {
        article: t.article(),
        title: t.text("title"),
        body: t.texts("body"),
        shown_at: t.texts("shown_at"),
        lists_devices: t.flag("lists_devices"),
        contact: t.opt_text("contact"),
    };
    if notice.body.is_empty() {
        t.complain("body", "公表する文（body）がありません。", "the public notice has no `body`");
    }
    notice
}

/// Checks that need more than one section.
pub(super) fn check(t: &Table<'_, '_>, policy: &Policy) {
    if policy.purposes.is_empty() {
        t.complain(
            "purposes",
            "利用目的（[[purposes]]）が一つもありません。",
            "no `[[purposes]]`: nothing could ever be played",
        );
    }
    match policy.recording.lines_from {
        LinesFrom::Policy if policy.lines.is_empty() => t.complain(
            "lines",
            "lines_from = \"policy\" なのに、録音する番号（[[lines]]）がありません。",
            "lines come from the policy, but there is no `[[lines]]`",
        ),
        LinesFrom::Register if !policy.lines.is_empty() => t.complain(
            "lines",
            "lines_from = \"register\" のときは、番号を [[lines]] に書かず回線台帳に登録します。",
            "lines come from the tenant's register, so `[[lines]]` must not be here",
        ),
        _ => {}
    }
    for (index, line) in policy.lines.iter().enumerate() {
        if let Some(earlier) = policy.lines.iter().take(index).find(|earlier| overlap(earlier, line)) {
            let earlier = &earlier.key;
            t.complain_in(
                "lines",
                index,
                format!("回線「{}」の番号は「{earlier}」と重なっています。", line.key),
                format!("line `{}` overlaps line `{earlier}`", line.key),
            );
        }
    }
    let plays = |purpose: &Purpose| purpose.kinds.iter().any(|kind| *kind != MediaKind::CallLog);
    for (index, purpose) in policy.purposes.iter().enumerate().filter(|(_, purpose)| plays(purpose)) {
        for post in purpose.posts.iter().filter_map(|key| policy.post(key)) {
            if !post.capabilities.contains(&crate::capability::Capability::RecordingPlay) {
                t.complain_in(
                    "purposes",
                    index,
                    format!(
                        "職「{}」には再生の権限（recording.play）がないため、この目的で聴けません。",
                        post.key
                    ),
                    format!("post `{}` lacks `recording.play`, so it could never use this purpose", post.key),
                );
            }
        }
    }
}
