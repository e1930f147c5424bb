//! What a sealed recording says of its connection: sums for its health, and the last steps of its test.

use std::collections::BTreeSet;

use rokuon_capture::counters::{Sound, StreamCounters};
use rokuon_capture::outcome::Outcome;
use rokuon_db::connection_events::ConnectionEvent;
use rokuon_db::connection_figures::{ConnectionFigure, Figures};
use serde_json::json;

use super::SealedRow;
use super::observing::Sighting;
use crate::sealing::replay::Replayed;

/// The sums of one call, added to those of its connection and day.
pub(super) fn figures_of(read: &Replayed, outcome: Outcome, rows: &[SealedRow]) -> Figures {
    let mut figures = Figures::from([(ConnectionFigure::CallsEnded, 1)]);
    let mut add = |figure, n: u64| *figures.entry(figure).or_default() += n;
    for (_, counts) in &read.counts {
        let came = counts.frames.saturating_sub(counts.duplicates);
        add(ConnectionFigure::PacketsExpected, came + counts.lost);
        add(ConnectionFigure::PacketsLost, counts.lost);
    }
    for (_, stream) in read.counters().streams.iter().filter(|(_, stream)| stream.accepted > 0) {
        add(ConnectionFigure::Streams, 1);
        add(ConnectionFigure::JitterMicros, u64::from(stream.jitter_micros));
    }
    let pictures =
        rows.iter().filter_map(|row| row.video).map(|codec| codec.as_str()).collect::<BTreeSet<_>>();
    for figure in pictures.into_iter().filter_map(ConnectionFigure::of_codec) {
        add(figure, 1);
    }
    let codecs: BTreeSet<(u8, &str)> = rows
        .iter()
        .flat_map(|row| row.channels.iter().map(|channel| (*channel, row.codec.as_str())))
        .collect();
    for figure in codecs.iter().filter_map(|(_, codec)| ConnectionFigure::of_codec(codec)) {
        add(figure, 1);
    }
    if !speakers_proved(read) {
        add(ConnectionFigure::SpeakersUnproved, 1);
    }
    if matches!(outcome, Outcome::Failed(_)) {
        add(ConnectionFigure::CallsFailed, 1);
    }
    figures
}

/// What a test is told at the end of a call: of the sound of each stream, of the speakers, of the recording.
pub(super) fn sightings_of(read: &Replayed, outcome: Outcome) -> Vec<Sighting> {
    let mut seen = Vec::new();
    let counters = read.counters();
    for stream in &read.streams {
        let counted =
            counters.streams.iter().find(|(index, _)| *index == stream.index).map(|(_, counted)| counted);
        let sound = counted.map_or(Sound::Nothing, StreamCounters::sound);
        seen.push(Sighting::of_sound(stream.index, sound));
    }
    seen.push(match (speakers_proved(read), read.metadata.is_empty()) {
        (true, _) => Sighting::of(ConnectionEvent::SpeakersProved),
        (false, true) => {
            Sighting::of(ConnectionEvent::SpeakersUnproved).with(json!({ "why": "no_metadata" }))
        }
        (false, false) => Sighting::of(ConnectionEvent::SpeakersUnproved).with(json!({ "why": "labels" })),
    });
    seen.push(Sighting::of(match outcome {
        Outcome::Sealed => ConnectionEvent::Sealed,
        Outcome::SealedWithGaps => ConnectionEvent::SealedWithGaps,
        Outcome::Failed(_) => ConnectionEvent::Failed,
    }));
    seen
}

/// Whether it is proved who speaks on which channel; of one mixed stream it never is, and need not be.
fn speakers_proved(read: &Replayed) -> bool {
    let Some(routing) = &read.routing else { return false };
    routing.mixed || (routing.caller.proved && routing.called.proved)
}
