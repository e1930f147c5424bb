//! The place a container belongs to: authenticated with it, so that objects cannot change places.

use std::borrow::Cow;
use std::fmt::Write as _;

use rokuon_policy::ids::{RecordingId, TenantId};

/// The version of the context's form; part of it.
pub const FORMAT_VERSION: u32 = 1;

/// Which tenant, recording and segment a container holds, and what kind of media.
///
/// It is stored nowhere in the container; whoever opens it must already know it (from the row), which is what makes a
/// swapped object fail before its first octet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerContext {
    /// Whose.
    pub tenant: TenantId,
    /// Of which recording.
    pub recording: RecordingId,
    /// Which segment, from 0; 0 for what belongs to the whole recording.
    pub segment: u32,
    /// Media type of the plaintext, such as `audio/wav`.
    pub media_type: Cow<'static, str>,
    /// Samples a second and channel; 0 if it is not sampled media.
    pub sample_rate: u32,
    /// Channels; 0 if it is not sampled media.
    pub channels: u8,
}

impl ContainerContext {
    /// A segment of G.711 audio as a WAV file at 8,000 Hz.
    pub const fn wav(tenant: TenantId, recording: RecordingId, segment: u32, channels: u8) -> Self {
        Self::media(tenant, recording, segment, "audio/wav", channels)
    }

    /// A segment of a media type, on the recording's timeline of 8,000 positions a second.
    pub const fn media(
        tenant: TenantId,
        recording: RecordingId,
        segment: u32,
        media_type: &'static str,
        channels: u8,
    ) -> Self {
        let media_type = Cow::Borrowed(media_type);
        Self { tenant, recording, segment, media_type, sample_rate: 8_000, channels }
    }

    /// The manifest of a recording.
    pub const fn manifest(tenant: TenantId, recording: RecordingId) -> Self {
        let media_type = Cow::Borrowed("application/json");
        Self { tenant, recording, segment: 0, media_type, sample_rate: 0, channels: 0 }
    }

    /// The waveform of a recording.
    pub const fn peaks(tenant: TenantId, recording: RecordingId) -> Self {
        let media_type = Cow::Borrowed("application/vnd.rokuon.peaks");
        Self { tenant, recording, segment: 0, media_type, sample_rate: 0, channels: 0 }
    }

    /// The octets that are authenticated: `name=value` lines in fixed order, the only free text (the media type) last.
    pub fn to_octets(&self) -> Vec<u8> {
        let mut text = String::with_capacity(192);
        let Self { tenant, recording, segment, media_type, sample_rate, channels } = self;
        write!(
            text,
            "rokuon-container={FORMAT_VERSION}\ntenant={tenant}\nrecording={recording}\nsegment={segment}\n\
             sample_rate={sample_rate}\nchannels={channels}\nmedia_type={media_type}"
        )
        .expect("writing into a String");
        text.into_bytes()
    }
}
