//! What is kept of the media: the octets that were sent, at their places, each missing stretch listed.

use std::collections::BTreeSet;
use std::time::Duration;

use rokuon_db::recordings::Outcome;
use rokuon_fixtures::g711::Law;
use rokuon_fixtures::metadata::Party;
use rokuon_fixtures::payload::Payload;
use rokuon_fixtures::phone::{CallPlan, Leg};
use rokuon_fixtures::rtp_pump::Faults;
use rokuon_media::codec::Codec;
use rokuon_media::gap::{Gap, GapCause};
use rokuon_policy::recording_state::RecordingState;

use crate::harness::house::{CITIZEN, EXCHANGE, House, LISTED};
use crate::harness::kept::{assert_said, not_sent};
use crate::harness::raw_phone::RawPhone;

fn frames(numbers: &[u64]) -> BTreeSet<u64> {
    numbers.iter().copied().collect()
}

/// Frames of a call that is cut off long before it has said them all.
pub const LASTS: usize = 12_000;
/// A worker that is started again stays away for so long: packets are lost also where the sender is late.
pub const AWAY: Duration = Duration::from_millis(500);
/// A call that went on after a restart is heard for so long; what was said then is to be there.
pub const SPEAKS_ON: Duration = Duration::from_secs(2);

/// A call to the listed line with these legs.
pub fn plan(legs: Vec<Leg>) -> CallPlan {
    let said = [Payload::noise(0, 0), Payload::noise(0, 0)];
    let plan = CallPlan::two_streams(Party::number(CITIZEN), Party::number(LISTED), Law::Pcmu, said);
    CallPlan { legs, ..plan }
}

/// A call of two µ-law legs that say so many frames of noise.
pub fn noise(seed: u64, frames: usize) -> CallPlan {
    plan((0..2).map(|leg| Leg::new(Law::Pcmu, Payload::noise(2 * seed + leg + 1, frames))).collect())
}

// req: O-5.2
#[tokio::test(flavor = "multi_thread")]
async fn lost_doubled_and_overtaken_packets_leave_exactly_the_lost_ones_as_gaps() {
    let house = House::open().await;
    let mut plan = noise(10, 80);
    plan.legs[0].faults = Faults {
        drop: frames(&[20, 21, 22, 50]),
        duplicate: frames(&[5, 19, 60]),
        swap_with_next: frames(&[10, 30, 70]),
    };
    plan.legs[1].faults =
        Faults { drop: frames(&[40]), duplicate: frames(&[41]), swap_with_next: frames(&[15]) };
    let sent = house.call(&plan).await;
    let kept = house.finished(&sent.call_id).await;
    assert_eq!(kept.recording.outcome, Some(Outcome::SealedWithGaps));
    let starts = kept.assert_said(&sent.streams, Law::Pcmu);
    let mut expected: Vec<Gap> = Vec::new();
    for (channel, (stream, start)) in sent.streams.iter().zip(starts).enumerate() {
        let channel = u8::try_from(channel).unwrap();
        expected.extend(not_sent(stream).into_iter().map(|(from, samples)| Gap {
            channel,
            start_sample: start + from,
            samples,
            cause: GapCause::Loss,
        }));
    }
    expected.sort_by_key(|gap| (gap.start_sample, gap.channel));
    assert_eq!(expected.len(), 3);
    assert_eq!(kept.gaps(), expected);
    let listed: Vec<(u8, u64, u64, &str)> = kept
        .recording
        .gaps
        .iter()
        .map(|g| (g.channel, g.start_sample, g.samples, g.cause.as_str()))
        .collect();
    let shown: Vec<_> = expected.iter().map(|g| (g.channel, g.start_sample, g.samples, "loss")).collect();
    assert_eq!(listed, shown, "people are shown each of them");
    let doubled: u64 = kept.manifest().timeline.iter().map(|(_, counts)| counts.duplicates).sum();
    assert_eq!(doubled, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_legs_of_two_codecs_are_two_files_of_one_span_with_the_octets_as_sent() {
    let house = House::open().await;
    let legs = vec![Leg::new(Law::Pcmu, Payload::noise(21, 60)), Leg::new(Law::Pcma, Payload::noise(22, 60))];
    let sent = house.call(&plan(legs)).await;
    let kept = house.finished(&sent.call_id).await;
    assert_eq!(kept.recording.outcome, Some(Outcome::Sealed));
    let facts: Vec<_> = kept.segments.iter().map(|s| (s.channels.clone(), s.codec.as_str())).collect();
    assert_eq!(facts, [(vec![0], Codec::Pcmu.as_str()), (vec![1], Codec::Pcma.as_str())]);
    let spans: BTreeSet<_> = kept.segments.iter().map(|s| (s.start_sample, s.samples)).collect();
    assert_eq!(spans.len(), 1, "{spans:?}");
    for (index, law) in [Law::Pcmu, Law::Pcma].into_iter().enumerate() {
        assert_said(&kept.octets[index][0], &sent.streams[index], law);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_stream_with_both_voices_is_one_channel() {
    let house = House::open().await;
    let sent = house.call(&plan(vec![Leg::new(Law::Pcma, Payload::noise(31, 60))])).await;
    let kept = house.finished(&sent.call_id).await;
    assert_eq!(
        (kept.recording.outcome, kept.recording.channels.as_slice()),
        (Some(Outcome::Sealed), &[0][..])
    );
    kept.assert_said(&sent.streams, Law::Pcma);
    assert!(kept.manifest().segments[0].mixed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_without_media_is_a_row_that_says_so() {
    let house = House::open().await;
    let phone = RawPhone::at(EXCHANGE, house.target(rokuon_fixtures::sip_link::Transport::Udp)).await;
    let call = phone.call([&Party::number(CITIZEN), &Party::number(LISTED)]).await;
    let bye = phone.hang_up(&call.dialog).await;
    let kept = house.finished(&call.dialog.call_id).await;
    assert_eq!(kept.recording.state, RecordingState::Failed);
    assert_eq!(kept.recording.outcome, Some(Outcome::Failed));
    assert_eq!(kept.recording.outcome_cause.as_deref(), Some("no_media"));
    assert!(kept.segments.is_empty());
    // its BYE comes again, as over UDP it may: answered the same, and nothing is begun or ended twice
    phone.send(&bye.print()).await;
    let again = phone.answer("BYE").await.status();
    assert!(matches!(again, Some(200 | 481)), "{again:?}");
    let ended =
        house.count("SELECT count(*) FROM audit_events WHERE tenant_id = $1 AND kind = 'recording.sealed'");
    assert_eq!(ended.await, 1);
    assert_eq!(house.recordings_of(&call.dialog.call_id).await.len(), 1);
}
