//! Sixty `Range` headers and what each asks of a file of 1,000 bytes.

use super::{Asked, asked};

const fn part(from: u64, until: u64) -> Asked {
    Asked::Part(from..until)
}

#[test]
fn each_range_header_asks_for_what_the_rfc_says() {
    let table: &[(&str, Asked)] = &[
        // plain
        ("bytes=0-0", part(0, 1)),
        ("bytes=0-499", part(0, 500)),
        ("bytes=500-999", part(500, 1000)),
        ("bytes=999-999", part(999, 1000)),
        ("bytes=0-999", part(0, 1000)),
        // open ends and clamps
        ("bytes=0-", part(0, 1000)),
        ("bytes=9-", part(9, 1000)),
        ("bytes=999-", part(999, 1000)),
        ("bytes=0-1000", part(0, 1000)),
        ("bytes=900-5000", part(900, 1000)),
        ("bytes=0-18446744073709551615", part(0, 1000)),
        ("bytes=0-99999999999999999999999999", part(0, 1000)),
        // suffixes
        ("bytes=-1", part(999, 1000)),
        ("bytes=-500", part(500, 1000)),
        ("bytes=-1000", part(0, 1000)),
        ("bytes=-1001", part(0, 1000)),
        ("bytes=-99999999999999999999999999", part(0, 1000)),
        // outside
        ("bytes=1000-", Asked::Outside),
        ("bytes=1000-1000", Asked::Outside),
        ("bytes=1000-2000", Asked::Outside),
        ("bytes=99999999999999999999-", Asked::Outside),
        ("bytes=-0", Asked::Outside),
        ("bytes=2000-3000, 4000-5000", Asked::Outside),
        ("bytes=1000-, -0", Asked::Outside),
        // spelling
        ("BYTES=0-0", part(0, 1)),
        ("Bytes=0-0", part(0, 1)),
        ("bytes= 0-0", part(0, 1)),
        ("bytes=0-0 ", part(0, 1)),
        ("bytes=\t0-0", part(0, 1)),
        ("bytes=00000-00009", part(0, 10)),
        ("bytes =0-0", part(0, 1)),
        ("bytes=,0-0", part(0, 1)),
        ("bytes=0-0,,", part(0, 1)),
        // malformed: ignored
        ("", Asked::Whole),
        ("bytes", Asked::Whole),
        ("bytes=", Asked::Whole),
        ("bytes=,", Asked::Whole),
        ("bytes=-", Asked::Whole),
        ("bytes=--1", Asked::Whole),
        ("bytes=1", Asked::Whole),
        ("bytes=a-b", Asked::Whole),
        ("bytes=0-b", Asked::Whole),
        ("bytes=0x0-0x9", Asked::Whole),
        ("bytes=+0-9", Asked::Whole),
        ("bytes=0 -9", Asked::Whole),
        ("bytes=0- 9", Asked::Whole),
        ("bytes=5-4", Asked::Whole),
        ("bytes=1-2-3", Asked::Whole),
        ("bytes=0-9;x", Asked::Whole),
        ("bytes=０-９", Asked::Whole),
        ("0-9", Asked::Whole),
        // other units: ignored
        ("items=0-9", Asked::Whole),
        ("seconds=1-2", Asked::Whole),
        // several
        ("bytes=0-9,10-19", part(0, 20)),
        ("bytes=10-19,0-9", part(0, 20)),
        ("bytes=0-99,50-149", part(0, 150)),
        ("bytes=0-9,0-9,0-9,0-9", part(0, 10)),
        ("bytes=900-,-50", part(900, 1000)),
        ("bytes=0-9,2000-3000", part(0, 10)),
        ("bytes=0-9,20-29", Asked::Whole),
        ("bytes=0-,-1,5-9,0-0", part(0, 1000)),
        ("bytes=0-0,1-1,2-2,3-3,4-4", Asked::Whole),
        ("bytes=0-9,x", Asked::Whole),
    ];
    assert!(table.len() >= 60, "{} headers", table.len());
    for (header, wanted) in table {
        assert_eq!(asked(Some(header), 1000), *wanted, "{header:?}");
    }
    assert_eq!(asked(None, 1000), Asked::Whole);
}

#[test]
fn an_empty_file_has_no_byte_to_give() {
    assert_eq!(asked(Some("bytes=0-"), 0), Asked::Outside);
    assert_eq!(asked(Some("bytes=-1"), 0), Asked::Outside);
    assert_eq!(asked(None, 0), Asked::Whole);
}
