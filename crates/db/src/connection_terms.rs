//! What a connection may be: its kind, whether it may place calls, and how it has to be secured.

use rokuon_policy::closed_list;

closed_list! {
    /// How calls of a connection arrive.
    pub enum ConnectionKind {
        /// A recording client forks calls to us with metadata (RFC 7866).
        Siprec = "siprec",
        /// A PBX dials us or takes us into a conference.
        Sip = "sip",
        /// We register with a cloud PBX or trunk (RFC 3261 section 10), which then calls us.
        Registration = "registration",
        /// A browser, handset or camera publishes by WHIP (RFC 9725).
        Whip = "whip",
    }
}

closed_list! {
    /// Whether it may place calls.
    pub enum ConnectionState {
        /// It may.
        Active = "active",
        /// It was switched off.
        Disabled = "disabled",
    }
}

closed_list! {
    /// How the sound of its calls has to be secured.
    pub enum MediaSecurity {
        /// SRTP where it is offered, else in the clear.
        PlainAllowed = "plain_allowed",
        /// A call whose media is not encrypted is refused.
        SrtpRequired = "srtp_required",
    }
}

closed_list! {
    /// What its signalling has to come over.
    pub enum RequiredTransport {
        /// UDP, TCP or TLS.
        Any = "any",
        /// TLS and nothing else.
        Tls = "tls",
    }
}

closed_list! {
    /// A transport of SIP.
    pub enum SipTransport {
        /// Datagrams.
        Udp = "udp",
        /// A plain stream.
        Tcp = "tcp",
        /// A stream under TLS.
        Tls = "tls",
    }
}

/// What a connection asks of whoever calls, beside the right address from the right network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionSecurity {
    /// Of the sound.
    pub media: MediaSecurity,
    /// Of the signalling.
    pub transport: RequiredTransport,
    /// Whether media may come from another address of its networks than was signalled, learned once.
    pub learns_source: bool,
    /// SHA-256 of the TLS client certificates (DER) it may show; none: it need not show one.
    pub tls_client_sha256: Vec<[u8; 32]>,
    /// Whether its requests must carry a digest made with one of its credentials.
    pub digest_required: bool,
}

impl Default for ConnectionSecurity {
    /// What nearly every PBX can do today: any transport, plain media, the source learned, no digest.
    fn default() -> Self {
        Self {
            media: MediaSecurity::PlainAllowed,
            transport: RequiredTransport::Any,
            learns_source: true,
            tls_client_sha256: Vec::new(),
            digest_required: false,
        }
    }
}
