//! Why a TLS handshake came to nothing, in words that tell somebody what to change.

use std::io;

use rokuon_policy::closed_list;
use rustls::AlertDescription as Alert;
use rustls::Error as TlsError;

closed_list! {
    /// Why there was no TLS stream.
    pub enum HandshakeFailure {
        /// The peer does not trust our certificate.
        Untrusted = "untrusted",
        /// No TLS version or cipher in common.
        Protocol = "protocol",
        /// What came is no TLS: plain SIP on the port for TLS, mostly.
        NotTls = "not_tls",
        /// The peer's certificate is broken, or it does not hold the key to it.
        BadCertificate = "bad_certificate",
        /// The peer showed no certificate, and one is wanted.
        NoCertificate = "no_certificate",
        /// Nobody vouches for the certificate it showed, and no connection names it.
        UnknownCertificate = "unknown_certificate",
        /// It did not go on.
        Timeout = "timeout",
        /// It went away in the midst of it.
        Closed = "closed",
    }
}

impl HandshakeFailure {
    /// What an error of the handshake says.
    pub fn of(error: &io::Error) -> Self {
        let told = error.get_ref().and_then(|inner| inner.downcast_ref::<TlsError>());
        match told {
            Some(TlsError::AlertReceived(alert)) => match alert {
                Alert::ProtocolVersion | Alert::HandshakeFailure | Alert::InsufficientSecurity => {
                    Self::Protocol
                }
                Alert::CloseNotify | Alert::UserCanceled => Self::Closed,
                _ => Self::Untrusted,
            },
            Some(TlsError::InvalidMessage(_) | TlsError::InappropriateMessage { .. }) => Self::NotTls,
            Some(TlsError::PeerIncompatible(_)) => Self::Protocol,
            Some(TlsError::InvalidCertificate(_) | TlsError::PeerMisbehaved(_)) => Self::BadCertificate,
            Some(TlsError::NoCertificatesPresented) => Self::NoCertificate,
            _ => Self::Closed,
        }
    }

    /// Whether it is the peer's own certificate that is not taken.
    pub const fn is_about_their_certificate(self) -> bool {
        matches!(self, Self::BadCertificate | Self::NoCertificate | Self::UnknownCertificate)
    }
}
