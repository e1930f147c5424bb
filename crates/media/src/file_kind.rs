//! The kinds of media file that segments are kept as.

use crate::codec::Codec;

/// A container format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// RIFF/WAVE: G.711 and G.722.
    Wav,
    /// Ogg (RFC 7845): Opus.
    Ogg,
    /// Matroska within WebM's bounds: VP8 with or without Opus.
    WebM,
    /// Matroska (RFC 9559): everything else.
    Matroska,
}

impl FileKind {
    /// What a segment of this audio (if any) and these pictures (if any) is kept as.
    pub const fn of(audio: Option<Codec>, video: Option<Codec>) -> Self {
        match (audio, video) {
            (Some(Codec::Opus) | None, Some(Codec::Vp8)) => Self::WebM,
            (Some(Codec::Pcmu | Codec::Pcma | Codec::G722), None) => Self::Wav,
            (Some(Codec::Opus), None) => Self::Ogg,
            _ => Self::Matroska,
        }
    }

    /// Its media type. `pictures` tells a film from a sound file where the format can be either.
    pub const fn media_type(self, pictures: bool) -> &'static str {
        match (self, pictures) {
            (Self::Wav, _) => "audio/wav",
            (Self::Ogg, _) => "audio/ogg",
            (Self::WebM, true) => "video/webm",
            (Self::WebM, false) => "audio/webm",
            (Self::Matroska, true) => "video/matroska",
            (Self::Matroska, false) => "audio/matroska",
        }
    }

    /// The usual ending of its name, without the dot.
    pub const fn extension(self, pictures: bool) -> &'static str {
        match (self, pictures) {
            (Self::Wav, _) => "wav",
            (Self::Ogg, _) => "opus",
            (Self::WebM, _) => "webm",
            (Self::Matroska, true) => "mkv",
            (Self::Matroska, false) => "mka",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_codec_goes_into_the_format_that_players_expect() {
        for (audio, video, media_type, extension) in [
            (Some(Codec::Pcmu), None, "audio/wav", "wav"),
            (Some(Codec::G722), None, "audio/wav", "wav"),
            (Some(Codec::Opus), None, "audio/ogg", "opus"),
            (Some(Codec::G729), None, "audio/matroska", "mka"),
            (Some(Codec::Opus), Some(Codec::Vp8), "video/webm", "webm"),
            (None, Some(Codec::Vp8), "video/webm", "webm"),
            (Some(Codec::Opus), Some(Codec::H264), "video/matroska", "mkv"),
            (Some(Codec::Pcma), Some(Codec::Vp8), "video/matroska", "mkv"),
        ] {
            let kind = FileKind::of(audio, video);
            assert_eq!(kind.media_type(video.is_some()), media_type);
            assert_eq!(kind.extension(video.is_some()), extension);
        }
    }
}
