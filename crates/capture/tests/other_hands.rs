//! Other people's programs open what we file: ffmpeg and opusinfo, where they are installed (`scripts/setup test` does).
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use rokuon_capture::journal::decode::entries;
use rokuon_capture::journal::{CallOpened, Entry};
use rokuon_capture::live_call::{LiveCall, Verdict};
use rokuon_capture::segment::{MAX_SEGMENT_SAMPLES, SealUntil, SegmentBuilder, SegmentFile};
use rokuon_capture::stream::{PayloadKind, StreamSetup};
use rokuon_media::block_index::TimedPacket;
use rokuon_media::codec::Codec;
use rokuon_media::decode::decode;
use rokuon_media::rtp::RtpPacket;

/// Payload type, timestamp, marker and payload of each packet of a stream, in the order of sending.
type Packets = Vec<(u8, u32, bool, Vec<u8>)>;

fn stream(index: u8) -> StreamSetup {
    StreamSetup {
        index,
        label: None,
        channel: Some(0),
        mixed: true,
        payload_types: vec![
            (0, PayloadKind::Audio(Codec::Pcmu)),
            (9, PayloadKind::Audio(Codec::G722)),
            (18, PayloadKind::Audio(Codec::G729)),
            (96, PayloadKind::Video(Codec::Vp8)),
            (97, PayloadKind::Video(Codec::H264)),
            (111, PayloadKind::Audio(Codec::Opus)),
        ],
        expected_remote: None,
        rtcp: None,
        rtcp_mux: false,
        learn_remote: true,
    }
}

/// The files of a call of these streams; a packet arrives when its timestamp says, and those whose place is in `lost` never.
fn filed(streams: &[(u32, Packets)], lost: &[usize]) -> Vec<SegmentFile> {
    let setups: Vec<StreamSetup> = (0..streams.len()).map(|index| stream(index as u8)).collect();
    let id = "019a3c5e-7d10-7c44-9b1f-0123456789ab";
    let opened = CallOpened {
        tenant: "kobe".parse().unwrap(),
        recording: id.parse().unwrap(),
        call: id.parse().unwrap(),
        connection: id.parse().unwrap(),
        opened_at: chrono::DateTime::UNIX_EPOCH,
        streams: setups.clone(),
        local_ports: vec![1; setups.len()],
        dialog: serde_json::Value::Null,
        routing: serde_json::Value::Null,
        sdp: vec![],
        metadata: vec![],
        software_version: "0".into(),
        continuation: None,
        repeated: false,
    };
    let mut sent: Vec<(Duration, u8, Vec<u8>)> = Vec::new();
    for (index, (clock_rate, packets)) in streams.iter().enumerate() {
        for (n, (payload_type, timestamp, marker, payload)) in packets.iter().enumerate() {
            if lost.contains(&n) {
                continue;
            }
            let mut datagram = Vec::new();
            let (sequence_number, ssrc) = (n as u16, 7);
            let (payload_type, marker, timestamp) = (*payload_type, *marker, *timestamp);
            RtpPacket { payload_type, marker, sequence_number, timestamp, ssrc, payload }
                .write(&mut datagram);
            let at = Duration::from_micros(u64::from(timestamp) * 1_000_000 / u64::from(*clock_rate));
            sent.push((at, index as u8, datagram));
        }
    }
    sent.sort_by_key(|(at, ..)| *at);
    let mut call = LiveCall::new(&setups);
    let mut builder = SegmentBuilder::new(MAX_SEGMENT_SAMPLES);
    builder.push(&Entry::Opened(Box::new(opened)));
    for (at, index, datagram) in sent {
        let from = "192.0.2.1:5".parse().unwrap();
        assert_eq!(call.on_datagram(index, from, at, &datagram, |_| true), Verdict::Accepted);
        let mut journal = Vec::new();
        call.take_pending(&mut journal);
        entries(&journal).for_each(|entry| builder.push(&entry.unwrap()));
    }
    builder.seal(SealUntil::LastAudio).segments
}

/// Runs a program; `None` where it is not installed.
fn run(program: &str, arguments: &[&str]) -> Option<Output> {
    match Command::new(program).args(arguments).output() {
        Ok(output) => Some(output),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => panic!("{program}: {error}"),
    }
}

fn ffmpeg(arguments: &[&str]) -> Option<Vec<u8>> {
    let output = run("ffmpeg", &[&["-nostdin", "-v", "error"], arguments].concat())?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "it has nothing to complain of");
    Some(output.stdout)
}

/// Writes a segment's file into a folder under the usual ending of its kind.
fn written(dir: &Path, file: &SegmentFile) -> PathBuf {
    let path = dir.join(format!("{}.{}", file.number, file.kind.extension(file.video.is_some())));
    std::fs::write(&path, &file.file).unwrap();
    path
}

/// What ffprobe says of a file's first stream of a kind (`a` or `v`): codec, and packets counted; and the file's seconds.
fn probed(path: &Path, kind: &str) -> Option<(String, u64, f64)> {
    let ask = |what: &[&str]| {
        let path = path.to_str().unwrap();
        let output = run("ffprobe", &[&["-v", "error", "-of", "csv=p=0"], what, &[path]].concat())?;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Some(String::from_utf8(output.stdout).unwrap().trim().to_owned())
    };
    let stream =
        ["-count_packets", "-select_streams", kind, "-show_entries", "stream=codec_name,nb_read_packets"];
    let told = ask(&stream)?;
    let (codec, packets) = told.split_once(',').unwrap();
    let seconds = ask(&["-show_entries", "format=duration"])?;
    Some((codec.to_owned(), packets.trim_end_matches(',').parse().unwrap(), seconds.parse().unwrap()))
}

fn pcm(octets: &[u8]) -> Vec<i16> {
    octets.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
}

fn loudness(samples: &[i16]) -> f64 {
    (samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / samples.len().max(1) as f64)
        .sqrt()
}

/// Packets of 20 ms of a tone, as another's encoder makes them.
fn opus_tone(packets: usize) -> Packets {
    let mut encoder = ruopus::OpusEncoder::new(1);
    encoder.set_bandwidth(ruopus::Bandwidth::WideBand);
    encoder.set_bitrate(Some(24_000));
    let frame = |n: usize| -> Vec<f32> {
        (0..960)
            .map(|at| ((n * 960 + at) as f32 * 300.0 / 48_000.0 * std::f32::consts::TAU).sin() * 0.3)
            .collect()
    };
    (0..packets).map(|n| (111, n as u32 * 960, false, encoder.encode_silk(&frame(n), 300).unwrap())).collect()
}

// rule: RT9
// req: O-5.2
#[test]
fn ogg_opus_is_opened_by_opusinfo_and_ffmpeg_and_time_is_right_across_a_hole() {
    let dir = tempfile::TempDir::new().unwrap();
    let lost: Vec<usize> = (100..150).collect();
    let files = filed(&[(48_000, opus_tone(250))], &lost);
    let path = written(dir.path(), &files[0]);
    let path = path.to_str().unwrap();
    if let Some(output) = run("opusinfo", &[path]) {
        let told =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        // A stream joined in the middle has nothing to skip: all else would shift its time.
        let warnings = told.lines().filter(|line| line.contains("WARNING") && !line.contains("low preskip"));
        // With a warning of any kind it exits as if it had failed.
        assert!(warnings.count() == 0 && !told.contains("ERROR"), "{told}");
        assert!(told.contains("0m:05.000s"), "{told}");
    }
    let Some(heard) = ffmpeg(&["-i", path, "-f", "s16le", "-ar", "8000", "-ac", "1", "-"]) else { return };
    let heard = pcm(&heard);
    assert!(heard.len().abs_diff(40_000) <= 80, "{} samples", heard.len());
    assert!(loudness(&heard[4_000..15_000]) > 3_000.0);
    assert!(loudness(&heard[17_600..23_600]) < 300.0, "{}", loudness(&heard[17_600..23_600]));
    assert!(loudness(&heard[25_000..39_000]) > 3_000.0);
    // And ours hears what ffmpeg's does.
    let mut ours = vec![0; 16_000];
    let packets = opus_tone(100);
    let packets: Vec<TimedPacket<'_>> = packets
        .iter()
        .enumerate()
        .map(|(n, packet)| TimedPacket { at: n as i64 * 160, payload: &packet.3 })
        .collect();
    decode(Codec::Opus, &packets, 0, &mut ours);
    let ratio = loudness(&ours[4_000..15_000]) / loudness(&heard[4_000..15_000]);
    assert!((0.9..1.1).contains(&ratio), "{ratio}");
}

// rule: RT7
#[test]
fn g722_of_another_encoder_is_heard_by_us_and_our_file_by_another_decoder() {
    let dir = tempfile::TempDir::new().unwrap();
    let tone = [
        "-f",
        "lavfi",
        "-i",
        "sine=frequency=440:duration=4:sample_rate=16000",
        "-c:a",
        "g722",
        "-f",
        "g722",
        "-",
    ];
    let Some(payload) = ffmpeg(&tone) else { return };
    let packets: Packets =
        payload.chunks(160).enumerate().map(|(n, part)| (9, n as u32 * 160, false, part.to_vec())).collect();
    let files = filed(&[(8_000, packets)], &[]);
    let path = written(dir.path(), &files[0]);
    assert_eq!(
        probed(&path, "a").map(|(codec, _, seconds)| (codec, seconds)),
        Some(("adpcm_g722".into(), 4.0))
    );
    let heard = pcm(&ffmpeg(&["-i", path.to_str().unwrap(), "-f", "s16le", "-ac", "1", "-"]).unwrap());
    assert!(heard.len().abs_diff(64_000) <= 64, "{} samples of 16,000 Hz", heard.len());
    let mut ours = vec![0; 32_000];
    decode(Codec::G722, &[TimedPacket { at: 0, payload: &payload }], 0, &mut ours);
    let ratio = loudness(&ours[1_000..]) / loudness(&heard[2_000..]);
    assert!((0.95..1.05).contains(&ratio), "as loud as theirs: {ratio}");
    let crossings = ours[1_000..].windows(2).filter(|pair| pair[0] < 0 && pair[1] >= 0).count();
    assert!(crossings.abs_diff(440 * 31 / 8) <= 2, "{crossings} periods in 3.875 s");
}

#[test]
fn g729_is_named_and_timed_by_another_reader() {
    let dir = tempfile::TempDir::new().unwrap();
    let packets: Packets = (0..150).map(|n| (18, n * 160, false, vec![n as u8 | 1; 20])).collect();
    let files = filed(&[(8_000, packets)], &[]);
    let Some((codec, packets, seconds)) = probed(&written(dir.path(), &files[0]), "a") else { return };
    assert_eq!((codec.as_str(), packets), ("g729", 300), "it counts frames of 10 ms");
    assert!((seconds - 3.0).abs() < 0.001, "{seconds}");
}

/// Frames of VP8 as another encoder makes them (IVF: 32 octets, then each frame behind 12 of its own).
fn vp8_film(seconds: u32) -> Option<Vec<Vec<u8>>> {
    let source = format!("testsrc=duration={seconds}:size=320x240:rate=25");
    let file = ffmpeg(&[
        "-f",
        "lavfi",
        "-i",
        &source,
        "-c:v",
        "libvpx",
        "-g",
        "50",
        "-auto-alt-ref",
        "0",
        "-f",
        "ivf",
        "-",
    ])?;
    let (mut rest, mut frames) = (&file[32..], Vec::new());
    while let Some(len) = rest.first_chunk::<4>() {
        let len = u32::from_le_bytes(*len) as usize;
        frames.push(rest[12..12 + len].to_vec());
        rest = &rest[12 + len..];
    }
    Some(frames)
}

// req: I-2c
#[test]
fn a_film_of_vp8_and_opus_is_played_by_another_player_frame_for_frame() {
    let dir = tempfile::TempDir::new().unwrap();
    let Some(frames) = vp8_film(6) else { return };
    let mut video: Packets = Vec::new();
    for (n, frame) in frames.iter().enumerate() {
        let parts: Vec<&[u8]> = frame.chunks(1_100).collect();
        for (place, part) in parts.iter().enumerate() {
            let begin = if place == 0 { 0x10 } else { 0 };
            video.push((96, n as u32 * 3_600, place + 1 == parts.len(), [&[begin][..], part].concat()));
        }
    }
    let files = filed(&[(48_000, opus_tone(300)), (90_000, video)], &[]);
    let [film] = files.as_slice() else { panic!("{} files", files.len()) };
    assert_eq!((film.media_type(), film.codec, film.video), ("video/webm", Codec::Opus, Some(Codec::Vp8)));
    let path = written(dir.path(), film);
    let pictures = probed(&path, "v").unwrap();
    assert_eq!((pictures.0.as_str(), pictures.1), ("vp8", 150));
    assert!((pictures.2 - 6.0).abs() < 0.05, "{}", pictures.2);
    assert_eq!(probed(&path, "a").map(|(codec, packets, _)| (codec, packets)), Some(("opus".into(), 300)));
    let path = path.to_str().unwrap();
    ffmpeg(&["-i", path, "-f", "null", "-"]).unwrap();
    // From the cues: what is shown four seconds in is what a player that reads from the front shows.
    let picture = |arguments: &[&str]| {
        ffmpeg(&[arguments, &["-frames:v", "1", "-f", "rawvideo", "-"]].concat()).unwrap()
    };
    assert!(picture(&["-ss", "4", "-i", path]) == picture(&["-i", path, "-ss", "4"]));
}

// req: I-2c
#[test]
fn a_film_of_h264_is_played_by_another_player() {
    let dir = tempfile::TempDir::new().unwrap();
    let source = ["-f", "lavfi", "-i", "testsrc=duration=4:size=320x240:rate=25"];
    let coder = [
        "-c:v",
        "libx264",
        "-bf",
        "0",
        "-g",
        "50",
        "-x264-params",
        "slices=1:sliced-threads=0",
        "-pix_fmt",
        "yuv420p",
        "-f",
        "h264",
        "-",
    ];
    let Some(octets) = ffmpeg(&[&source[..], &coder].concat()) else { return };
    let starts: Vec<usize> = octets
        .windows(3)
        .enumerate()
        .filter(|(_, three)| *three == [0, 0, 1])
        .map(|(at, _)| at + 3)
        .collect();
    let ends = starts.iter().skip(1).map(|next| next - 3).chain([octets.len()]);
    let units: Vec<Vec<u8>> = starts
        .iter()
        .zip(ends)
        .map(|(from, until)| {
            let unit = &octets[*from..until];
            unit[..unit.len() - unit.iter().rev().take_while(|octet| **octet == 0).count()].to_vec()
        })
        .collect();
    let (mut video, mut picture): (Packets, u32) = (Vec::new(), 0);
    for unit in &units {
        let slice = matches!(unit[0] & 0x1F, 1 | 5);
        let parts: Vec<&[u8]> = unit[1..].chunks(900).collect();
        for (place, part) in parts.iter().enumerate() {
            let last = place + 1 == parts.len();
            let payload = if parts.len() == 1 {
                unit.clone()
            } else {
                let edges = if place == 0 { 0x80 } else { 0 } | if last { 0x40 } else { 0 };
                [&[unit[0] & 0xE0 | 28, edges | unit[0] & 0x1F][..], part].concat()
            };
            video.push((97, picture * 3_600, slice && last, payload));
        }
        picture += u32::from(slice);
    }
    let files = filed(&[(48_000, opus_tone(200)), (90_000, video)], &[]);
    let [film] = files.as_slice() else { panic!("{} files", files.len()) };
    let path = written(dir.path(), film);
    let (codec, packets, seconds) = probed(&path, "v").unwrap();
    assert_eq!((codec.as_str(), packets), ("h264", 100));
    assert!((seconds - 4.0).abs() < 0.05, "{seconds}");
    ffmpeg(&["-i", path.to_str().unwrap(), "-f", "null", "-"]).unwrap();
}
