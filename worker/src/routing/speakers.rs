//! Who speaks on which stream, by association → stream → label → m-line; and where that proves nothing, why.

use rokuon_sip::siprec::party::Party;

use super::call_routing::OfferedLabel;

/// The channels of one recording.
pub const MOST_CHANNELS: usize = 16;

/// Why it is not proved who speaks where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unproved {
    /// The metadata joins a speaker to no stream.
    NoAssociation,
    /// The metadata names a label that no m-line carries.
    LabelNotOffered,
    /// An m-line carries no label.
    NoLabel,
    /// Two m-lines carry the same label.
    LabelTwice,
    /// Both speak on one of several streams.
    SharedStream,
}

/// Where each stream of an offer goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The channel of each m-line; `None` for one that is not recorded.
    pub channels: Vec<Option<u8>>,
    /// One stream carries both voices.
    pub mixed: bool,
    /// Whether the caller's channel is proved.
    pub caller_proved: bool,
    /// Whether the called party's is.
    pub called_proved: bool,
    /// Why not, where not.
    pub unproved: Vec<Unproved>,
    /// Somebody speaks on a channel of their own besides the two.
    pub more_speakers: bool,
}

/// Places the streams. Order never proves anything; it only fills what is left.
///
/// A stream on which several speak, each of whom has one to themselves as well, is a mix of the others: it is left out,
/// or everybody would be heard twice.
pub fn place(
    caller: Option<&Party>,
    called: Option<&Party>,
    present: &[&Party],
    streams: &[OfferedLabel],
) -> Placed {
    let speakers: Vec<Vec<usize>> =
        streams.iter().map(|stream| speakers_of(stream, present, streams)).collect();
    let alone = |party: &usize| {
        let own = |(stream, who): (&OfferedLabel, &Vec<usize>)| stream.recorded && who.as_slice() == [*party];
        streams.iter().zip(&speakers).any(own)
    };
    let is_doubling = |who: &Vec<usize>| who.len() > 1 && who.iter().all(alone);
    let recorded: Vec<usize> = (0..streams.len())
        .filter(|at| {
            streams.get(*at).is_some_and(|s| s.recorded) && !speakers.get(*at).is_some_and(is_doubling)
        })
        .take(MOST_CHANNELS)
        .collect();
    let position = |party: Option<&Party>| {
        party.and_then(|p| present.iter().position(|one| one.first_listed == p.first_listed))
    };
    let (caller_at, called_at) = (position(caller), position(called));
    let mut channels: Vec<Option<u8>> = vec![None; streams.len()];
    let set = |channels: &mut Vec<Option<u8>>, at: usize, channel: u8| {
        if let Some(slot) = channels.get_mut(at) {
            *slot = Some(channel);
        }
    };
    let sole = |at: usize| match speakers.get(at).map(Vec::as_slice) {
        Some([only]) => Some(*only),
        _ => None,
    };
    if let [only] = recorded.as_slice() {
        // One stream holds whatever the exchange put in; it is both voices unless one party alone is said to speak on it.
        let channel = sole(*only).and_then(|party| {
            if Some(party) == caller_at {
                Some(0)
            } else if Some(party) == called_at {
                Some(1)
            } else {
                None
            }
        });
        set(&mut channels, *only, channel.unwrap_or(0));
        let mixed = channel.is_none();
        return Placed {
            channels,
            mixed,
            caller_proved: mixed || channel == Some(0),
            called_proved: mixed || channel == Some(1),
            unproved: Vec::new(),
            more_speakers: false,
        };
    }
    let (mut caller_proved, mut called_proved) = (false, false);
    for &at in &recorded {
        match sole(at) {
            Some(party) if Some(party) == caller_at && !caller_proved => {
                set(&mut channels, at, 0);
                caller_proved = true;
            }
            Some(party) if Some(party) == called_at && !called_proved => {
                set(&mut channels, at, 1);
                called_proved = true;
            }
            _ => {}
        }
    }
    // Streams of others are no candidates for the two first channels while there are streams of nobody.
    let mut left: Vec<usize> =
        recorded.iter().copied().filter(|at| channels.get(*at) == Some(&None)).collect();
    left.sort_by_key(|at| sole(*at).is_some());
    let mut free =
        (0..=u8::MAX).filter(|channel| !channels.contains(&Some(*channel))).collect::<Vec<_>>().into_iter();
    for at in left {
        if let Some(channel) = free.next() {
            set(&mut channels, at, channel);
        }
    }
    let unproved = match caller_proved && called_proved {
        true => Vec::new(),
        false => reasons(present, streams, &speakers),
    };
    let more_speakers = channels.iter().flatten().any(|channel| *channel > 1);
    Placed { channels, mixed: false, caller_proved, called_proved, unproved, more_speakers }
}

/// Positions of those who are said to speak on a stream; nobody where its label is another's as well.
fn speakers_of(stream: &OfferedLabel, present: &[&Party], streams: &[OfferedLabel]) -> Vec<usize> {
    let Some(label) = &stream.label else { return Vec::new() };
    if streams.iter().filter(|other| other.label.as_ref() == Some(label)).count() > 1 {
        return Vec::new();
    }
    let speaks = |party: &&Party| party.labels_sent.iter().any(|sent| sent == label);
    present.iter().enumerate().filter(|(_, party)| speaks(party)).map(|(at, _)| at).collect()
}

fn reasons(present: &[&Party], streams: &[OfferedLabel], speakers: &[Vec<usize>]) -> Vec<Unproved> {
    let labels: Vec<&String> = streams.iter().filter_map(|stream| stream.label.as_ref()).collect();
    let twice = labels.iter().any(|label| labels.iter().filter(|other| other == &label).count() > 1);
    let not_offered = |party: &&Party| party.labels_sent.iter().any(|sent| !labels.contains(&sent));
    let found = [
        (Unproved::NoAssociation, present.iter().any(|party| party.labels_sent.is_empty())),
        (Unproved::LabelNotOffered, present.iter().any(not_offered)),
        (Unproved::NoLabel, streams.iter().any(|stream| stream.recorded && stream.label.is_none())),
        (Unproved::LabelTwice, twice),
        (Unproved::SharedStream, speakers.iter().any(|who| who.len() > 1)),
    ];
    found.into_iter().filter(|(_, holds)| *holds).map(|(why, _)| why).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parties by the labels they speak on; the first is the caller, the second the called one.
    fn placed(said: &[&[&str]], labels: &[Option<&str>]) -> Placed {
        let parties: Vec<Party> = said
            .iter()
            .enumerate()
            .map(|(first_listed, labels)| Party {
                first_listed,
                labels_sent: labels.iter().map(|label| (*label).to_owned()).collect(),
                ..Party::default()
            })
            .collect();
        let present: Vec<&Party> = parties.iter().collect();
        let streams: Vec<OfferedLabel> = labels
            .iter()
            .map(|label| OfferedLabel { label: label.map(str::to_owned), recorded: true })
            .collect();
        place(present.first().copied(), present.get(1).copied(), &present, &streams)
    }

    #[track_caller]
    fn check(said: &[&[&str]], labels: &[Option<&str>], channels: &[Option<u8>], unproved: &[Unproved]) {
        let placed = placed(said, labels);
        assert_eq!(
            (placed.channels.as_slice(), placed.unproved.as_slice()),
            (channels, unproved),
            "{said:?}"
        );
        assert_eq!(placed.caller_proved && placed.called_proved, unproved.is_empty(), "{said:?}");
    }

    // rule: SR4
    // rule: MD5
    #[test]
    fn labels_decide_and_order_does_not() {
        check(&[&["1"], &["2"]], &[Some("1"), Some("2")], &[Some(0), Some(1)], &[]);
        check(&[&["1"], &["0"]], &[Some("0"), Some("1")], &[Some(1), Some(0)], &[]);
    }

    // rule: SR11
    #[test]
    fn a_mix_beside_its_voices_is_left_out() {
        let said: [&[&str]; 2] = [&["caller", "mix"], &["callee", "mix"]];
        check(&said, &[Some("mix"), Some("callee"), Some("caller")], &[None, Some(1), Some(0)], &[]);
    }

    #[test]
    fn one_stream_is_both_voices_unless_one_alone_speaks_on_it() {
        assert!(placed(&[&["1"], &["1"]], &[Some("1")]).mixed);
        assert!(placed(&[&[], &[]], &[None]).mixed);
        let one = placed(&[&[], &["1"]], &[Some("1")]);
        assert_eq!(
            (one.mixed, one.channels, one.caller_proved, one.called_proved),
            (false, vec![Some(1)], false, true)
        );
    }

    // rule: SR11
    #[test]
    fn further_speakers_have_further_channels() {
        let said: [&[&str]; 3] = [&["a"], &["c"], &["b"]];
        check(&said, &[Some("b"), Some("a"), Some("c")], &[Some(2), Some(0), Some(1)], &[]);
        assert!(placed(&said, &[Some("b"), Some("a"), Some("c")]).more_speakers);
    }

    // rule: SR9
    #[test]
    fn what_is_not_proved_says_why_and_is_recorded_all_the_same() {
        use Unproved::{LabelNotOffered, LabelTwice, NoAssociation, NoLabel, SharedStream};
        let both = &[Some(0), Some(1)];
        check(&[&[], &[]], &[Some("1"), Some("2")], both, &[NoAssociation]);
        check(&[&["1"], &["9"]], &[Some("1"), Some("2")], both, &[LabelNotOffered]);
        check(&[&["1"], &["2"]], &[None, None], both, &[LabelNotOffered, NoLabel]);
        check(&[&["1"], &["2"]], &[Some("1"), Some("1")], both, &[LabelNotOffered, LabelTwice]);
        check(&[&["1", "2"], &["1", "2"]], &[Some("1"), Some("2")], both, &[SharedStream]);
        check(&[&["2"], &["8"]], &[Some("1"), Some("2")], &[Some(1), Some(0)], &[LabelNotOffered]);
    }

    #[test]
    fn no_more_streams_than_channels_are_taken() {
        let labels: Vec<Option<&str>> = vec![None; 40];
        let placed = placed(&[&[], &[]], &labels);
        assert_eq!(placed.channels.iter().flatten().count(), MOST_CHANNELS);
    }
}
