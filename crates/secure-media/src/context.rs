//! One master key in use: the ciphers for RTP and RTCP and the layout its packets have.

use crate::master_key::MasterKey;
use crate::packet::{Layout, octets};
use crate::session_keys::{RTCP, RTP, SessionKeys};
use crate::transform::{Beside, Number, Transform};

/// A keyed context. Several receivers or senders never share one.
pub(crate) struct Context {
    pub(crate) key: MasterKey,
    rtp: Transform,
    rtcp: Transform,
}

/// The E bit of the SRTCP index word (RFC 3711 §3.4).
const ENCRYPTED: u32 = 1 << 31;

impl Context {
    pub(crate) fn new(key: &MasterKey) -> Self {
        let aead = key.profile().is_aead();
        let transform = |labels| {
            Transform::new(&SessionKeys::derive(key, labels), aead)
                .expect("a master key has the length its profile's ciphers take")
        };
        Self { rtp: transform(RTP), rtcp: transform(RTCP), key: key.clone() }
    }

    /// Octets of the key identifier, `mki` saying whether packets carry it.
    fn identifier(&self, mki: bool) -> &[u8] {
        self.key.mki().filter(|_| mki).map_or(&[], |mki| mki.octets())
    }

    /// Where the parts of an RTP packet lie, if it is long enough and carries this key's identifier.
    pub(crate) fn rtp_layout(&self, packet: &[u8], header: usize, mki: bool) -> Option<Layout> {
        let profile = self.key.profile();
        let identifier = self.identifier(mki);
        let tag = profile.rtp_tag_length();
        let layout = Layout::of(packet.len(), header, 0, identifier.len(), tag, profile.is_aead())?;
        (packet.get(layout.mki.clone())? == identifier).then_some(layout)
    }

    /// The same for RTCP, with the index word behind the body.
    pub(crate) fn rtcp_layout(&self, packet: &[u8], mki: bool) -> Option<Layout> {
        let profile = self.key.profile();
        let identifier = self.identifier(mki);
        let tag = profile.rtcp_tag_length();
        let layout = Layout::of(packet.len(), 8, 4, identifier.len(), tag, profile.is_aead())?;
        (packet.get(layout.mki.clone())? == identifier).then_some(layout)
    }

    pub(crate) fn open_rtp(&self, packet: &mut [u8], layout: &Layout, number: Number) -> Option<usize> {
        self.rtp.open(packet, layout, number, rollover(number))?;
        Some(layout.body.end)
    }

    /// The index of an RTCP packet, which it carries in the clear.
    pub(crate) fn rtcp_index(packet: &[u8], layout: &Layout) -> Option<u32> {
        octets(packet, layout.trailer.start).map(|word| u32::from_be_bytes(word) & !ENCRYPTED)
    }

    pub(crate) fn open_rtcp(&self, packet: &mut [u8], layout: &Layout, number: Number) -> Option<usize> {
        let word: [u8; 4] = octets(packet, layout.trailer.start)?;
        let encrypted = u32::from_be_bytes(word) & ENCRYPTED != 0;
        self.rtcp.open(packet, layout, number, Beside::IndexWord { word, encrypted })?;
        Some(layout.body.end)
    }

    /// Protects an RTP packet whose header is `header` octets long; it grows by tag and identifier.
    pub(crate) fn seal_rtp(&self, packet: &mut Vec<u8>, header: usize, number: Number) -> Option<()> {
        let profile = self.key.profile();
        let identifier = self.identifier(true);
        let length = packet.len() + identifier.len() + profile.rtp_tag_length();
        packet.resize(length, 0);
        let layout =
            Layout::of(length, header, 0, identifier.len(), profile.rtp_tag_length(), profile.is_aead())?;
        packet.get_mut(layout.mki.clone())?.copy_from_slice(identifier);
        self.rtp.seal(packet, &layout, number, rollover(number))
    }

    /// Protects an RTCP compound; it grows by index word, tag and identifier.
    pub(crate) fn seal_rtcp(&self, packet: &mut Vec<u8>, number: Number) -> Option<()> {
        let profile = self.key.profile();
        let identifier = self.identifier(true);
        let length = packet.len() + 4 + identifier.len() + profile.rtcp_tag_length();
        packet.resize(length, 0);
        let layout =
            Layout::of(length, 8, 4, identifier.len(), profile.rtcp_tag_length(), profile.is_aead())?;
        let word = (u32::try_from(number.index).ok()? | ENCRYPTED).to_be_bytes();
        packet.get_mut(layout.trailer.clone())?.copy_from_slice(&word);
        packet.get_mut(layout.mki.clone())?.copy_from_slice(identifier);
        self.rtcp.seal(packet, &layout, number, Beside::IndexWord { word, encrypted: true })
    }
}

fn rollover(number: Number) -> Beside {
    Beside::Rollover(u32::try_from(number.index >> 16).unwrap_or(u32::MAX))
}
