//! The worker's settings, each with its reason.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use crate::sip::tls::CertificateFiles;
use crate::whip::config::WhipConfig;

/// What one media worker needs to know to run.
#[derive(Debug, Clone)]
pub struct WorkerConfig {
    /// Where the spool's journal lies: a directory of this worker alone, on a disk that honours `fdatasync`.
    pub spool_dir: PathBuf,
    /// Where SIP is listened for.
    pub sip: SipListeners,
    /// The address callers send media to, as written into SDP answers.
    pub media_address: IpAddr,
    /// The same in the other address family, for callers of that family.
    pub media_address_other: Option<IpAddr>,
    /// The address the media sockets are bound to; behind a port mapping it differs from `media_address`. For both
    /// families it is `::`.
    pub media_bind: IpAddr,
    /// Ports for media: one even port a stream, so two a call.
    pub rtp_ports: RangeInclusive<u16>,
    /// Host and port that callers are told to use in `Contact`; the listening address when none.
    pub advertised_host: Option<String>,
    /// How often the media sockets are swept and the spool is made durable. Longer is cheaper; what came since the last
    /// time is lost at a kill.
    pub commit_every: Duration,
    /// The same while many calls are live (design: at least every 200 ms).
    pub commit_every_when_many: Duration,
    /// From how many live calls on they are many.
    pub many_calls: usize,
    /// A call that lasts is sealed piece by piece, about this long each: what is sealed leaves the spool, and sealing the rest
    /// in the end takes no more memory than sealing a short call.
    pub seal_every: Duration,
    /// A call whose streams are not on hold and bring nothing for so long is ended by us.
    pub silence_ends_call_after: Duration,
    /// A call that was live when the process died, and is silent since, is ended after so long.
    pub silence_ends_restored_call_after: Duration,
    /// How often connections, lines and policies are read again.
    pub refresh_routes_every: Duration,
    /// Data keys kept ready per tenant, to ride out an outage of the key service.
    pub prefetched_keys: usize,
    /// Below this much free space in the spool, new calls are answered 503 so that live ones go on.
    pub spool_reserve_bytes: u64,
    /// More live calls than this are answered 503.
    pub max_calls: usize,
    /// WHIP, where it is spoken.
    pub whip: Option<WhipConfig>,
    /// Whether this worker also keeps and destroys: the jobs over what is sealed. One worker that does is enough.
    pub jobs: bool,
    /// How the spool's journal is copied to the store, where it is: then other workers seal what this one loses with its host, and
    /// this one what others lose.
    pub tails: Option<TailsConfig>,
}

/// How soon a lost host costs how much. Together with a beat every 5 s the calls of one are sealed within a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TailsConfig {
    /// How often what is new in the journal is copied: so much of every call is lost with the host, and the time of one PUT.
    pub every: Duration,
    /// From this age on of what was not copied yet it is said, and an alarm.
    pub behind_after: Duration,
    /// A spool that was not heard for so long may be lost …
    pub silent_after: Duration,
    /// … and is taken over when so much later it was still not heard, and nothing came from it into the store.
    pub sure_after: Duration,
    /// A spool with something left in it whose worker stopped in order is taken over when that does not start again for so long.
    pub stopped_for: Duration,
    /// How often it is looked for such ones.
    pub look_every: Duration,
}

impl Default for TailsConfig {
    fn default() -> Self {
        Self {
            every: Duration::from_secs(2),
            behind_after: Duration::from_secs(30),
            silent_after: Duration::from_secs(20),
            sure_after: Duration::from_secs(10),
            stopped_for: Duration::from_secs(600),
            look_every: Duration::from_secs(5),
        }
    }
}

/// Where SIP is listened for. IPv4 and IPv6 may stand side by side; port 0 takes a free one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SipListeners {
    /// Datagrams.
    pub udp: Vec<SocketAddr>,
    /// Plain streams.
    pub tcp: Vec<SocketAddr>,
    /// Streams inside TLS; needs a certificate.
    pub tls: Vec<SocketAddr>,
    /// Our certificate and whose clients' certificates count.
    pub certificate: Option<CertificateFiles>,
}

impl SipListeners {
    /// UDP and TCP on one address.
    pub fn plain(address: SocketAddr) -> Self {
        Self { udp: vec![address], tcp: vec![address], ..Self::default() }
    }
}

impl WorkerConfig {
    /// The embedded defaults, on this machine's loopback.
    pub fn on_loopback(spool_dir: PathBuf) -> Self {
        let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
        Self {
            spool_dir,
            sip: SipListeners::plain(SocketAddr::new(loopback, 5060)),
            media_address: loopback,
            media_address_other: None,
            media_bind: loopback,
            rtp_ports: 20_000..=29_999,
            advertised_host: None,
            commit_every: Duration::from_millis(100),
            commit_every_when_many: Duration::from_millis(200),
            many_calls: 300,
            seal_every: Duration::from_secs(600),
            silence_ends_call_after: Duration::from_secs(120),
            silence_ends_restored_call_after: Duration::from_secs(30),
            refresh_routes_every: Duration::from_secs(2),
            prefetched_keys: 16,
            spool_reserve_bytes: 64 * 1024 * 1024,
            max_calls: 4_000,
            whip: None,
            jobs: true,
            tails: None,
        }
    }

    /// The media address for a caller at `peer`: of its family, if there is one.
    pub fn media_address_for(&self, peer: IpAddr) -> IpAddr {
        let other = self.media_address_other.filter(|other| other.is_ipv4() == peer.is_ipv4());
        match other {
            Some(other) if self.media_address.is_ipv4() != peer.is_ipv4() => other,
            _ => self.media_address,
        }
    }
}
