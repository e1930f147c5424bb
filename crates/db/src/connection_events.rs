//! What can be seen of a connection, step by step from the first packet to a recording that plays.

use rokuon_policy::closed_list;

closed_list! {
    /// The steps of the connection test, in order.
    pub enum ConnectionStep {
        /// Something reached us.
        Reached = "reached",
        /// It came over what the connection asks for.
        Secured = "secured",
        /// It proved who it is.
        Authenticated = "authenticated",
        /// Codec and media security were agreed.
        MediaAgreed = "media_agreed",
        /// Sound arrives on each stream.
        Sound = "sound",
        /// Who speaks on which channel is proved.
        Speakers = "speakers",
        /// The recording is sealed and can be played.
        Sealed = "sealed",
    }
}

closed_list! {
    /// What was seen.
    pub enum ConnectionEvent {
        /// A request named this connection and came from one of its networks.
        Reached = "reached",
        /// A request named this connection but came from elsewhere; it was given no answer.
        SourceNotAllowed = "source_not_allowed",
        /// A request came from one of its networks and named no connection.
        WrongAddress = "wrong_address",
        /// The connection is switched off.
        ConnectionDisabled = "connection_disabled",
        /// The transport is what the connection asks for.
        Secured = "secured",
        /// It came over UDP or TCP although TLS is required.
        TlsRequired = "tls_required",
        /// A TLS handshake from one of its networks failed.
        TlsFailed = "tls_failed",
        /// The TLS client certificate is not one of the connection's, or none was shown.
        TlsClientUnknown = "tls_client_unknown",
        /// It was asked for a digest; the usual first round.
        Challenged = "challenged",
        /// It proved who it is.
        Authenticated = "authenticated",
        /// The digest was made with another user name or password.
        WrongCredential = "wrong_credential",
        /// The bearer token is none of the connection's.
        TokenUnknown = "token_unknown",
        /// The registrar took our registration.
        Registered = "registered",
        /// The registrar refused our registration; the status code says why.
        RegistrationRefused = "registration_refused",
        /// The registrar did not answer, or could not be reached.
        RegistrationUnreachable = "registration_unreachable",
        /// Codec and security of every stream were agreed.
        MediaAgreed = "media_agreed",
        /// The INVITE brought no offer and none could be made.
        NoOffer = "no_offer",
        /// None of the offered codecs is one we record.
        NoCodec = "no_codec",
        /// Plain RTP was offered although SRTP is required.
        SrtpRequired = "srtp_required",
        /// SRTP was offered in a way we cannot take (suite, key, fingerprint).
        SrtpUnusable = "srtp_unusable",
        /// The recorder has no room, is stopping, or cannot write.
        RecorderBusy = "recorder_busy",
        /// The first sound of a stream.
        SoundHeard = "sound_heard",
        /// The call was answered and a stream stays silent: nothing arrives at its port.
        NoSound = "no_sound",
        /// Media comes from another address than was signalled, and that is not allowed.
        SoundFromElsewhere = "sound_from_elsewhere",
        /// What arrives cannot be decrypted or is not RTP.
        SoundUnreadable = "sound_unreadable",
        /// Who speaks on which channel is proved against the labels.
        SpeakersProved = "speakers_proved",
        /// It is not, and why is in the detail.
        SpeakersUnproved = "speakers_unproved",
        /// The policy does not keep calls of this line.
        NotKept = "not_kept",
        /// The recording is sealed and can be played.
        Sealed = "sealed",
        /// It is, with gaps that a person would notice.
        SealedWithGaps = "sealed_with_gaps",
        /// Nothing of the call could be kept.
        Failed = "failed",
    }
}

impl ConnectionEvent {
    /// The step it belongs to.
    pub const fn step(self) -> ConnectionStep {
        use ConnectionStep as Step;
        match self {
            Self::Reached | Self::SourceNotAllowed | Self::WrongAddress | Self::ConnectionDisabled => {
                Step::Reached
            }
            Self::Secured | Self::TlsRequired | Self::TlsFailed | Self::TlsClientUnknown => Step::Secured,
            Self::Challenged
            | Self::Authenticated
            | Self::WrongCredential
            | Self::TokenUnknown
            | Self::Registered
            | Self::RegistrationRefused
            | Self::RegistrationUnreachable => Step::Authenticated,
            Self::MediaAgreed
            | Self::NoOffer
            | Self::NoCodec
            | Self::SrtpRequired
            | Self::SrtpUnusable
            | Self::RecorderBusy => Step::MediaAgreed,
            Self::SoundHeard | Self::NoSound | Self::SoundFromElsewhere | Self::SoundUnreadable => {
                Step::Sound
            }
            Self::SpeakersProved | Self::SpeakersUnproved | Self::NotKept => Step::Speakers,
            Self::Sealed | Self::SealedWithGaps | Self::Failed => Step::Sealed,
        }
    }

    /// Whether its step is done by it; `None` where it says neither (the first round of a digest).
    pub const fn is_good(self) -> Option<bool> {
        match self {
            Self::Challenged => None,
            Self::Reached
            | Self::Secured
            | Self::Authenticated
            | Self::Registered
            | Self::MediaAgreed
            | Self::SoundHeard
            | Self::SpeakersProved
            | Self::Sealed => Some(true),
            _ => Some(false),
        }
    }

    /// Whether it is worth keeping while no test runs: what went wrong is, what went well is counted elsewhere.
    pub const fn is_kept_without_test(self) -> bool {
        matches!(self.is_good(), Some(false))
    }
}
