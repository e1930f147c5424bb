//! Files as exchanges write them, and files that are wrong.

use super::*;

const PLAIN: &str = "通話開始日時,発信者番号,着信者番号,通話時間\r\n2026/11/29 09:15:00,090-0000-0011,06-6858-5050,0:01:30\r\n2026/11/29 09:16:00,非通知,+81668585050,45\r\n";

fn sound(octets: &[u8]) -> ReadFile {
    read(octets, None, None).unwrap()
}

#[test]
fn utf8_with_and_without_a_mark_and_shift_jis_give_the_same_calls() {
    let (shift_jis, _, damaged) = encoding_rs::SHIFT_JIS.encode(PLAIN);
    assert!(!damaged);
    let marked = [b"\xEF\xBB\xBF".as_slice(), PLAIN.as_bytes()].concat();
    let files = [sound(PLAIN.as_bytes()), sound(&marked), sound(&shift_jis)];
    assert_eq!(files.each_ref().map(|file| file.encoding), ["utf-8", "utf-8", "shift_jis"]);
    for file in &files {
        assert_eq!((file.lines, file.bad, file.preset), (2, 0, Some("japanese")));
        assert_eq!(file.calls, files[0].calls);
    }
    let [first, second] = files[0].calls.as_slice() else { panic!("two calls") };
    assert_eq!(first.started_at.to_rfc3339(), "2026-11-29T00:15:00+00:00");
    assert_eq!(first.duration, Some(TimeDelta::seconds(90)));
    assert_eq!((first.caller.as_deref(), first.called.as_deref()), (Some("09000000011"), Some("0668585050")));
    assert_eq!((second.caller.as_deref(), second.called.as_deref()), (None, Some("0668585050")));
}

#[test]
fn bad_lines_are_kept_out_by_number_and_never_repeated() {
    let text = "start,src,dst,billsec\n2026-11-29 09:00:00,09000000011,0668585050,60\nyesterday,09000000012,0668585050,60\n\n2026-11-29 09:02:00,09000000013,0668585050,long\n2026-11-29 09:03:00,unknown,nobody,5\n2026-11-29 09:04:00,09000000014,0668585050,5\n";
    let file = sound(text.as_bytes());
    assert_eq!((file.lines, file.bad, file.calls.len()), (5, 3, 2));
    let places: Vec<(u64, &str)> = file.bad_lines.iter().map(|bad| (bad.line, bad.field.as_str())).collect();
    assert_eq!(places, [(3, "started_at"), (5, "duration"), (6, "caller")]);
    let said = format!("{:?}", file.bad_lines);
    assert!(!said.contains("0900000001") && !said.contains("yesterday"), "{said}");
}

#[test]
fn a_file_that_cannot_be_read_says_why() {
    let rows = |count: usize| {
        let mut text = "start,src\n".to_owned();
        text.extend((0..count).map(|_| "2026-11-29 09:00:00,09000000011\n"));
        text
    };
    let named =
        ColumnNames { started_at: "いつ".into(), called: Some("先".into()), ..ColumnNames::default() };
    for (octets, names, why) in [
        (b"".to_vec(), None, NotRead::Empty),
        (b"\xEF\xBB\xBF".to_vec(), None, NotRead::Empty),
        (b"start,src\n".to_vec(), None, NotRead::Empty),
        (b"a,b\n1,2\n".to_vec(), None, NotRead::NoPreset),
        (b"\xFF\xFE\x00s\x00t".to_vec(), None, NotRead::Encoding),
        (b"a,b\n1,2\n".to_vec(), Some(&named), NotRead::Column("columns.started_at")),
        (rows(MOST_LINES + 1).into_bytes(), None, NotRead::TooManyLines),
    ] {
        assert_eq!(read(&octets, names, None), Err(why));
    }
    assert_eq!(sound(rows(MOST_LINES).as_bytes()).lines as usize, MOST_LINES);
}

#[test]
fn times_and_lengths_are_read_as_exchanges_write_them() {
    for text in [
        "2026-11-29 09:15:00",
        "2026/11/29 9:15:00",
        "2026/11/29 09:15",
        "2026年11月29日 09:15:00",
        "2026-11-29T00:15:00Z",
        "2026-11-29T09:15:00+09:00",
        "20261129091500",
        "1795911300",
        "2026-11-29 09:15:00.250",
    ] {
        assert_eq!(instant(text).map(|at| at.timestamp()), Some(1_795_911_300), "{text}");
    }
    for bad in ["", "2026-13-01 00:00:00", "99999999999999", "-1", "0001-01-01 00:00:00", "１２"] {
        assert_eq!(instant(bad), None, "{bad}");
    }
    for (text, seconds) in [
        ("90", 90),
        ("1:30", 90),
        ("0:01:30", 90),
        ("1分30秒", 90),
        ("90.7", 90),
        ("0", 0),
        ("1時間0分0秒", 3600),
    ] {
        assert_eq!(length(text), Some(TimeDelta::seconds(seconds)), "{text}");
    }
    for bad in ["", "-5", "x", "1:2:3:4", "1e99", "NaN", "inf"] {
        assert_eq!(length(bad), None, "{bad}");
    }
    for (text, direction) in [
        ("着信", Some(Direction::Inbound)),
        ("発信", Some(Direction::Outbound)),
        ("内線", Some(Direction::Internal)),
        ("inbound", Some(Direction::Inbound)),
        ("?", None),
    ] {
        assert_eq!(way(text), direction, "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn no_file_breaks_the_reader(octets in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
        let _ = read(&octets, None, None);
        let after_headings = [b"start,src,dst,billsec\n".as_slice(), &octets].concat();
        if let Ok(file) = read(&after_headings, None, None) {
            proptest::prop_assert_eq!(file.calls.len() as u32 + file.bad, file.lines);
        }
    }
}
