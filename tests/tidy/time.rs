//! Time is a value: one file reads the clock, and below the top floor nobody asks for `now`.

use rokuon_tests::tree;

const READS_THE_CLOCK: &[&str] = &["SystemTime::now", "Utc::now", "Local::now"];
const READS_A_STOPWATCH: &[&str] = &["Instant::now"];

/// Where the wall clock is read, each with the reason.
const MAY_READ_THE_CLOCK: &[(&str, &str)] = &[
    ("crates/policy/src/clock.rs", "the one reader; everything else is handed its Clock"),
    (
        "worker/src/recorder/live_recording.rs",
        "the kernel stamps arrivals by the wall clock; a sweep is stamped on the same scale",
    ),
    ("worker/src/rtp/receive.rs", "stands in for the kernel's arrival stamp where a packet carries none"),
];

fn offenders(words: &[&str], applies: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for file in tree::files(&["rs"]).expect("the checkout can be read") {
        if file.is_test()
            || !applies(&file.path)
            || MAY_READ_THE_CLOCK.iter().any(|(path, _)| *path == file.path)
        {
            continue;
        }
        for (number, line) in file.product_lines() {
            if words.iter().any(|word| line.contains(word)) {
                found.push(format!("{}:{number}: {}", file.path, line.trim()));
            }
        }
    }
    found
}

#[test]
fn one_file_reads_the_wall_clock() {
    let found = offenders(READS_THE_CLOCK, |_| true);
    assert!(found.is_empty(), "take a Clock (policy/clock.rs) or the value itself:\n{}", found.join("\n"));
}

#[test]
fn the_ground_and_capture_take_instants_as_values() {
    let still = ["crates/policy/", "crates/sip/", "crates/media/", "crates/secure-media/", "crates/capture/"];
    let found = offenders(READS_A_STOPWATCH, |path| still.iter().any(|folder| path.starts_with(folder)));
    assert!(found.is_empty(), "time enters as a value:\n{}", found.join("\n"));
}
